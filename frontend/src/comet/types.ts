// What the comet client and the program that uses it tell each other. The client knows nothing of chat.

/** How far a topic has been shown: its epoch, and the number of the last event of that epoch. */
export type Cursor = readonly [epoch: number, seq: number];

/** How the data channel is chosen: `auto` measures; the others are forced by a person. */
export type TransportOption = 'auto' | 'iframe' | 'long-poll';

/** The transports a data request may use. */
export type TransportName = 'iframe' | 'long-poll' | 'poll';

export interface CometOptions {
  /** The address of the control channel, which answers at once. */
  control: string;
  /** The address of the data channel, which may wait. */
  data: string;
  /** The topics to follow from the start, each with the position its content is known up to. */
  cursors: Record<string, Cursor>;
  /** The topics of which only the moving is told, as `watch` changes them later. */
  watch?: readonly string[];
  transport: TransportOption;
  /**
   * Whose client this is, such as the user's id. Only tabs with the same word share a connection, so that those
   * still open from another sign-in are not listened to.
   */
  scope?: string;
  delegate: CometDelegate;
}

/** Whether anybody uses a page. */
export type Activity = 'active' | 'idle';

/**
 * Who is here. With `snapshot` the states replace all that are known, and who is absent is offline; without it they add
 * to those. `here` adds to the counts known: how many are here of the room shown.
 */
export interface Presence {
  snapshot: boolean;
  /** By person: `online`, `away`, `do-not-disturb` or `offline`. */
  states: Record<string, string>;
  notices: PresenceNotice[];
  here: Record<string, number>;
}

/** Something to tell people once, such as `signed-in`; the time is in milliseconds. */
export interface PresenceNotice {
  user: string;
  notice: string;
  time: number;
}

export interface CometDelegate {
  /** An event of a topic: exactly once, in order. An exception is reported and counts as handled. */
  onData(topic: string, seq: number, payload: unknown): void;
  /**
   * The events cannot be replayed: load the topic afresh and resolve with the position that content is valid at.
   * Whoever needs no content resolves with `at`, and goes on with what the server has told of since.
   */
  onGap(topic: string, at: Cursor): Promise<Cursor>;
  onPresence(presence: Presence): void;
  /** Unnumbered news; of each key only the latest counts. */
  onHint(key: string, payload: unknown): void;
  /** Topics that are watched have reached these positions. */
  onUnread?(topics: Record<string, Cursor>): void;
  /**
   * The topic is no longer followed, and this client did not ask for that. `why` is `denied`, `limit` or the
   * server's word.
   */
  onUnsubscribed(topic: string, why: string): void;
  /** Final: the client has stopped. `reason` is a word such as `signed-out`, `text` a sentence. */
  onAbort(reason: string, text: string): void;
  /** Anything but `lastEventAt` changed. */
  onState(state: CometState): void;
}

/**
 * Only `abort` is final. In `error` the client tries again at `retryAt`, or is trying just now, when that is
 * null.
 */
export type Phase = 'null' | 'ready' | 'joined' | 'listening' | 'error' | 'abort';

/**
 * Why streams were given up for some time: they were held back on their way, they died within seconds, or they
 * fell silent, each though requests went through.
 */
export type Obstacle = 'buffered' | 'died-early' | 'silent';

/** What was last found out about the way to the server; the time is in milliseconds since 1970. */
export interface Detected {
  why: Obstacle;
  at: number;
}

/** Times are milliseconds since 1970. */
export interface CometState {
  phase: Phase;
  /** The transport in use, null when there is none. */
  transport: TransportName | null;
  /** Another tab of this browser holds the connection and passes its events on. */
  shared: boolean;
  /** The node of the server that answered last, as it names itself; null when none has. */
  node: string | null;
  /** When the phase began. */
  since: number;
  retryAt: number | null;
  /** The time a control request last took, in milliseconds. */
  roundTrip: number | null;
  lastEventAt: number | null;
  /** Why streams were last given up, null when they were not. */
  detected: Detected | null;
}
