/** The threads that I follow, page by page, kept current by what is hinted of them. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { ThreadEntry, ThreadsPage } from '../api/threads';
import type { ThreadNews } from './thread-news';

/** Threads of a page. */
const PAGE = 30;

export class ThreadList {
  /** Unread ones first, each group by its newest replies. Null until they are there. */
  readonly shown: ReadonlySignal<readonly ThreadEntry[] | null>;
  readonly failed = signal(false);
  readonly busy = signal(false);
  readonly more: ReadonlySignal<boolean>;
  readonly #load: (before: string, limit: number) => Promise<ThreadsPage>;
  readonly #news: ThreadNews;
  readonly #entries = signal<readonly ThreadEntry[] | null>(null);
  /** Where the next page begins; empty when there is none. */
  readonly #next = signal('');
  readonly #stopListening: () => void;
  #again = false;
  #stopped = false;

  constructor(load: (before: string, limit: number) => Promise<ThreadsPage>, news: ThreadNews) {
    this.#load = load;
    this.#news = news;
    this.more = computed(() => this.#next.value !== '');
    this.shown = computed(() => {
      const rank = ({ unread }: ThreadEntry) => (unread > 0 ? 0 : 1);
      return this.#entries.value?.toSorted((a, b) => rank(a) - rank(b) || b.last_at - a.last_at) ?? null;
    });
    this.#stopListening = news.listen(() => void this.refresh());
  }

  /** Loads the first page afresh: what has a new reply is in it. */
  async refresh(): Promise<void> {
    if (this.busy.peek()) {
      this.#again = true;
      return;
    }
    await this.#ask('', (page) => {
      const known = this.#entries.peek();
      const oldest = page.threads.at(-1)?.last_at ?? 0;
      const fresh = new Set(page.threads.map(keyOf));
      const older = (known ?? []).filter((one) => !fresh.has(keyOf(one)) && one.last_at < oldest);
      // What was loaded beyond the first page stays, unless that is all there is.
      const keeps = page.next !== '' && older.length > 0;
      this.#entries.value = keeps ? [...page.threads, ...older] : page.threads;
      if (!keeps) this.#next.value = page.next;
    });
  }

  async loadMore(): Promise<void> {
    const next = this.#next.peek();
    if (this.busy.peek() || next === '') return;
    await this.#ask(next, (page) => {
      const known = this.#entries.peek() ?? [];
      const there = new Set(known.map(keyOf));
      this.#entries.value = [...known, ...page.threads.filter((one) => !there.has(keyOf(one)))];
      this.#next.value = page.next;
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#stopListening();
  }

  async #ask(before: string, take: (page: ThreadsPage) => void): Promise<void> {
    this.busy.value = true;
    try {
      const page = await this.#load(before, PAGE);
      if (this.#stopped) return;
      take(page);
      this.failed.value = false;
      this.#news.counted(page.unread);
    } catch {
      this.failed.value = true;
    } finally {
      this.busy.value = false;
    }
    if (!this.#again || this.#stopped) return;
    this.#again = false;
    await this.refresh();
  }
}

function keyOf({ room_id, root }: ThreadEntry): string {
  return `${room_id}/${root.number}`;
}
