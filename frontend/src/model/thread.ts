/** A thread that stands beside the timeline of its room: the root and its replies. */
import { batch, computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import { Problem } from '../api/http';
import type { HistoryPage, Message } from '../api/records';
import type * as routes from '../api/threads';
import { History, type PageQuery } from './history';
import { buildItems, type Item } from './items';
import type { People } from './people';
import { ReadMarker } from './read-marker';
import { Reel } from './reel';
import type { Room } from './room';
import type { OpenThread } from './room-messages';

export type ThreadRoutes = Pick<typeof routes, 'thread' | 'markThreadRead' | 'followThread'>;

export interface ThreadContext {
  readonly api: ThreadRoutes;
  readonly people: People;
  /** Somebody is looking at the page. */
  readonly attention: ReadonlySignal<boolean>;
}

const nobody: ReadonlySet<number> = new Set();

export class Thread extends Reel implements OpenThread {
  readonly root: number;
  readonly room: Room;
  readonly history: History;
  /** Null until it is known. */
  readonly following = signal<boolean | null>(null);
  /** The room has no such message, or it is itself in a thread. */
  readonly missing = signal(false);
  /** The unread divider stands after this number; null for none. */
  readonly divider = signal<number | null>(null);
  /** How many loaded replies of others I have not read. */
  readonly unread: ReadonlySignal<number>;
  readonly items: ReadonlySignal<readonly Item[]>;

  readonly #context: ThreadContext;
  readonly #read = signal(0);
  readonly #count = signal(0);
  readonly #marker: ReadMarker;
  readonly #stop: () => void;
  #opened = false;

  constructor(room: Room, root: number, context: ThreadContext) {
    super();
    this.room = room;
    this.root = root;
    this.#context = context;
    const { people, api } = context;
    this.history = new History((query) => this.#load(query), placeIn);
    this.#marker = new ReadMarker((number) => api.markThreadRead(room.id, root, number));
    this.unread = computed(() => {
      if (!this.following.value) return 0;
      const isNew = (m: Message) => m.number > this.#read.value && !m.deleted && m.author.id !== people.me.id;
      return this.history.messages.value.filter(isNew).length;
    });
    this.items = computed(() =>
      buildItems({
        messages: this.history.messages.value,
        complete: !this.history.newer.value,
        outgoing: room.outbox.of(root),
        notices: [],
        manner: 'hide',
        divider: this.divider.value,
        blocked: room.blockedShown.value ? nobody : people.blocked.value,
        ownDeletions: room.messages.ownDeletions.all.value,
        me: people.me,
        thread: { root, count: this.count },
      }),
    );
    room.messages.thread.value = this;
    this.#stop = effect(() => this.#follow());
  }

  /** How many replies there are that were not deleted. */
  get count(): number {
    const root = this.history.byNumber.value.get(this.root);
    return root ? (root.replies?.count ?? 0) : this.#count.value;
  }

  /** Loads what belongs on the screen, which is around a reply when one is looked for; a failure is in the state. */
  async open(reply: number | null = null): Promise<void> {
    try {
      if (reply !== null && (await this.#toReply(reply))) return;
      await this.history.openNewest();
      await this.#toUnread();
    } catch {
      // The state says so, and coming back online tries again.
    }
  }

  /** Says whether the reply is there. */
  async #toReply(number: number): Promise<boolean> {
    await this.history.openAround(number);
    if (!this.history.has(number)) return false;
    this.target.value = { number, flash: true };
    return true;
  }

  /** What I have not read may begin before the newest page. */
  async #toUnread(): Promise<void> {
    const read = this.#read.peek();
    const { older, first } = this.history;
    if (this.divider.peek() !== null && older.peek() && read < first - 1) await this.history.openAround(read);
  }

  load(): Promise<void> {
    return this.open();
  }

  async #load(query: PageQuery): Promise<HistoryPage> {
    try {
      const { around: _, ...wanted } = query;
      const page = await this.#context.api.thread(this.room.id, this.root, wanted);
      untracked(() => this.#take(page));
      const begins = query.after === undefined ? !page.more : query.after < this.root;
      const messages = begins ? [page.root, ...page.messages] : page.messages;
      return { ...page, messages, more_after: false };
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.missing.value = true;
      throw error;
    }
  }

  #take({ root, following, read_number, quotes, messages }: routes.ThreadPage): void {
    batch(() => {
      this.missing.value = false;
      this.#count.value = root.replies?.count ?? 0;
      this.following.value = following;
      this.#read.value = Math.max(this.#read.peek(), read_number);
      this.room.messages.quotes.take(quotes);
      if (this.#opened) return;
      this.#opened = true;
      const last = messages.at(-1)?.number ?? 0;
      if (following && read_number < last) this.divider.value = read_number;
    });
  }

  receive(message: Message): void {
    const { me } = this.#context.people;
    batch(() => {
      if (message.author.id === me.id) this.following.value = true;
      else this.#markNew();
      this.history.add(message);
    });
  }

  /** The first reply that comes while nobody looks gets the divider above it. */
  #markNew(): void {
    if (this.unread.peek() > 0 || this.#seen.peek() || !this.following.peek()) return;
    this.divider.value = this.#read.peek();
  }

  readonly #seen = computed(() => this.#context.attention.value && this.atBottom.value);

  /** What is at the bottom of the view is read while somebody looks. */
  #follow(): void {
    this.history.following = this.atBottom.value;
    const { state, newer, messages } = this.history;
    const last = messages.value.at(-1);
    if (!this.#seen.value || !this.placed.value || state.value !== 'ready' || newer.value || !last) return;
    if (!this.following.value || last.number <= this.#read.peek()) return;
    this.#read.value = last.number;
    this.#marker.mark(last.number);
  }

  async catchUp(): Promise<void> {
    try {
      if (this.history.state.peek() === 'ready') await this.history.catchUp();
      else await this.open();
    } catch {
      // What is shown stays; the next time that the page listens asks again.
    }
  }

  wake(): void {
    if (this.history.state.peek() === 'failed') void this.open();
  }

  /** A reply is hinted, which is told only to those who follow it. */
  followed(): void {
    if (this.following.peek() === false) this.following.value = true;
  }

  /** Follows it or does not any more. It shows at once; throws when the server does not take it. */
  async follow(on: boolean): Promise<void> {
    const before = this.following.peek();
    this.following.value = on;
    try {
      this.following.value = await this.#context.api.followThread(this.room.id, this.root, on);
    } catch (error) {
      this.following.value = before;
      throw error;
    }
  }

  protected async openNewest(): Promise<void> {
    await this.history.openNewest();
  }

  /** It stands on the screen no longer. */
  close(): void {
    this.#stop();
    this.#marker.stop();
    if (this.room.messages.thread.peek() === this) this.room.messages.thread.value = null;
  }
}

/** The root stands at 0, the replies follow. */
function placeIn({ thread_index }: Message): number {
  return thread_index ?? 0;
}
