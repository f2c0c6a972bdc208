import { topicLimit } from './feeds';
import type { Feeds, Told } from './feeds';
import type { PeerTopics } from './messages';
import type { Peers } from './peers';
import type { Screen } from './screen';
import type { Cursor } from './types';
import { sameScreen, together } from './view';
import type { View } from './view';
import type { Watch } from './watch';

/** The most topics whose moving a data request may ask for. */
const watchLimit = 1_000;

/** What a data request names. */
export interface Named {
  have: Record<string, Cursor>;
  /** Each topic with the version of its subscription. */
  told: Told;
  watch: string[];
  view: View;
}

/** What the server is to follow from now on, and no longer. */
export interface Change {
  subscribe: Record<string, Cursor>;
  unsubscribe: string[];
  told: Told;
  /** All topics to watch, null when they are the same as before. */
  watch: string[] | null;
  /** What is shown, null when that is the same; and the same of whether nobody uses it. */
  screen: Pick<View, 'people' | 'room'> | null;
  idle: boolean | null;
}

/** What this tab and those that it leads follow and show. */
export class Union {
  readonly #feeds: Feeds;
  readonly #watch: Watch;
  readonly #screen: Screen;
  readonly #peers: Peers;
  readonly #ended: (topics: string[]) => void;

  /** `ended` is called with topics of other tabs that the server does not give. */
  constructor(feeds: Feeds, watch: Watch, screen: Screen, peers: Peers, ended: (topics: string[]) => void) {
    this.#feeds = feeds;
    this.#watch = watch;
    this.#screen = screen;
    this.#peers = peers;
    this.#ended = ended;
  }

  /** Whether there is room for a topic. */
  room(topic: string): boolean {
    const all = new Set([...this.#feeds.topics, ...this.#peers.shared.keys(), topic]);
    return all.size <= topicLimit;
  }

  /** Takes up what another tab follows and shows. Returns the topics for which there is no room. */
  take({ tab, topics, watch, view }: PeerTopics): string[] {
    const { have } = this.#feeds.vector();
    const taken: Record<string, Cursor> = {};
    const refused: string[] = [];
    const all = new Set([...this.#feeds.topics, ...this.#peers.shared.keys()]);
    for (const [topic, cursor] of Object.entries(topics)) {
      if (!all.has(topic) && all.size >= topicLimit) {
        refused.push(topic);
        continue;
      }
      all.add(topic);
      taken[topic] = have[topic] ?? cursor;
    }
    this.#peers.set({ tab, topics: taken, watch, view });
    return refused;
  }

  /** How far the topics have been relayed. */
  positions(topics: Iterable<string>): Record<string, Cursor> {
    const { have } = this.#feeds.vector();
    const found: Record<string, Cursor> = {};
    for (const topic of topics) {
      const at = this.#peers.shared.get(topic)?.cursor ?? have[topic];
      if (at) found[topic] = at;
    }
    return found;
  }

  /** The topics to name in a request, except those of this tab alone that are being loaded. */
  named(): Named {
    const { have, told } = this.#feeds.vector();
    for (const [topic, { cursor, version }] of this.#peers.shared) {
      const own = have[topic];
      have[topic] = own ? earlier(own, cursor) : cursor;
      if (!own) told.set(topic, version);
    }
    return { have, told, watch: this.#watched(told), view: this.view };
  }

  /** What is shown, and whether anybody uses it. */
  get view(): View {
    return together([this.#screen.view, ...this.#peers.views]);
  }

  /** What must be told to a server that was told this much; null for nothing. */
  change(told: Told, watched: readonly string[], viewed: View): Change | null {
    const now = this.named();
    const subscribe: Record<string, Cursor> = {};
    const fresh: Told = new Map();
    for (const [topic, version] of now.told) {
      const cursor = now.have[topic];
      if (!cursor || told.get(topic) === version) continue;
      subscribe[topic] = cursor;
      fresh.set(topic, version);
    }
    const { shared } = this.#peers;
    const unsubscribe = [...told.keys()].filter((topic) => !this.#feeds.has(topic) && !shared.has(topic));
    const watch = same(now.watch, watched) ? null : now.watch;
    const screen = sameScreen(now.view, viewed) ? null : now.view;
    const idle = now.view.idle === viewed.idle ? null : now.view.idle;
    const change = { subscribe, unsubscribe, told: fresh, watch, screen, idle };
    const changed = fresh.size + unsubscribe.length > 0 || watch !== null || screen !== null || idle !== null;
    return changed ? change : null;
  }

  /** The same as before as long as the server is to be told the same. */
  get key(): string {
    const { told, watch, view } = this.named();
    return JSON.stringify([[...told].sort(), watch, view]);
  }

  /** What this tab follows and shows by itself. */
  get own(): Omit<PeerTopics, 'tab'> {
    return { topics: this.#feeds.vector().have, watch: [...this.#watch.topics], view: this.#screen.view };
  }

  /** The server does not give these topics to a request that told of this much. */
  denied(topics: readonly string[], told: Told): void {
    const shared = topics.filter((topic) => this.#peers.shared.has(topic));
    for (const topic of shared) this.#peers.ended(topic);
    if (shared.length > 0) this.#ended(shared);
    for (const topic of topics) this.#feeds.drop(topic, 'denied', told);
  }

  #watched(told: Told): string[] {
    const all = new Set([...this.#watch.topics, ...this.#peers.watched]);
    return [...all]
      .filter((topic) => !told.has(topic))
      .slice(0, watchLimit)
      .sort();
  }
}

// Where the others go on, if that is before: it must not be passed over for them.
function earlier(own: Cursor, shared: Cursor): Cursor {
  return own[0] === shared[0] && own[1] < shared[1] ? own : shared;
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((topic, i) => topic === other[i]);
}
