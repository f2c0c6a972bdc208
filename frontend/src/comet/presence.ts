import type { PresenceEvent } from './events';
import type { Presence } from './types';

const remembered = 256;

/**
 * How much of the others' presence is known. Overlapping connections may tell the same twice; it passes once. Of two,
 * the one that was asked for last knows the states.
 */
export class PresenceFeed {
  readonly #handler: (presence: Presence) => void;
  readonly #told = new Set<string>();
  #revision = '';
  // The number of the newest request that was answered with presence.
  #newest = 0;

  constructor(handler: (presence: Presence) => void) {
    this.#handler = handler;
  }

  /** Opaque; it goes with each data request. */
  get revision(): string {
    return this.#revision;
  }

  /**
   * What is of use of an event that came in answer to the request with this number: once a newer one has told of
   * states, those of the older are of the past, and nothing would put them right. Its notices are not.
   */
  current(event: PresenceEvent, request: number): PresenceEvent {
    if (request >= this.#newest) {
      this.#newest = request;
      return event;
    }
    return { ...event, revision: this.#revision, snapshot: false, states: {}, here: {} };
  }

  take({ revision, snapshot, states, notices, here }: PresenceEvent): void {
    const known = revision === this.#revision;
    // What has nothing left but notices has the revision known, too.
    if (known && (snapshot || !empty(states) || !empty(here))) return;
    const fresh = notices.filter(({ user, notice, time }) => this.#remember(`${user} ${notice} ${time}`));
    if (known && fresh.length === 0) return;
    try {
      this.#handler({ snapshot, states, notices: fresh, here });
    } finally {
      this.#revision = revision;
    }
  }

  #remember(notice: string): boolean {
    if (this.#told.has(notice)) return false;
    this.#told.add(notice);
    for (const oldest of this.#told) {
      if (this.#told.size <= remembered) break;
      this.#told.delete(oldest);
    }
    return true;
  }
}

function empty(record: Record<string, unknown>): boolean {
  return Object.keys(record).length === 0;
}
