/** The messages of a room that are loaded, in its timeline and in a thread beside it, and what happens to them. */
import { computed, type Signal, signal } from '@preact/signals';
import type { HistoryPage, Message, Reaction } from '../api/records';
import { type Change, History, type PageQuery } from './history';
import { OwnDeletions } from './own-deletions';
import { Quotes } from './quotes';
import { type PutReaction, Reacting } from './reacting';
import type { Target } from './reel';

export interface MessageServices {
  history(query: PageQuery): Promise<HistoryPage>;
  message(number: number): Promise<Message>;
  readonly react: PutReaction;
}

/** What a room tells the thread that stands beside it. */
export interface OpenThread {
  /** The number of the root. */
  readonly root: number;
  readonly history: History;
  readonly target: Signal<Target | null>;
  /** There is one more reply. */
  receive(message: Message): void;
  /** Replies may have been missed. */
  catchUp(): Promise<void>;
  /** The server can be reached again. */
  wake(): void;
  /** It is among the threads that I follow. */
  followed(): void;
}

export class RoomMessages {
  readonly history: History;
  /** The thread that stands beside the timeline. */
  readonly thread = signal<OpenThread | null>(null);
  readonly quotes: Quotes;
  /** Emoji that I put under messages and the topic has not brought yet. */
  readonly reacting: Reacting;
  readonly ownDeletions = new OwnDeletions();
  readonly #services: MessageServices;

  constructor(services: MessageServices) {
    this.#services = services;
    this.history = new History(async (query) => {
      const page = await services.history(query);
      this.quotes.take(page.quotes);
      return page;
    });
    this.quotes = new Quotes(
      computed(() => {
        const thread = this.thread.value;
        return thread
          ? new Map([...this.history.byNumber.value, ...thread.history.byNumber.value])
          : this.history.byNumber.value;
      }),
      services.message,
    );
    this.reacting = new Reacting(services.react);
  }

  /** There is one more: in the timeline, or in a thread whose root says so. */
  add(message: Message): void {
    if (message.thread === null) this.history.add(message);
    else this.#replied(message, message.thread);
  }

  #replied(message: Message, root: number): void {
    this.#change(root, message.seq, (known) => withReply(known, message));
    const thread = this.thread.peek();
    if (thread?.root === root) thread.receive(message);
  }

  /** Messages were deleted, by their author or by somebody who keeps order. */
  hide(numbers: readonly number[]): void {
    for (const window of this.#windows) window.hide(numbers);
    this.quotes.hide(numbers);
    this.#recount(numbers);
  }

  /** A deletion was taken back. */
  restore(numbers: readonly number[]): void {
    this.ownDeletions.drop(numbers);
    this.quotes.restored(numbers);
    this.#recount(numbers);
    for (const window of this.#windows) {
      window.restore(numbers).catch(() => {
        // They come with the next page that is loaded.
      });
    }
  }

  /** Of roots whose replies were deleted or restored, only the server can tell how many are left. */
  #recount(numbers: readonly number[]): void {
    const replies = numbers.filter((number) => !this.history.byNumber.peek().has(number));
    const isOf = ({ number, replies: all }: Message, reply: number) =>
      all !== null && number < reply && reply <= all.last_number;
    const known = this.#windows.flatMap((window) => window.messages.peek());
    const roots = known.filter((m) => replies.some((reply) => isOf(m, reply)));
    for (const number of new Set(roots.map((root) => root.number))) {
      this.#services.message(number).then(
        ({ replies: left }) => this.#patch(number, (root) => ({ ...root, replies: left })),
        () => {
          // The next page that is loaded tells.
        },
      );
    }
  }

  /** An event changed what was said. */
  edited(message: Message, seq: number): void {
    this.#change(message.number, seq, (known) => reworded(known, message));
    this.quotes.edited(message);
  }

  /** The server has taken a new wording of mine, and the topic brings it in its turn. */
  saved(message: Message): void {
    this.#patch(message.number, (known) => reworded(known, message));
    this.quotes.edited(message);
  }

  reacted(number: number, reactions: readonly Reaction[], seq: number, me: number): void {
    this.#change(number, seq, (known) => ({ ...known, reactions }));
    this.reacting.told(number, reactions, me);
  }

  pinned(number: number, pinned: boolean, seq: number): void {
    this.#change(number, seq, (known) => ({ ...known, pinned }));
  }

  get #windows(): readonly History[] {
    const thread = this.thread.peek();
    return thread ? [this.history, thread.history] : [this.history];
  }

  #change(number: number, seq: number, change: Change): void {
    for (const window of this.#windows) window.change(number, seq, change);
  }

  #patch(number: number, change: Change): void {
    for (const window of this.#windows) window.patch(number, change);
  }

  /** The numbers begin anew. */
  restart(): void {
    this.ownDeletions.clear();
    this.quotes.clear();
  }
}

/** The root of a thread after one more reply; not twice, when the server has counted it already. */
function withReply(root: Message, { number, author, created_at }: Message): Message {
  const before = root.replies ?? { count: 0, last_at: 0, last_number: 0, user_ids: [] };
  if (number <= before.last_number) return root;
  const others = before.user_ids.filter((id) => id !== author.id);
  return {
    ...root,
    replies: {
      count: before.count + 1,
      last_at: created_at,
      last_number: number,
      user_ids: [author.id, ...others].slice(0, MOST_AUTHORS),
    },
  };
}

/** So many of those who wrote in a thread are shown at its root. */
const MOST_AUTHORS = 5;

/** A message with the words of a later version of it. What else is known of it comes by itself. */
function reworded(known: Message, { body, html, edited_at, mentions, mentions_all }: Message): Message {
  if (known.deleted || (known.edited_at ?? 0) > (edited_at ?? 0)) return known;
  return { ...known, body, html, edited_at, mentions, mentions_all };
}
