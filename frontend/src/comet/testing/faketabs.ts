import { CometClient } from '../client';
import type { Locks, SharedStorage, Tabs } from '../environment';
import type { Cursor, TransportOption } from '../types';
import { FakeBrowser } from './fakebrowser';
import type { Weather } from './fakebrowser';
import { FakeClock } from './fakeclock';
import { FakeLog } from './fakelog';
import { FakeNode } from './fakenode';
import { Recorder } from './recorder';

interface Request {
  tab: FakeTab;
  grant: () => void;
}

export interface TabsOptions {
  /** There are Web Locks; else there is only what is stored. */
  secure?: boolean;
  /** Tabs can talk to each other. */
  channel?: boolean;
  /** Milliseconds more until a tab sees what another has written. */
  lag?: number;
  seed?: number;
  nodes?: number;
  transport?: TransportOption;
}

/** A browser that holds several tabs. What one does reaches the others a few milliseconds later. */
export class FakeTabs {
  readonly time: FakeClock;
  readonly log = new FakeLog();
  readonly nodes: FakeNode[] = [];
  readonly tabs = new Set<FakeTab>();
  /** What is stored in the end, whatever a tab sees just now. */
  readonly stored = new Map<string, string>();
  readonly options: TabsOptions;
  // Of each lock, who holds it and who waits, in order.
  readonly #queues = new Map<string, Request[]>();
  readonly #stolen = new WeakMap<Request, () => void>();
  readonly #weather: Partial<Weather> = {};
  #opened = 0;

  constructor(options: TabsOptions = {}) {
    this.options = options;
    this.time = new FakeClock(options.seed);
    for (let i = 1; i <= (options.nodes ?? 1); i += 1) this.nodes.push(new FakeNode(`node${i}`, this.log));
    this.#beat();
  }

  /** Tabs whose client holds a long request just now. */
  get holders(): FakeTab[] {
    return [...this.tabs].filter(({ holds }) => holds);
  }

  /** Opens a tab that follows topics, and starts its client. */
  open(topics: string[] = ['a'], scope = 'ann'): FakeTab {
    this.#opened += 1;
    const tab = new FakeTab(this, `tab${this.#opened}`, topics, scope);
    Object.assign(tab.browser.weather, this.#weather);
    this.tabs.add(tab);
    tab.client.start();
    return tab;
  }

  /** Changes the way to the server, for all tabs. */
  weather(change: Partial<Weather>): void {
    Object.assign(this.#weather, change);
    for (const { browser } of this.tabs) Object.assign(browser.weather, change);
  }

  /** Lets time pass. */
  pass(ms: number): Promise<void> {
    return this.time.pass(ms);
  }

  travel(run: () => void): void {
    this.time.after(1 + this.time.random() * 19, run);
  }

  locks(tab: FakeTab): Locks {
    return {
      request: (name, signal, granted) => {
        const queue = this.#queue(name);
        return this.#enter(queue, tab, granted, (request) => queue.push(request), signal);
      },
      steal: (name, granted) => {
        const queue = this.#queue(name);
        return this.#enter(queue, tab, granted, (request) => {
          const [robbed] = queue;
          if (robbed) this.#leave(queue, robbed, false);
          queue.unshift(request);
          if (robbed) this.#stolen.get(robbed)?.();
        });
      },
    };
  }

  /** A tab hears nothing of the others for some time, as one that is busy. */
  deafen(tab: FakeTab, ms: number): void {
    tab.deaf = true;
    this.time.after(ms, () => {
      tab.deaf = false;
    });
  }

  /** The browser sees that a tab is gone. */
  clear(tab: FakeTab): void {
    this.tabs.delete(tab);
    for (const queue of this.#queues.values())
      for (const request of queue.filter((entry) => entry.tab === tab)) this.#leave(queue, request);
  }

  /** Requests for locks that have not ended. */
  get locked(): number {
    return [...this.#queues.values()].flat().length;
  }

  #queue(name: string): Request[] {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    return queue;
  }

  #enter(
    queue: Request[],
    tab: FakeTab,
    granted: () => Promise<void>,
    place: (request: Request) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new DOMException('aborted', 'AbortError'));
      const release = () => {
        this.#leave(queue, request);
        resolve();
      };
      // A grant on its way is not called back.
      const grant = () =>
        this.travel(() => tab.wake(() => queue[0] === request && void granted().then(release)));
      const request: Request = { tab, grant };
      this.#stolen.set(request, () => this.travel(() => tab.wake(fail)));
      signal?.addEventListener('abort', () => {
        if (queue[0] === request) return;
        this.#leave(queue, request);
        fail();
      });
      place(request);
      if (queue[0] === request) grant();
    });
  }

  #leave(queue: Request[], request: Request, next = true): void {
    const at = queue.indexOf(request);
    if (at >= 0) queue.splice(at, 1);
    if (at === 0 && next) queue[0]?.grant();
  }

  #beat(): void {
    this.time.after(15_000, () => {
      for (const node of this.nodes) node.beat();
      this.#beat();
    });
  }
}

/** One tab with a client in it. */
export class FakeTab {
  readonly name: string;
  readonly browser: FakeBrowser;
  readonly recorder: Recorder;
  readonly client: CometClient;
  deaf = false;
  /** While it is frozen it hears the others all the same, as a tab in Chromium does. */
  hearsFrozen = false;
  readonly #tabs: FakeTabs;
  // Those who hear what is said under a name.
  readonly #ears = new Set<{ name: string; heard: (message: unknown) => void }>();
  readonly #watchers = new Set<() => void>();
  readonly #view: Map<string, string>;
  // How many of this tab's own writes to a key are on their way: until then it does not see those of others.
  readonly #writing = new Map<string, number>();
  // When the last of its writes arrives, and the last of its words at each tab.
  #arrival = 0;
  readonly #spoken = new WeakMap<FakeTab, number>();

  constructor(tabs: FakeTabs, name: string, topics: string[], scope: string) {
    const { options, log, nodes, time } = tabs;
    this.name = name;
    this.#tabs = tabs;
    this.#view = new Map(tabs.stored);
    this.browser = new FakeBrowser(nodes, time);
    this.browser.name = name;
    this.browser.tabs = this.#shared(options);
    this.recorder = new Recorder(log);
    const cursors: Record<string, Cursor> = {};
    for (const topic of topics) cursors[topic] = this.recorder.open(topic);
    this.client = new CometClient(
      {
        control: '/comet/control',
        data: '/comet/data',
        cursors,
        scope,
        transport: options.transport ?? 'auto',
        delegate: this.recorder,
      },
      this.browser,
    );
  }

  /** Everything that could still call back. */
  get left(): number {
    const { clock, handlers, fetches, streams } = this.browser;
    return clock.waiting + handlers + fetches.size + streams.size + this.#ears.size + this.#watchers.size;
  }

  get holds(): boolean {
    const { streams, fetches } = this.browser;
    return streams.size > 0 || [...fetches].some((name) => name.startsWith('pull'));
  }

  /** Runs something in the tab. */
  wake(run: () => void): void {
    this.browser.wake(run);
  }

  /** It is looked at, or no longer; the timers of hidden tabs are late. */
  show(visible: boolean, late = 0): void {
    this.browser.visible = visible;
    this.browser.clock.late = visible ? 0 : late;
    this.wake(() => this.browser.tell('visibilitychange'));
  }

  /** It is closed. */
  close(): void {
    this.browser.tell('pagehide');
    this.#tabs.clear(this);
  }

  /** It ends without being able to do anything any more. */
  crash(): void {
    this.browser.crash();
    this.#tabs.clear(this);
  }

  #shared({ secure = true, channel = true }: TabsOptions): Tabs {
    return {
      locks: secure ? this.#tabs.locks(this) : null,
      storage: this.#storage,
      channel: channel
        ? (name, heard, signal) => {
            const ear = { name, heard };
            this.#ears.add(ear);
            signal.addEventListener('abort', () => this.#ears.delete(ear));
            return (message) => this.#say(name, structuredClone(message));
          }
        : null,
    };
  }

  // What one tab says to another keeps its order.
  #say(name: string, message: unknown): void {
    const { time, tabs } = this.#tabs;
    for (const tab of tabs) {
      if (tab === this) continue;
      const arrival = Math.max(this.#spoken.get(tab) ?? 0, time.now() + 1 + time.random() * 19);
      this.#spoken.set(tab, arrival);
      time.after(arrival - time.now(), () => {
        if (tab.hearsFrozen) tab.#hear(name, message);
        else tab.wake(() => tab.#hear(name, message));
      });
    }
  }

  #hear(name: string, message: unknown): void {
    if (this.deaf) return;
    for (const ear of [...this.#ears]) if (ear.name === name) ear.heard(message);
  }

  readonly #storage: SharedStorage = {
    read: (key) => this.#view.get(key) ?? null,
    write: (key, value) => {
      if (!this.#tabs.tabs.has(this)) return;
      put(this.#view, key, value);
      this.#writing.set(key, (this.#writing.get(key) ?? 0) + 1);
      // What one tab writes keeps its order.
      const { time } = this.#tabs;
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
    put(this.#tabs.stored, key, value);
    const { time, tabs, options } = this.#tabs;
    for (const tab of tabs) {
      const lag = tab === this ? 0 : (options.lag ?? 0);
      time.after(lag + time.random() * 20, () => tab.wake(() => tab.#see(key, tab === this)));
    }
  }

  // By the time that news arrives it may be older than what is stored; what counts is what is stored.
  #see(key: string, own: boolean): void {
    if (own) this.#writing.set(key, (this.#writing.get(key) ?? 1) - 1);
    if ((this.#writing.get(key) ?? 0) > 0) return;
    put(this.#view, key, this.#tabs.stored.get(key) ?? null);
    if (!own) for (const changed of [...this.#watchers]) changed();
  }
}

function put(map: Map<string, string>, key: string, value: string | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}
