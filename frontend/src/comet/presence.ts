import type { PresenceEvent } from './events';
import type { Presence } from './types';

const remembered = 256;

/**
 * How much of the others' presence is known. Overlapping connections may tell the same twice; it passes once.
 */
export class PresenceFeed {
  readonly #handler: (presence: Presence) => void;
  readonly #told = new Set<string>();
  #revision = '';

  constructor(handler: (presence: Presence) => void) {
    this.#handler = handler;
  }

  /** Opaque; it goes with each data request. */
  get revision(): string {
    return this.#revision;
  }

  take({ revision, snapshot, states, notices, here }: PresenceEvent): void {
    if (revision === this.#revision) return;
    const fresh = notices.filter(({ user, notice, time }) => this.#remember(`${user} ${notice} ${time}`));
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
