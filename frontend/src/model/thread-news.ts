/** How many threads that I follow have unread replies. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { ThreadHint, ThreadReadHint } from '../api/hints';
import type { Room } from './room';

/** What came of a thread: its list may show something else now. */
type Listener = (room: number, root: number) => void;

export class ThreadNews {
  readonly unread: ReadonlySignal<number>;
  readonly #unread = signal(0);
  readonly #ask: () => void;
  readonly #me: () => number;
  /** Threads that were counted as unread since the server was last asked: one more reply makes them no more so. */
  readonly #known = new Set<string>();
  readonly #listeners = new Set<Listener>();

  /** `ask` has the server say how many there are. */
  constructor(me: () => number, ask: () => void) {
    this.unread = this.#unread;
    this.#me = me;
    this.#ask = ask;
  }

  /** The server says how many there are. */
  counted(unread: number): void {
    this.#unread.value = unread;
    if (unread === 0) this.#known.clear();
  }

  /** There is a reply in a thread that I follow. */
  replied(room: Room | undefined, { room_id, root, author_id }: ThreadHint): void {
    const open = room?.messages.thread.peek();
    if (open?.root === root) open.followed();
    this.#tell(room_id, root);
    const key = `${room_id}/${root}`;
    if (author_id === this.#me() || this.#known.has(key)) return;
    this.#known.add(key);
    this.#ask();
  }

  /** I have read a thread, here or elsewhere. */
  read({ room_id, root }: ThreadReadHint): void {
    this.#known.delete(`${room_id}/${root}`);
    this.#tell(room_id, root);
    this.#ask();
  }

  /** What was hinted while nobody listened is gone. */
  restart(): void {
    this.#known.clear();
    for (const listener of this.#listeners) listener(0, 0);
  }

  /** Hears of threads of which there is news, until the function returned is called; 0 stands for any. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(room: number, root: number): void {
    for (const listener of this.#listeners) listener(room, root);
  }
}
