/** What stands above messages that answer another one: who said what. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { Problem } from '../api/http';
import type { Author, Message, Quote } from '../api/records';

export type Quoted =
  | { readonly state: 'there'; readonly number: number; readonly author: Author; readonly words: Words }
  /** It was deleted, or erased with all that was before some day. */
  | { readonly state: 'deleted' | 'loading' | 'failed'; readonly number: number };

/** What was said: a message's own text, or a line that the server has made of it. */
export type Words = { readonly excerpt: string } | Pick<Message, 'body' | 'html'>;

/** So many messages are asked for at a time. */
const AT_ONCE = 4;

export class Quotes {
  readonly #window: ReadonlySignal<ReadonlyMap<number, Message>>;
  readonly #load: (number: number) => Promise<Message>;
  /** What is known of messages outside of the window. */
  readonly #known = signal<ReadonlyMap<number, Quoted>>(new Map());
  readonly #shown = new Map<number, ReadonlySignal<Quoted>>();
  #waiting: number[] = [];
  #loading = 0;
  /** Counts up when all is forgotten: answers from before are of no use then. */
  #round = 0;

  /** `window` has the messages of the timeline that are loaded. */
  constructor(
    window: ReadonlySignal<ReadonlyMap<number, Message>>,
    load: (number: number) => Promise<Message>,
  ) {
    this.#window = window;
    this.#load = load;
  }

  /** What is to be shown of a message; `want` it, or it may never be loaded. */
  of(number: number): ReadonlySignal<Quoted> {
    const made = this.#shown.get(number);
    if (made) return made;
    const shown = computed<Quoted>(() => {
      const message = this.#window.value.get(number);
      return message ? fromMessage(message) : (this.#known.value.get(number) ?? { state: 'loading', number });
    });
    this.#shown.set(number, shown);
    return shown;
  }

  /** Loads a message unless it is known. */
  want(number: number): void {
    if (this.#window.peek().has(number) || this.#known.peek().has(number)) return;
    this.#put([{ state: 'loading', number }]);
    this.#waiting.push(number);
    this.#next();
  }

  retry(number: number): void {
    this.#drop([number]);
    this.want(number);
  }

  /** The server has sent these along. */
  take(quotes: readonly Quote[]): void {
    if (quotes.length > 0) this.#put(quotes.map(fromQuote));
  }

  edited(message: Message): void {
    if (this.#known.peek().get(message.number)?.state === 'there') this.#put([fromMessage(message)]);
  }

  hide(numbers: readonly number[]): void {
    const known = numbers.filter((number) => this.#known.peek().has(number));
    if (known.length > 0) this.#put(known.map((number) => ({ state: 'deleted', number })));
  }

  /** They were brought back: what they say has to be loaded again. */
  restored(numbers: readonly number[]): void {
    const known = numbers.filter((number) => this.#known.peek().has(number));
    this.#drop(known);
    for (const number of known) this.want(number);
  }

  /** The numbers count other messages now. */
  clear(): void {
    this.#round++;
    this.#waiting = [];
    this.#known.value = new Map();
  }

  #put(quotes: readonly Quoted[]): void {
    this.#known.value = new Map([...this.#known.peek(), ...quotes.map((one) => [one.number, one] as const)]);
  }

  #drop(numbers: readonly number[]): void {
    const rest = new Map(this.#known.peek());
    for (const number of numbers) rest.delete(number);
    this.#known.value = rest;
  }

  #next(): void {
    while (this.#loading < AT_ONCE) {
      const number = this.#waiting.shift();
      if (number === undefined) return;
      this.#loading++;
      void this.#fetch(number, this.#round).finally(() => {
        this.#loading--;
        this.#next();
      });
    }
  }

  async #fetch(number: number, round: number): Promise<void> {
    const found = await this.#load(number).then(fromMessage, (error: unknown): Quoted => {
      const gone = error instanceof Problem && (error.status === 404 || error.status === 410);
      return { state: gone ? 'deleted' : 'failed', number };
    });
    // Meanwhile it may have been deleted or edited, which is newer.
    if (round === this.#round && this.#known.peek().get(number)?.state === 'loading') this.#put([found]);
  }
}

function fromMessage({ number, deleted, author, body, html }: Message): Quoted {
  return deleted ? { state: 'deleted', number } : { state: 'there', number, author, words: { body, html } };
}

function fromQuote({ number, author, excerpt, deleted }: Quote): Quoted {
  if (deleted || author === null) return { state: 'deleted', number };
  return { state: 'there', number, author, words: { excerpt } };
}
