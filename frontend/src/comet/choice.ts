import type { Clock } from './clock';
import type { Memory } from './environment';
import type { TransportOption } from './types';

const key = 'comet-long-poll-until';
const demotion = 600_000;
const tolerated = 3;

/** Whether to stream or to long-poll. `auto` streams, unless streams have lately not come through here. */
export class TransportChoice {
  readonly #clock: Clock;
  readonly #memory: Memory;
  #option: TransportOption;
  #bad = 0;
  #until: number;

  constructor(clock: Clock, memory: Memory, option: TransportOption) {
    this.#clock = clock;
    this.#memory = memory;
    this.#option = option;
    this.#until = Number(memory.read(key) ?? 0);
  }

  get wantsStream(): boolean {
    if (this.#option !== 'auto') return this.#option === 'iframe';
    const left = this.#until - this.#clock.now();
    // A time further ahead than we ever set comes from a clock that was wrong.
    return !(left > 0 && left <= demotion);
  }

  /** A person chose. To choose `auto` is to have it measured afresh. */
  set(option: TransportOption): void {
    this.#option = option;
    this.#bad = 0;
    this.#until = 0;
    this.#memory.write(key, null);
  }

  /** A stream has carried something after its first seconds. */
  good(): void {
    this.#bad = 0;
  }

  /** A stream died early, or fell silent, though requests go through. The third in a row is one too many. */
  bad(): void {
    this.#bad += 1;
    if (this.#bad >= tolerated) this.demote();
  }

  /** Streams do not come through: long-poll for ten minutes, then try again. */
  demote(): void {
    if (this.#option !== 'auto') return;
    this.#bad = 0;
    this.#until = this.#clock.now() + demotion;
    this.#memory.write(key, String(this.#until));
  }
}
