/** The room on the screen, and what is read there. */
import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import { rememberRoom } from './recents';
import type { Room } from './room';

/** What it needs from the chat. */
export interface OpenRoomContext {
  readonly me: number;
  readonly rooms: ReadonlySignal<ReadonlyMap<number, Room>>;
  /** Somebody is looking at the page. */
  readonly attention: ReadonlySignal<boolean>;
  /** Has the data channel bring what happens in a room. */
  follow(room: Room): void;
}

export class OpenRoom {
  readonly id: ReadonlySignal<number | null>;
  /** Null also for a room that is not mine. */
  readonly room: ReadonlySignal<Room | null>;
  /** When another room took the place of an open one, in milliseconds since 1970; 0 for never. */
  switchedAt = 0;
  readonly #id = signal<number | null>(null);
  readonly #context: OpenRoomContext;

  constructor(context: OpenRoomContext) {
    this.#context = context;
    this.id = this.#id;
    this.room = computed(() => context.rooms.value.get(this.#id.value ?? 0) ?? null);
  }

  /**
   * Puts a room on the screen; null puts none there. Whoever says which part of it is looked for loads that, and
   * otherwise the room loads what belongs on the screen.
   */
  open(id: number | null, load: boolean): void {
    if (this.#id.peek() === id) return;
    untracked(() => {
      const previous = this.room.value;
      const next = this.#context.rooms.value.get(id ?? 0);
      // What was made unread on purpose is read by whoever comes to it.
      if (next) next.reading.kept.value = false;
      this.#id.value = id;
      if (previous) this.switchedAt = Date.now();
      previous?.leave();
      this.enter(load);
    });
  }

  /** Begins with the room that is on the screen: it was opened, has become mine, or could not be loaded before. */
  enter(load = true): void {
    const room = this.room.peek();
    if (!room) return;
    rememberRoom(this.#context.me, room.id);
    this.#context.follow(room);
    room.enter(load).catch(() => {
      // The room's state says so, and coming back online tries again.
    });
  }

  /** Whether somebody looks at the newest message of a room. */
  isSeen(room: Room): boolean {
    return this.#id.peek() === room.id && this.#context.attention.peek() && room.atBottom.peek();
  }

  /** The connection is back. */
  wake(): void {
    const room = this.room.peek();
    if (room?.history.state.peek() === 'failed') this.enter();
    room?.messages.thread.peek()?.wake();
  }

  /** Reads what is looked at until the function returned is called. */
  start(): () => void {
    const stops = [effect(() => this.#follow()), effect(() => this.#read())];
    return () => {
      for (const stop of stops) stop();
    };
  }

  #follow(): void {
    const open = this.room.value;
    for (const room of this.#context.rooms.value.values()) {
      room.history.following = room !== open || room.atBottom.value;
    }
  }

  #read(): void {
    const room = this.room.value;
    if (!room || room.reading.kept.value || !this.#context.attention.value) return;
    if (!room.placed.value || !room.atBottom.value) return;
    const { state, newer, messages } = room.history;
    const last = messages.value.at(-1);
    if (state.value !== 'ready' || newer.value || !last) return;
    // Also when the server says that less is read.
    void room.reading.read.value;
    room.reading.seen(last);
  }
}
