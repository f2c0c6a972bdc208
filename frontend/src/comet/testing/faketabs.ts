import type { Locks, SharedStorage, Tabs } from '../environment';
import { Slots } from '../slots';
import { CountingClock } from './fakeclock';
import type { FakeClock } from './fakeclock';

interface Request {
  tab: FakeTab | null;
  grant: () => void;
}

/** A browser that holds several tabs. What one does reaches the others a few milliseconds later. */
export class FakeTabs {
  readonly time: FakeClock;
  readonly tabs = new Set<FakeTab>();
  /** What is stored in the end, whatever a tab sees just now. */
  readonly stored = new Map<string, string>();
  /** Of each lock, who holds it and who waits, in order. */
  readonly queues = new Map<string, Request[]>();
  readonly #secure: boolean;
  #tokens = 0;

  /** `secure`: there are Web Locks. */
  constructor(time: FakeClock, secure: boolean) {
    this.time = time;
    this.#secure = secure;
  }

  /** The tabs that may hold a long request. */
  get holders(): FakeTab[] {
    return [...this.tabs].filter((tab) => tab.started && tab.slots.held);
  }

  open(): FakeTab {
    this.#tokens += 1;
    const tab = new FakeTab(this, `tab${this.#tokens}`, this.#secure);
    this.tabs.add(tab);
    tab.start();
    return tab;
  }

  travel(run: () => void): void {
    this.time.after(1 + this.time.random() * 19, run);
  }

  locks(tab: FakeTab | null): Locks {
    return {
      request: (name, signal, granted) =>
        new Promise((resolve, reject) => {
          const queue = this.queues.get(name) ?? [];
          this.queues.set(name, queue);
          const release = () => {
            this.#leave(queue, request);
            resolve();
          };
          // A grant on its way is not called back.
          const grant = () => this.travel(() => queue[0] === request && void granted().then(release));
          const request: Request = { tab, grant };
          signal.addEventListener('abort', () => {
            if (queue[0] === request) return;
            this.#leave(queue, request);
            reject(new DOMException('aborted', 'AbortError'));
          });
          queue.push(request);
          if (queue[0] === request) grant();
        }),
    };
  }

  /** The browser sees that a tab is gone. */
  clear(tab: FakeTab): void {
    this.tabs.delete(tab);
    for (const queue of this.queues.values())
      for (const request of queue.filter((entry) => entry.tab === tab)) this.#leave(queue, request);
  }

  #leave(queue: Request[], request: Request): void {
    const at = queue.indexOf(request);
    if (at >= 0) queue.splice(at, 1);
    if (at === 0) queue[0]?.grant();
  }
}

/** One tab that wants a slot. */
export class FakeTab {
  readonly slots: Slots;
  readonly clock: CountingClock;
  readonly token: string;
  readonly handlers = new Set<() => void>();
  readonly reported: unknown[] = [];
  started = false;
  visible = true;
  /** Called whenever the slot is had or lost. */
  changed: () => void = () => {};
  readonly #browser: FakeTabs;
  readonly #ears = new Set<(message: unknown) => void>();
  readonly #watchers = new Set<() => void>();
  readonly #view: Map<string, string>;
  // How many of this tab's own writes to a key are on their way: until then it does not see those of others.
  readonly #writing = new Map<string, number>();
  // When the last of its writes arrives.
  #arrival = 0;

  constructor(browser: FakeTabs, token: string, secure: boolean) {
    this.#browser = browser;
    this.token = token;
    this.clock = new CountingClock(browser.time);
    this.#view = new Map(browser.stored);
    const tabs: Tabs = {
      locks: secure ? browser.locks(this) : null,
      storage: this.#storage,
      channel: (_name, heard, signal) => {
        this.#ears.add(heard);
        signal.addEventListener('abort', () => this.#ears.delete(heard));
        return (message) => this.#say(message);
      },
    };
    const page = {
      isVisible: () => this.visible,
      on: (_event: string, handler: (persisted: boolean) => void, signal: AbortSignal) => {
        const entry = () => handler(false);
        this.handlers.add(entry);
        signal.addEventListener('abort', () => this.handlers.delete(entry));
      },
      loaded: () => Promise.resolve(),
    };
    const report = (error: unknown) => this.reported.push(error);
    this.slots = new Slots({ clock: this.clock, page, tabs, token: () => token, report }, () =>
      this.changed(),
    );
  }

  /** Everything that could still call back. */
  get left(): number {
    return this.clock.waiting + this.handlers.size + this.#ears.size + this.#watchers.size;
  }

  start(): void {
    this.started = true;
    this.slots.start();
  }

  stop(): void {
    this.started = false;
    this.slots.stop();
  }

  /** It is looked at, or no longer; the timers of hidden tabs are late. */
  show(visible: boolean, late = 0): void {
    this.visible = visible;
    this.clock.late = visible ? 0 : late;
    for (const handler of this.handlers) handler();
  }

  /** It ends without being able to do anything any more. */
  crash(): void {
    // Without a place in the browser nothing that it does reaches anything.
    this.#browser.clear(this);
    this.stop();
  }

  #say(message: unknown): void {
    for (const tab of this.#browser.tabs)
      if (tab !== this) this.#browser.travel(() => tab.#ears.forEach((heard) => void heard(message)));
  }

  readonly #storage: SharedStorage = {
    read: (key) => this.#view.get(key) ?? null,
    write: (key, value) => {
      if (!this.#browser.tabs.has(this)) return;
      put(this.#view, key, value);
      this.#writing.set(key, (this.#writing.get(key) ?? 0) + 1);
      // What one tab writes keeps its order.
      const { time } = this.#browser;
      this.#arrival = Math.max(this.#arrival, time.now() + 1 + time.random() * 19);
      time.after(this.#arrival - time.now(), () => this.#arrive(key, value));
    },
    watch: (changed, signal) => {
      if (signal.aborted) return;
      this.#watchers.add(changed);
      signal.addEventListener('abort', () => this.#watchers.delete(changed));
    },
  };

  #arrive(key: string, value: string | null): void {
    put(this.#browser.stored, key, value);
    for (const tab of this.#browser.tabs) this.#browser.travel(() => tab.#see(key, tab === this));
  }

  // By the time that news arrives it may be older than what is stored; what counts is what is stored.
  #see(key: string, own: boolean): void {
    if (own) this.#writing.set(key, (this.#writing.get(key) ?? 1) - 1);
    if ((this.#writing.get(key) ?? 0) > 0) return;
    put(this.#view, key, this.#browser.stored.get(key) ?? null);
    if (!own) for (const changed of [...this.#watchers]) changed();
  }
}

function put(map: Map<string, string>, key: string, value: string | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}
