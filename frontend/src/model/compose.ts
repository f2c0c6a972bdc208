/** What is being written in one place: a new message, an answer, or a change of what was said. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { author } from '../api/basic-records';
import type { Message } from '../api/records';
import type { Belonging } from '../api/routes';
import { nullable, oneOf, type Parser, record, text, whole } from '../api/parse';
import { Draft, draftKey } from './draft';
import { store, stored } from './storage';

/** What of a message has to be known to answer or change it. */
export type Target = Pick<Message, 'number' | 'author' | 'body' | 'thread'>;

export type Mode =
  | { readonly kind: 'new' }
  | { readonly kind: 'edit'; readonly message: Target }
  | { readonly kind: 'reply'; readonly message: Target };

/** What becomes of what is written. */
export interface ComposeServices {
  send(body: string, belonging: Belonging): void;
  /** Throws Problem or Unreachable. */
  save(number: number, body: string): Promise<void>;
  /** Another place of the same room: 0, or the number of a thread's root. */
  place(thread: number): Compose;
}

/** How far the saving of a change is. */
export type Saving = 'no' | 'now' | { readonly error: unknown };

const fresh: Mode = { kind: 'new' };

export class Compose {
  readonly mode: ReadonlySignal<Mode>;
  /** What stands in the composer: the draft, or the new wording of a message. */
  readonly text: ReadonlySignal<string>;
  readonly saving: ReadonlySignal<Saving>;
  readonly draft: Draft;
  /** Counts up whenever the composer is to have the focus, its caret at the end. */
  readonly calls = signal(0);
  /** The wording that was given up last, until another message is changed. */
  readonly givenUp: ReadonlySignal<{ readonly message: Target; readonly wording: string } | null>;

  /** Number of the thread's root; 0 for the room itself. */
  readonly thread: number;
  readonly #services: ComposeServices;
  readonly #key: string;
  readonly #mode = signal<Mode>(fresh);
  readonly #wording = signal('');
  readonly #saving = signal<Saving>('no');
  readonly #givenUp = signal<{ readonly message: Target; readonly wording: string } | null>(null);

  constructor(user: number, room: number, thread: number, services: ComposeServices) {
    this.thread = thread;
    this.#services = services;
    this.draft = new Draft(user, room, thread);
    this.#key = `compose.${draftKey(user, room, thread)}`;
    this.mode = this.#mode;
    this.saving = this.#saving;
    this.givenUp = this.#givenUp;
    this.text = computed(() =>
      this.#mode.value.kind === 'edit' ? this.#wording.value : this.draft.text.value,
    );
    this.#restore();
  }

  /** Changes an own message. What else was being written waits. */
  edit(message: Target): void {
    const place = message.thread ?? 0;
    if (place !== this.thread) {
      this.#services.place(place).edit(message);
      return;
    }
    batch(() => {
      this.#giveUp();
      this.#begin({ kind: 'edit', message: target(message) }, message.body);
    });
  }

  /** Goes on with a wording that was given up. */
  resume({ message, wording }: { readonly message: Target; readonly wording: string }): void {
    batch(() => {
      this.#giveUp();
      this.#begin({ kind: 'edit', message }, wording);
    });
  }

  /** Answers a message. */
  reply(message: Target): void {
    const place = message.thread ?? 0;
    if (place !== this.thread) {
      this.#services.place(place).reply(message);
      return;
    }
    batch(() => {
      this.#giveUp();
      this.#begin({ kind: 'reply', message: target(message) }, '');
    });
  }

  /** A new message again. Of an answer its words stay. */
  cancel(): void {
    batch(() => {
      this.#giveUp();
      this.#end();
      this.calls.value++;
    });
  }

  /** Something was typed. */
  write(text: string): void {
    if (this.#mode.peek().kind !== 'edit') {
      this.draft.set(text);
      return;
    }
    this.#wording.value = text;
    this.#keep();
  }

  /** Sends the new message or the answer. */
  send(body: string): void {
    const mode = this.#mode.peek();
    batch(() => {
      this.draft.set('');
      this.#end();
      this.#services.send(body, {
        ...(mode.kind === 'reply' ? { reply_to: mode.message.number } : {}),
        ...(this.thread > 0 ? { thread: this.thread } : {}),
      });
    });
  }

  /** Gives the message its new wording. When that fails the wording stays, and `saving` has the reason. */
  async save(body: string): Promise<void> {
    const mode = this.#mode.peek();
    if (mode.kind !== 'edit' || this.#saving.peek() === 'now') return;
    const typed = this.#wording.peek();
    if (body === mode.message.body) {
      this.#end();
      return;
    }
    this.#saving.value = 'now';
    const still = () => this.#mode.peek() === mode;
    try {
      await this.#services.save(mode.message.number, body);
      // Somebody who typed on meanwhile has more to change.
      if (still() && this.#wording.peek() === typed) this.#end();
      else if (still()) this.#saving.value = 'no';
    } catch (error) {
      if (still()) this.#saving.value = { error };
    }
  }

  /** Messages were deleted: they cannot be answered any more. */
  gone(numbers: readonly number[]): void {
    const mode = this.#mode.peek();
    if (mode.kind === 'reply' && numbers.includes(mode.message.number)) this.#end();
  }

  #begin(mode: Mode, wording: string): void {
    this.#mode.value = mode;
    this.#wording.value = wording;
    this.#saving.value = 'no';
    this.#givenUp.value = null;
    this.calls.value++;
    this.#keep();
  }

  #giveUp(): void {
    const mode = this.#mode.peek();
    const wording = this.#wording.peek();
    if (mode.kind !== 'edit') return;
    const changed = wording !== mode.message.body && wording.trim() !== '';
    this.#givenUp.value = changed ? { message: mode.message, wording } : null;
  }

  #end(): void {
    this.#mode.value = fresh;
    this.#wording.value = '';
    this.#saving.value = 'no';
    store(this.#key, null);
  }

  /** An answer, or a wording that is another by now, outlives the page. */
  #keep(): void {
    const mode = this.#mode.peek();
    const wording = this.#wording.peek();
    const worth = mode.kind === 'reply' || (mode.kind === 'edit' && wording !== mode.message.body);
    store(this.#key, worth ? JSON.stringify({ ...mode, wording }) : null);
  }

  #restore(): void {
    const found = stored(this.#key);
    if (found === null) return;
    try {
      const { kind, message, wording } = kept(JSON.parse(found), 'compose');
      this.#mode.value = { kind, message };
      this.#wording.value = wording;
    } catch {
      store(this.#key, null);
    }
  }
}

function target({ number, author: { id, username, display_name }, body, thread }: Target): Target {
  return { number, author: { id, username, display_name }, body, thread };
}

interface Kept {
  readonly kind: 'edit' | 'reply';
  readonly message: Target;
  readonly wording: string;
}

const kept: Parser<Kept> = record<Kept>({
  kind: oneOf('edit', 'reply'),
  message: record<Target>({ number: whole, author, body: text, thread: nullable(whole) }),
  wording: text,
});
