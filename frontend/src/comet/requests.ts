import type { Feeds, Told } from './feeds';
import type { PresenceFeed } from './presence';
import type { Session } from './session';
import type { Status } from './status';
import type { Cursor, TransportName } from './types';
import type { Union } from './union';

export type Mode = 'stream' | 'pull' | 'poll';

/** The body of a data request. A reader's has no session: neither `id` and `n` nor presence, nor does it tell of the page. */
export interface DataRequest {
  event: 'listen' | 'refresh';
  id?: string;
  n?: number;
  mode: Mode;
  transport: TransportName;
  have: Record<string, Cursor>;
  watch?: string[];
  presence?: string;
  /** The most bytes of events in the answer to a poll, unless it is one event alone. */
  limit?: number;
  padding?: boolean;
  tag?: string;
  people?: string[];
  room?: string;
  idle?: boolean;
  round_trip?: number;
}

export interface Request {
  body: DataRequest;
  told: Told;
}

/** Writes data requests: each says all the server needs to know, so that any node can answer. */
export interface Requests {
  next(mode: Mode, transport: TransportName, padding?: boolean): Request;
  /** All of the answer has come. */
  answered(body: DataRequest): void;
}

/** Those of a comet session. */
export class SessionRequests implements Requests {
  readonly #session: Session;
  readonly #union: Union;
  readonly #presence: PresenceFeed;
  readonly #status: Status;

  constructor(session: Session, union: Union, presence: PresenceFeed, status: Status) {
    this.#session = session;
    this.#union = union;
    this.#presence = presence;
    this.#status = status;
  }

  next(mode: Mode, transport: TransportName, padding = false): Request {
    const { have, told, watch, view } = this.#union.named();
    const session = this.#session;
    const body: DataRequest = {
      ...session.next(),
      id: session.id ?? '',
      mode,
      transport,
      have,
      presence: this.#presence.revision,
      padding,
    };
    if (watch.length > 0) body.watch = watch;
    if (view.people.length > 0) body.people = view.people;
    if (view.room !== null) body.room = view.room;
    if (view.idle) body.idle = true;
    const { roundTrip } = this.#status.state;
    if (roundTrip !== null) body.round_trip = tellable(roundTrip);
    return { told, body };
  }

  answered({ n }: DataRequest): void {
    if (n !== undefined) this.#session.answered(n);
  }
}

/** Those of a tab beside the one that leads. */
export class ReaderRequests implements Requests {
  readonly #feeds: Feeds;

  constructor(feeds: Feeds) {
    this.#feeds = feeds;
  }

  next(mode: Mode, transport: TransportName): Request {
    const { have, told } = this.#feeds.vector();
    return { told, body: { event: 'listen', mode, transport, have } };
  }

  answered(): void {}
}

/** A time span as the server takes it: whole milliseconds, at most a minute. */
export function tellable(roundTrip: number): number {
  return Math.min(Math.max(Math.round(roundTrip), 0), 60_000);
}
