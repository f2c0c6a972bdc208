/** The messages that I saved for later, as their page shows them. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { SavedMessage, SavedPage } from '../api/saved';
import type { Chat } from './chat';
import { Paged } from './paged';

/** So many come at once. */
const PAGE = 50;

export class SavedList {
  /** Null until they are there. What is kept no longer goes away at once. */
  readonly shown: ReadonlySignal<readonly SavedMessage[] | null>;
  readonly more: ReadonlySignal<boolean>;
  readonly failed = signal(false);

  readonly #paged: Paged<SavedMessage>;
  readonly #ends: (() => void)[];

  constructor(
    chat: Pick<Chat, 'saved' | 'listen' | 'connection'>,
    load: (before: string, limit: number) => Promise<SavedPage>,
  ) {
    const { saved } = chat;
    this.#paged = new Paged(
      async ({ after, limit }) => {
        const page = await load(after ?? '', limit ?? PAGE);
        for (const { message } of page.saved) saved.found(message.room_id, message.number);
        return { items: page.saved, next: page.next === '' ? null : page.next };
      },
      ({ message }) => `${message.room_id}/${message.number}`,
      PAGE,
    );
    this.more = this.#paged.more;
    this.shown = computed(
      () =>
        this.#paged.items.value?.filter(({ message }) => saved.has(message.room_id, message.number)) ?? null,
    );
    let before = '';
    this.#ends = [
      chat.listen({
        hint: (hint) => {
          if (hint.kind === 'saved' && hint.saved) void this.refresh();
        },
        changed: (room, event) => {
          const numbers =
            'numbers' in event ? event.numbers : 'message' in event ? [event.message.number] : [];
          const concerns = numbers.some((number) => saved.has(room.id, number));
          if (concerns || event.kind === 'messages-undeleted') void this.refresh();
        },
      }),
      // What happened while nobody listened may not be told.
      effect(() => {
        const { phase } = chat.connection.state.value;
        if (phase === 'listening' && before !== '' && before !== phase) void this.refresh();
        before = phase;
      }),
    ];
  }

  refresh(): Promise<void> {
    return this.#try(() => this.#paged.refresh());
  }

  /** Loads the next page. */
  advance(): Promise<void> {
    return this.#try(() => this.#paged.advance());
  }

  stop(): void {
    for (const end of this.#ends) end();
  }

  async #try(load: () => Promise<void>): Promise<void> {
    try {
      await load();
      this.failed.value = false;
    } catch {
      this.failed.value = true;
    }
  }
}
