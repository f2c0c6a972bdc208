/**
 * Asks how much is unread each time the page listens anew: what was hinted while nobody listened is gone. What has been
 * read here since, or is newer than the answer, stays as it is.
 */
import { batch } from '@preact/signals';
import type { Unread } from '../api/attention';
import { passes } from '../api/http';
import type { Known } from './reading';
import type { Room } from './room';

/** Milliseconds until it is asked again when no answer came, as over a connection that died in sleep; doubled each time. */
const PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** What an answer that is asked for now can know of each room. */
export function askAbout(rooms: ReadonlyMap<number, Room>): ReadonlyMap<Room, Known> {
  return new Map([...rooms.values()].map((room) => [room, room.reading.ask()]));
}

export class UnreadNews {
  readonly #load: () => Promise<Unread>;
  readonly #rooms: () => ReadonlyMap<number, Room>;
  readonly #threads: (unread: number) => void;
  #asking: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  #pause = PAUSE;
  #later: ReturnType<typeof setTimeout> | undefined;

  /** `threads` is told how many threads have unread replies. */
  constructor(
    load: () => Promise<Unread>,
    rooms: () => ReadonlyMap<number, Room>,
    threads: (unread: number) => void,
  ) {
    this.#load = load;
    this.#rooms = rooms;
    this.#threads = threads;
  }

  /** Resolves when nothing is being asked, whatever came of it. */
  get settled(): Promise<void> {
    return this.#asking ?? Promise.resolve();
  }

  ask(): void {
    clearTimeout(this.#later);
    if (this.#asking) this.#again = true;
    else this.#asking = this.#askOnce();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#later);
  }

  async #askOnce(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#refresh();
      } while (this.#again && !this.#stopped);
      this.#pause = PAUSE;
    } catch (error) {
      // Signed out is noticed elsewhere.
      if (passes(error)) this.#askLater();
    } finally {
      this.#asking = null;
    }
  }

  #askLater(): void {
    if (this.#stopped) return;
    this.#later = setTimeout(() => this.ask(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  async #refresh(): Promise<void> {
    const known = askAbout(this.#rooms());
    const { rooms, threads_unread } = await this.#load();
    if (this.#stopped) return;
    batch(() => {
      for (const unread of rooms) {
        const room = this.#rooms().get(unread.room_id);
        // One that was added meanwhile came with its own figures.
        const then = room && known.get(room);
        if (room && then !== undefined) room.reading.take(unread, then);
      }
      this.#threads(threads_unread);
    });
  }
}
