/** Which messages I keep for later. */
import { signal } from '@preact/signals';
import type { Place } from '../api/attention-records';
import type { SavedHint } from '../api/hints';

/** Keeps a message for later, or does not any more; gives whether it is kept then. */
export type PutSaved = (room: number, number: number, on: boolean) => Promise<boolean>;

export class Saved {
  readonly #put: PutSaved;
  /** What the server has, as far as it is known: of very many only the newest. */
  readonly #known = signal<ReadonlySet<string>>(new Set());
  /** What I want and the server has not taken yet. */
  readonly #wishes = signal<ReadonlyMap<string, boolean>>(new Map());
  /** What the server has told since it was last asked for all: that answer may be older. */
  readonly #since = new Map<string, boolean>();

  constructor(put: PutSaved, places: readonly Place[]) {
    this.#put = put;
    this.take(places);
  }

  has(room: number, number: number): boolean {
    const key = keyOf(room, number);
    return this.#wishes.value.get(key) ?? this.#known.value.has(key);
  }

  /** Shows at once. Throws when the server does not take it, and then it is as it was. */
  async set(room: number, number: number, on: boolean): Promise<void> {
    const key = keyOf(room, number);
    const sending = this.#wishes.peek().has(key);
    this.#wish(key, on);
    // Whoever sends already goes on until the server has what is wanted last.
    if (sending) return;
    try {
      let sent: boolean | undefined;
      for (let wanted: boolean | undefined = on; wanted !== undefined && wanted !== sent; ) {
        sent = wanted;
        this.#told(key, await this.#put(room, number, wanted));
        wanted = this.#wishes.peek().get(key);
      }
    } finally {
      this.#wish(key, null);
    }
  }

  /** Another device of mine has kept one, or does not any more. */
  heard({ room_id, number, saved }: SavedHint): void {
    this.#told(keyOf(room_id, number), saved);
  }

  /** One was found among those that are kept, unless it was told meanwhile that it is not any more. */
  found(room: number, number: number): void {
    const key = keyOf(room, number);
    if (!this.#known.peek().has(key) && this.#since.get(key) !== false) this.#told(key, true);
  }

  /** The server is asked for all: what it tells from now on is newer than its answer. */
  asking(): void {
    this.#since.clear();
  }

  /** Takes the answer. */
  take(places: readonly Place[]): void {
    const all = new Set(places.map(([room, number]) => keyOf(room, number)));
    for (const [key, on] of this.#since) change(all, key, on);
    this.#known.value = all;
  }

  #told(key: string, on: boolean): void {
    this.#since.set(key, on);
    const all = new Set(this.#known.peek());
    change(all, key, on);
    this.#known.value = all;
  }

  #wish(key: string, on: boolean | null): void {
    const all = new Map(this.#wishes.peek());
    if (on === null) all.delete(key);
    else all.set(key, on);
    this.#wishes.value = all;
  }
}

function change(all: Set<string>, key: string, on: boolean): void {
  if (on) all.add(key);
  else all.delete(key);
}

function keyOf(room: number, number: number): string {
  return `${room}/${number}`;
}
