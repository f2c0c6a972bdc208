/**
 * The comet client of chatd, for other pages of the same origin: it follows topics over plain HTTP and hands over
 * each of their events once and in order, whatever the network does.
 *
 * ```js
 * import { Comet } from '/comet/client.js';
 *
 * const comet = new Comet({
 *   onData(topic, payload, { epoch, seq }) {
 *     console.log(topic, seq, payload);
 *   },
 *   onEvent(event) {
 *     console.log(event.event, event);
 *   },
 * });
 * await comet.join();
 * comet.subscribe('room:3');
 * comet.listen();
 * ```
 *
 * Whoever looks at the page must be signed in to chatd in the same browser. The page needs no more than a
 * Content-Security-Policy of `script-src 'self'; connect-src 'self'; frame-src 'self'`; where frames are not allowed,
 * the client notices and long-polls. It adds hidden frames to the body and, while one is open, the function
 * `chatdComet` to the window. In localStorage it keeps `comet-long-poll-until` where streams do not come through. The
 * tabs agree by a Web Lock, or else by an entry in localStorage, which of them has the connection, and talk over a
 * BroadcastChannel; the names of these begin with `chatd`. It touches nothing else. Pages behind the same proxy use it
 * as they are. Where chatd is below a path, so is this module, such as `/chat/comet/client.js`, and all these names
 * hold that path.
 */

/** How far a topic is known: its epoch, and the number of the last event of that epoch. */
export type Cursor = readonly [epoch: number, seq: number];

/** The place of an event in its topic. */
export interface Position {
  readonly epoch: number;
  readonly seq: number;
}

/**
 * Where the client stands. Only `abort` does not end by itself.
 *
 * - `null`: not begun, or left.
 * - `ready`: reaches for the server.
 * - `joined`: the server knows this page; no topic is listened to.
 * - `listening`: events come.
 * - `error`: something went wrong; the client tries again and again.
 * - `abort`: the server ended it, mostly because the person signed out.
 */
export type State = 'null' | 'ready' | 'joined' | 'listening' | 'error' | 'abort';

/** A hidden frame whose document never ends; requests that are held; or, between many tabs, plain asking. */
export type Transport = 'iframe' | 'long-poll' | 'poll';

export interface CometOptions {
  /** The address of the control channel; `control` beside client.js unless told. */
  control?: string;
  /** The address of the data channel; `data` beside client.js unless told. */
  data?: string;
  /** The address that tells who is signed in; `/api/v1/me` beside the control channel unless told. */
  me?: string;
  /**
   * `auto`, the default, measures what the network lets through; the others force it. Of pages that share a connection
   * only the word of the one that has it counts.
   */
  transport?: 'auto' | 'iframe' | 'long-poll';
  /**
   * All tabs of a browser whose pages give the same word here share one connection and follow at most 256 topics
   * together, each its own; a tab that is one too many for those is told `limit`. Pages that give none are among
   * themselves, and in any case the tabs of one person are: `join` asks who is signed in. The id of that person (`id` of
   * /api/v1/me) is the word of chatd's own page: to give it is to share that page's connection too.
   */
  scope?: string;
  /**
   * An event of a topic. Each comes once and in order. An exception is reported to the console and counts as
   * handled.
   */
  onData?(topic: string, payload: unknown, at: Position): void;
  /** Everything else. There may be more kinds of events in time: ignore what you do not know. */
  onEvent?(event: CometEvent): void;
  /**
   * The events up to a position cannot be replayed: load what the topic is about afresh and return the position that
   * it is valid at (the chat API tells it as `position`). Events that came meanwhile follow on it. When it fails, it
   * is asked again after a while. Without this function the client goes on after the gap.
   */
  onGap?(topic: string, at: Position): Cursor | Promise<Cursor>;
}

export type CometEvent =
  /** The state, or the transport in use, is another. `retryAt`: milliseconds since 1970, in `error` only. */
  | {
      readonly event: 'state';
      readonly state: State;
      readonly transport: Transport | null;
      readonly retryAt: number | null;
    }
  /** A topic that was subscribed to without a cursor begins after this one. */
  | { readonly event: 'subscribe-ack'; readonly topics: Readonly<Record<string, Cursor>> }
  /** The topic is no longer followed, by the server's word: `denied`, `limit` (256 topics), `removed`, `left` … */
  | { readonly event: 'unsubscribe-ack'; readonly topics: readonly string[]; readonly why: string }
  /** Events up to this position are missing; see `onGap`. */
  | { readonly event: 'gap'; readonly topic: string; readonly epoch: number; readonly seq: number }
  /**
   * Who is here, by user id: of those who share a room of at most 100 members with the person, and of those that `view`
   * named. With `snapshot`, `states` replaces all that is known; who is absent is offline.
   */
  | {
      readonly event: 'presence';
      readonly snapshot: boolean;
      /** `online`, `away`, `do-not-disturb` or `offline`. */
      readonly states: Readonly<Record<string, string>>;
      /** Told once: `signed-in`, `signed-out`, `went-offline`; the time is in milliseconds since 1970. */
      readonly notices: readonly { readonly user: string; readonly notice: string; readonly time: number }[];
      /** How many members are here of the room that `view` named, when that is another number than before. */
      readonly here: Readonly<Record<string, number>>;
    }
  /** News without a number; of each key only the latest counts. `typing:<room>` tells who types, for 5 seconds. */
  | { readonly event: 'hint'; readonly key: string; readonly payload: unknown }
  /** The end: a word such as `signed-out`, and a sentence for people. `join` begins anew. */
  | { readonly event: 'abort'; readonly reason: string; readonly text: string };

/** One connection to chatd. Its methods may be called in any order and more than once. */
export class Comet {
  constructor(options?: CometOptions);

  /**
   * Begins. Resolves as soon as the server knows this page, which takes as long as the server cannot be reached; fails
   * when it will not have it (nobody is signed in) or `leave` comes first.
   */
  join(): Promise<void>;

  /** Lets the events of the topics come, and joins first if need be. */
  listen(): void;

  /**
   * Follows a topic: from the cursor on, or, without one, from now on (the event `subscribe-ack` tells from where). A
   * topic that is followed already goes on from the cursor, and without one as before. At most 256.
   */
  subscribe(topic: string, cursor?: Cursor): void;

  /** Follows a topic no longer. Nothing of it comes after this call. */
  unsubscribe(topic: string): void;

  /**
   * Names what the page shows, in place of what it named before: the people by user id, of whom the first 200 count, and
   * the one room whose members are to be counted, or null. Pages that share a connection share these 200, those seen last
   * before the others, and the room is that of the page seen last that names one; each page hears what any of them asked
   * for.
   */
  view(people: readonly string[], room: string | null): void;

  /**
   * Tells whether the person uses this page. A page counts as used until it says `idle`; the person is away when every
   * page on every device is idle.
   */
  activity(state: 'active' | 'idle'): void;

  /** Tells that the person types in a topic such as `room:3`. May be called with each letter: it is told every 3 s. */
  typing(topic: string): void;

  /**
   * Says goodbye and closes the connection. The topics are kept: after `join` and `listen` each goes on after the last
   * event that was handed over.
   */
  leave(): void;

  /** Milliseconds that a request of the control channel takes. Fails after 5 s, or when not joined. */
  ping(): Promise<number>;

  readonly state: State;

  /** The transport in use while listening. */
  readonly transport: Transport | null;
}
