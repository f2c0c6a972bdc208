import { obstacles } from './choice';
import { count, cursors, fields, list, span, text, texts } from './parse';
import type { Fields } from './parse';
import type { Cursor, Detected, Phase, TransportName, TransportOption } from './types';
import { tabView } from './view';
import type { TabView } from './view';

// What the tabs of one browser tell each other. Each message goes to all tabs; `to` says whom it concerns.

/** How the tab that leads is connected. */
export interface LeaderState {
  /**
   * When it began to lead, in milliseconds since 1970, but always after those that it has heard of: the clock may have
   * been set back. Of two tabs that say they lead, the later one does.
   */
  since: number;
  /**
   * When the server last gave it a sign of life, in milliseconds since 1970: the browser may have stopped a tab that
   * still answers.
   */
  heard: number;
  phase: Phase;
  transport: TransportName | null;
  retryAt: number | null;
  node: string | null;
  /** The comet session, in whose name the others may say what happens in them; null when there is none. */
  session: string | null;
  detected: Detected | null;
  /** Milliseconds between heartbeats of a stream, and that a request is held at most. */
  heartbeat: number;
  hold: number;
}

/** A tab tells the leader what it follows and shows, and so asks whether there is one. */
export interface Hello {
  kind: 'hello';
  /** Comes back with the answer. */
  serial: number;
  topics: Record<string, Cursor>;
  watch: string[];
  view: TabView;
  /** It knows nothing yet of what has no number: presence and hints. */
  fresh: boolean;
  /** The leader is to look at once whether its connection lives. */
  look: boolean;
  /** A person wants it: whatever the server said. */
  insist: boolean;
}

/** The answer. All that the server sends from now on is relayed, beginning at these positions. */
export interface Welcome {
  kind: 'welcome';
  to: string;
  serial: number;
  state: LeaderState;
  positions: Record<string, Cursor>;
  /** Topics for which there is no room. */
  refused: string[];
  /** The latest of what has no number, as events of the server. */
  latest: unknown[];
}

/** A tab leads: said when it begins and every now and then, for tabs that it does not know of. */
export interface Roll {
  kind: 'roll';
  state: LeaderState;
  /** The tabs it knows of. */
  tabs: string[];
}

/** What a tab follows and shows. */
export interface PeerTopics {
  tab: string;
  topics: Record<string, Cursor>;
  watch: string[];
  view: TabView;
}

/** All that the next leader needs to go on with the comet session. The tab that says it leads no longer. */
export interface Baton {
  kind: 'baton';
  id: string;
  /** The number of the last data request. */
  n: number;
  heartbeat: number;
  hold: number;
  peers: PeerTopics[];
}

export type Words =
  | Hello
  | Welcome
  | Roll
  | Baton
  /** The tab is known and lives. */
  | { kind: 'here' }
  /** The tab goes. */
  | { kind: 'bye' }
  | { kind: 'state'; state: LeaderState }
  /** The connection has these topics no longer, or never had them. */
  | { kind: 'ended'; topics: string[] }
  /** The tab shows something else, or whether anybody uses it has changed. */
  | { kind: 'view'; view: TabView }
  /** An event of the server. */
  | { kind: 'event'; event: unknown }
  /** A person chose. */
  | { kind: 'transport'; option: TransportOption };

export type Message = Words & { from: string };

/** Reads a message; null for one that is not known or not whole. */
export function parseMessage(value: unknown): Message | null {
  const from = fields(value);
  const tab = text(from?.from);
  const words = from && parseWords(from);
  return tab === null || !words ? null : { ...words, from: tab };
}

function parseWords(from: Fields): Words | null {
  switch (from.kind) {
    case 'here':
    case 'bye':
      return { kind: from.kind };
    case 'ended':
      return { kind: 'ended', topics: texts(from.topics) };
    case 'view':
      return { kind: 'view', view: tabView(from.view) };
    case 'event':
      return { kind: 'event', event: from.event };
    case 'state':
      return { kind: 'state', state: leaderState(from.state) };
    case 'hello':
      return {
        kind: 'hello',
        serial: count(from.serial) ?? 0,
        topics: cursors(from.topics),
        watch: texts(from.watch),
        view: tabView(from.view),
        fresh: from.fresh === true,
        look: from.look === true,
        insist: from.insist === true,
      };
    case 'welcome':
      return {
        kind: 'welcome',
        to: text(from.to) ?? '',
        serial: count(from.serial) ?? 0,
        state: leaderState(from.state),
        positions: cursors(from.positions),
        refused: texts(from.refused),
        latest: list(from.latest),
      };
    case 'roll':
      return { kind: 'roll', state: leaderState(from.state), tabs: texts(from.tabs) };
    case 'baton':
      return baton(from);
    case 'transport': {
      const option = oneOf(transportOptions, from.option);
      return option && { kind: 'transport', option };
    }
    default:
      return null;
  }
}

const transportOptions: readonly TransportOption[] = ['auto', 'iframe', 'long-poll'];
const transportNames: readonly TransportName[] = ['iframe', 'long-poll', 'poll'];
const phases: readonly Phase[] = ['ready', 'joined', 'listening', 'error'];

function oneOf<T>(known: readonly T[], value: unknown): T | null {
  return known.find((one) => one === value) ?? null;
}

function leaderState(value: unknown): LeaderState {
  const from = fields(value);
  return {
    since: count(from?.since) ?? 0,
    heard: count(from?.heard) ?? 0,
    phase: oneOf(phases, from?.phase) ?? 'ready',
    transport: oneOf(transportNames, from?.transport),
    retryAt: count(from?.retryAt),
    node: text(from?.node),
    session: text(from?.session),
    detected: detected(from?.detected),
    heartbeat: span(from?.heartbeat) ?? 15_000,
    hold: span(from?.hold) ?? 25_000,
  };
}

function detected(value: unknown): Detected | null {
  const from = fields(value);
  const why = oneOf(obstacles, from?.why);
  const at = count(from?.at);
  return why && at !== null ? { why, at } : null;
}

function baton(from: Fields): Baton | null {
  const id = text(from.id);
  const n = count(from.n);
  if (id === null || n === null) return null;
  return {
    kind: 'baton',
    id,
    n,
    heartbeat: span(from.heartbeat) ?? 15_000,
    hold: span(from.hold) ?? 25_000,
    peers: list(from.peers).flatMap((item) => {
      const peer = fields(item);
      const tab = text(peer?.tab);
      if (tab === null) return [];
      const { topics, watch, view } = peer ?? {};
      return [{ tab, topics: cursors(topics), watch: texts(watch), view: tabView(view) }];
    }),
  };
}
