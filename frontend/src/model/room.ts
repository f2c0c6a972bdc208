/** One room that I am in. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { MembershipEvent } from '../api/events';
import type { NoticesChoice } from '../api/presence-records';
import type {
  HistoryPage,
  Message,
  Position,
  RoomEntry,
  RoomKind,
  RoomRecord,
  RoomRole,
  RoomState,
} from '../api/records';
import type { Belonging } from '../api/routes';
import type { Cursor } from '../comet/types';
import { type History, PAGE } from './history';
import { buildItems, type Item } from './items';
import { type Notice, Notices, quieter } from './notices';
import { Outbox, type SharedOutbox } from './outbox';
import { Overdue } from './overdue';
import { OwnSettings } from './own-settings';
import type { People } from './people';
import type { Mark } from './read-position';
import { type Known, Reading, type ReadingServices } from './reading';
import { Reel } from './reel';
import type { Standing } from './rights';
import { type MessageServices, RoomMessages } from './room-messages';
import { type LoadMembers, Roster } from './roster';
import { Typing, type Writers } from './typing';
import { type Weight, weigh } from './weight';
import { Writing } from './writing';

/** What a room needs from around it. */
export interface RoomServices extends MessageServices, ReadingServices {
  send(clientId: string, body: string, belonging: Belonging): Promise<Message>;
  /** Gives an own message another wording. */
  edit(number: number, body: string): Promise<Message>;
  /** What is not sent outlives the page there; left out or null where it cannot. */
  readonly sharedOutbox?: Promise<SharedOutbox | null> | undefined;
  readonly members: LoadMembers;
  /** I am writing in the room. */
  typing(): void;
  /** The server has an own message that its topic should have brought by now. */
  overdue(): void;
}

const nobody: ReadonlySet<number> = new Set();

export class Room extends Reel {
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
  readonly reading: Reading;
  readonly unread: ReadonlySignal<number>;
  /** Milliseconds since 1970; 0 when nothing was said yet. */
  readonly lastMessageAt = signal(0);
  /** Ids of everybody in a direct room. */
  readonly directIds: readonly number[];
  readonly roster: Roster;

  readonly messages: RoomMessages;
  readonly history: History;
  readonly outbox: Outbox;
  readonly writing: Writing;
  readonly notices = new Notices();
  readonly typing: Typing;
  /** Who writes, without those whom I block. */
  readonly writers: ReadonlySignal<Writers>;
  readonly own = new OwnSettings();
  /** How much of what is unread is shown. */
  readonly weight: ReadonlySignal<Weight>;
  /**
   * Number of my message with which what was said in a direct room ends: it is shown who has seen it. Null when
   * somebody else said something last, or that is not to be known.
   */
  readonly awaiting = computed(() => this.#awaiting());
  /** What is known of it is valid at this position of its topic, or later. */
  position: Position;
  readonly items: ReadonlySignal<readonly Item[]>;

  readonly #kind: Signal<RoomKind>;
  readonly #people: People;
  readonly #overdue: Overdue;

  /** `serve` gives a room what it needs from around it. */
  constructor(entry: RoomEntry, serve: (room: Room) => RoomServices, people: People) {
    super();
    this.id = entry.id;
    this.#kind = signal(entry.kind);
    this.directIds = entry.members;
    this.position = entry.position;
    this.#people = people;
    const services = serve(this);
    this.reading = new Reading(people, services);
    this.unread = this.reading.unread;
    this.messages = new RoomMessages(services);
    this.history = this.messages.history;
    this.roster = new Roster(services.members, people);
    this.typing = new Typing(people.me.id);
    this.writers = computed(() => {
      const { users, more } = this.typing.writers.value;
      return { users: users.filter((id) => !people.blocked.value.has(id)), more };
    });
    this.outbox = new Outbox({
      room: this.id,
      post: ({ clientId, body, belonging }) => services.send(clientId, body, belonging),
      sent: (message) => this.#acknowledged(message),
      shared: services.sharedOutbox,
    });
    this.writing = new Writing(people.me.id, this.id, this.outbox, {
      send: (body, belonging) => this.send(body, belonging),
      save: async (number, body) => this.messages.saved(await services.edit(number, body)),
      typing: services.typing,
      isShown: (clientId) => this.history.messages.peek().some((message) => message.client_id === clientId),
    });
    this.weight = computed(() =>
      weigh({
        kind: this.kind,
        level: this.own.level.value,
        silenced: this.own.silenced.value,
        unread: this.unread.value,
        mentions: this.reading.mentions.count.value,
      }),
    );
    this.#overdue = new Overdue(() => this.position.seq, services.overdue);
    this.items = computed(() =>
      buildItems({
        messages: this.history.messages.value,
        complete: !this.history.newer.value,
        outgoing: this.outbox.of(0),
        notices: this.notices.lines.value,
        manner: quieter(people.me.notices, this.manner.value),
        divider: this.reading.divider.value,
        blocked: this.blockedShown.value ? nobody : people.blocked.value,
        ownDeletions: this.messages.ownDeletions.all.value,
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

  /** Takes what the server says about the room and my place in it, and how much it could know of what I read. */
  update(entry: RoomEntry, known: Known | null = null): void {
    batch(() => {
      this.#begin(entry.position, { number: entry.last_number, aside: entry.last_aside });
      this.change(entry);
      // A moderator need not wait.
      if (entry.role !== this.role.peek()) this.outbox.wake();
      this.role.value = entry.role;
      this.small.value = entry.small;
      this.muted.value = entry.muted;
      this.mutedUntil.value = entry.muted_until;
      this.reading.take(entry, known);
      this.lastMessageAt.value = Math.max(this.lastMessageAt.value, entry.last_message_at ?? 0);
      this.own.take(entry);
    });
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
    this.place = null;
    this.notices.clear();
    this.messages.restart();
    this.target.value = null;
    this.outbox.dropSent();
    this.#overdue.stop();
  }

  /** A message of the room's topic. */
  receive(message: Message): void {
    batch(() => {
      this.reading.receive(message);
      this.lastMessageAt.value = Math.max(this.lastMessageAt.value, message.created_at);
      this.messages.add(message);
      this.typing.wrote(message.author.id);
      this.#settle([message]);
    });
  }

  /** An event of the room's topic has been taken. */
  passed(seq: number): void {
    this.position = { epoch: this.position.epoch, seq };
  }

  #acknowledged(message: Message): void {
    // One that is not next would stand above messages still to come: the topic brings it in its turn.
    const { history } = this;
    const mayTake = message.thread === null && (history.isNext(message) || message.number <= history.last);
    if (mayTake) this.receive(message);
    this.#overdue.expect(message.seq);
  }

  #awaiting(): number | null {
    const { me } = this.#people;
    if (this.kind !== 'direct' || this.directIds.length < 2 || !this.small.value || !me.seen_by) return null;
    const last = this.history.newer.value ? null : this.history.messages.value.findLast((m) => !m.deleted);
    return last?.author.id === me.id ? last.number : null;
  }

  /** Messages were deleted, by their author or by somebody who keeps order. */
  hide(numbers: readonly number[]): void {
    this.messages.hide(numbers);
    this.writing.hide(numbers);
    this.reading.hide(numbers);
  }

  /** An event changed what was said. */
  edited(message: Message, seq: number): void {
    this.messages.edited(message, seq);
    this.reading.edited(message);
  }

  /** A deletion was taken back. */
  restore(numbers: readonly number[]): void {
    this.reading.restore(numbers);
    this.messages.restore(numbers);
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
    this.notices.add({ ...notice, after: this.reading.last.value });
  }

  /** Somebody opens the room: loads what belongs on the screen. */
  async enter(load = true): Promise<void> {
    if (this.unread.value > 0) this.place = null;
    this.reading.enter();
    const loaded = load ? this.load() : null;
    // What was said is asked for first.
    void this.roster.refresh().catch(() => {});
    await loaded;
  }

  async load(): Promise<void> {
    const { state, first, last, newer } = this.history;
    const { divider, unread } = this.reading;
    const read = this.reading.read.value;
    const divided = divider.value !== null;
    // What follows fills the view.
    const begins = read >= first - 1 && (!newer.value || read + PAGE / 2 <= last);
    if (state.value === 'ready' && (!divided || begins)) return;
    if (divided && unread.value > PAGE - 10) await this.history.openAround(read);
    else await this.openNewest();
  }

  protected async openNewest(): Promise<void> {
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

  leave(): void {
    this.reading.leave();
    this.blockedShown.value = false;
    this.placed.value = false;
    if (this.atBottom.value) this.history.shrink();
  }

  /** Loads afresh what the topic cannot replay; the topic goes on from the answer. */
  async catchUp(): Promise<Cursor> {
    const page = await this.history.catchUp();
    this.#takeNewest(page);
    await this.messages.thread.peek()?.catchUp();
    if (this.roster.members.peek()) await this.roster.refresh();
    return [page.position.epoch, page.position.seq];
  }

  /** Ends it. What was not sent and ends with the page stands in front of the draft afterwards. */
  stop(): void {
    this.writing.stop();
    this.#overdue.stop();
    this.reading.stop();
    this.typing.stop();
    this.messages.ownDeletions.clear();
  }
}
