/** How far a room goes and how far I have read it. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';

/** A place among a room's messages: a number, and how many of those up to it are in threads, not in the timeline. */
export interface Mark {
  readonly number: number;
  readonly aside: number;
}

const nowhere: Mark = { number: 0, aside: 0 };

export class ReadPosition {
  /** The number of the newest message. */
  readonly last: ReadonlySignal<number>;
  /** The number up to which everything is read. */
  readonly read: ReadonlySignal<number>;
  /** How many messages of the timeline come after that. */
  readonly unread: ReadonlySignal<number>;
  readonly #last = signal(nowhere);
  readonly #read = signal(nowhere);
  #moves = 0;

  constructor() {
    this.last = computed(() => this.#last.value.number);
    this.read = computed(() => this.#read.value.number);
    this.unread = computed(() => Math.max(0, inTimeline(this.#last.value) - inTimeline(this.#read.value)));
  }

  /** The mark of the newest message. */
  get end(): Mark {
    return this.#last.peek();
  }

  /** How far somebody has read who has read the timeline up to a message: replies in threads do not stand in it. */
  through(mark: Mark): Mark {
    return inTimeline(this.end) === inTimeline(mark) ? this.end : mark;
  }

  /** How often what was read has moved: an answer that was asked for before the last time knows less. */
  get moves(): number {
    return this.#moves;
  }

  /** There is a message, which may be the newest. */
  reach(mark: Mark): void {
    if (mark.number > this.#last.peek().number) this.#last.value = plain(mark);
  }

  /** Everything up to there is read. False when it was already. */
  readUpTo(mark: Mark): boolean {
    if (mark.number <= this.#read.peek().number) return false;
    this.#moves++;
    this.#read.value = plain(mark);
    return true;
  }

  /** What follows is unread again. */
  back(mark: Mark): void {
    this.#moves++;
    this.#read.value = plain(mark);
  }

  /** The server's answer, which knows of so many moves; null when some that the server may not know of are under way. */
  take(last: Mark, read: Mark, moves: number | null): void {
    batch(() => {
      this.reach(last);
      if (moves === this.#moves || read.number > this.#read.peek().number) this.#read.value = plain(read);
    });
  }

  /** The numbers begin anew, and at most so many are there. */
  restart(last: Mark): void {
    batch(() => {
      this.#moves++;
      this.#last.value = plain(last);
      if (this.#read.peek().number > last.number) this.#read.value = plain(last);
    });
  }
}

/** How many messages of the timeline there are up to a place. */
function inTimeline({ number, aside }: Mark): number {
  return number - aside;
}

function plain({ number, aside }: Mark): Mark {
  return { number, aside };
}
