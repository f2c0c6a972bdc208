import type { Channel } from './environment';
import { parseMessage } from './messages';
import type { Message, Words } from './messages';

/** The channel to the other tabs of this browser. */
export class Line {
  /** This tab. */
  readonly tab: string;
  readonly #channel: Channel | null;
  readonly #name: string;
  #say: ((message: unknown) => void) | null = null;

  constructor(channel: Channel | null, name: string, tab: string) {
    this.#channel = channel;
    this.#name = name;
    this.tab = tab;
  }

  /** Whether tabs can talk to each other at all. */
  get works(): boolean {
    return this.#channel !== null;
  }

  /** Hears the other tabs until the signal ends. */
  open(heard: (message: Message) => void, signal: AbortSignal): void {
    const take = (value: unknown) => {
      const message = signal.aborted ? null : parseMessage(value);
      if (message && message.from !== this.tab) heard(message);
    };
    this.#say = this.#channel?.(this.#name, take, signal) ?? null;
  }

  /** Tells all other tabs; to nobody when it is not open. */
  say(words: Words): void {
    this.#say?.({ ...words, from: this.tab });
  }
}
