/** Loads how much is unread in rooms of which only is told that something happened: the news of some time at once. */
import type { Room } from './room';

/** Milliseconds in which the question is asked, at random: every page hears of the news at the same moment. */
const SPREAD = 2_000;
/** Milliseconds between two questions. */
const REST = 5_000;
/** Milliseconds until it is asked again after a failure. */
const PAUSE = 30_000;

export class Figures {
  readonly #load: (rooms: readonly Room[]) => Promise<void>;
  readonly #wanted = new Set<Room>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #loading = false;
  /** The connection came back while it was asked over the one before. */
  #woken = false;
  #stopped = false;
  /** When it was last asked, in milliseconds since 1970. */
  #asked = 0;

  constructor(load: (rooms: readonly Room[]) => Promise<void>) {
    this.#load = load;
  }

  /** Something has happened in a room. */
  want(room: Room): void {
    if (this.#stopped) return;
    this.#wanted.add(room);
    if (!this.#loading) this.#timer ??= this.#in(this.#asked + REST - Date.now());
  }

  /** The figures of a room are not needed any more. */
  drop(room: Room): void {
    this.#wanted.delete(room);
  }

  /** The connection is back: asks soon for what could not be loaded. */
  wake(): void {
    this.#woken = this.#loading;
    if (this.#wanted.size === 0 || this.#loading) return;
    clearTimeout(this.#timer);
    this.#timer = this.#in(0);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#wanted.clear();
  }

  #in(ms: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => void this.#ask(), Math.max(0, ms) + Math.random() * SPREAD);
  }

  async #ask(): Promise<void> {
    this.#timer = undefined;
    const rooms = [...this.#wanted];
    if (rooms.length === 0) return;
    this.#wanted.clear();
    this.#loading = true;
    this.#asked = Date.now();
    let wait = REST;
    try {
      await this.#load(rooms);
    } catch {
      if (this.#stopped) return;
      // Signed out is noticed elsewhere; otherwise it is asked again.
      for (const room of rooms) this.#wanted.add(room);
      wait = this.#woken ? 0 : PAUSE;
    }
    this.#loading = false;
    this.#woken = false;
    if (this.#wanted.size > 0) this.#timer = this.#in(wait);
  }
}
