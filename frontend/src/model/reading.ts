/** How far I have read a room, what of it is unread, and what of that mentions me. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { UnreadRoom } from '../api/attention';
import type { ReadMark } from '../api/attention-records';
import type { Message } from '../api/records';
import { Mentions } from './mentions';
import type { People } from './people';
import { ReadMarker } from './read-marker';
import { type Mark, type PositionKnown, ReadPosition } from './read-position';

/** What it needs from around the room. */
export interface ReadingServices {
  /** Gives how far it is read then. */
  markUnread(number: number): Promise<ReadMark>;
  markRead(number: number): Promise<ReadMark>;
  /** The room is on the screen, and nobody looks at its newest message. */
  isLeftAlone(): boolean;
  /** Only the server knows how much is unread. */
  uncertain(): void;
}

/** What an answer of the server can know of, from when it was asked for. */
export interface Known extends PositionKnown {
  /** How often unread messages had been edited or deleted. */
  readonly changes: number;
}

export class Reading {
  /** The number of the newest message. */
  readonly last: ReadonlySignal<number>;
  /** The number up to which everything is read. */
  readonly read: ReadonlySignal<number>;
  /** How many messages of the timeline come after that, without those of people whom I block. */
  readonly unread: ReadonlySignal<number>;
  readonly mentions = new Mentions();
  /** The unread divider stands after this number; null for none. */
  readonly divider = signal<number | null>(null);
  /** Something was made unread on purpose: looking at it does not make it read, until I come back to the room. */
  readonly kept = signal(false);

  readonly #position = new ReadPosition();
  readonly #people: People;
  readonly #services: ReadingServices;
  readonly #marker: ReadMarker;
  /** The numbers have begun anew, and nothing was read since. */
  #restored = false;
  /** Counts the edits and deletions of unread messages. */
  #changes = 0;
  /** Numbers and authors of messages that came while their authors were blocked. */
  readonly #blocked = signal<readonly { readonly number: number; readonly author: number }[]>([]);

  constructor(people: People, services: ReadingServices) {
    this.#people = people;
    this.#services = services;
    this.last = this.#position.last;
    this.read = this.#position.read;
    this.unread = computed(() => this.#count());
    this.#marker = new ReadMarker(async (number) => this.#told(await services.markRead(number)));
  }

  #count(): number {
    const read = this.read.value;
    const blocked = this.#people.blocked.value;
    const aside = this.#blocked.value.filter(({ number, author }) => number > read && blocked.has(author));
    return Math.max(0, this.#position.unread.value - aside.length);
  }

  /** The mark of the newest message. */
  get end(): Mark {
    return this.#position.end;
  }

  /** To be told with what the server says of what is unread when it is asked now. */
  ask(): Known {
    const known = { ...this.#position.ask(), changes: this.#changes };
    return this.#marker.busy ? { ...known, moves: null } : known;
  }

  /** Takes what the server says of what is unread, and how much it could know then; null when that is not known. */
  take(entry: Omit<UnreadRoom, 'room_id'>, known: Known | null): void {
    batch(() => {
      const last = { number: entry.last_number, aside: entry.last_aside };
      const read = { number: entry.read_number, aside: entry.read_aside };
      // A count from another place has what has been read since. Whatever moved the place brings a count, or asks for one.
      const before = this.read.peek();
      const same = this.#position.take(last, read, known);
      if (this.read.peek() < before) this.#takenBack();
      if (same) {
        this.mentions.counted(entry.mentions, last.number);
        // It may have been counted before that.
        if (known && known.changes !== this.#changes) this.#services.uncertain();
      }
      this.mentions.read(this.read.peek());
    });
  }

  /** Less is read than was thought here: it was made unread elsewhere, or the server was restored and has forgotten. */
  #takenBack(): void {
    this.#marker.restart();
    if (!this.#restored) this.kept.value = true;
    this.#restored = false;
  }

  /** There is a message, which may be the newest. */
  reach(mark: Mark): void {
    this.#position.reach(mark);
  }

  /** The room's topic has brought a message. */
  receive(message: Message): void {
    if (this.#people.blocked.peek().has(message.author.id)) this.#setAside(message);
    else this.#markNew(message);
    this.reach(message);
    if (this.#isForMe(message)) this.mentions.add(message.number);
  }

  /** What somebody whom I block has just written is not unread. */
  #setAside({ number, author, thread }: Message): void {
    if (thread !== null || number <= this.last.value) return;
    this.#blocked.value = [...this.#blocked.value, { number, author: author.id }];
  }

  /** The first message that comes while nobody looks gets the divider above it. */
  #markNew(message: Message): void {
    const caughtUp = this.unread.value === 0 && message.thread === null && message.number > this.last.value;
    if (caughtUp && this.#services.isLeftAlone())
      this.divider.value = message.author.id === this.#people.me.id ? null : this.read.value;
  }

  /** Whether somebody else mentions me in an unread message. */
  #isForMe({ number, author, mentions, mentions_all }: Message): boolean {
    const { me, blocked } = this.#people;
    if (author.id === me.id || number <= this.read.peek() || blocked.peek().has(author.id)) return false;
    return mentions_all === 'room' || mentions.includes(me.id);
  }

  /** A message has other words. */
  edited(message: Message): void {
    this.#changed(message.number);
    if (!this.#isForMe(message)) this.#unmention(message.number);
    // It may have mentioned me before.
    else if (!this.mentions.add(message.number)) this.#services.uncertain();
  }

  /** Messages were deleted. */
  hide(numbers: readonly number[]): void {
    for (const number of numbers) {
      this.#changed(number);
      this.#unmention(number);
    }
  }

  #changed(number: number): void {
    if (number > this.read.peek()) this.#changes++;
  }

  /** A message may mention me no longer. */
  #unmention(number: number): void {
    if (number > this.read.peek() && !this.mentions.drop(number)) this.#services.uncertain();
  }

  /** Deleted messages are there again. */
  restore(numbers: readonly number[]): void {
    if (numbers.some((number) => number > this.read.peek())) this.#services.uncertain();
  }

  /** Somebody opens the room. */
  enter(): void {
    this.divider.value = this.unread.value > 0 ? this.read.value : null;
  }

  leave(): void {
    this.divider.value = null;
  }

  /** The end of the timeline is on the screen, and is looked at. */
  seen(mark: Mark): void {
    // Those in a thread after the last message count for the room: nothing else would ever take them back.
    this.#readUpTo(this.mentions.count.value > 0 ? this.#position.through(mark) : mark);
  }

  /** Everything up to here has been seen. */
  #readUpTo(mark: Mark): void {
    if (this.#move(mark)) this.#marker.mark(mark.number);
  }

  /** Another browser of mine has read it so far. */
  heardRead(hint: Mark & Pick<ReadMark, 'mentions'>): void {
    const moved = this.#move(hint);
    if (this.#marker.busy) {
      // The answer to what is being told here may be older.
      if (moved) this.#services.uncertain();
    } else if (hint.number === this.read.peek()) this.#told(hint);
    // It may have been made unread in between: of the hints the last one comes.
    else this.#services.uncertain();
  }

  /** False when it was read already. */
  #move(mark: Mark): boolean {
    if (mark.number <= this.read.peek()) return false;
    this.#restored = false;
    batch(() => {
      this.#position.readUpTo(mark);
      this.mentions.read(mark.number);
      const later = this.#blocked.peek().filter((one) => one.number > mark.number);
      if (later.length < this.#blocked.peek().length) this.#blocked.value = later;
    });
    return true;
  }

  /** Everything that is known of it is read. */
  readAll(): void {
    this.kept.value = false;
    this.#readUpTo(this.end);
  }

  /** What follows was made unread again, here or in another browser. */
  unreadAfter(mark: Mark): void {
    this.#marker.restart();
    this.kept.value = true;
    this.#position.back(mark);
    this.#services.uncertain();
  }

  /** A message and what follows it is to be unread again, until I leave the room or want it read. */
  async markUnread(number: number): Promise<void> {
    await this.#marker.hold();
    try {
      const { aside } = await this.#services.markUnread(number);
      batch(() => {
        this.unreadAfter({ number: number - 1, aside });
        this.divider.value = number - 1;
      });
    } catch (error) {
      this.#marker.mark(this.read.peek());
      throw error;
    }
  }

  /** The server has taken how far I have read, and counts what is left; what it knows better is asked for. */
  #told({ mentions }: Pick<ReadMark, 'mentions'>): void {
    if (mentions !== this.mentions.count.peek()) this.#services.uncertain();
  }

  /** The numbers begin anew, and at most so many are there. */
  restart(last: Mark): void {
    this.#position.restart(last);
    this.divider.value = null;
    this.#blocked.value = [];
    this.mentions.restart();
    this.#marker.restart();
    this.#restored = true;
    this.#services.uncertain();
  }

  /** What was not told yet is not told any more. */
  stop(): void {
    this.#marker.stop();
  }
}
