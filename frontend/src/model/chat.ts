/** The chat of somebody who is signed in: people, rooms, what is open, and the feed that keeps it current. */
import { batch, computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import type { Overview, RoomEntry } from '../api/records';
import type * as routes from '../api/routes';
import { Connection } from './connection';
import { Feed, type FeedClient, type MakeClient } from './feed';
import { People } from './people';
import { Room, type RoomServices } from './room';
import { store, stored } from './storage';

export type Api = Pick<
  typeof routes,
  | 'overview'
  | 'history'
  | 'send'
  | 'markRead'
  | 'members'
  | 'createRoom'
  | 'openDirect'
  | 'joinRoom'
  | 'leaveRoom'
>;

/** What the chat needs from around it. */
export interface ChatContext {
  readonly api: Api;
  readonly makeClient: MakeClient;
  /** Somebody is looking at the page. */
  readonly attention: ReadonlySignal<boolean>;
  /** The server has ended the data channel for good. */
  aborted(reason: string, text: string): void;
}

export class Chat {
  readonly people: People;
  readonly workspaceName: string;
  readonly rooms = signal<ReadonlyMap<number, Room>>(new Map());
  readonly openId = signal<number | null>(null);
  readonly openRoom = computed(() => this.rooms.value.get(this.openId.value ?? 0) ?? null);
  readonly unread = computed(() => {
    let sum = 0;
    for (const room of this.rooms.value.values()) sum += room.unread.value;
    return sum;
  });
  /** When another room took the place of an open one, in milliseconds since 1970; 0 for never. */
  switchedAt = 0;
  readonly connection: Connection;
  readonly feed: Feed;

  readonly #context: ChatContext;
  readonly #services: RoomServices;
  readonly #effects: (() => void)[] = [];
  #refreshing: Promise<Overview> | null = null;

  constructor(overview: Overview, context: ChatContext) {
    const { api, attention } = context;
    this.#context = context;
    this.people = new People(overview.me, overview.users);
    this.workspaceName = overview.workspace.name;
    this.#services = {
      history: api.history,
      send: api.send,
      markRead: api.markRead,
      members: api.members,
      isOpen: (room) => this.openId.peek() === room.id,
      isSeen: (room) => this.openId.peek() === room.id && attention.peek() && room.atBottom.peek(),
    };
    this.connection = new Connection(() => this.#connected());
    this.feed = new Feed(this, context.makeClient, (reason, text) => context.aborted(reason, text));
    batch(() => {
      for (const entry of overview.rooms) this.#put(entry);
    });
    this.#effects.push(
      effect(() => this.#follow()),
      effect(() => this.#read()),
    );
    this.feed.start(overview);
  }

  get client(): FeedClient {
    return this.feed.client;
  }

  get me() {
    return this.people.me;
  }

  /** The room that was open last in this browser, or else the first. */
  get lastRoom(): Room | null {
    const rooms = this.rooms.peek();
    const named = [...rooms.values()].filter((room) => room.kind !== 'direct');
    return rooms.get(Number(stored(this.#lastRoomKey))) ?? named[0] ?? [...rooms.values()][0] ?? null;
  }

  get #lastRoomKey(): string {
    return `room.${this.me.id}`;
  }

  /** Puts a room on the screen; null puts none there. */
  open(id: number | null): void {
    if (this.openId.peek() === id) return;
    untracked(() => {
      const previous = this.openRoom.value;
      this.openId.value = id;
      if (previous) this.switchedAt = Date.now();
      previous?.leave();
      const room = this.openRoom.value;
      if (room) this.#enter(room);
    });
  }

  #enter(room: Room): void {
    store(this.#lastRoomKey, String(room.id));
    this.feed.follow(room);
    room.enter().catch(() => {
      // The room's state says so, and coming back online tries again.
    });
  }

  /** Takes a room in which I am; says nothing when it is there already. */
  add(entry: RoomEntry): Room {
    const known = this.rooms.peek().get(entry.id);
    if (known) {
      known.update(entry);
      return known;
    }
    const room = this.#put(entry);
    this.feed.subscribe(room, entry.position);
    if (this.openId.peek() === room.id) this.#enter(room);
    return room;
  }

  #put(entry: RoomEntry): Room {
    const room = new Room(entry, this.#services, this.people);
    this.rooms.value = new Map(this.rooms.peek()).set(room.id, room);
    return room;
  }

  remove(id: number): void {
    const room = this.rooms.peek().get(id);
    if (!room) return;
    room.stop();
    this.feed.unfollow(room);
    const rest = new Map(this.rooms.peek());
    rest.delete(id);
    this.rooms.value = rest;
  }

  /** Loads afresh who and what there is. Calls at the same time share one request. */
  refresh(): Promise<Overview> {
    this.#refreshing ??= this.#context.api
      .overview()
      .then((overview) => this.#take(overview))
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  #take(overview: Overview): Overview {
    batch(() => {
      this.people.replace(overview.users);
      const here = new Set(overview.rooms.map((entry) => entry.id));
      for (const id of this.rooms.peek().keys()) if (!here.has(id)) this.remove(id);
      for (const entry of overview.rooms) this.add(entry);
    });
    return overview;
  }

  async leave(room: Room): Promise<void> {
    await this.#context.api.leaveRoom(room.id);
    this.remove(room.id);
  }

  /** There are messages that the server has not acknowledged. */
  get unsent(): boolean {
    return [...this.rooms.peek().values()].some((room) => room.outbox.unsent);
  }

  /** The connection is back: what waited for it goes on. */
  wake(): void {
    for (const room of this.rooms.peek().values()) room.outbox.wake();
    const open = this.openRoom.peek();
    if (open?.history.state.peek() === 'failed') this.#enter(open);
  }

  #connected(): void {
    untracked(() => this.wake());
  }

  #follow(): void {
    const open = this.openRoom.value;
    for (const room of this.rooms.value.values()) {
      room.history.following = room !== open || room.atBottom.value;
    }
  }

  #read(): void {
    const room = this.openRoom.value;
    if (!room || !this.#context.attention.value || !room.atBottom.value) return;
    const { state, newer, messages } = room.history;
    const last = messages.value.at(-1);
    if (state.value === 'ready' && !newer.value && last) room.readUpTo(last.number);
  }

  stop(): void {
    for (const stop of this.#effects) stop();
    for (const room of this.rooms.peek().values()) room.stop();
    this.connection.stop();
  }
}
