import type { Feeds, Told } from './feeds';
import type { PresenceFeed } from './presence';
import type { Session } from './session';
import type { Cursor, TransportName } from './types';

export type Mode = 'stream' | 'pull' | 'poll';

/** The body of a data request. */
export interface DataRequest {
  event: 'listen' | 'refresh';
  id: string;
  n: number;
  mode: Mode;
  transport: TransportName;
  have: Record<string, Cursor>;
  presence: string;
  padding: boolean;
  tag?: string;
}

/** Writes data requests: each says all the server needs to know, so that any node can answer. */
export class Requests {
  readonly #session: Session;
  readonly #feeds: Feeds;
  readonly #presence: PresenceFeed;

  constructor(session: Session, feeds: Feeds, presence: PresenceFeed) {
    this.#session = session;
    this.#feeds = feeds;
    this.#presence = presence;
  }

  next(mode: Mode, transport: TransportName, padding = false): { body: DataRequest; told: Told } {
    const { have, told } = this.#feeds.vector();
    const session = this.#session;
    return {
      told,
      body: {
        ...session.next(),
        id: session.id ?? '',
        mode,
        transport,
        have,
        presence: this.#presence.revision,
        padding,
      },
    };
  }
}
