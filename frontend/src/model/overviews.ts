/** Loads who and what there is, and knows which answers are older than the news. */
import type { Overview } from '../api/records';

export class Overviews {
  readonly #load: () => Promise<Overview>;
  readonly #take: (overview: Overview, outdated: ReadonlySet<number>) => void;
  #loading: Promise<Overview> | null = null;
  /** Rooms that changed since the last overview was asked for: it may not know of that. */
  readonly #changed = new Set<number>();

  /** `take` gets each overview, and the rooms of which it is not to be believed. */
  constructor(
    load: () => Promise<Overview>,
    take: (overview: Overview, outdated: ReadonlySet<number>) => void,
  ) {
    this.#load = load;
    this.#take = take;
  }

  /** There is news of a room: it came, went, or is different. */
  note(room: number): void {
    this.#changed.add(room);
  }

  /** Calls at the same time share one request. */
  refresh(): Promise<Overview> {
    this.#loading ??= this.#refresh().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #refresh(): Promise<Overview> {
    this.#changed.clear();
    const overview = await this.#load();
    this.#take(overview, new Set(this.#changed));
    return overview;
  }

  /** Loads after a change that an overview which is under way may not know of. */
  async renew(): Promise<Overview> {
    await this.#loading?.catch(() => {});
    return this.refresh();
  }
}
