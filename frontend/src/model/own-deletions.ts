/** Own messages in a room that were deleted on this page and can be brought back for a while. */
import { type ReadonlySignal, signal } from '@preact/signals';

/** Milliseconds: so long the server keeps the text. Counted here, for clocks differ. */
const LASTS = 10 * 60_000;

export class OwnDeletions {
  /** The deletion of each message, by the message's number. */
  readonly all: ReadonlySignal<ReadonlyMap<number, number>>;
  readonly #all = signal<ReadonlyMap<number, number>>(new Map());
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor() {
    this.all = this.#all;
  }

  add(number: number, deletion: number): void {
    this.#all.value = new Map(this.#all.peek()).set(number, deletion);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#all.peek().get(number) === deletion) this.drop([number]);
    }, LASTS);
    this.#timers.add(timer);
  }

  /** They are there again. */
  drop(numbers: readonly number[]): void {
    if (!numbers.some((number) => this.#all.peek().has(number))) return;
    const rest = new Map(this.#all.peek());
    for (const number of numbers) rest.delete(number);
    this.#all.value = rest;
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.drop([...this.#all.peek().keys()]);
  }
}
