import type {
  Environment,
  FrameListener,
  Frames,
  Memory,
  OpenFrame,
  Page,
  PageEvent,
  Tabs,
} from '../environment';
import type { DataRequest } from '../requests';
import { CountingClock, FakeClock } from './fakeclock';
import type { FakeConnection, FakeNode } from './fakenode';

/** What the way between browser and server does. */
export interface Weather {
  /** Milliseconds a message takes, from and to. */
  delay: [number, number];
  /** Nothing gets through: connections are refused. */
  down: boolean;
  /** The share of answers to fetches that are lost after the server has given them. */
  loss: number;
  /** The share of data requests that an intermediary repeats later on. */
  repeats: number;
  /** Milliseconds more that streams take. */
  lag: number;
  /** Streams are held back on their way. */
  buffered: boolean;
  /** Answers with more bytes than this begin and break off. */
  most: number;
  /** Such an answer stops without a word. */
  stalls: boolean;
  /** What is answered instead of what the server would say. */
  answer: ((url: string) => { status: number; retryAfter?: string; body?: unknown } | null) | null;
}

/** A browser with one page, connected to the nodes of a fake server. */
export class FakeBrowser implements Environment {
  readonly time: FakeClock;
  readonly clock: CountingClock;
  readonly weather: Weather = {
    delay: [5, 5],
    down: false,
    loss: 0,
    repeats: 0,
    lag: 0,
    buffered: false,
    most: Number.POSITIVE_INFINITY,
    stalls: false,
    answer: null,
  };
  readonly reported: unknown[] = [];
  readonly stored = new Map<string, string>();
  /** Requests and frames open now. */
  readonly fetches = new Set<string>();
  readonly streams = new Set<FakeStream>();
  /** Everything that went out, in order: `me`, `control`, `poll`, `pull`, `stream`, `beacon with 0 open`. */
  readonly sent: string[] = [];
  readonly #nodes: FakeNode[];
  readonly #handlers = new Set<{ event: PageEvent; handler: (persisted: boolean) => void }>();
  readonly #requests = new Set<() => void>();
  #tokens = 0;
  #waiting: (() => void)[] | null = null;
  /** None, unless a test says so: then every page may hold requests. */
  tabs?: Tabs;
  /** Tells its words from those of other pages. */
  name = '';
  visible = true;
  /** The id of who is signed in, which the server tells. */
  person = 1;
  /** Whether the page's load event has been. */
  complete = true;

  /** A page of its own in a browser that has others may be given the time of those. */
  constructor(nodes: FakeNode[], time: number | FakeClock = 1) {
    this.time = time instanceof FakeClock ? time : new FakeClock(time);
    this.clock = new CountingClock(this.time, (run) => this.wake(run));
    this.#nodes = nodes;
  }

  /** Nothing happens in the page until it thaws; what would have, happens then. */
  freeze(): void {
    this.#waiting ??= [];
  }

  thaw(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const run of waiting) this.time.after(0, () => this.wake(run));
  }

  get frozen(): boolean {
    return this.#waiting !== null;
  }

  /** Runs something in the page. */
  wake(run: () => void): void {
    if (this.#waiting) this.#waiting.push(run);
    else run();
  }

  /** It ends without a word: its connections break, and nothing happens in it any more. */
  crash(): void {
    this.freeze();
    for (const stream of this.streams) stream.cut();
    for (const gone of this.#requests) gone();
    this.streams.clear();
    this.fetches.clear();
  }

  /** Any of the nodes: nothing says that the same one is asked twice. */
  node(): FakeNode {
    const node = this.#nodes[Math.floor(this.time.random() * this.#nodes.length)];
    if (!node) throw new Error('there is no node');
    return node;
  }

  /** Takes as long as the weather makes it. */
  travel(run: () => void): () => void {
    const [from, to] = this.weather.delay;
    return this.time.after(from + this.time.random() * (to - from), run);
  }

  get handlers(): number {
    return this.#handlers.size;
  }

  tell(event: PageEvent, persisted = false): void {
    for (const entry of [...this.#handlers]) if (entry.event === event) entry.handler(persisted);
  }

  readonly page: Page = {
    isVisible: () => this.visible,
    on: (event, handler, signal) => {
      const entry = { event, handler };
      this.#handlers.add(entry);
      signal.addEventListener('abort', () => this.#handlers.delete(entry));
    },
    loaded: async (signal) => {
      while (!this.complete && !signal.aborted)
        await new Promise<void>((resolve) => this.time.after(10, resolve));
    },
  };

  readonly memory: Memory = {
    read: (key) => this.stored.get(key) ?? null,
    write: (key, value) => {
      if (value === null) this.stored.delete(key);
      else this.stored.set(key, value);
    },
  };

  readonly frames: Frames = {
    open: (_url, fields, _tag, listener) => {
      this.sent.push('stream');
      const stream = new FakeStream(this, JSON.parse(fields.request ?? ''), listener);
      this.streams.add(stream);
      return stream;
    },
  };

  beacon(_url: string, body: string): void {
    this.sent.push(`beacon with ${this.fetches.size + this.streams.size} open`);
    this.travel(() => this.node().control(JSON.parse(body)));
  }

  token(): string {
    this.#tokens += 1;
    return `${this.name}tag${this.#tokens}`;
  }

  readonly report = (error: unknown): void => {
    this.reported.push(error);
  };

  fetch(url: string, init: RequestInit): Promise<Response> {
    const body: unknown = init.method === 'GET' ? null : JSON.parse(String(init.body));
    const kind = body === null ? 'me' : url.endsWith('control') ? 'control' : (body as DataRequest).mode;
    this.sent.push(kind);
    const name = `${kind} ${this.sent.length}`;
    this.fetches.add(name);
    return new Promise<Response>((resolve, reject) => {
      const fail = () => {
        this.fetches.delete(name);
        reject(new DOMException('aborted', 'AbortError'));
      };
      init.signal?.addEventListener('abort', fail);
      const answer = (status: number, value: unknown, retryAfter?: string) =>
        this.travel(() => {
          const lost = status === 0 || this.weather.down || this.time.random() < this.weather.loss;
          this.wake(() => {
            if (!this.fetches.delete(name)) return;
            init.signal?.removeEventListener('abort', fail);
            if (lost) reject(new TypeError('network'));
            else resolve(this.#response(status, value, init.signal, retryAfter));
          });
        });
      this.travel(() => this.#arrive(url, kind, body, answer, init.signal));
    });
  }

  #response(
    status: number,
    value: unknown,
    signal: AbortSignal | null | undefined,
    retryAfter?: string,
  ): Response {
    const headers = new Headers(retryAfter === undefined ? {} : { 'Retry-After': retryAfter });
    const ok = status >= 200 && status < 300;
    const { most, stalls } = this.weather;
    const json = () => {
      if (JSON.stringify(value).length <= most) return Promise.resolve(structuredClone(value));
      if (!stalls) return Promise.reject(new TypeError('network'));
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      });
    };
    return { ok, status, headers, json } as Response;
  }

  #arrive(
    url: string,
    kind: string,
    body: unknown,
    answer: (status: number, value: unknown, retryAfter?: string) => void,
    signal: AbortSignal | null | undefined,
  ): void {
    const other = this.weather.answer?.(url);
    if (this.weather.down) answer(0, null);
    else if (other) answer(other.status, other.body ?? { detail: 'No.' }, other.retryAfter);
    else if (kind === 'me') answer(200, { id: this.person });
    else if (kind === 'control') answer(200, this.node().control(body as Parameters<FakeNode['control']>[0]));
    else {
      const node = this.node();
      if (signal?.aborted) return;
      const gone = () => this.travel(() => node.gone(connection));
      const connection: FakeConnection = {
        write: (events) => {
          this.#requests.delete(gone);
          answer(200, { events, next: 0 });
        },
      };
      this.#requests.add(gone);
      signal?.addEventListener('abort', () => {
        this.#requests.delete(gone);
        gone();
      });
      node.data(body as DataRequest, connection);
      this.time.after(25_000, () => node.expire(connection));
      this.#repeat(body as DataRequest);
    }
  }

  // An intermediary sends a copy of the request later; nobody reads the answer.
  #repeat(request: DataRequest): void {
    if (this.time.random() >= this.weather.repeats) return;
    this.time.after(this.time.random() * 5_000, () => this.node().data(request, { write: () => {} }));
  }
}

/** A hidden frame with a stream in it. */
export class FakeStream implements OpenFrame, FakeConnection {
  readonly request: DataRequest;
  readonly #browser: FakeBrowser;
  readonly #listener: FrameListener;
  readonly #node: FakeNode;
  // When what was written last arrives: nothing overtakes anything in a stream.
  #arrival = 0;
  #cut = false;
  #heldBack = false;

  constructor(browser: FakeBrowser, request: DataRequest, listener: FrameListener) {
    this.#browser = browser;
    this.request = request;
    this.#listener = listener;
    this.#node = browser.node();
    const refused = () => browser.wake(() => this.#listener.ended());
    browser.travel(() => {
      if (!browser.streams.has(this)) return;
      const other = browser.weather.answer?.('stream');
      if (other?.body) browser.wake(() => this.#listener.heard(other.body));
      if (browser.weather.down || other) refused();
      else this.#node.data(request, this);
    });
  }

  write(events: Record<string, unknown>[], end: boolean): void {
    // What is held back once is not followed by what comes later.
    this.#heldBack ||= this.#browser.weather.buffered;
    if (this.#heldBack) return;
    for (const event of events) this.#arrive(() => this.#listener.heard(structuredClone(event)));
    if (end) this.#arrive(() => this.#listener.ended());
  }

  remove(): void {
    if (!this.#browser.streams.delete(this)) return;
    this.#browser.travel(() => this.#node.gone(this));
  }

  /** The connection breaks. In Chromium the page is not told. */
  cut(told = false): void {
    this.#cut = true;
    this.#node.gone(this);
    if (told && this.#browser.streams.has(this)) this.#browser.wake(() => this.#listener.ended());
  }

  #arrive(run: () => void): void {
    const { time, weather } = this.#browser;
    const [from, to] = weather.delay;
    this.#arrival = Math.max(this.#arrival, time.now() + weather.lag + from + time.random() * (to - from));
    time.after(this.#arrival - time.now(), () => {
      if (weather.down) this.cut();
      if (this.#cut) return;
      this.#browser.wake(() => this.#browser.streams.has(this) && run());
    });
  }
}
