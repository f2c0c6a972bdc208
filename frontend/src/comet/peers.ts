import type { Numbered } from './events';
import type { PeerTopics } from './messages';
import type { Cursor } from './types';
import type { TabView } from './view';

// So many roll calls may go unanswered before a tab is forgotten.
const patience = 3;

interface Peer {
  topics: Set<string>;
  watch: readonly string[];
  view: TabView;
  /** Roll calls since it was last heard. */
  missed: number;
}

/** A topic that other tabs follow. */
export interface Shared {
  /** How far its events have been relayed. */
  cursor: Cursor;
  /** Tells it from other subscriptions of the same topic. Negative, as those of this tab are positive. */
  version: number;
}

/** The other tabs, as the leader knows them. */
export class Peers {
  readonly #peers = new Map<string, Peer>();
  readonly #shared = new Map<string, Shared>();
  #versions = 0;

  get tabs(): string[] {
    return [...this.#peers.keys()];
  }

  get shared(): ReadonlyMap<string, Shared> {
    return this.#shared;
  }

  /** All that is watched; a topic may come more than once. */
  get watched(): string[] {
    return [...this.#peers.values()].flatMap(({ watch }) => watch);
  }

  /** What each of them shows. */
  get views(): TabView[] {
    return [...this.#peers.values()].map(({ view }) => view);
  }

  /** What the others follow and show, for the next leader. */
  get topics(): PeerTopics[] {
    return [...this.#peers].map(([tab, { topics, watch, view }]) => {
      const at = [...topics].flatMap((topic) => {
        const shared = this.#shared.get(topic);
        return shared ? [[topic, shared.cursor] as const] : [];
      });
      return { tab, topics: Object.fromEntries(at), watch: [...watch], view };
    });
  }

  /** A tab follows these topics, and no others. Relaying of those that are new begins at these positions. */
  set({ tab, topics, watch, view }: PeerTopics): void {
    this.#peers.set(tab, { topics: new Set(Object.keys(topics)), watch, view, missed: 0 });
    for (const [topic, cursor] of Object.entries(topics)) {
      if (!this.#shared.has(topic)) this.#shared.set(topic, { cursor, version: this.#version() });
    }
    this.#tidy();
  }

  /** A tab lives. */
  heard(tab: string): void {
    const peer = this.#peers.get(tab);
    if (peer) peer.missed = 0;
  }

  /** A tab shows something else. One that is not known will say so when the roll is called. */
  see(tab: string, view: TabView): void {
    const peer = this.#peers.get(tab);
    if (peer) Object.assign(peer, { view, missed: 0 });
  }

  /** The roll is called; tabs that have not answered for long are forgotten. */
  call(): void {
    for (const [tab, peer] of this.#peers) {
      peer.missed += 1;
      if (peer.missed > patience) this.#peers.delete(tab);
    }
    this.#tidy();
  }

  remove(tab: string): void {
    if (this.#peers.delete(tab)) this.#tidy();
  }

  clear(): void {
    this.#peers.clear();
    this.#shared.clear();
  }

  /** An event is relayed. */
  moved({ topic, epoch, seq }: Numbered): void {
    const shared = this.#shared.get(topic);
    if (!shared) return;
    const [before, at] = shared.cursor;
    // Who has not all up to here notices the hole; replays do not take it back.
    if (before !== epoch || seq > at) shared.cursor = [epoch, seq];
  }

  /** The server does not give a topic. A tab may ask for it again. */
  ended(topic: string): void {
    for (const { topics } of this.#peers.values()) topics.delete(topic);
    this.#shared.delete(topic);
  }

  // Topics that no other tab follows any more are followed no longer.
  #tidy(): void {
    const wanted = new Set([...this.#peers.values()].flatMap(({ topics }) => [...topics]));
    for (const topic of this.#shared.keys()) if (!wanted.has(topic)) this.#shared.delete(topic);
  }

  #version(): number {
    this.#versions -= 1;
    return this.#versions;
  }
}
