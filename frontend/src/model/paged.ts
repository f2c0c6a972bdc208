/** A long list that comes from the server page by page. */
import { batch, signal } from '@preact/signals';
import type { PageRequest } from '../api/paging';
import type { Page } from '../api/records';

export type LoadPage<T> = (wanted: PageRequest) => Promise<Page<T>>;

/** Each item once, in the order of the server; `idOf` tells items apart. */
export class Paged<T> {
  /** Null until the first page has come. */
  readonly items = signal<readonly T[] | null>(null);
  /** There are further pages. */
  readonly more = signal(false);

  readonly #load: LoadPage<T>;
  readonly #idOf: (item: T) => unknown;
  readonly #limit: number;
  #next: string | null = null;
  #refreshing: Promise<void> | null = null;
  #advancing: Promise<void> | null = null;
  /** Something has changed since the refresh that is under way began. */
  #stale = false;
  /** Counts the refreshes: a page that belongs to the list before is dropped. */
  #round = 0;

  constructor(load: LoadPage<T>, idOf: (item: T) => unknown, limit = 100) {
    this.#load = load;
    this.#idOf = idOf;
    this.#limit = limit;
  }

  /** Loads afresh as much as is there, at least one page. Calls at the same time share the requests. */
  refresh(): Promise<void> {
    this.#stale = true;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      this.#round++;
      const wanted = this.items.peek()?.length ?? 0;
      let items: readonly T[] = [];
      let next: string | null = null;
      do {
        const page: Page<T> = await this.#load({ after: next, limit: this.#limit });
        items = [...items, ...page.items];
        next = page.next;
      } while (next !== null && items.length < wanted);
      this.#take(items, next);
    }
  }

  /** Loads the next page, if there is one. */
  advance(): Promise<void> {
    this.#advancing ??= this.#advance().finally(() => {
      this.#advancing = null;
    });
    return this.#advancing;
  }

  async #advance(): Promise<void> {
    const round = this.#round;
    if (this.#next === null) return;
    const page = await this.#load({ after: this.#next, limit: this.#limit });
    if (round !== this.#round) return;
    const fresh = new Set(page.items.map(this.#idOf));
    const before = this.items.peek()?.filter((item) => !fresh.has(this.#idOf(item))) ?? [];
    this.#take([...before, ...page.items], page.next);
  }

  #take(items: readonly T[], next: string | null): void {
    this.#next = next;
    batch(() => {
      this.items.value = items;
      this.more.value = next !== null;
    });
  }

  /** Changes what is there by what is known without asking; nothing while nothing is there. */
  change(how: (items: readonly T[]) => readonly T[]): void {
    this.#stale = true;
    const items = this.items.peek();
    if (items) this.items.value = how(items);
  }
}
