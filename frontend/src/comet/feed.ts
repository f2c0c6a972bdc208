import type { Cursor } from './types';

// Events further ahead than this are not kept; they are fetched again once it is their turn.
const window = 1_000;
const fruitlessLimit = 3;

/** An event that waits for its turn; null for a number that stands for nothing this client may see. */
export type Item = { payload: unknown } | null;

/** One topic: how far it has been shown, and what came too early to be shown. */
export class Feed {
  /** Tells this subscription and cursor from earlier ones of the same topic. */
  version: number;
  /** The content is being loaded afresh; nothing is shown until then. */
  loading = false;
  /** How often it was loaded since an event was last shown. */
  loads = 0;
  #epoch: number;
  #seq: number;
  #early = new Map<number, Item>();
  // The epoch of what is in #early, and the highest number the server has named in it.
  #named: number | null;
  #ahead: number;
  #chases = 0;

  constructor(cursor: Cursor, version: number) {
    [this.#epoch, this.#seq] = cursor;
    this.#named = this.#epoch;
    this.#ahead = this.#seq;
    this.version = version;
  }

  get cursor(): Cursor {
    return [this.#epoch, this.#seq];
  }

  get position(): number {
    return this.#seq;
  }

  /** Just before the first event that was kept for its turn; where the server is, when none was. */
  get head(): Cursor {
    if (this.#named === null) return this.cursor;
    return [this.#named, this.#early.size > 0 ? Math.min(...this.#early.keys()) - 1 : this.#ahead];
  }

  /** The server speaks of another epoch than ours. */
  get misplaced(): boolean {
    return this.#named !== null && this.#named !== this.#epoch;
  }

  /** The server has events that we have neither shown nor can show yet. */
  get behind(): boolean {
    return this.#named === this.#epoch && this.#ahead > this.#seq;
  }

  /**
   * Whether it has just been loaded afresh up to this position: overlapping connections tell of the same gap.
   */
  covers({ epoch, seq }: { epoch: number; seq: number }): boolean {
    return this.loads > 0 && !this.loading && epoch === this.#epoch && seq <= this.#seq;
  }

  /** Takes note that the topic has reached a position, and keeps the item for its turn. */
  keep(epoch: number, seq: number, item?: Item): void {
    if (epoch === this.#epoch && epoch === this.#named && seq <= this.#seq && !this.loading) return;
    if (epoch !== this.#named) {
      this.#early.clear();
      this.#named = epoch;
      this.#ahead = 0;
    }
    this.#ahead = Math.max(this.#ahead, seq);
    const near = this.misplaced ? this.#early.size < window : seq <= this.#seq + window;
    if (item !== undefined && near) this.#early.set(seq, item);
  }

  /** The item whose turn it is, undefined when it has not come. */
  next(): Item | undefined {
    return this.misplaced ? undefined : this.#early.get(this.#seq + 1);
  }

  /** The next item has been shown. */
  advance(): void {
    this.#seq += 1;
    this.#early.delete(this.#seq);
    this.#chases = 0;
    this.loads = 0;
  }

  /** Counts a try to fetch what is missing. False: enough of that, it must be loaded afresh. */
  chase(): boolean {
    this.#chases += 1;
    return this.#chases <= fruitlessLimit;
  }

  /**
   * The content has been loaded afresh and is valid at the cursor; it is loaded once more if the server has
   * moved on.
   */
  jump(cursor: Cursor, version: number): void {
    [this.#epoch, this.#seq] = cursor;
    this.#named ??= this.#epoch;
    this.loading = this.misplaced;
    if (this.misplaced) this.#forget();
    for (const seq of this.#early.keys()) {
      if (seq <= this.#seq) this.#early.delete(seq);
    }
    this.#chases = 0;
    this.version = version;
  }

  // What the server says of the epoch from now on counts, what it said before does not.
  #forget(): void {
    this.#early.clear();
    this.#named = null;
    this.#ahead = 0;
  }
}
