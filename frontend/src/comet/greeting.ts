import { child, Deferred, pause, until } from './clock';
import type { Clock } from './clock';
import type { Line } from './line';
import type { Welcome } from './messages';
import type { Union } from './union';

// A timer this late means that the page was asleep, which proves nothing.
const asleep = 1_000;

/** Tells the tab that leads what this one follows. That tab must answer. */
export class Greeting {
  readonly #clock: Clock;
  readonly #line: Line;
  readonly #union: Union;
  #wish: { look: boolean; insist: boolean } | null = null;
  #serial = 0;
  #answer = new Deferred<boolean>();

  constructor(clock: Clock, line: Line, union: Union) {
    this.#clock = clock;
    this.#line = line;
    this.#union = union;
  }

  /** It is to be said. */
  get wanted(): boolean {
    return this.#wish !== null;
  }

  /** `look`: who leads is to look at its connection; `insist`: whatever the server said. */
  want(look: boolean, insist: boolean): void {
    this.#wish = {
      look: look || this.#wish?.look === true,
      insist: insist || this.#wish?.insist === true,
    };
  }

  /** Nothing is wanted but what a tab says first. */
  reset(): void {
    this.#wish = { look: false, insist: false };
  }

  /** Says it. `fresh`: who leads is new to this tab. */
  say(fresh: boolean): void {
    const { look, insist } = this.#wish ?? { look: false, insist: false };
    this.#wish = null;
    this.#serial += 1;
    this.#answer = new Deferred();
    this.#line.say({ kind: 'hello', serial: this.#serial, ...this.#union.own, fresh, look, insist });
  }

  /** Whether this is the answer to what was said last. */
  isAnswer({ to, serial }: Welcome): boolean {
    return to === this.#line.tab && serial === this.#serial;
  }

  /** The answer has come, or nobody need wait for it. */
  settle(): void {
    this.#answer.settle(true);
  }

  /** Whether the answer comes within some milliseconds. */
  async answered(ms: number, signal: AbortSignal): Promise<boolean> {
    const wait = child(signal);
    try {
      return await Promise.race([until(this.#answer.promise, wait.signal), this.#silence(ms, wait.signal)]);
    } finally {
      wait.abort();
    }
  }

  async #silence(ms: number, signal: AbortSignal): Promise<false> {
    // What had piled up while the page slept comes in now. In a hidden tab every timer may be late.
    if ((await pause(this.#clock, ms, signal)) > asleep) await pause(this.#clock, ms, signal);
    return false;
  }
}
