import type { Environment } from './environment';
import type { Numbered } from './events';
import { Feed } from './feed';
import type { Item } from './feed';
import { GapLoader } from './gaploader';
import type { CometDelegate, Cursor } from './types';

/** The most topics a data request may name. */
export const topicLimit = 256;

/** What a data request told the server: each topic with the version of its feed. */
export type Told = Map<string, number>;

export interface FeedsListener {
  /** Whether there is room for a topic beside those of other tabs. */
  room(topic: string): boolean;
  /** Events are missing that must be fetched before later ones can be shown. */
  behind(): void;
  /** The server follows other topics, or others of their positions, than we do. */
  changed(): void;
}

/**
 * The topics followed. Each event is handed over once and in order, whatever overlaps, repeats or is lost on
 * the way.
 */
export class Feeds {
  readonly #environment: Environment;
  readonly #delegate: CometDelegate;
  readonly #listener: FeedsListener;
  readonly #feeds = new Map<string, Feed>();
  readonly #refused = new Set<string>();
  readonly #loader: GapLoader;
  #versions = 0;
  #life: AbortSignal | null = null;

  constructor(environment: Environment, delegate: CometDelegate, listener: FeedsListener) {
    this.#environment = environment;
    this.#delegate = delegate;
    this.#listener = listener;
    this.#loader = new GapLoader(environment, delegate, {
      current: (topic, feed) => this.#feeds.get(topic) === feed,
      loaded: (topic, feed, cursor) => {
        feed.jump(cursor, this.#version());
        if (feed.loading) return;
        this.#show(topic, feed);
        listener.changed();
      },
    });
  }

  /** Hands over until the signal ends. */
  start(life: AbortSignal): void {
    this.#life = life;
    this.#tellRefused();
    for (const [topic, feed] of this.#feeds) {
      if (feed.loading) this.#loader.load(topic, feed, life);
    }
  }

  subscribe(topic: string, cursor: Cursor): void {
    if (!this.#listener.room(topic)) {
      this.unsubscribe(topic);
      this.#refused.add(topic);
      queueMicrotask(() => this.#tellRefused());
      return;
    }
    this.#refused.delete(topic);
    // The topic takes its place at the end: those that were subscribed to last come last.
    this.#feeds.delete(topic);
    this.#feeds.set(topic, new Feed(cursor, this.#version()));
    this.#listener.changed();
  }

  unsubscribe(topic: string): void {
    this.#refused.delete(topic);
    if (this.#feeds.delete(topic)) this.#listener.changed();
  }

  get topics(): Iterable<string> {
    return this.#feeds.keys();
  }

  has(topic: string): boolean {
    return this.#feeds.has(topic);
  }

  /** Whether events are missing of topics that were told of. */
  behind(told: Told): boolean {
    return [...this.#feeds].some(
      ([topic, feed]) => feed.behind && !feed.loading && told.get(topic) === feed.version,
    );
  }

  /** The server no longer gives us the topic. With `told`, only if it speaks of this very subscription. */
  drop(topic: string, why: string, told?: Told): void {
    const feed = this.#feeds.get(topic);
    if (!feed || (told && told.get(topic) !== feed.version)) return;
    this.#feeds.delete(topic);
    this.#guard(() => this.#delegate.onUnsubscribed(topic, why));
  }

  /** The topics to name in a request, except those being loaded, which are told of afterwards. */
  vector(): { have: Record<string, Cursor>; told: Told } {
    const have: Record<string, Cursor> = {};
    const told: Told = new Map();
    for (const [topic, feed] of this.#feeds) {
      if (feed.loading) continue;
      have[topic] = feed.cursor;
      told.set(topic, feed.version);
    }
    return { have, told };
  }

  /** An event, or null for one to skip, has come in answer to a request that told of these topics. */
  take(at: Numbered, item: Item, told: Told): void {
    const feed = this.#feeds.get(at.topic);
    if (!feed) return;
    feed.keep(at.epoch, at.seq, item);
    if (feed.loading) return;
    this.#show(at.topic, feed);
    if (told.get(at.topic) !== feed.version || feed.loading) return;
    if (feed.misplaced) this.#reload(at.topic, feed);
    else if (feed.behind) this.#listener.behind();
  }

  /** The server cannot replay the topic from where we are. */
  gap(at: Numbered, told: Told): void {
    const feed = this.#feeds.get(at.topic);
    if (!feed || (told.get(at.topic) !== feed.version && !feed.loading) || feed.covers(at)) return;
    feed.keep(at.epoch, at.seq);
    if (!feed.loading) this.#reload(at.topic, feed);
  }

  /**
   * Another tab's connection has come to a position without handing over what leads there. To whom it was told of is
   * to ask the server: from there it may see more.
   */
  reached(at: Numbered, told: Told): void {
    const feed = this.#feeds.get(at.topic);
    if (!feed || feed.loading) return;
    const elsewhere = feed.cursor[0] !== at.epoch;
    if (!elsewhere) feed.keep(at.epoch, at.seq);
    if (told.get(at.topic) === feed.version && (elsewhere || feed.behind)) this.#listener.behind();
  }

  /**
   * What is missing is about to be fetched. What could not be fetched time and again is loaded afresh
   * instead.
   */
  chase(): void {
    for (const [topic, feed] of this.#feeds) {
      if (feed.behind && !feed.loading && !feed.chase()) this.#reload(topic, feed);
    }
  }

  #show(topic: string, feed: Feed): void {
    for (let item = feed.next(); item !== undefined; item = feed.next()) {
      if (this.#life?.aborted !== false || feed.loading || this.#feeds.get(topic) !== feed) return;
      if (item !== null) {
        const { payload } = item;
        this.#guard(() => this.#delegate.onData(topic, feed.position + 1, payload));
      }
      feed.advance();
    }
  }

  #reload(topic: string, feed: Feed): void {
    feed.loading = true;
    if (this.#life) this.#loader.load(topic, feed, this.#life);
  }

  #version(): number {
    this.#versions += 1;
    return this.#versions;
  }

  #tellRefused(): void {
    if (this.#life?.aborted !== false) return;
    for (const topic of this.#refused) this.#guard(() => this.#delegate.onUnsubscribed(topic, 'limit'));
    this.#refused.clear();
  }

  #guard(handler: () => void): void {
    try {
      handler();
    } catch (error) {
      this.#environment.report(error);
    }
  }
}
