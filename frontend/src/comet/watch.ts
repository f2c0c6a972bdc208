import type { Numbered } from './events';
import type { Cursor } from './types';

export interface WatchListener {
  /** Topics watched have reached these positions. */
  unread(topics: Record<string, Cursor>): void;
  /** Other topics are watched than before. */
  changed(): void;
}

/** The topics of which only the moving is told. Those that are followed besides tell of themselves. */
export class Watch {
  readonly #listener: WatchListener;
  readonly #followed: (topic: string) => boolean;
  // Each with what was last told of it.
  #topics = new Map<string, Cursor | null>();

  constructor(followed: (topic: string) => boolean, listener: WatchListener) {
    this.#followed = followed;
    this.#listener = listener;
  }

  get topics(): Iterable<string> {
    return this.#topics.keys();
  }

  set(topics: readonly string[]): void {
    const before = this.#topics;
    this.#topics = new Map(topics.map((topic) => [topic, before.get(topic) ?? null]));
    this.#listener.changed();
  }

  /** The server tells where topics are. */
  take(topics: Record<string, Cursor>): void {
    const news = Object.entries(topics).filter(([topic, at]) => this.#isNews(topic, at));
    if (news.length === 0) return;
    for (const [topic, at] of news) this.#topics.set(topic, at);
    this.#listener.unread(Object.fromEntries(news));
  }

  /** An event has come of a topic that another tab follows. */
  moved({ topic, epoch, seq }: Numbered): void {
    this.take({ [topic]: [epoch, seq] });
  }

  // Overlapping connections tell the same more than once.
  #isNews(topic: string, [epoch, seq]: Cursor): boolean {
    const before = this.#topics.get(topic);
    if (before === undefined || this.#followed(topic)) return false;
    return before === null || before[0] !== epoch || before[1] < seq;
  }
}
