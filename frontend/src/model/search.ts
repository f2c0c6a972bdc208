/** A long list that the server filters. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { PageRequest } from '../api/paging';
import type { Page } from '../api/records';
import { Paged } from './paged';

/** What is asked for, by name; empty for nothing. */
export type Filter = Readonly<Record<string, string>>;

/** Milliseconds from the last key until the server is asked. */
const PAUSE = 250;

/**
 * Shows the list before until the first page of the new one is there. Of several filters in a row only the answer to
 * the last one counts.
 */
export class Search<T> {
  readonly filter = signal<Filter>({});
  /** The server is being asked for another list. */
  readonly busy = signal(false);
  readonly failed = signal(false);
  /** Null until the first page has come. */
  readonly items: ReadonlySignal<readonly T[] | null> = computed(() => this.#list.value.items.value);
  readonly more: ReadonlySignal<boolean> = computed(() => this.#list.value.more.value);

  readonly #load: (filter: Filter, wanted: PageRequest) => Promise<Page<T>>;
  readonly #idOf: (item: T) => unknown;
  readonly #limit: number;
  readonly #list: Signal<Paged<T>>;
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    load: (filter: Filter, wanted: PageRequest) => Promise<Page<T>>,
    idOf: (item: T) => unknown,
    limit = 50,
  ) {
    this.#load = load;
    this.#idOf = idOf;
    this.#limit = limit;
    this.#list = signal(this.#paged({}));
  }

  #paged(filter: Filter): Paged<T> {
    return new Paged(
      (wanted) => this.#load(filter, wanted),
      (item) => this.#idOf(item),
      this.#limit,
    );
  }

  /** Changes some filters and asks at once. */
  choose(change: Filter): void {
    this.filter.value = { ...this.filter.peek(), ...change };
    void this.look();
  }

  /** Changes some filters and asks when nothing has been typed for a moment. */
  type(change: Filter): void {
    this.filter.value = { ...this.filter.peek(), ...change };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), PAUSE);
  }

  /** Asks for the first page with the filters as they are. */
  async look(): Promise<void> {
    clearTimeout(this.#timer);
    const round = ++this.#round;
    const list = this.#paged(this.filter.peek());
    batch(() => {
      this.busy.value = true;
      this.failed.value = false;
    });
    const found = await list.refresh().then(
      () => true,
      () => false,
    );
    if (round !== this.#round) return;
    batch(() => {
      this.busy.value = false;
      this.failed.value = !found;
      if (found) this.#list.value = list;
    });
  }

  /** Loads the next page, if there is one. */
  advance(): Promise<void> {
    return this.#list.peek().advance();
  }

  /** Changes what is there by what is known without asking. */
  change(how: (items: readonly T[]) => readonly T[]): void {
    this.#list.peek().change(how);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#round++;
  }
}
