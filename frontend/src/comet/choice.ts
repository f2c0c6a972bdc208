import type { Clock } from './clock';
import type { Memory } from './environment';
import type { Detected, Obstacle, TransportOption } from './types';

const word = 'comet-long-poll-until';
/** Milliseconds for which streams are given up. */
export const demotion = 600_000;
const tolerated = 3;
// A browser that holds too many requests polls for this long.
const crowdedPause = 30_000;

export const obstacles: readonly Obstacle[] = ['buffered', 'died-early', 'silent'];

/** How to listen. */
export type Way = 'stream' | 'pull' | 'poll';

/**
 * Whether to stream, to long-poll or to poll. `auto` streams, unless streams have lately not come through here; whoever
 * was told that there are too many connections polls.
 */
export class TransportChoice {
  readonly #clock: Clock;
  readonly #memory: Memory;
  readonly #key: string;
  #option: TransportOption;
  #bad = 0;
  #until = 0;
  #crowded = 0;
  #detected: Detected | null = null;

  constructor(clock: Clock, memory: Memory, option: TransportOption, base = '') {
    this.#clock = clock;
    this.#memory = memory;
    this.#key = `${word}${base}`;
    this.#option = option;
    this.recall();
  }

  get way(): Way {
    if (this.#isAhead(this.#crowded, crowdedPause)) return 'poll';
    if (this.#option !== 'auto') return this.#option === 'iframe' ? 'stream' : 'pull';
    return this.#isAhead(this.#until, demotion) ? 'pull' : 'stream';
  }

  get option(): TransportOption {
    return this.#option;
  }

  /** Why streams were last given up. */
  get detected(): Detected | null {
    return this.#detected;
  }

  /** Another page may have found out more since. */
  recall(): void {
    const [until, why] = (this.#memory.read(this.#key) ?? '').split(' ');
    this.#until = Number(until);
    const obstacle = obstacles.find((one) => one === why);
    if (obstacle && this.#until > 0) this.#detected = { why: obstacle, at: this.#until - demotion };
  }

  /** A person chose. To choose `auto` is to have it measured afresh. */
  set(option: TransportOption): void {
    this.#option = option;
    this.#bad = 0;
    this.#until = 0;
    this.#memory.write(this.#key, null);
  }

  /** A stream has carried something after its first seconds. */
  good(): void {
    this.#bad = 0;
  }

  /** A stream died early, or fell silent, though requests go through. The third in a row is one too many. */
  bad(why: Obstacle): void {
    this.#bad += 1;
    if (this.#bad >= tolerated) this.demote(why);
  }

  /** Streams do not come through: long-poll for ten minutes, then try again. */
  demote(why: Obstacle): void {
    if (this.#option !== 'auto') return;
    this.#bad = 0;
    const now = this.#clock.now();
    this.#until = now + demotion;
    this.#detected = { why, at: now };
    this.#memory.write(this.#key, `${this.#until} ${why}`);
  }

  /** The server holds too many requests of this browser: poll for half a minute, then try again. */
  crowded(): void {
    this.#crowded = this.#clock.now() + crowdedPause;
  }

  // A time further ahead than we ever set comes from a clock that was wrong.
  #isAhead(time: number, most: number): boolean {
    const left = time - this.#clock.now();
    return left > 0 && left <= most;
  }
}
