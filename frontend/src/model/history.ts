/**
 * The loaded part of a room's messages: one unbroken window, by number.
 * It stays small however long the room is: what grows at one end falls off at the other.
 */
import { batch, signal } from '@preact/signals';
import type { HistoryPage, Message } from '../api/records';

export interface PageQuery {
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}

export type LoadPage = (query: PageQuery) => Promise<HistoryPage>;

/** Messages per page. */
export const PAGE = 60;
/** A window of more than MOST messages is cut down to KEEP. */
export const MOST = 300;
export const KEEP = 220;

export class History {
  /** Ascending by number. */
  readonly messages = signal<readonly Message[]>([]);
  readonly state = signal<'empty' | 'loading' | 'ready' | 'failed'>('empty');
  /** There are messages before the window. */
  readonly older = signal(false);
  /** There are messages after the window, so new ones do not go into it. */
  readonly newer = signal(false);
  /** The direction in which a page is on its way. */
  readonly loading = signal<'older' | 'newer' | null>(null);

  /** The reader sees the newest message: the window may lose its oldest ones. */
  following = true;

  readonly #load: LoadPage;
  /** Answers of requests that a later one has overtaken are dropped. */
  #generation = 0;
  /** What arrived while a page was on its way, which may not have it. Null when none is. */
  #early: Message[] | null = null;
  /** What was deleted while a page was on its way, which may not know. */
  #gone = new Set<number>();
  /** The stream has passed this number: it will not bring messages up to here. */
  #passed = 0;
  /** The epoch of the room's topic that all this belongs to; null before the first page. */
  #epoch: number | null = null;

  constructor(load: LoadPage) {
    this.#load = load;
  }

  get first(): number {
    return this.messages.value[0]?.number ?? 0;
  }

  get last(): number {
    return this.messages.value.at(-1)?.number ?? 0;
  }

  /** Loads the newest page in place of the window. */
  openNewest(): Promise<HistoryPage | null> {
    return this.#open({ limit: PAGE }, (page) => ({ older: page.more, newer: false }));
  }

  /** Loads the messages around a number in place of the window. */
  async openAround(number: number): Promise<void> {
    // After 0 would be no limit at all: the newest page.
    const after = Math.max(1, number - Math.floor(PAGE / 2));
    await this.#open({ after, limit: PAGE }, (page) => ({ older: true, newer: page.more }));
  }

  async #open(
    query: PageQuery,
    ends: (page: HistoryPage) => { older: boolean; newer: boolean },
  ): Promise<HistoryPage | null> {
    this.loading.value = null;
    if (this.state.value !== 'ready') this.state.value = 'loading';
    try {
      return await this.#fetch(query, (page) => {
        const { older, newer } = ends(page);
        this.#begin(page);
        this.#replace(page.messages, older, newer);
      });
    } catch (error) {
      if (this.state.value === 'loading') this.state.value = 'failed';
      throw error;
    }
  }

  async loadOlder(): Promise<void> {
    if (!this.older.value || this.loading.value || this.state.value !== 'ready') return;
    const { first } = this;
    await this.#extend('older', { before: first, limit: PAGE }, (page) => {
      // Meanwhile the window lost its first messages: the page would not meet it.
      if (first !== this.first || this.#isOfAnother(page)) return;
      this.messages.value = [...page.messages, ...this.messages.value];
      this.older.value = page.more;
      this.#dropNewest();
    });
  }

  async loadNewer(): Promise<void> {
    if (!this.newer.value || this.loading.value || this.state.value !== 'ready') return;
    const { last } = this;
    await this.#extend('newer', { after: last, limit: PAGE }, (page) => {
      if (last !== this.last || this.#isOfAnother(page)) return;
      this.#append(page.messages);
      this.newer.value = page.more;
      this.#dropOldest();
    });
  }

  async #extend(
    which: 'older' | 'newer',
    query: PageQuery,
    take: (page: HistoryPage) => void,
  ): Promise<void> {
    this.loading.value = which;
    const generation = this.#generation + 1;
    try {
      await this.#fetch(query, take);
    } finally {
      if (generation === this.#generation) this.loading.value = null;
    }
  }

  /**
   * Loads the newest page after the stream has lost its place; it goes on from the page's position.
   * What is being read stays where it is: only a reader at the bottom is taken along. After a restore of the
   * server nothing stays: the numbers count other messages now.
   */
  async catchUp(): Promise<HistoryPage> {
    if (this.state.value !== 'ready') return this.#pass(await this.#load({ limit: 1 }));
    this.loading.value = null;
    const page = await this.#fetch({ limit: PAGE }, (fresh) => {
      if (this.#begin(fresh)) {
        this.#replace(fresh.messages, fresh.more, false);
        return;
      }
      const meets = (fresh.messages[0]?.number ?? 0) <= this.last + 1;
      if (meets && !this.newer.value) this.#append(fresh.messages);
      else if (this.following) this.#replace(fresh.messages, fresh.more, false);
      else this.newer.value = true;
      this.#trim();
    });
    return page ? this.#pass(page) : this.catchUp();
  }

  #isOfAnother({ position }: HistoryPage): boolean {
    return this.#epoch !== null && position.epoch !== this.#epoch;
  }

  /** Says whether the page begins another epoch. */
  #begin(page: HistoryPage): boolean {
    const another = this.#isOfAnother(page);
    this.#epoch = page.position.epoch;
    if (another) this.#passed = 0;
    return another;
  }

  #pass(page: HistoryPage): HistoryPage {
    this.#begin(page);
    this.#passed = Math.max(this.#passed, page.messages.at(-1)?.number ?? 0);
    if (this.state.value === 'ready' && this.last < this.#passed) this.newer.value = true;
    return page;
  }

  /** Loads a page and takes it, unless something later overtook it: then null. */
  async #fetch(query: PageQuery, take: (page: HistoryPage) => void): Promise<HistoryPage | null> {
    const generation = ++this.#generation;
    this.#early = [];
    this.#gone.clear();
    try {
      const page = await this.#load(query);
      if (generation !== this.#generation) return null;
      const early = this.#early;
      this.#early = null;
      batch(() => {
        take(page);
        for (const message of early) this.add(message);
        this.#hide(this.#gone);
      });
      return page;
    } catch (error) {
      if (generation !== this.#generation) return null;
      this.#early = null;
      throw error;
    }
  }

  /** Takes a message of the room's topic; says whether the window holds it now. */
  add(message: Message): boolean {
    this.#early?.push(message);
    if (this.state.value !== 'ready') return false;
    if (message.number <= this.last) return this.messages.value.some((m) => m.number === message.number);
    if (this.newer.value) return false;
    this.#append([message]);
    this.#trim();
    return this.last === message.number;
  }

  /** Messages were deleted: their places stay, so that numbers go on without a hole. */
  hide(numbers: readonly number[]): void {
    for (const number of numbers) this.#gone.add(number);
    this.#hide(new Set(numbers));
  }

  #hide(gone: ReadonlySet<number>): void {
    const shown = (m: Message) => gone.has(m.number) && !m.deleted;
    if (!this.messages.peek().some(shown)) return;
    this.messages.value = this.messages.peek().map((m) => (shown(m) ? { ...m, deleted: true, body: '' } : m));
  }

  /** Deleted messages are there again: those in the window are loaded afresh. */
  async restore(numbers: readonly number[]): Promise<void> {
    const wanted = new Set(numbers);
    for (const number of numbers) this.#gone.delete(number);
    const shown = this.messages.peek().filter((m) => wanted.has(m.number) && m.deleted);
    while (shown[0]) {
      const page = await this.#load({ after: Math.max(1, shown[0].number - 1), limit: PAGE });
      const fresh = new Map(page.messages.map((m) => [m.number, m]));
      // The first message has none before it that a page could follow.
      if (shown[0].number === 1 && !fresh.has(1)) {
        for (const m of (await this.#load({ before: 2, limit: 1 })).messages) fresh.set(m.number, m);
      }
      if (this.#isOfAnother(page)) return;
      this.messages.value = this.messages
        .peek()
        .map((m) => (wanted.has(m.number) ? (fresh.get(m.number) ?? m) : m));
      const last = Math.max(shown[0].number, page.messages.at(-1)?.number ?? 0);
      while (shown[0] && shown[0].number <= last) shown.shift();
    }
  }

  /** Messages before a number were erased: says whether the window shows something all the same. */
  beginAt(number: number): boolean {
    if (this.state.peek() !== 'ready') return true;
    const before = this.messages.peek();
    const kept = before.filter((m) => m.number >= number);
    if (kept.length < before.length) this.messages.value = kept;
    if ((kept[0]?.number ?? number) <= number) this.older.value = false;
    return kept.length > 0 || !this.newer.peek();
  }

  /** Keeps only the newest page of the window: a room opens the faster the less it shows. */
  shrink(): void {
    if (this.newer.value || this.messages.value.length <= PAGE) return;
    this.messages.value = this.messages.value.slice(-PAGE);
    this.older.value = true;
  }

  #replace(messages: readonly Message[], older: boolean, newer: boolean): void {
    this.messages.value = messages;
    this.older.value = older;
    this.newer.value = newer || this.last < this.#passed;
    this.state.value = 'ready';
  }

  #append(messages: readonly Message[]): void {
    const last = this.last;
    const fresh = messages.filter((m) => m.number > last);
    if (fresh.length > 0) this.messages.value = [...this.messages.value, ...fresh];
  }

  #trim(): void {
    if (this.following) this.#dropOldest();
    else this.#dropNewest();
  }

  #dropOldest(): void {
    if (this.messages.value.length <= MOST) return;
    this.messages.value = this.messages.value.slice(-KEEP);
    this.older.value = true;
  }

  #dropNewest(): void {
    if (this.messages.value.length <= MOST) return;
    this.messages.value = this.messages.value.slice(0, KEEP);
    this.newer.value = true;
  }
}
