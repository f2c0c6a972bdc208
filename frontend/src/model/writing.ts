/** What I write in a room and its threads, and what becomes of what could not be sent. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { Compose, type ComposeServices } from './compose';
import type { Outbox, Outgoing } from './outbox';
import { worthTelling } from './typing';

/** What it needs from the room. */
export interface WritingServices extends Pick<ComposeServices, 'send' | 'save'> {
  /** I am writing in the room. */
  typing(): void;
  /** The message with this client_id is among those that are loaded. */
  isShown(clientId: string): boolean;
}

export class Writing {
  /** What I write in the room itself. */
  readonly compose: Compose;
  readonly draft: ReadonlySignal<string>;
  /** I have begun to write something here, in a thread too. */
  readonly hasDraft: ReadonlySignal<boolean>;
  readonly #user: number;
  readonly #room: number;
  readonly #outbox: Outbox;
  readonly #services: WritingServices;
  /** By the number of the root; 0 for the room itself. */
  readonly #places = signal<ReadonlyMap<number, Compose>>(new Map());

  constructor(user: number, room: number, outbox: Outbox, services: WritingServices) {
    this.#user = user;
    this.#room = room;
    this.#outbox = outbox;
    this.#services = services;
    this.compose = this.composing(0);
    this.draft = this.compose.draft.text;
    this.hasDraft = computed(() =>
      [...this.#places.value.values()].some(({ draft }) => draft.text.value.trim() !== ''),
    );
  }

  /** Where I write: in the room (0), or in the thread of a root. */
  composing(thread: number): Compose {
    const known = this.#places.peek().get(thread);
    if (known) return known;
    const { send, save } = this.#services;
    const place = new Compose(this.#user, this.#room, thread, {
      send,
      save,
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
    if (worthTelling(text)) this.#services.typing();
  }

  setDraft(text: string): void {
    this.compose.draft.set(text);
  }

  /** Messages were deleted. */
  hide(numbers: readonly number[]): void {
    for (const place of this.#places.peek().values()) place.gone(numbers);
  }

  /** What is written here outlives the page, whatever other tabs have done since. */
  keepDrafts(): void {
    for (const { draft } of this.#places.peek().values()) if (draft.text.peek() !== '') draft.keep();
  }

  /** Whether I may write here at this moment, as it turns out. */
  permit(may: boolean): void {
    if (may) {
      this.#outbox.excuse();
      return;
    }
    for (const { draft } of this.#places.peek().values()) draft.keep();
    // What waits asks now, and is told why it cannot go out.
    this.#outbox.wake();
  }

  /** Ends it. What was not sent and ends with the page stands in front of the draft afterwards. */
  stop(): void {
    this.#keep(this.#outbox.stop());
  }

  /**
   * What was not sent is no message any more: it stands in front of the drafts, and its author decides. Outside of the room
   * there is one draft for it and its threads.
   */
  giveUp(leaving = false): void {
    const { unsent, took } = this.#outbox.giveUp();
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

  /** One whose acknowledgement was lost is left out if it is shown. */
  #keep(unsent: readonly Outgoing[], thread = 0): void {
    const left = unsent.filter(({ clientId }) => !this.#services.isShown(clientId));
    this.composing(thread).draft.keep(left.map(({ body }) => body));
  }
}

function threadOf({ belonging }: Outgoing): number {
  return belonging.thread ?? 0;
}
