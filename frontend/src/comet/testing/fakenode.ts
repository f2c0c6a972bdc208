import type { DataRequest } from '../requests';
import type { Cursor } from '../types';
import type { FakeLog } from './fakelog';

export type Event = Record<string, unknown>;

/** One data request while it is answered. */
export interface FakeConnection {
  /** Takes events; with `end` these are the last ones. */
  write(events: Event[], end: boolean): void;
}

interface Current {
  connection: FakeConnection;
  mode: DataRequest['mode'];
  /** What the client knows of presence; not wanted when absent. */
  presence: string | undefined;
  /** The most bytes of numbered events that one answer may have. */
  limit: number;
  /** Goes before the first events. */
  greeting: Event[];
}

interface FakeSession {
  n: number;
  current: Current | null;
  subscriptions: Map<string, { epoch: number; seq: number }>;
  /** Topics watched, each with what was last told of it. */
  watched: Map<string, string>;
  view: FakeView;
  /** Data requests from this one on tell more of that than the operations before. */
  viewFrom: number;
}

/** What the client shows, and whether nobody uses it, as the server knows. */
export interface FakeView {
  people: string[];
  room: string | null;
  idle: boolean;
}

interface Operation {
  op: string;
  topics?: Record<string, Cursor> | string[];
  n?: number;
  people?: string[];
  room?: string;
  state?: string;
  topic?: string;
  round_trip?: number;
}

const page = 200;
const usualBytes = 256 * 1024;
const behind = 1_000;
const superseded: Event = { event: 'refresh', in: 0, why: 'superseded' };

/** One node of a server that speaks the protocol. */
export class FakeNode {
  readonly name: string;
  readonly sessions = new Map<string, FakeSession>();
  heartbeat = 15_000;
  /** The bodies of all data requests, and all operations, in the order of arrival. */
  readonly requests: DataRequest[] = [];
  readonly operations: Operation[] = [];
  readonly #log: FakeLog;
  #joins = 0;

  constructor(name: string, log: FakeLog) {
    this.name = name;
    this.#log = log;
    log.follow(() => this.deliver());
  }

  control(body: { id?: string; operations: Operation[] }): { events: Event[] } {
    this.operations.push(...body.operations);
    return { events: body.operations.map((operation) => this.#operate(body.id, operation)) };
  }

  data(request: DataRequest, connection: FakeConnection): void {
    this.requests.push(request);
    const { id, n = 0, mode } = request;
    const session = id === undefined ? newSession() : this.#adopt(id);
    const ack = { event: 'listen-ack', node: this.name, n, heartbeat: this.heartbeat, hold: 25_000 };
    if (n < session.n) {
      connection.write([ack, superseded], true);
      return;
    }
    session.n = n;
    this.#end(session, [superseded]);
    session.subscriptions.clear();
    const denied = this.#follow(session, request.have);
    // Whoever has had the answer before knows all positions.
    const before = request.event === 'refresh' && mode !== 'stream' ? session.watched : null;
    session.watched = new Map(request.watch?.map((topic) => [topic, before?.get(topic) ?? '']));
    if (n >= session.viewFrom) session.view = shown(request, request.idle === true);
    const { presence } = request;
    const limit = mode === 'stream' ? Number.POSITIVE_INFINITY : (request.limit ?? usualBytes);
    session.current = { connection, mode, presence, limit, greeting: [{ ...ack, denied }] };
    if (id !== undefined && mode !== 'poll') {
      this.#log.holds.add(id, connection, () =>
        this.#end(session, [{ event: 'refresh', in: 0, why: 'crowded' }]),
      );
    }
    this.#serve(session);
  }

  /** The client is gone. */
  gone(connection: FakeConnection): void {
    this.#log.holds.remove(connection);
    for (const session of this.sessions.values()) {
      if (session.current?.connection === connection) session.current = null;
    }
  }

  /** A held request has been held long enough. */
  expire(connection: FakeConnection): void {
    for (const session of this.sessions.values()) {
      if (session.current?.connection === connection) this.#end(session, [{ event: 'heartbeat', time: 0 }]);
    }
  }

  /** Gives every open connection what is new. */
  deliver(): void {
    for (const session of this.sessions.values()) this.#serve(session);
  }

  /** Gives every open stream a sign of life. */
  beat(): void {
    for (const { current } of this.sessions.values()) {
      if (current?.mode === 'stream') current.connection.write([{ event: 'heartbeat', time: 0 }], false);
    }
  }

  /** Sends an event of its own to all open connections. */
  say(event: Event, end = false): void {
    for (const session of this.sessions.values()) {
      if (end || session.current?.mode !== 'stream') this.#end(session, [event]);
      else session.current.connection.write([event], false);
    }
  }

  /** What each client that is served just now shows. */
  get views(): FakeView[] {
    return [...this.sessions.values()].flatMap(({ current, view }) => (current ? [view] : []));
  }

  #operate(id: string | undefined, operation: Operation): Event {
    const { op, topics } = operation;
    if (op === 'join') {
      this.#joins += 1;
      const joined = `${this.name}-${this.#joins}`;
      this.#adopt(joined);
      return { event: 'join-ack', id: joined, heartbeat: this.heartbeat, lease: 15_000, hold: 25_000 };
    }
    const session = this.sessions.get(id ?? '');
    if (!session)
      return { event: 'error', op, code: 'unknown-session', text: 'This session is not known here.' };
    if (op === 'unsubscribe' && Array.isArray(topics)) {
      for (const topic of topics) session.subscriptions.delete(topic);
    }
    if (op === 'watch' && Array.isArray(topics)) {
      session.watched = new Map(topics.map((topic) => [topic, this.#position(topic)]));
      const at = topics.map((topic) => [topic, JSON.parse(this.#position(topic))]);
      return { event: 'watch-ack', node: this.name, topics: Object.fromEntries(at), denied: [] };
    }
    if (op === 'view' || (op === 'activity' && operation.state !== 'typing')) {
      this.#see(session, operation);
      return { event: `${op}-ack`, node: this.name };
    }
    if (op === 'leave') {
      this.sessions.delete(id ?? '');
      this.#end(session, [{ event: 'refresh', in: 0, why: 'end' }]);
    }
    if (op !== 'subscribe' || !topics || Array.isArray(topics)) return { event: `${op}-ack` };
    queueMicrotask(() => this.deliver());
    return { event: 'subscribe-ack', node: this.name, topics: {}, denied: this.#follow(session, topics) };
  }

  // What a data request has said since counts for more.
  #see(session: FakeSession, operation: Operation): void {
    const { op, n = 0, state } = operation;
    if (n < session.n || n + 1 < session.viewFrom) return;
    session.viewFrom = n + 1;
    if (op === 'view') session.view = shown(operation, session.view.idle);
    else session.view = { ...session.view, idle: state === 'idle' };
    queueMicrotask(() => this.deliver());
  }

  #adopt(id: string): FakeSession {
    const session = this.sessions.get(id) ?? newSession();
    this.sessions.set(id, session);
    return session;
  }

  #follow(session: FakeSession, topics: Record<string, Cursor>): string[] {
    const denied: string[] = [];
    for (const [topic, [epoch, seq]] of Object.entries(topics)) {
      if (this.#log.denied.has(topic)) denied.push(topic);
      else session.subscriptions.set(topic, { epoch, seq });
    }
    return denied;
  }

  #end(session: FakeSession, events: Event[]): void {
    const { current } = session;
    session.current = null;
    if (current) this.#log.holds.remove(current.connection);
    current?.connection.write([...current.greeting, ...events], true);
  }

  #serve(session: FakeSession): void {
    const { current } = session;
    if (!current) return;
    const news = this.#news(session, current);
    if (current.mode === 'poll' || (current.mode === 'pull' && news.length > 0)) {
      this.#end(session, news);
    } else if (current.mode === 'stream' && current.greeting.length + news.length > 0) {
      const events = [...current.greeting, ...news];
      current.greeting = [];
      current.connection.write(events, false);
    }
  }

  #news(session: FakeSession, current: Current): Event[] {
    const limit = current.mode === 'stream' ? Number.POSITIVE_INFINITY : page;
    const events: Event[] = [];
    let bytes = 0;
    for (const [topic, at] of session.subscriptions) {
      const { epoch, payloads } = this.#log.topic(topic);
      const head = payloads.length;
      if (at.epoch !== epoch || at.seq > head || head - at.seq > behind) {
        events.push({ event: 'gap', topic, epoch, seq: head });
        Object.assign(at, { epoch, seq: head });
      }
      for (; at.seq < head && events.length < limit; at.seq += 1) {
        const payload = payloads[at.seq];
        const kind = payload === undefined ? { event: 'skip' } : { event: 'data', payload };
        const event = { ...kind, topic, epoch, seq: at.seq + 1 };
        bytes += JSON.stringify(event).length;
        if (events.length > 0 && bytes > current.limit) break;
        events.push(event);
      }
    }
    return [...events, ...this.#unread(session), ...this.#presence(session, current)];
  }

  #unread(session: FakeSession): Event[] {
    const moved = [...session.watched].filter(([topic, told]) => this.#position(topic) !== told);
    for (const [topic] of moved) session.watched.set(topic, this.#position(topic));
    if (moved.length === 0) return [];
    const at = moved.map(([topic]) => [topic, JSON.parse(this.#position(topic))]);
    return [{ event: 'unread', topics: Object.fromEntries(at) }];
  }

  #position(topic: string): string {
    const { epoch, payloads } = this.#log.topic(topic);
    return JSON.stringify([epoch, payloads.length]);
  }

  // A revision names how many notices there were, and what was counted for the client.
  #presence({ view }: FakeSession, current: Current): Event[] {
    const { notices, here } = this.#log;
    if (current.presence === undefined) return [];
    const [known = '', counted = ''] = current.presence.split('~');
    const { room } = view;
    const count = room === null ? '' : `${room}.${here.get(room) ?? 0}`;
    if (Number(known) === notices.length && counted === count) return [];
    const revision = `${notices.length}~${count}`;
    current.presence = revision;
    return [
      {
        event: 'presence',
        revision,
        snapshot: known === '',
        states: Object.fromEntries(notices.map(({ user, notice }) => [user, notice])),
        notices: notices.slice(Number(known)),
        ...(room === null || counted === count ? {} : { here: { [room]: here.get(room) ?? 0 } }),
      },
    ];
  }
}

function newSession(): FakeSession {
  const view = { people: [], room: null, idle: false };
  return { n: 0, current: null, subscriptions: new Map(), watched: new Map(), view, viewFrom: 0 };
}

// The server takes nothing else than this, and serves nobody who tells more.
function shown({ people = [], room }: Pick<DataRequest, 'people' | 'room'>, idle: boolean): FakeView {
  if (people.length > 200 || new Set(people).size < people.length) throw new Error('That is not a view.');
  return { people, room: room ?? null, idle };
}
