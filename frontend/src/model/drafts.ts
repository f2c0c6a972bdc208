/** My drafts in all rooms and threads, the same on all my devices. */
import { effect, untracked } from '@preact/signals';
import type { Draft as Kept } from '../api/attention-records';
import type * as api from '../api/drafts';
import type { DraftHint } from '../api/hints';
import type { Chat } from './chat';
import type { Compose } from './compose';
import { draftKey } from './draft';
import { DraftCopy } from './draft-copy';
import { store, storedNames } from './storage';
import { uuid } from './uuid';

export type DraftRoutes = Pick<typeof api, 'drafts' | 'putDraft'>;

interface Place {
  readonly room: number;
  readonly thread: number;
  readonly compose: Compose;
  readonly copy: DraftCopy;
}

export class Drafts {
  readonly #chat: Chat;
  readonly #api: DraftRoutes;
  /** Names this page to the server, which repeats it when it tells of a change. */
  readonly #client = uuid();
  /** What the server has, by place. */
  readonly #theirs = new Map<string, string>();
  readonly #places = new Map<string, Place>();
  readonly #stopEffect: () => void;
  #asking = false;
  #askAgain = false;
  #stopped = false;

  constructor(chat: Chat, routes: DraftRoutes, drafts: readonly Kept[]) {
    this.#chat = chat;
    this.#api = routes;
    for (const draft of drafts) this.#theirs.set(this.#key(draft), draft.text);
    this.#findThreads(drafts);
    this.#forgetOthers();
    this.#stopEffect = effect(() => this.#follow());
  }

  /** A draft of mine was changed on another page. */
  hinted({ room_id, thread, text, client }: DraftHint): void {
    if (client === this.#client) return;
    this.#told(room_id, thread, text);
  }

  /** The server can be reached again, and may have told of changes meanwhile. */
  wake(): void {
    for (const { copy } of this.#places.values()) copy.wake();
    void this.#ask();
  }

  /** The page may be left. */
  flush(): void {
    for (const { copy } of this.#places.values()) copy.flush();
  }

  stop(): void {
    this.#stopped = true;
    this.#stopEffect();
    for (const { copy } of this.#places.values()) copy.stop();
  }

  #key({ room_id, thread }: { readonly room_id: number; readonly thread: number }): string {
    return draftKey(this.#chat.me.id, room_id, thread);
  }

  /** Threads have no place to write until one is wanted; there is one for each draft. */
  #findThreads(drafts: readonly Kept[]): void {
    const rooms = this.#chat.rooms.peek();
    for (const { room_id, thread } of drafts) if (thread > 0) rooms.get(room_id)?.writing.composing(thread);
    const prefix = `draft.${this.#chat.me.id}.`;
    for (const name of storedNames(prefix)) {
      const [room, thread] = name.slice(prefix.length).split('.').map(Number);
      if (room && thread) rooms.get(room)?.writing.composing(thread);
    }
  }

  /** Of rooms that I am not in the server may have dropped what it had. */
  #forgetOthers(): void {
    const prefix = `draft-base.${this.#chat.me.id}.`;
    const rooms = this.#chat.rooms.peek();
    for (const name of storedNames(prefix)) {
      if (!rooms.has(Number(name.slice(prefix.length).split('.')[0]))) store(name, null);
    }
  }

  #follow(): void {
    const here = new Set<Compose>();
    for (const room of this.#chat.rooms.value.values()) {
      for (const [thread, compose] of room.writing.places) {
        here.add(compose);
        untracked(() => this.#add(room.id, thread, compose));
      }
    }
    for (const [key, { compose, copy }] of this.#places) {
      if (here.has(compose)) continue;
      copy.forget();
      this.#places.delete(key);
      this.#theirs.delete(key);
    }
  }

  #add(room: number, thread: number, compose: Compose): void {
    const key = this.#key({ room_id: room, thread });
    const known = this.#places.get(key);
    if (known?.compose === compose) return;
    known?.copy.forget();
    const put = (text: string, leaving: boolean) =>
      this.#api.putDraft({ room_id: room, thread, text, client: this.#client }, leaving);
    const copy = new DraftCopy(compose.draft, `draft-base.${key}`, put, () => void this.#ask());
    this.#places.set(key, { room, thread, compose, copy });
    copy.take(this.#theirs.get(key) ?? '');
  }

  #told(room_id: number, thread: number, text: string): void {
    const key = this.#key({ room_id, thread });
    this.#theirs.set(key, text);
    const place = this.#places.get(key);
    if (place) place.copy.take(text);
    else if (thread > 0 && text !== '') this.#chat.rooms.peek().get(room_id)?.writing.composing(thread);
  }

  /** Asks what the server has. An answer says nothing of drafts that have moved since it was asked for. */
  async #ask(): Promise<void> {
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    this.#asking = true;
    const before = new Map([...this.#places].map(([key, { copy }]) => [key, copy.news]));
    try {
      const found = await this.#api.drafts();
      if (!this.#stopped) this.#take(found, before);
    } catch {
      // The connection's return asks again.
    }
    this.#asking = false;
    if (!this.#askAgain || this.#stopped) return;
    this.#askAgain = false;
    void this.#ask();
  }

  #take(found: readonly Kept[], before: ReadonlyMap<string, number>): void {
    const texts = new Map(found.map((draft) => [this.#key(draft), draft] as const));
    for (const [key, { room, thread, copy }] of [...this.#places]) {
      if (copy.news === before.get(key)) this.#told(room, thread, texts.get(key)?.text ?? '');
      texts.delete(key);
    }
    for (const { room_id, thread, text } of texts.values()) this.#told(room_id, thread, text);
  }
}
