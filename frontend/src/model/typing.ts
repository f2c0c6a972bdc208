/** Who writes in a room at this moment. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { TypingHint } from '../api/hints';

/** Milliseconds after the last word of it until somebody is not thought to write any more. */
const LASTS = 5_000;

export interface Writers {
  /** Those that are known by name, in the order in which they began. */
  readonly users: readonly number[];
  /** How many others. */
  readonly more: number;
}

const nobody: Writers = { users: [], more: 0 };

export class Typing {
  readonly writers: ReadonlySignal<Writers>;
  readonly #writers = signal<Writers>(nobody);
  readonly #me: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(me: number) {
    this.writers = this.#writers;
    this.#me = me;
  }

  /** The server says who writes. Each of its hints tells everybody. */
  take({ user_ids, more }: Omit<TypingHint, 'room_id'>): void {
    const others = user_ids.filter((id) => id !== this.#me);
    const before = this.#writers.peek().users.filter((id) => others.includes(id));
    this.#writers.value = { users: [...before, ...others.filter((id) => !before.includes(id))], more };
    clearTimeout(this.#timer);
    if (others.length > 0 || more > 0) this.#timer = setTimeout(() => this.stop(), LASTS);
  }

  /** Somebody's message has come. */
  wrote(user: number): void {
    const { users, more } = this.#writers.peek();
    if (users.includes(user)) this.#writers.value = { users: users.filter((id) => id !== user), more };
  }

  stop(): void {
    clearTimeout(this.#timer);
    if (this.#writers.peek() !== nobody) this.#writers.value = nobody;
  }
}

/** Whether what stands in the composer is worth being told of: an empty one is not, nor one that begins a command. */
export function worthTelling(draft: string): boolean {
  const text = draft.trimStart();
  return text !== '' && !text.startsWith('/');
}
