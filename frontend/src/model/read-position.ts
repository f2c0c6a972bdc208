/** How far a room goes and how far I have read it. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';

/** A place among a room's messages: a number, and how many of those up to it are in threads, not in the timeline. */
export interface Mark {
  readonly number: number;
  readonly aside: number;
}

/** What an answer of the server can know of, from when it was asked for. */
export interface PositionKnown {
  /** Counts what was asked for. */
  readonly asked: number;
  /** How often what was read had moved; null when moves were under way that the server may not know of. */
  readonly moves: number | null;
  /** How often something had been made unread. */
  readonly backs: number;
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
  #backs = 0;
  #asked = 0;
  /** The newest question whose answer was taken. */
  #answered = 0;

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

  /** To be told with the answer of what is asked for now. */
  ask(): PositionKnown {
    return { asked: ++this.#asked, moves: this.#moves, backs: this.#backs };
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
    this.#backs++;
    this.#read.value = plain(mark);
  }

  /**
   * The server's answer, and what it can know of; null when that is not known. False when it says of another place than
   * what is read here: more was read since, something was made unread, or what was asked for later has been answered.
   */
  take(last: Mark, read: Mark, known: PositionKnown | null): boolean {
    this.reach(last);
    if (known) {
      if (known.backs !== this.#backs || known.asked < this.#answered) return false;
      this.#answered = known.asked;
    }
    const goesOn = read.number > this.#read.peek().number;
    if (goesOn || known?.moves === this.#moves) this.#read.value = plain(read);
    return this.#read.peek().number === read.number;
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
