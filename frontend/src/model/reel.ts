/** A list of messages that is read and scrolled: the timeline of a room, or a thread. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { History } from './history';
import type { Item } from './items';

/** Where the reader was: a message of the list and how far below the upper edge it stood. */
export interface Place {
  readonly key: string;
  readonly number: number;
  readonly offset: number;
}

/** Where the view is to go: a message, which may light up for a moment. */
export interface Target {
  readonly number: number;
  readonly flash: boolean;
  /** Pixels below the upper edge; the middle of the view when none is given. */
  readonly offset?: number;
}

export abstract class Reel {
  abstract readonly history: History;
  abstract readonly items: ReadonlySignal<readonly Item[]>;
  /** How many messages after those that were read. */
  abstract readonly unread: ReadonlySignal<number>;
  /** The reader's view touches the newest message. */
  readonly atBottom = signal(true);
  /** The view is where it belongs: before that, nobody has seen what it touches. */
  readonly placed = signal(false);
  /** The view shall not move by itself: the menu of a message is open. */
  readonly still = signal(false);
  /** Counts up whenever the view shall go to the newest message. */
  readonly jumps = signal(0);
  /** A new object whenever the view shall go to a message. */
  readonly target = signal<Target | null>(null);
  /** Where to go on reading on return; null for the bottom. */
  place: Place | null = null;
  /** Where the reader is, as long as the list is on the screen. */
  whereabouts: () => Place | null = () => null;

  /** Loads what belongs on the screen. */
  abstract load(): Promise<void>;
  protected abstract openNewest(): Promise<void>;

  async jumpToNewest(): Promise<void> {
    if (this.history.newer.value) await this.openNewest();
    this.jumps.value++;
  }

  /** Loads what is around a message, and shows it. Says whether it is there. */
  async goTo(number: number): Promise<boolean> {
    const { history } = this;
    if (!history.has(number)) await history.openAt(number);
    const found = history.byNumber.peek().get(number);
    this.target.value = { number: this.#nearest(number), flash: found?.deleted === false };
    return found?.deleted === false;
  }

  #nearest(number: number): number {
    const shown = this.history.messages.peek().filter((m) => !m.deleted);
    return shown.findLast((m) => m.number <= number)?.number ?? shown[0]?.number ?? number;
  }

  /** Goes back to where the reader was. */
  async returnTo(place: Place | null): Promise<void> {
    if (place === null) return this.history.state.peek() === 'empty' ? this.load() : this.jumpToNewest();
    if (!this.history.has(place.number)) await this.history.openAt(place.number);
    this.target.value = { number: place.number, flash: false, offset: place.offset };
  }
}
