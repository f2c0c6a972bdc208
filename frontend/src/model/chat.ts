/** The chat of somebody who is signed in: people, rooms, what is open, and the feed that keeps it current. */
import {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
  untracked,
} from '@preact/signals';
import type * as account from '../api/account';
import type { Hint } from '../api/hints';
import type * as attentionRoutes from '../api/attention';
import type { Section } from '../api/attention-records';
import type * as messageActs from '../api/message-acts';
import type { Me, Message, Overview, RoomEntry, RoomRecord, Workspace } from '../api/records';
import type * as routes from '../api/routes';
import type { ChatEvent } from '../api/events';
import type * as savedRoutes from '../api/saved';
import { Connection } from './connection';
import { type DecisionRoutes, Decisions } from './decisions';
import { type DraftRoutes, Drafts } from './drafts';
import { Feed, type FeedClient, type MakeClient } from './feed';
import { OpenRoom } from './open-room';
import { Overviews } from './overviews';
import { tellTimeZone } from './own-state';
import { People } from './people';
import { recentRooms } from './recents';
import { Rights, type RoomAction, type WorkspaceAction } from './rights';
import { Room } from './room';
import type { Known } from './reading';
import { roomServices } from './room-services';
import { keepFresh } from './roster-fresh';
import { Saved } from './saved';
import { Screen } from './screen';
import { ThreadNews } from './thread-news';
import { askAbout, UnreadNews } from './unread';
import { Unsent, type UnsentContext } from './unsent';

export type Api = Pick<
  typeof routes,
  | 'overview'
  | 'history'
  | 'message'
  | 'send'
  | 'markRead'
  | 'members'
  | 'createRoom'
  | 'openDirect'
  | 'joinRoom'
  | 'leaveRoom'
  | 'room'
> &
  Pick<typeof account, 'changeMe'> &
  Pick<typeof messageActs, 'editMessage' | 'react'> &
  Pick<typeof savedRoutes, 'setSaved'> &
  Pick<typeof attentionRoutes, 'unread' | 'markUnread' | 'changeRoomSettings' | 'putSections'> &
  DraftRoutes &
  DecisionRoutes;

/** More rooms than this are loaded all at once. */
const FEW = 4;

/** Who hears of what comes, besides the rooms. */
export interface ChatListener {
  /** A message has come by the channel. */
  message?(room: Room, message: Message): void;
  hint?(hint: Hint): void;
  /** Something has happened to messages that were there. */
  changed?(room: Room, event: ChatEvent): void;
}

/** What the chat needs from around it. */
export interface ChatContext extends UnsentContext {
  readonly api: Api;
  readonly makeClient: MakeClient;
  /** Somebody is looking at the page. */
  readonly attention: ReadonlySignal<boolean>;
  /** Nobody has touched anything for a while. */
  readonly idle: ReadonlySignal<boolean>;
  /** Nobody else has signed in in this browser meanwhile, as far as can be told. */
  isStillMe?(): boolean;
  /** The server has ended the data channel for good. */
  aborted(reason: string, text: string): void;
}

export class Chat {
  readonly api: Api;
  readonly people: People;
  readonly decisions: Decisions;
  readonly workspace: Signal<Workspace>;
  readonly rooms = signal<ReadonlyMap<number, Room>>(new Map());
  /** Of my sidebar, in order. */
  readonly sections: Signal<readonly Section[]>;
  readonly openId: ReadonlySignal<number | null>;
  readonly openRoom: ReadonlySignal<Room | null>;
  readonly unread = computed(() => {
    let sum = 0;
    for (const room of this.rooms.value.values()) sum += room.weight.value.total;
    return sum;
  });
  /** How many threads that I follow have unread replies. */
  readonly threads = new ThreadNews(
    () => this.me.id,
    () => this.unreadNews.ask(),
  );
  readonly #listeners = new Set<ChatListener>();
  readonly connection: Connection;
  readonly unreadNews: UnreadNews;
  readonly feed: Feed;
  readonly drafts: Drafts;
  readonly saved: Saved;
  readonly unsent: Unsent;
  readonly screen = new Screen((people) => {
    this.#seen.value = people;
  });

  readonly #seen = signal<readonly string[]>([]);
  readonly #context: ChatContext;
  readonly #rights: Signal<Rights>;
  readonly #open: OpenRoom;
  readonly #effects: (() => void)[] = [];
  readonly #overviews: Overviews;
  #stopped = false;

  constructor(overview: Overview, context: ChatContext) {
    const { api, attention } = context;
    this.#context = context;
    this.api = api;
    let known = askAbout(new Map());
    this.#overviews = new Overviews(
      () => {
        this.saved.asking();
        known = askAbout(this.rooms.peek());
        return api.overview();
      },
      (loaded, changed) => this.#take(loaded, changed, known),
    );
    this.decisions = new Decisions(api);
    this.saved = new Saved(api.setSaved, overview.saved);
    this.people = new People(overview.me, overview.users);
    this.people.blocked.value = new Set(overview.blocked);
    this.workspace = signal(overview.workspace);
    this.sections = signal(overview.sections);
    this.#rights = signal(new Rights(overview.abilities));
    const rooms = () => this.rooms.peek();
    this.unsent = new Unsent(overview.me.id, () => rooms().values(), context);
    this.#open = new OpenRoom({
      me: overview.me.id,
      rooms: this.rooms,
      attention,
      follow: (room) => this.feed.follow(room),
    });
    this.openId = this.#open.id;
    this.openRoom = this.#open.room;
    this.unreadNews = new UnreadNews(
      () => api.unread(),
      rooms,
      (unread) => {
        this.threads.counted(unread);
      },
    );
    this.threads.counted(overview.threads_unread);
    this.connection = new Connection(() => this.#connected());
    this.feed = new Feed(this, context.makeClient, (reason, text) => context.aborted(reason, text));
    batch(() => {
      for (const entry of overview.rooms) this.#put(entry);
    });
    this.unsent.placed();
    this.#effects.push(this.#open.start());
    this.drafts = new Drafts(this, api, overview.drafts);
    this.feed.start(overview);
    this.#effects.push(
      effect(() => this.client.activity(context.idle.value ? 'idle' : 'active')),
      effect(() => this.client.view(this.#seen.value, this.#counted)),
      keepFresh(
        { refresh: async () => this.openRoom.peek()?.roster.refreshAll() },
        this.people.gaps,
        () => false,
      ),
    );
    tellTimeZone(this);
  }

  /** The room of which is told how many are here. */
  get #counted(): string | null {
    const room = this.openRoom.value;
    return room?.roster.large.value ? String(room.id) : null;
  }

  /** Changes something of mine on the server. */
  async changeMe(change: account.ProfileChange): Promise<void> {
    this.people.put(await this.api.changeMe(change));
  }

  get client(): FeedClient {
    return this.feed.client;
  }

  get me(): Me {
    return this.people.me;
  }

  /** Tells the listener what comes until the function returned is called. */
  listen(listener: ChatListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(what: (listener: ChatListener) => void): void {
    for (const listener of this.#listeners) what(listener);
  }

  /** Whether I may do what concerns the workspace. */
  may(action: WorkspaceAction): boolean {
    return this.#rights.value.may(action);
  }

  /** Whether I may do what concerns a room that I am in. */
  mayIn(room: Room, action: RoomAction): boolean {
    return this.#rights.value.mayIn(room.standing, action);
  }

  /** Whether I may do what concerns a room that I am not in. */
  mayOutside({ kind, state }: Pick<RoomRecord, 'kind' | 'state'>, action: RoomAction): boolean {
    return this.#rights.value.mayIn({ role: 'outside', kind, state }, action);
  }

  /** The room that was open last in this browser, or else the first. */
  get lastRoom(): Room | null {
    const rooms = this.rooms.peek();
    const named = [...rooms.values()].filter((room) => room.kind !== 'direct');
    const [last = 0] = recentRooms(this.me.id);
    return rooms.get(last) ?? named[0] ?? [...rooms.values()][0] ?? null;
  }

  /**
   * Puts a room on the screen; null puts none there. Whoever says which part of it is looked for loads that, and
   * otherwise the room loads what belongs on the screen.
   */
  open(id: number | null, { load = true } = {}): void {
    this.#open.open(id, load);
  }

  /** When another room took the place of an open one, in milliseconds since 1970; 0 for never. */
  get switchedAt(): number {
    return this.#open.switchedAt;
  }

  /** Takes a room in which I am, and how much the server could know of what I read; says nothing when it is there already. */
  add(entry: RoomEntry, known: Known | null = null): Room {
    this.#overviews.note(entry.id);
    const here = this.rooms.peek().get(entry.id);
    if (here) {
      here.update(entry, known);
      this.feed.resume(here);
      return here;
    }
    const room = this.#put(entry);
    this.feed.subscribe(room, entry.position);
    if (this.openId.peek() === room.id) this.#open.enter();
    return room;
  }

  /** A room of mine has another name, description or way. */
  change(room: Room, record: RoomRecord): void {
    this.note(room);
    room.change(record);
  }

  /** There is news of a room: an overview that is under way may not know of it. */
  note(room: Room): void {
    this.#overviews.note(room.id);
  }

  readonly #serve = (room: Room) => roomServices(this, room, this.#context, this.#open, this.unsent);

  #put(entry: RoomEntry): Room {
    const room = new Room(entry, this.#serve, this.people);
    this.rooms.value = new Map(this.rooms.peek()).set(room.id, room);
    return room;
  }

  remove(id: number): void {
    this.#overviews.note(id);
    const room = this.rooms.peek().get(id);
    if (!room) return;
    room.writing.giveUp(true);
    room.stop();
    this.feed.unfollow(room);
    const rest = new Map(this.rooms.peek());
    rest.delete(id);
    this.rooms.value = rest;
  }

  /** Loads afresh who and what there is. */
  refresh(): Promise<Overview> {
    return this.#overviews.refresh();
  }

  /** The same after a change that an overview which is under way may not know of. */
  renew(): Promise<Overview> {
    return this.#overviews.renew();
  }

  /** Loads afresh how much is unread in some rooms. */
  async loadFigures(rooms: readonly Room[]): Promise<void> {
    const mine = rooms.filter((room) => this.#has(room));
    if (mine.length > FEW) {
      await this.renew();
      return;
    }
    // All of them, before anybody asks again: an old answer must not come after a new one.
    const loads = await Promise.allSettled(mine.map((room) => this.#loadEntry(room)));
    for (const load of loads) if (load.status === 'rejected') throw load.reason;
  }

  async #loadEntry(room: Room): Promise<void> {
    const known = room.reading.ask();
    const entry = await this.api.room(room.id);
    if (!this.#stopped && this.#has(room)) this.add(entry, known);
  }

  #has(room: Room): boolean {
    return this.rooms.peek().get(room.id) === room;
  }

  #take(overview: Overview, changed: ReadonlySet<number>, known: ReadonlyMap<Room, Known>): void {
    // Somebody else may have signed in meanwhile, in another tab.
    if (this.#stopped || overview.me.id !== this.me.id) return;
    const { rooms } = overview;
    const here = new Set(rooms.map((entry) => entry.id));
    batch(() => {
      this.people.replace(overview.me, overview.users);
      this.people.blocked.value = new Set(overview.blocked);
      this.workspace.value = overview.workspace;
      this.sections.value = overview.sections;
      this.saved.take(overview.saved);
      this.threads.counted(overview.threads_unread);
      this.#rights.value = new Rights(overview.abilities);
      for (const id of this.rooms.peek().keys()) if (!here.has(id) && !changed.has(id)) this.remove(id);
      for (const entry of rooms) if (!changed.has(entry.id)) this.#update(entry, known);
    });
    this.feed.followWorkspace(overview);
  }

  #update(entry: RoomEntry, known: ReadonlyMap<Room, Known>): void {
    const room = this.rooms.peek().get(entry.id);
    this.add(entry, (room && known.get(room)) ?? null);
  }

  async leave(room: Room): Promise<void> {
    await this.api.leaveRoom(room.id);
    this.remove(room.id);
  }

  /**
   * Does something while this page has no data channel, which leaves its socket to others: a browser has
   * six for all tabs. The channel comes back when it fails.
   */
  async withoutChannel(act: () => Promise<void>): Promise<void> {
    this.client.stop();
    try {
      await act();
    } catch (error) {
      if (!this.#stopped) this.client.start();
      throw error;
    }
  }

  /** The page may be left: what is written on it is kept, whatever other tabs have done since. */
  keepDrafts(): void {
    for (const room of this.rooms.peek().values()) room.writing.keepDrafts();
    this.drafts.flush();
  }

  /** The connection is back: what waited for it goes on. */
  wake(): void {
    for (const room of this.rooms.peek().values()) room.outbox.wake();
    this.#open.wake();
    this.feed.wake();
  }

  #connected(): void {
    untracked(() => {
      this.wake();
      this.threads.restart();
      this.unreadNews.ask();
      this.decisions.look();
      this.drafts.wake();
    });
  }

  /** Ends it for good. What was not sent and ends with the page is among the drafts afterwards. */
  stop(): void {
    this.#stopped = true;
    for (const stop of this.#effects) stop();
    this.drafts.stop();
    for (const room of this.rooms.peek().values()) room.stop();
    this.unsent.stop();
    this.feed.stop();
    this.unreadNews.stop();
    this.connection.stop();
  }
}
