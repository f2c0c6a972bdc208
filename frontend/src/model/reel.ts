/** A list of messages that is read and scrolled: the timeline of a room, or a thread. */
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { History } from './history';
import type { Item } from './items';
import type { Place, Target } from './room';

export interface Reel {
  readonly history: History;
  readonly items: ReadonlySignal<readonly Item[]>;
  /** How many messages after those that were read. */
  readonly unread: ReadonlySignal<number>;
  /** The reader's view touches the newest message. */
  readonly atBottom: Signal<boolean>;
  /** The view shall not move by itself. */
  readonly still: Signal<boolean>;
  /** Counts up whenever the view shall go to the newest message. */
  readonly jumps: Signal<number>;
  /** A new object whenever the view shall go to a message. */
  readonly target: Signal<Target | null>;
  /** Where to go on reading on return; null for the bottom. */
  place: Place | null;
  /** Where the reader is. */
  whereabouts: () => Place | null;
  load(): Promise<void>;
  jumpToNewest(): Promise<void>;
}
