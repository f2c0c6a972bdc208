/** How many unread messages of a room mention me: what the server counted, and what has come since. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';

export class Mentions {
  readonly count: ReadonlySignal<number>;
  /** The server's count, of the messages up to a number. */
  readonly #counted = signal({ count: 0, upTo: 0 });
  /** Numbers of messages after these. */
  readonly #since = signal<readonly number[]>([]);

  constructor() {
    this.count = computed(() => this.#counted.value.count + this.#since.value.length);
  }

  /** The server has counted those up to a number. What it knew before the last count is of no use any more. */
  counted(count: number, upTo: number): void {
    if (upTo < this.#counted.peek().upTo) return;
    batch(() => {
      this.#counted.value = { count, upTo };
      this.#since.value = this.#since.peek().filter((number) => number > upTo);
    });
  }

  /** A message mentions me. False when only the server can tell whether it was counted. */
  add(number: number): boolean {
    if (number <= this.#counted.peek().upTo) return false;
    if (!this.#since.peek().includes(number)) this.#since.value = [...this.#since.peek(), number];
    return true;
  }

  /** Everything up to a number is read. How many mentions were before it only the server knows, unless it was all. */
  read(number: number): void {
    batch(() => {
      const { upTo } = this.#counted.peek();
      if (number >= upTo) this.#counted.value = { count: 0, upTo };
      this.#since.value = this.#since.peek().filter((one) => one > number);
    });
  }

  /**
   * A message mentions me no longer: it was deleted or edited. False when nobody but the server can tell whether it was
   * counted.
   */
  drop(number: number): boolean {
    const since = this.#since.peek();
    if (since.includes(number)) this.#since.value = since.filter((one) => one !== number);
    const { count, upTo } = this.#counted.peek();
    return number > upTo || count === 0;
  }

  /** The numbers begin anew. */
  restart(): void {
    batch(() => {
      this.#counted.value = { count: 0, upTo: 0 };
      this.#since.value = [];
    });
  }
}
