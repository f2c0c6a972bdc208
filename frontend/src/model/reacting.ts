/** The emoji that I put under the messages of a room or take away, until the room's topic has brought them. */
import { signal } from '@preact/signals';
import type { Reaction } from '../api/records';

interface Wish {
  readonly number: number;
  readonly emoji: string;
  readonly on: boolean;
  /** The server has taken it. */
  readonly taken: boolean;
}

/** Puts an emoji of mine under a message, or takes it away; gives all that are there then. */
export type PutReaction = (number: number, emoji: string, on: boolean) => Promise<readonly Reaction[]>;

export class Reacting {
  readonly #put: PutReaction;
  readonly #wishes = signal<readonly Wish[]>([]);

  constructor(put: PutReaction) {
    this.#put = put;
  }

  /** What is under a message, with what I want of it. */
  shown(number: number, reactions: readonly Reaction[], me: number): readonly Reaction[] {
    const wishes = this.#wishes.value.filter((wish) => wish.number === number);
    return wishes.reduce((all, { emoji, on }) => withMine(all, emoji, on, me), reactions);
  }

  /** Shows it at once. Throws when the server does not take it, and then it is as it was. */
  async react(number: number, emoji: string, on: boolean): Promise<void> {
    const before = this.#find(number, emoji);
    this.#replace(before, { number, emoji, on, taken: false });
    // Whoever sends already goes on until the server has what is wanted last.
    if (before && !before.taken) return;
    await this.#send(number, emoji);
  }

  async #send(number: number, emoji: string): Promise<void> {
    for (;;) {
      const wish = this.#find(number, emoji);
      if (!wish) return;
      try {
        await this.#put(number, emoji, wish.on);
      } catch (error) {
        this.#replace(this.#find(number, emoji), null);
        throw error;
      }
      if (this.#find(number, emoji) === wish) {
        this.#replace(wish, { ...wish, taken: true });
        return;
      }
    }
  }

  /**
   * The topic has told what is under a message. What the server has taken is in it, or comes with one of the next; a
   * second one without it says that I took it back elsewhere.
   */
  told(number: number, reactions: readonly Reaction[], me: number): void {
    for (const wish of this.#wishes.peek()) {
      if (wish.number !== number || !wish.taken) continue;
      if (isMine(reactions, wish.emoji, me) === wish.on || this.#missed.has(wish)) this.#replace(wish, null);
      else this.#missed.add(wish);
    }
  }

  readonly #missed = new WeakSet<Wish>();

  #find(number: number, emoji: string): Wish | undefined {
    return this.#wishes.peek().find((wish) => wish.number === number && wish.emoji === emoji);
  }

  #replace(before: Wish | undefined, after: Wish | null): void {
    const rest = this.#wishes.peek().filter((wish) => wish !== before);
    this.#wishes.value = after ? [...rest, after] : rest;
  }
}

export function isMine(reactions: readonly Reaction[], emoji: string, me: number): boolean {
  return reactions.find((one) => one.emoji === emoji)?.user_ids.includes(me) ?? false;
}

function withMine(
  reactions: readonly Reaction[],
  emoji: string,
  on: boolean,
  me: number,
): readonly Reaction[] {
  if (isMine(reactions, emoji, me) === on) return reactions;
  if (!reactions.some((one) => one.emoji === emoji))
    return [...reactions, { emoji, count: 1, user_ids: [me] }];
  return reactions
    .map((one) => (one.emoji === emoji ? changed(one, on, me) : one))
    .filter(({ count }) => count > 0);
}

function changed({ emoji, count, user_ids }: Reaction, on: boolean, me: number): Reaction {
  return on
    ? { emoji, count: count + 1, user_ids: [...user_ids, me] }
    : { emoji, count: count - 1, user_ids: user_ids.filter((id) => id !== me) };
}
