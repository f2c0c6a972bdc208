/**
 * Alerts somebody who is not looking: one notification for each conversation, replaced by the next, and closed as soon as
 * the message is read in any tab or on any device. Of all tabs of a browser, the one that leads does it.
 */
import { effect, signal } from '@preact/signals';
import type { ThreadReadHint } from '../api/hints';
import type { Message } from '../api/records';
import type { Chat } from '../model/chat';
import type { Room } from '../model/room';
import { calls, type Listener } from './calls';

/** Milliseconds in which more may come, and in which a tab that shows the message says that it is read. */
const PAUSE = 400;
/** So many of the newest messages are remembered, and threads of which was hinted. */
const MEMORY = 100;

/** What is on the screen of the machine. */
export interface Shown {
  close(): void;
}

export interface AlertParts {
  /** What of it the person wants. */
  listener(): Listener;
  /** This tab speaks for all of the browser. */
  leads(): boolean;
  /** Somebody looks at the room, in whichever tab. */
  isLookedAt(room: number): boolean;
  /** Null when nothing can be shown. */
  show(room: Room, message: Message): Shown | null;
  sound(): void;
  /** A message that did not come by the channel. */
  load(room: number, number: number): Promise<Message>;
}

export class Alerts {
  readonly #chat: Chat;
  readonly #parts: AlertParts;
  /** The newest message that calls, by its room. */
  readonly #waiting = new Map<number, Message>();
  readonly #shown = signal<ReadonlyMap<number, { readonly shown: Shown; readonly message: Message }>>(
    new Map(),
  );
  /** Messages that have come, and replies in threads that I follow: either may be first. */
  readonly #heard = new Map<string, Message>();
  readonly #followed = new Set<string>();
  readonly #stops: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(chat: Chat, parts: AlertParts) {
    this.#chat = chat;
    this.#parts = parts;
    this.#stops = [
      chat.listen({
        message: (room, message) => this.#hear(room, message),
        hint: (hint) => {
          if (hint.kind === 'thread') this.#follow(hint.room_id, hint.number);
          if (hint.kind === 'mention') this.#mentioned(hint.room_id, hint.number);
          if (hint.kind === 'thread-read') this.#threadRead(hint);
        },
      }),
      effect(() => this.#closeRead()),
    ];
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
    this.close();
  }

  /** Takes away what is shown. */
  close(): void {
    for (const { shown } of this.#shown.peek().values()) shown.close();
    this.#shown.value = new Map();
  }

  #hear(room: Room, message: Message): void {
    const key = `${room.id}:${message.number}`;
    if (message.thread !== null) {
      this.#heard.set(key, message);
      forget(this.#heard);
    }
    this.#consider(room, message, this.#followed.has(key));
  }

  #follow(id: number, number: number): void {
    const key = `${id}:${number}`;
    this.#followed.add(key);
    forget(this.#followed);
    const room = this.#chat.rooms.peek().get(id);
    const message = this.#heard.get(key);
    if (room && message) this.#consider(room, message, true);
    else if (room) this.#fetch(room, number, true);
  }

  #mentioned(id: number, number: number): void {
    const room = this.#chat.rooms.peek().get(id);
    if (room) this.#fetch(room, number, false);
  }

  /** Of a room that is not followed, only the hint tells. */
  #fetch(room: Room, number: number, followed: boolean): void {
    if (this.#chat.feed.follows(room)) return;
    this.#parts.load(room.id, number).then(
      (message) => this.#consider(room, message, followed),
      () => {
        // The sidebar tells of it all the same.
      },
    );
  }

  #consider(room: Room, message: Message, followed: boolean): void {
    const place = {
      kind: room.kind,
      level: room.own.level.peek(),
      silenced: room.own.silenced.peek(),
    };
    if (this.#parts.isLookedAt(room.id) || !calls(this.#parts.listener(), place, message, followed)) return;
    if ((this.#waiting.get(room.id)?.number ?? 0) > message.number) return;
    this.#waiting.set(room.id, message);
    this.#timer ??= setTimeout(() => void this.#tell(), PAUSE);
  }

  async #tell(): Promise<void> {
    // What was read elsewhere while nobody listened is known then.
    await this.#chat.unreadNews.settled;
    this.#timer = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    if (!this.#parts.leads()) return;
    let any = false;
    for (const [id, message] of waiting) {
      const room = this.#chat.rooms.peek().get(id);
      if (!room || message.number <= room.reading.read.peek() || this.#parts.isLookedAt(id)) continue;
      this.#show(room, message);
      any = true;
    }
    if (any) this.#parts.sound();
  }

  #show(room: Room, message: Message): void {
    const shown = this.#parts.show(room, message);
    if (!shown) return;
    this.#shown.value = new Map(this.#shown.peek()).set(room.id, { shown, message });
  }

  #closeRead(): void {
    const rooms = this.#chat.rooms.value;
    this.#keep((id, { number }) => {
      const room = rooms.get(id);
      return room !== undefined && room.reading.read.value < number;
    });
  }

  /** I have read a thread, here or elsewhere. */
  #threadRead({ room_id, root, number }: ThreadReadHint): void {
    const unread = (id: number, message: Message) =>
      id !== room_id || message.thread !== root || message.number > number;
    for (const [id, message] of this.#waiting) if (!unread(id, message)) this.#waiting.delete(id);
    this.#keep(unread);
  }

  /** Takes away the others. */
  #keep(wanted: (room: number, message: Message) => boolean): void {
    const open = [...this.#shown.value].filter(([id, { message }]) => wanted(id, message));
    if (open.length === this.#shown.value.size) return;
    const rest = new Map(open);
    for (const [id, { shown }] of this.#shown.value) if (!rest.has(id)) shown.close();
    this.#shown.value = rest;
  }
}

/** Keeps what came last. */
function forget(memory: Map<string, unknown> | Set<string>): void {
  if (memory.size <= MEMORY) return;
  const [oldest] = memory.keys();
  if (oldest !== undefined) memory.delete(oldest);
}
