/**
 * The loaded part of a room's timeline, or of a thread: one unbroken window, by number. Numbers that are missing in it
 * belong elsewhere: to replies in threads, or to the timeline. It stays small however long the room is: what grows at one end falls off at the other.
 */
import { batch, computed, signal } from '@preact/signals';
import type { HistoryPage, Message } from '../api/records';

export interface PageQuery {
  readonly before?: number;
  readonly after?: number;
  readonly around?: number;
  readonly limit: number;
}

export type LoadPage = (query: PageQuery) => Promise<HistoryPage>;

/** What an event does to a message. It may be given a message that knows of the event already. */
export type Change = (message: Message) => Message;

/** Messages per page. */
export const PAGE = 60;
/** A window of more than MOST messages is cut down to KEEP. */
export const MOST = 300;
export const KEEP = 220;

export class History {
  /** Ascending by number. */
  readonly messages = signal<readonly Message[]>([]);
  readonly byNumber = computed(() => new Map(this.messages.value.map((m) => [m.number, m])));
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
  readonly #placeOf: (message: Message) => number;
  /** Answers of requests that a later one has overtaken are dropped. */
  #generation = 0;
  /** What arrived while a page was on its way, which may not have it. Null when none is. */
  #early: Message[] | null = null;
  /** What was deleted while a page was on its way, which may not know. */
  #gone = new Set<number>();
  /** The position of the room's topic that a message is known as of. */
  readonly #asOf = new WeakMap<Message, number>();
  /** So many pages are on their way; and what was changed since the first of them was asked for. */
  #asking = 0;
  #late: { readonly number: number; readonly seq: number; readonly change: Change }[] = [];
  /** The stream has passed this number: it will not bring messages up to here. */
  #passed = 0;
  /** The epoch of the room's topic that all this belongs to; null before the first page. */
  #epoch: number | null = null;

  /** `place` says where a message stands: the next one stands one further. */
  constructor(load: LoadPage, place = placeInTimeline) {
    this.#load = load;
    this.#placeOf = place;
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

  /** Loads a message, or those next to where it would be, with what is around it in place of the window. */
  async openAt(number: number): Promise<void> {
    await this.#open({ around: number, limit: PAGE }, (page) => ({
      older: page.more,
      newer: page.more_after,
    }));
  }

  /** Whether a message is the one after the window. */
  isNext(message: Message): boolean {
    const last = this.messages.peek().at(-1);
    return last ? this.#placeOf(message) === this.#placeOf(last) + 1 : message.number === 1;
  }

  has(number: number): boolean {
    return this.state.value === 'ready' && this.byNumber.value.has(number);
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
      if (this.#begin(fresh) || this.following) {
        this.#replace(fresh.messages, fresh.more, false);
        return;
      }
      const meets = this.#meets(fresh.messages[0]);
      this.#refresh(fresh);
      if (meets && !this.newer.value) this.#append(fresh.messages);
      else this.newer.value ||= this.last < (fresh.messages.at(-1)?.number ?? 0);
      this.#trim();
    });
    if (!page) return this.catchUp();
    await this.#renew(page.position.seq);
    return this.#pass(page);
  }

  /** Whether nothing of the timeline is missing between the window and a message. */
  #meets(next: Message | undefined): boolean {
    const last = this.messages.peek().at(-1);
    return !next || !last || this.#placeOf(next) <= this.#placeOf(last) + 1;
  }

  /** What of the window was loaded before a position is loaded afresh: what became of it since was not told. */
  async #renew(seq: number): Promise<void> {
    for (;;) {
      const stale = this.messages.peek().findLast((m) => (this.#asOf.get(m) ?? 0) < seq);
      if (!stale) return;
      const same = await this.#ask({ before: stale.number + 1, limit: PAGE }, (page) => {
        if (this.#isOfAnother(page)) return false;
        this.#refresh(page);
        // Also one that is not there any more.
        for (const m of [stale, ...page.messages]) this.#asOf.set(m, Math.max(seq, this.#asOf.get(m) ?? 0));
        return true;
      });
      if (!same) return;
    }
  }

  /** What of a page the window has, it has as the page has it. */
  #refresh(page: HistoryPage): void {
    const fresh = new Map(page.messages.map((m) => [m.number, m]));
    this.messages.value = this.messages.peek().map((m) => fresh.get(m.number) ?? m);
    this.#hide(this.#gone);
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
      return await this.#ask(query, (page) => {
        if (generation !== this.#generation) return null;
        const early = this.#early ?? [];
        this.#early = null;
        batch(() => {
          take(page);
          for (const message of early) this.add(message);
          this.#catchUpWith(early);
          this.#hide(this.#gone);
        });
        return page;
      });
    } catch (error) {
      if (generation !== this.#generation) return null;
      this.#early = null;
      throw error;
    }
  }

  /** Loads a page and hands it on, changed by what has been told since it was asked for and it does not know. */
  async #ask<T>(query: PageQuery, take: (page: HistoryPage) => T): Promise<T> {
    this.#asking++;
    try {
      const page = await this.#load(query);
      const { seq } = page.position;
      const messages = page.messages.map((message) => this.#changedSince(message, seq));
      for (const message of messages) this.#asOf.set(message, seq);
      return take({ ...page, messages });
    } finally {
      if (--this.#asking === 0) this.#late = [];
    }
  }

  #changedSince(message: Message, seq: number): Message {
    let now = message;
    for (const one of this.#late) if (one.number === message.number && one.seq > seq) now = one.change(now);
    return now;
  }

  /** Messages that came while a page was on its way may have been changed since. */
  #catchUpWith(early: readonly Message[]): void {
    for (const { number, seq } of early)
      for (const one of this.#late) if (one.number === number && one.seq > seq) this.#apply(one);
  }

  /** An event at a position of the room's topic changes a message, unless what is known of that is newer already. */
  change(number: number, seq: number, change: Change): void {
    const one = { number, seq, change };
    if (this.#asking > 0) this.#late.push(one);
    this.#apply(one);
  }

  #apply({ number, seq, change }: { number: number; seq: number; change: Change }): void {
    const message = this.byNumber.peek().get(number);
    if (message && seq > (this.#asOf.get(message) ?? 0)) this.patch(number, change);
  }

  /** Changes a message of the window by something that has no position in the topic. */
  patch(number: number, change: Change): void {
    const before = this.byNumber.peek().get(number);
    const after = before && change(before);
    if (!after || after === before) return;
    this.#asOf.set(after, this.#asOf.get(before) ?? 0);
    this.messages.value = this.messages.peek().map((m) => (m === before ? after : m));
  }

  /** Takes a message of the room's topic; says whether the window holds it now. */
  add(message: Message): boolean {
    this.#early?.push(message);
    if (this.state.value !== 'ready') return false;
    if (message.number <= this.last) return this.byNumber.value.has(message.number);
    if (this.newer.value) return false;
    this.#asOf.set(message, message.seq);
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
    this.messages.value = this.messages.peek().map((m) => (shown(m) ? this.#emptied(m) : m));
  }

  #emptied(message: Message): Message {
    const emptied = { ...message, deleted: true, body: '', html: null };
    this.#asOf.set(emptied, this.#asOf.get(message) ?? 0);
    return emptied;
  }

  /** Deleted messages are there again: those in the window are loaded afresh. */
  async restore(numbers: readonly number[]): Promise<void> {
    const wanted = new Set(numbers);
    for (const number of numbers) this.#gone.delete(number);
    const shown = this.messages.peek().filter((m) => wanted.has(m.number) && m.deleted);
    while (shown[0]) {
      const { number } = shown[0];
      // The first message has none before it that a page could follow.
      const query = number === 1 ? { before: 2, limit: 1 } : { after: number - 1, limit: PAGE };
      const last = await this.#ask(query, (page) => {
        if (this.#isOfAnother(page)) return Number.POSITIVE_INFINITY;
        this.#refresh({ ...page, messages: page.messages.filter((m) => wanted.has(m.number)) });
        return Math.max(number, page.messages.at(-1)?.number ?? 0);
      });
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

/** Where a message stands in the room's timeline: 1, 2, 3, … without those in threads. */
function placeInTimeline({ number, aside }: Message): number {
  return number - aside;
}
