/** One room that I am in. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { UnreadRoom } from '../api/attention';
import type { ReadMark } from '../api/attention-records';
import type { MembershipEvent } from '../api/events';
import type { NoticesChoice } from '../api/presence-records';
import type {
  HistoryPage,
  Message,
  Position,
  Reaction,
  RoomEntry,
  RoomKind,
  RoomRecord,
  RoomRole,
  RoomState,
} from '../api/records';
import type { Belonging } from '../api/routes';
import type { Cursor } from '../comet/types';
import { Compose } from './compose';
import { type Change, History, PAGE, type PageQuery } from './history';
import { buildItems, type Item } from './items';
import { Mentions } from './mentions';
import { type Notice, Notices, quieter } from './notices';
import { Outbox, type Outgoing, type SharedOutbox } from './outbox';
import { Overdue } from './overdue';
import { OwnDeletions } from './own-deletions';
import { OwnSettings } from './own-settings';
import type { People } from './people';
import { type Mark, ReadPosition } from './read-position';
import { Quotes } from './quotes';
import { Reacting } from './reacting';
import { ReadMarker } from './reading';
import type { Standing } from './rights';
import { type LoadMembers, Roster } from './roster';
import { Typing, worthTelling, type Writers } from './typing';
import { type Weight, weigh } from './weight';

/** What a room needs from around it. */
export interface RoomServices {
  history(room: number, query: PageQuery): Promise<HistoryPage>;
  send(room: number, clientId: string, body: string, belonging: Belonging): Promise<Message>;
  /** Gives an own message another wording. */
  edit(room: number, number: number, body: string): Promise<Message>;
  /** What is not sent outlives the page there; left out or null where it cannot. */
  readonly sharedOutbox?: Promise<SharedOutbox | null> | undefined;
  message(room: number, number: number): Promise<Message>;
  /** Puts an emoji of mine under a message, or takes it away; gives all that are there then. */
  react(room: number, number: number, emoji: string, on: boolean): Promise<readonly Reaction[]>;
  /** Gives how far it is read then. */
  markUnread(room: number, number: number): Promise<ReadMark>;
  markRead(room: number, number: number): Promise<ReadMark>;
  members(room: number, ...wanted: Parameters<LoadMembers>): ReturnType<LoadMembers>;
  /** I am writing in the room. */
  typing(room: Room): void;
  /** The room is on the screen. */
  isOpen(room: Room): boolean;
  /** Its newest message is being looked at. */
  isSeen(room: Room): boolean;
  /** Only the server knows how much of it is unread. */
  uncertain(room: Room): void;
  /** The server has an own message that its topic should have brought by now. */
  overdue(room: Room): void;
}

/** Where the reader was: a message of the timeline and how far below the upper edge it stood. */
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

/** What a room tells the thread that stands beside it. */
export interface OpenThread {
  /** The number of the root. */
  readonly root: number;
  readonly history: History;
  readonly target: Signal<Target | null>;
  /** There is one more reply. */
  receive(message: Message): void;
  /** Replies may have been missed. */
  catchUp(): Promise<void>;
  /** The server can be reached again. */
  wake(): void;
  /** It is among the threads that I follow. */
  followed(): void;
}

const nobody: ReadonlySet<number> = new Set();

export class Room {
  readonly id: number;
  readonly name = signal('');
  /** What is talked about now; not the topic that the hub publishes on. */
  readonly headline = signal('');
  /** What it is for. */
  readonly description = signal('');
  readonly state = signal<RoomState>('open');
  /** Seconds that I wait between two messages. */
  readonly slowMode = signal(0);
  /** How those who come and go are shown in it, at most. */
  readonly manner = signal<NoticesChoice>('show');
  readonly retentionDays = signal<number | null>(null);
  readonly isDefault = signal(false);
  /** So few are in it that it is shown who has read what. */
  readonly small = signal(false);
  /** Of the oldest message that is kept. */
  readonly firstNumber = signal(1);
  /** I may not write for now; until when, in milliseconds since 1970, or null for no end. */
  readonly muted = signal(false);
  readonly mutedUntil = signal<number | null>(null);
  /** What people whom I block wrote is shown all the same, until I leave the room. */
  readonly blockedShown = signal(false);
  /** What I am in the room. */
  readonly role = signal<RoomRole>('member');
  readonly reading = new ReadPosition();
  readonly lastNumber = this.reading.last;
  readonly readNumber = this.reading.read;
  /** Something was made unread on purpose: looking at it does not make it read, until I come back to the room. */
  readonly keptUnread = signal(false);
  /** Milliseconds since 1970; 0 when nothing was said yet. */
  readonly lastMessageAt = signal(0);
  /** Ids of everybody in a direct room. */
  readonly directIds: readonly number[];
  readonly roster: Roster;

  readonly history: History;
  readonly outbox: Outbox;
  readonly notices = new Notices();
  readonly typing: Typing;
  /** Who writes, without those whom I block. */
  readonly writers: ReadonlySignal<Writers>;
  readonly ownDeletions = new OwnDeletions();
  readonly quotes: Quotes;
  /** The thread that stands beside the timeline. */
  readonly thread = signal<OpenThread | null>(null);
  /** Emoji that I put under messages and the topic has not brought yet. */
  readonly reacting: Reacting;
  readonly unread = computed(() => this.#unreadCount());
  readonly mentions = new Mentions();
  readonly own = new OwnSettings();
  /** How much of what is unread is shown. */
  readonly weight: ReadonlySignal<Weight>;
  /**
   * Number of my message with which what was said in a direct room ends: it is shown who has seen it. Null when
   * somebody else said something last, or that is not to be known.
   */
  readonly awaiting = computed(() => this.#awaiting());
  /** The unread divider stands after this number; null for none. */
  readonly divider = signal<number | null>(null);
  /** The reader's view touches the newest message. */
  readonly atBottom = signal(true);
  /** The view shall not move by itself: the menu of a message is open. */
  readonly still = signal(false);
  /** What I write in the room itself. */
  readonly compose: Compose;
  readonly draft: ReadonlySignal<string>;
  /** I have begun to write something here, in a thread too. */
  readonly hasDraft: ReadonlySignal<boolean>;
  /** What is known of it is valid at this position of its topic, or later. */
  position: Position;
  /** Counts up whenever the view shall go to the newest message. */
  readonly jumps = signal(0);
  /** Where the reader is, as long as the room is on the screen. */
  whereabouts: () => Place | null = () => null;
  /** A new object whenever the view shall go to a message. */
  readonly target = signal<Target | null>(null);
  readonly items: ReadonlySignal<readonly Item[]>;
  /** Where to go on reading on return; null for the bottom. */
  place: Place | null = null;

  readonly #kind: Signal<RoomKind>;
  readonly #services: RoomServices;
  readonly #people: People;
  readonly #marker: ReadMarker;
  readonly #overdue: Overdue;
  /** What I write in the room and its threads, by the number of the root; 0 for the room itself. */
  readonly #places = signal<ReadonlyMap<number, Compose>>(new Map());
  /** Numbers and authors of messages that came while their authors were blocked. */
  readonly #blocked = signal<readonly { readonly number: number; readonly author: number }[]>([]);

  constructor(entry: RoomEntry, services: RoomServices, people: People) {
    this.id = entry.id;
    this.#kind = signal(entry.kind);
    this.directIds = entry.members;
    this.position = entry.position;
    this.#services = services;
    this.#people = people;
    this.compose = this.composing(0);
    this.draft = this.compose.draft.text;
    this.hasDraft = computed(() =>
      [...this.#places.value.values()].some(({ draft }) => draft.text.value.trim() !== ''),
    );
    this.history = new History(async (query) => {
      const page = await services.history(this.id, query);
      this.quotes.take(page.quotes);
      return page;
    });
    this.quotes = new Quotes(
      computed(() => {
        const thread = this.thread.value;
        return thread
          ? new Map([...this.history.byNumber.value, ...thread.history.byNumber.value])
          : this.history.byNumber.value;
      }),
      (number) => services.message(this.id, number),
    );
    this.reacting = new Reacting((number, emoji, on) => services.react(this.id, number, emoji, on));
    this.roster = new Roster((wanted) => services.members(this.id, wanted), people);
    this.typing = new Typing(people.me.id);
    this.writers = computed(() => {
      const { users, more } = this.typing.writers.value;
      return { users: users.filter((id) => !people.blocked.value.has(id)), more };
    });
    this.outbox = new Outbox({
      room: this.id,
      post: ({ clientId, body, belonging }) => services.send(this.id, clientId, body, belonging),
      sent: (message) => this.#acknowledged(message),
      shared: services.sharedOutbox,
    });
    this.weight = computed(() =>
      weigh({
        kind: this.kind,
        level: this.own.level.value,
        silenced: this.own.silenced.value,
        unread: this.unread.value,
        mentions: this.mentions.count.value,
      }),
    );
    this.#overdue = new Overdue(
      () => this.position.seq,
      () => services.overdue(this),
    );
    this.#marker = new ReadMarker(async (number) => this.#told(await services.markRead(this.id, number)));
    this.items = computed(() =>
      buildItems({
        messages: this.history.messages.value,
        complete: !this.history.newer.value,
        outgoing: this.outbox.of(0),
        notices: this.notices.lines.value,
        manner: quieter(people.me.notices, this.manner.value),
        divider: this.divider.value,
        blocked: this.blockedShown.value ? nobody : people.blocked.value,
        ownDeletions: this.ownDeletions.all.value,
        me: people.me,
      }),
    );
    this.update(entry);
  }

  get kind(): RoomKind {
    return this.#kind.value;
  }

  get topic(): string {
    return `room:${this.id}`;
  }

  /** What my rights in it depend on. */
  get standing(): Standing {
    return { role: this.role.value, kind: this.kind, state: this.state.value };
  }

  /** Takes what the server says about the room and my place in it. */
  update(entry: RoomEntry): void {
    batch(() => {
      this.#begin(entry.position, { number: entry.last_number, aside: entry.last_aside });
      this.change(entry);
      // A moderator need not wait.
      if (entry.role !== this.role.peek()) this.outbox.wake();
      this.role.value = entry.role;
      this.small.value = entry.small;
      this.muted.value = entry.muted;
      this.mutedUntil.value = entry.muted_until;
      this.#takeUnread(entry, null);
      this.lastMessageAt.value = Math.max(this.lastMessageAt.value, entry.last_message_at ?? 0);
      this.own.take(entry);
    });
  }

  /** To be told with what the server says of what is unread: how much the server can know of what was read here. */
  get known(): number | null {
    return this.#marker.busy ? null : this.reading.moves;
  }

  /** Takes what the server says of what is unread, and how much it could know then. */
  takeUnread(unread: UnreadRoom, known: number | null): void {
    batch(() => this.#takeUnread(unread, known));
  }

  #takeUnread(entry: Omit<UnreadRoom, 'room_id'>, known: number | null): void {
    const last = { number: entry.last_number, aside: entry.last_aside };
    this.reading.take(last, { number: entry.read_number, aside: entry.read_aside }, known);
    this.mentions.counted(entry.mentions, entry.last_number);
    this.mentions.read(this.readNumber.peek());
  }

  change(record: RoomRecord): void {
    batch(() => {
      this.name.value = record.name;
      this.description.value = record.description;
      this.#kind.value = record.kind;
      this.headline.value = record.topic;
      this.state.value = record.state;
      // What waits goes out at once, or the server says anew for how long.
      if (record.slow_mode < this.slowMode.peek()) this.outbox.wake();
      this.slowMode.value = record.slow_mode;
      this.manner.value = record.notices;
      this.retentionDays.value = record.retention_days;
      this.isDefault.value = record.is_default;
      this.#beginAt(record.first_number);
    });
  }

  /** What came before was erased, because it is kept no longer. */
  #beginAt(number: number): void {
    this.firstNumber.value = number;
    if (this.history.beginAt(number)) return;
    this.openNewest().catch(() => {
      // The room's state says so, and coming back online tries again.
    });
  }

  /** What the server has said of the room, for a form that is about to change it. */
  record(): Omit<RoomRecord, 'id'> {
    return {
      kind: this.kind,
      name: this.name.peek(),
      topic: this.headline.peek(),
      description: this.description.peek(),
      state: this.state.peek(),
      slow_mode: this.slowMode.peek(),
      notices: this.manner.peek(),
      retention_days: this.retentionDays.peek(),
      is_default: this.isDefault.peek(),
      first_number: this.firstNumber.peek(),
    };
  }

  /**
   * The server was restored to an earlier state when the epoch is another one: the numbers count other
   * messages now, and what is on the screen may never have been said.
   */
  #begin(position: Position, last: Mark): void {
    const before = this.position;
    this.position = position;
    if (position.epoch === before.epoch) return;
    this.reading.restart(last);
    this.lastMessageAt.value = 0;
    this.divider.value = null;
    this.place = null;
    this.notices.clear();
    this.ownDeletions.clear();
    this.quotes.clear();
    this.target.value = null;
    this.#blocked.value = [];
    this.mentions.restart();
    this.outbox.dropSent();
    this.#overdue.stop();
    this.#marker.restart();
  }

  /** A message of the room's topic. */
  receive(message: Message): void {
    batch(() => {
      if (this.#people.blocked.peek().has(message.author.id)) this.#setAside(message);
      else this.#markNew(message);
      this.reading.reach(message);
      this.lastMessageAt.value = Math.max(this.lastMessageAt.value, message.created_at);
      if (message.thread === null) this.history.add(message);
      else this.#replied(message, message.thread);
      this.typing.wrote(message.author.id);
      if (this.#isForMe(message)) this.mentions.add(message.number);
      this.#settle([message]);
    });
  }

  /** Whether somebody else mentions me in an unread message. */
  #isForMe({ number, author, mentions, mentions_all }: Message): boolean {
    const { me, blocked } = this.#people;
    if (author.id === me.id || number <= this.readNumber.peek() || blocked.peek().has(author.id))
      return false;
    return mentions_all === 'room' || mentions.includes(me.id);
  }

  /** An event of the room's topic has been taken. */
  passed(seq: number): void {
    this.position = { epoch: this.position.epoch, seq };
  }

  /** The first message that comes while nobody looks gets the divider above it. */
  #markNew(message: Message): void {
    const caughtUp =
      this.unread.value === 0 && message.thread === null && message.number > this.lastNumber.value;
    if (caughtUp && this.#services.isOpen(this) && !this.#services.isSeen(this)) {
      this.divider.value = message.author.id === this.#people.me.id ? null : this.readNumber.value;
    }
  }

  #acknowledged(message: Message): void {
    // One that is not next would stand above messages still to come: the topic brings it in its turn.
    const { history } = this;
    const mayTake = message.thread === null && (history.isNext(message) || message.number <= history.last);
    if (mayTake) this.receive(message);
    this.#overdue.expect(message.seq);
  }

  /** What somebody whom I block has just written is not unread. */
  #setAside({ number, author, thread }: Message): void {
    if (thread !== null || number <= this.lastNumber.value) return;
    this.#blocked.value = [...this.#blocked.value, { number, author: author.id }];
  }

  #unreadCount(): number {
    const read = this.readNumber.value;
    const blocked = this.#people.blocked.value;
    const aside = this.#blocked.value.filter(({ number, author }) => number > read && blocked.has(author));
    return Math.max(0, this.reading.unread.value - aside.length);
  }

  #awaiting(): number | null {
    const { me } = this.#people;
    if (this.kind !== 'direct' || this.directIds.length < 2 || !this.small.value || !me.seen_by) return null;
    const last = this.history.newer.value ? null : this.history.messages.value.findLast((m) => !m.deleted);
    return last?.author.id === me.id ? last.number : null;
  }

  /** Messages were deleted, by their author or by somebody who keeps order. */
  hide(numbers: readonly number[]): void {
    for (const window of this.#windows) window.hide(numbers);
    this.quotes.hide(numbers);
    this.#recount(numbers);
    for (const place of this.#places.peek().values()) place.gone(numbers);
    for (const number of numbers) this.#unmention(number);
  }

  /** A message may mention me no longer. */
  #unmention(number: number): void {
    if (number > this.readNumber.peek() && !this.mentions.drop(number)) this.#services.uncertain(this);
  }

  /** An event changed what was said. */
  edited(message: Message, seq: number): void {
    this.#change(message.number, seq, (known) => reworded(known, message));
    this.quotes.edited(message);
    if (this.#isForMe(message)) this.#mentionedNow(message.number);
    else this.#unmention(message.number);
  }

  /** An unread message mentions me, and perhaps did before. */
  #mentionedNow(number: number): void {
    if (!this.mentions.add(number)) this.#services.uncertain(this);
  }

  /** The server has taken a new wording of mine, and the topic brings it in its turn. */
  #saved(message: Message): void {
    for (const window of this.#windows) window.patch(message.number, (known) => reworded(known, message));
    this.quotes.edited(message);
  }

  reacted(number: number, reactions: readonly Reaction[], seq: number): void {
    this.#change(number, seq, (known) => ({ ...known, reactions }));
    this.reacting.told(number, reactions, this.#people.me.id);
  }

  pinned(number: number, pinned: boolean, seq: number): void {
    this.#change(number, seq, (known) => ({ ...known, pinned }));
  }

  /** What is loaded of the room: its timeline, and a thread beside it. */
  get #windows(): readonly History[] {
    const thread = this.thread.peek();
    return thread ? [this.history, thread.history] : [this.history];
  }

  #change(number: number, seq: number, change: Change): void {
    for (const window of this.#windows) window.change(number, seq, change);
  }

  /** A reply in a thread: the root says that there is one more. */
  #replied(message: Message, root: number): void {
    this.#change(root, message.seq, (known) => withReply(known, message));
    const thread = this.thread.peek();
    if (thread?.root === root) thread.receive(message);
  }

  /** Of roots whose replies were deleted or restored, only the server can tell how many are left. */
  #recount(numbers: readonly number[]): void {
    const replies = numbers.filter((number) => !this.history.byNumber.peek().has(number));
    const isOf = ({ number, replies: all }: Message, reply: number) =>
      all !== null && number < reply && reply <= all.last_number;
    const known = this.#windows.flatMap((window) => window.messages.peek());
    const roots = known.filter((m) => replies.some((reply) => isOf(m, reply)));
    for (const number of new Set(roots.map((root) => root.number))) {
      this.#services.message(this.id, number).then(
        ({ replies: left }) => {
          for (const window of this.#windows) window.patch(number, (root) => ({ ...root, replies: left }));
        },
        () => {
          // The next page that is loaded tells.
        },
      );
    }
  }

  /** A deletion was taken back. */
  restore(numbers: readonly number[]): void {
    this.ownDeletions.drop(numbers);
    this.quotes.restored(numbers);
    this.#recount(numbers);
    if (numbers.some((number) => number > this.readNumber.peek())) this.#services.uncertain(this);
    for (const window of this.#windows) {
      window.restore(numbers).catch(() => {
        // They come with the next page that is loaded.
      });
    }
  }

  /** Somebody joined or left. */
  takeMember(event: MembershipEvent): void {
    const { kind, user, actor, at } = event;
    const byOther = actor.id !== user.id;
    batch(() => {
      this.roster.take(event);
      this.addNotice({
        kind: byOther ? (kind === 'join' ? 'added' : 'removed') : kind,
        user: user.id,
        actor: byOther ? actor.id : null,
        at,
      });
    });
  }

  /** Whether somebody is known to be in the room. */
  has(user: number): boolean {
    return this.directIds.includes(user) || this.roster.has(user);
  }

  addNotice(notice: Omit<Notice, 'id' | 'after'>): void {
    this.notices.add({ ...notice, after: this.lastNumber.value });
  }

  /** Somebody opens the room: loads what belongs on the screen. */
  async enter(load = true): Promise<void> {
    const unread = this.unread.value;
    this.divider.value = unread > 0 ? this.readNumber.value : null;
    if (unread > 0) this.place = null;
    void this.roster.refresh().catch(() => {});
    if (load) await this.load();
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
    if (place === null) return this.jumpToNewest();
    if (!this.history.has(place.number)) await this.history.openAt(place.number);
    this.target.value = { number: place.number, flash: false, offset: place.offset };
  }

  async load(): Promise<void> {
    const { state, first, newer } = this.history;
    const read = this.readNumber.value;
    const held =
      state.value === 'ready' && (this.divider.value === null || (read >= first - 1 && !newer.value));
    if (held) return;
    if (this.divider.value !== null && this.unread.value > PAGE - 10) await this.history.openAround(read);
    else await this.openNewest();
  }

  async openNewest(): Promise<void> {
    const page = await this.history.openNewest();
    if (page) this.#takeNewest(page);
  }

  #takeNewest(page: HistoryPage): void {
    const last = page.messages.at(-1);
    batch(() => {
      this.#begin(page.position, last ?? { number: 0, aside: 0 });
      if (!last) return;
      this.#settle(page.messages);
      this.reading.reach(last);
      this.lastMessageAt.value = Math.max(this.lastMessageAt.value, last.created_at);
    });
  }

  #settle(messages: readonly Message[]): void {
    const mine = messages.filter((message) => message.author.id === this.#people.me.id);
    this.outbox.settle(
      mine.map((message) => message.client_id),
      messages.at(-1)?.number ?? 0,
    );
  }

  /** Sends a message and goes to where it appears. */
  send(body: string, belonging: Belonging = {}): void {
    this.outbox.send(body, belonging);
    if (belonging.thread) return;
    this.jumpToNewest().catch(() => {
      // What is loaded stays; the message goes out all the same.
    });
  }

  async jumpToNewest(): Promise<void> {
    if (this.history.newer.value) await this.openNewest();
    this.jumps.value++;
  }

  leave(): void {
    this.divider.value = null;
    this.keptUnread.value = false;
    this.blockedShown.value = false;
    if (this.atBottom.value) this.history.shrink();
  }

  /** Loads afresh what the topic cannot replay; the topic goes on from the answer. */
  async catchUp(): Promise<Cursor> {
    const page = await this.history.catchUp();
    this.#takeNewest(page);
    await this.thread.peek()?.catchUp();
    if (this.roster.members.peek()) await this.roster.refresh();
    return [page.position.epoch, page.position.seq];
  }

  /** Everything up to here has been seen, here or in another browser. */
  readUpTo(mark: Mark, elsewhere = false): void {
    if (mark.number <= this.readNumber.peek()) return;
    batch(() => {
      this.reading.readUpTo(mark);
      this.mentions.read(mark.number);
      const later = this.#blocked.peek().filter((one) => one.number > mark.number);
      if (later.length < this.#blocked.peek().length) this.#blocked.value = later;
    });
    if (!elsewhere) this.#marker.mark(mark.number);
  }

  /** Another browser of mine has read it so far. */
  heardRead(hint: Mark & Pick<ReadMark, 'mentions'>): void {
    this.readUpTo(hint, true);
    if (hint.number === this.readNumber.peek() && !this.#marker.busy) this.#told(hint);
  }

  /** Everything that is known of it is read. */
  readAll(): void {
    this.keptUnread.value = false;
    this.readUpTo(this.reading.end);
  }

  /** What follows was made unread again, here or in another browser. */
  unreadAfter(mark: Mark): void {
    this.#marker.restart();
    this.keptUnread.value = true;
    this.reading.back(mark);
    this.#services.uncertain(this);
  }

  /** A message and what follows it is to be unread again, until I leave the room or want it read. */
  async markUnread(number: number): Promise<void> {
    await this.#marker.hold();
    const { aside } = await this.#services.markUnread(this.id, number);
    batch(() => {
      this.unreadAfter({ number: number - 1, aside });
      this.divider.value = number - 1;
    });
  }

  /** The server has taken how far I have read, and counts what is left; what it knows better is asked for. */
  #told({ mentions }: Pick<ReadMark, 'mentions'>): void {
    if (mentions !== this.mentions.count.peek()) this.#services.uncertain(this);
  }

  /** Where I write: in the room (0), or in the thread of a root. */
  composing(thread: number): Compose {
    const known = this.#places.peek().get(thread);
    if (known) return known;
    const place = new Compose(this.#people.me.id, this.id, thread, {
      send: (body, belonging) => this.send(body, belonging),
      save: async (number, body) => {
        this.#saved(await this.#services.edit(this.id, number, body));
      },
      place: (other) => this.composing(other),
    });
    this.#places.value = new Map(this.#places.peek()).set(thread, place);
    return place;
  }

  /** All places where I have begun to write, by the number of the root; 0 for the room itself. */
  get places(): ReadonlyMap<number, Compose> {
    return this.#places.value;
  }

  /** I write: the draft is another, and the others may be told. */
  write(text: string): void {
    this.setDraft(text);
    if (worthTelling(text)) this.#services.typing(this);
  }

  setDraft(text: string): void {
    this.compose.draft.set(text);
  }

  /** What is written here outlives the page, whatever other tabs have done since. */
  keepDraft(): void {
    for (const { draft } of this.#places.peek().values()) if (draft.text.peek() !== '') draft.keep();
  }

  /** Whether I may write here at this moment, as it turns out. */
  permit(may: boolean): void {
    if (may) {
      this.outbox.excuse();
      return;
    }
    for (const { draft } of this.#places.peek().values()) draft.keep();
    // What waits asks now, and is told why it cannot go out.
    this.outbox.wake();
  }

  /** Ends it. What was not sent and ends with the page stands in front of the draft afterwards. */
  stop(): void {
    this.#keep(this.outbox.stop());
    this.#overdue.stop();
    this.#marker.stop();
    this.typing.stop();
    this.ownDeletions.clear();
  }

  /**
   * What was not sent is no message any more: it stands in front of the drafts, and its author decides. Outside of the room
   * there is one draft for it and its threads.
   */
  giveUp(leaving = false): void {
    const { unsent, took } = this.outbox.giveUp();
    if (leaving) this.#keep(unsent);
    else {
      const threads = new Set(unsent.map(threadOf));
      for (const thread of threads)
        this.#keep(
          unsent.filter((entry) => threadOf(entry) === thread),
          thread,
        );
    }
    void took();
  }

  /** One whose acknowledgement was lost is left out if the window has it. */
  #keep(unsent: readonly Outgoing[], thread = 0): void {
    const shown = new Set(this.history.messages.peek().map((message) => message.client_id));
    const bodies = unsent.filter(({ clientId }) => !shown.has(clientId)).map(({ body }) => body);
    this.composing(thread).draft.keep(bodies);
  }
}

function threadOf({ belonging }: Outgoing): number {
  return belonging.thread ?? 0;
}

/** The root of a thread after one more reply; not twice, when the server has counted it already. */
function withReply(root: Message, { number, author, created_at }: Message): Message {
  const before = root.replies ?? { count: 0, last_at: 0, last_number: 0, user_ids: [] };
  if (number <= before.last_number) return root;
  const others = before.user_ids.filter((id) => id !== author.id);
  return {
    ...root,
    replies: {
      count: before.count + 1,
      last_at: created_at,
      last_number: number,
      user_ids: [author.id, ...others].slice(0, MOST_AUTHORS),
    },
  };
}

/** So many of those who wrote in a thread are shown at its root. */
const MOST_AUTHORS = 5;

/** A message with the words of a later version of it. What else is known of it comes by itself. */
function reworded(known: Message, { body, html, edited_at, mentions, mentions_all }: Message): Message {
  if (known.deleted || (known.edited_at ?? 0) > (edited_at ?? 0)) return known;
  return { ...known, body, html, edited_at, mentions, mentions_all };
}
