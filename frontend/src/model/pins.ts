/** What is pinned in a room, as its panel shows it. */
import { effect, signal } from '@preact/signals';
import type { ChatEvent } from '../api/events';
import type { Pin } from '../api/message-acts';
import type { Connection } from './connection';
import type { ChatListener } from './chat';
import type { Room } from './room';

export interface PinsParts {
  load(room: number): Promise<readonly Pin[]>;
  listen(listener: ChatListener): () => void;
  readonly connection: Pick<Connection, 'state'>;
}

export class Pins {
  /** The newest first; null until they are there. */
  readonly list = signal<readonly Pin[] | null>(null);
  /** They could not be loaded. */
  readonly failed = signal(false);

  readonly #room: Room;
  readonly #load: PinsParts['load'];
  readonly #ends: (() => void)[];
  #loading = false;
  #stale = false;
  #stopped = false;

  constructor(room: Room, { load, listen, connection }: PinsParts) {
    this.#room = room;
    this.#load = load;
    let before = '';
    this.#ends = [
      listen({ changed: (where, event) => where === room && this.#changed(event) }),
      // What happened while nobody listened may not be told.
      effect(() => {
        const { phase } = connection.state.value;
        if (phase === 'listening' && before !== '' && before !== phase) void this.refresh();
        before = phase;
      }),
    ];
  }

  /** Loads them. What changes meanwhile has them loaded once more. */
  async refresh(): Promise<void> {
    this.#stale = true;
    if (this.#loading) return;
    this.#loading = true;
    try {
      while (this.#stale && !this.#stopped) {
        this.#stale = false;
        const pins = await this.#load(this.#room.id);
        if (!this.#stale) this.list.value = pins;
      }
      this.failed.value = false;
    } catch {
      this.failed.value = true;
    } finally {
      this.#loading = false;
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const end of this.#ends) end();
  }

  #changed(event: ChatEvent): void {
    switch (event.kind) {
      case 'pins-changed':
        if (!event.pinned) this.#without([event.number]);
        break;
      case 'messages-deleted':
        this.#without(event.numbers);
        break;
      case 'message-edited':
        if (!this.#has(event.message.number)) return;
        break;
      case 'messages-undeleted':
        break;
      default:
        return;
    }
    void this.refresh();
  }

  #has(number: number): boolean {
    return this.list.peek()?.some(({ message }) => message.number === number) ?? true;
  }

  #without(numbers: readonly number[]): void {
    const all = this.list.peek();
    if (all) this.list.value = all.filter(({ message }) => !numbers.includes(message.number));
  }
}
