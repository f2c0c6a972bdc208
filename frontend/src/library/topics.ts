import type { CometClient } from '../comet/client';
import type { Cursor } from './client';

// No topic has the epoch 0: the server answers with a gap, which tells where the topic is now.
const nowhere: Cursor = [0, 0];

/** A topic that is followed; its cursor is null until the server has told where it is. */
interface Topic {
  cursor: Cursor | null;
}

export interface TopicsListener {
  onData(topic: string, payload: unknown, at: { epoch: number; seq: number }): void;
  /** A topic that was to be followed from now on begins after this position. */
  onBeginning(topic: string, at: Cursor): void;
  /** What is up to the position cannot be replayed: resolves with where to go on. */
  onGap(topic: string, at: Cursor): Promise<Cursor>;
}

/** The topics of a page and how far each was handed over, which outlives the connections they come by. */
export class Topics {
  readonly #listener: TopicsListener;
  readonly #topics = new Map<string, Topic>();

  constructor(listener: TopicsListener) {
    this.#listener = listener;
  }

  /** Takes a topic from a cursor on, or from now on. Returns where a client is to begin, null for where it is. */
  put(topic: string, cursor: Cursor | undefined): Cursor | null {
    if (cursor === undefined && this.#topics.has(topic)) return null;
    this.#topics.set(topic, { cursor: cursor ?? null });
    return cursor ?? nowhere;
  }

  remove(topic: string): void {
    this.#topics.delete(topic);
  }

  /** Has a client follow all of them. */
  follow(client: CometClient): void {
    for (const [topic, { cursor }] of this.#topics) client.subscribe(topic, cursor ?? nowhere);
  }

  take(topic: string, seq: number, payload: unknown): void {
    const followed = this.#topics.get(topic);
    if (!followed?.cursor) return;
    const [epoch] = followed.cursor;
    try {
      this.#listener.onData(topic, payload, { epoch, seq });
    } finally {
      followed.cursor = [epoch, seq];
    }
  }

  /** Resolves with where a topic goes on that cannot be replayed from where it is. */
  async gap(topic: string, at: Cursor): Promise<Cursor> {
    const followed = this.#topics.get(topic);
    if (!followed) return at;
    if (followed.cursor === null) {
      followed.cursor = at;
      this.#listener.onBeginning(topic, at);
      return at;
    }
    const before = followed.cursor;
    const cursor = await this.#listener.onGap(topic, at);
    // Unless it goes on from elsewhere since: another connection may have come, and the answer be late.
    if (followed.cursor === before) followed.cursor = cursor;
    return cursor;
  }
}
