import type { PresenceEvent, ServerEvent } from './events';
import type { Cursor } from './types';

const remembered = 1_000;
// Hints of who types are so called. They hold only for the moment.
const passing = 'typing:';

/** The latest of what has no number, which a tab that comes later cannot ask the server for by itself. */
export class Latest {
  #presence: PresenceEvent | null = null;
  readonly #hints = new Map<string, unknown>();
  readonly #unread = new Map<string, Cursor>();

  take(event: ServerEvent): void {
    if (event.event === 'presence') this.#merge(event);
    if (event.event === 'hint' && !event.key.startsWith(passing)) put(this.#hints, event.key, event.payload);
    if (event.event === 'unread') {
      for (const [topic, at] of Object.entries(event.topics)) put(this.#unread, topic, at);
    }
  }

  /** Who is here, and the hints. */
  get events(): ServerEvent[] {
    const hints = [...this.#hints].map(([key, payload]) => ({ event: 'hint' as const, key, payload }));
    return this.#presence ? [this.#presence, ...hints] : hints;
  }

  /** Where topics are, as far as that was told. */
  unread(topics: Iterable<string>): Record<string, Cursor> {
    const found: Record<string, Cursor> = {};
    for (const topic of topics) {
      const at = this.#unread.get(topic);
      if (at) found[topic] = at;
    }
    return found;
  }

  #merge({ revision, snapshot, states, here }: PresenceEvent): void {
    const known = snapshot ? {} : this.#presence?.states;
    const counted = Object.keys(here).length > 0;
    this.#presence = {
      event: 'presence',
      revision,
      snapshot: true,
      states: { ...known, ...states },
      notices: [],
      // There is one room that is counted, and a snapshot does not tell again what has been told.
      here: counted ? here : (this.#presence?.here ?? {}),
    };
  }
}

function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= remembered) break;
    map.delete(oldest);
  }
}
