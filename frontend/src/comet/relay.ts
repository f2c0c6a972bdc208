import { pause, Stopped } from './clock';
import type { Clock } from './clock';
import type { ServerEvent } from './events';
import type { Latest } from './latest';
import type { Lead } from './lead';
import type { Line } from './line';
import type { Hello, LeaderState, Message, PeerTopics } from './messages';
import type { Peers } from './peers';
import type { Session } from './session';
import type { Status } from './status';
import type { Union } from './union';

// Between two roll calls.
const rollCall = 60_000;

export interface RelayParts {
  clock: Clock;
  line: Line;
  lead: Lead;
  peers: Peers;
  union: Union;
  latest: Latest;
  session: Session;
  status: Status;
  /** The other tabs follow other topics than before, or show something else. */
  changed: () => void;
  /** Another tab wants to know whether the connection lives. */
  look: (insist: boolean) => void;
  report: (error: unknown) => void;
}

/** The tab that leads, to the others: takes up what they follow and passes on to them what comes. */
export class Relay {
  readonly #parts: RelayParts;
  #life: AbortController | null = null;
  #relaying = false;
  #told = '';
  // When this tab began to lead, as it tells the others, and the latest that any has told.
  #since = 0;
  #latest = 0;
  // When it did by its clock.
  #begun = 0;
  // What the status says is still of the time before this tab led.
  #outdated = false;

  constructor(parts: RelayParts) {
    this.#parts = parts;
  }

  /** There are other tabs, and this one leads. */
  get others(): boolean {
    return this.#life !== null && this.#parts.peers.tabs.length > 0;
  }

  /** This tab leads from now on. */
  begin(): void {
    const { peers, line } = this.#parts;
    this.end();
    peers.clear();
    if (!line.works) return;
    this.#life = new AbortController();
    this.#relaying = true;
    this.#outdated = true;
    this.#begun = Math.floor(this.#parts.clock.now());
    this.#since = Math.max(this.#begun, this.#latest + 1);
    this.#latest = this.#since;
  }

  /** Another tab has led since then. When this one does, it is later, whatever the clock says. */
  outlast(since: number): void {
    this.#latest = Math.max(this.#latest, since);
  }

  /** Calls the roll, now and every now and then. */
  announce(): void {
    if (!this.#life) return;
    this.#callOften(this.#life.signal).catch((error: unknown) => {
      if (!(error instanceof Stopped)) this.#parts.report(error);
    });
  }

  /** What the leader before knew of the others. Each of them will say so by itself. */
  inherit(peers: PeerTopics[]): void {
    const { line, peers: known, union } = this.#parts;
    for (const peer of peers) {
      if (peer.tab !== line.tab && !known.tabs.includes(peer.tab)) union.take(peer);
    }
  }

  /**
   * Hands the comet session over to whoever leads next, but goes on relaying. `stays`: this tab follows the next one.
   * Whether there was a session.
   */
  retire(stays: boolean): boolean {
    const { session, line, peers } = this.#parts;
    if (!this.#life) return false;
    this.#life.abort();
    this.#life = null;
    const { id, requests: n, heartbeat, hold } = session;
    const following = stays ? [...peers.topics, this.#own()] : peers.topics;
    if (id === null) line.say({ kind: 'bye' });
    else line.say({ kind: 'baton', id, n, heartbeat, hold, peers: following });
    return id !== null;
  }

  /** Relays no longer. */
  end(): void {
    this.#life?.abort();
    this.#life = null;
    this.#relaying = false;
    this.#parts.peers.clear();
  }

  relay(event: ServerEvent): void {
    if (!this.#relaying) return;
    const { lead, peers, line } = this.#parts;
    lead.renew();
    switch (event.event) {
      case 'refresh':
      case 'error':
        return;
      case 'data':
      case 'skip':
      case 'gap':
        peers.moved(event);
        break;
      case 'unsubscribe-ack':
        for (const topic of event.topics) peers.ended(topic);
        break;
      default:
        break;
    }
    if (peers.tabs.length > 0) line.say({ kind: 'event', event });
  }

  /** The server does not give topics that others follow. */
  ended(topics: string[]): void {
    if (this.#relaying) this.#parts.line.say({ kind: 'ended', topics });
  }

  /** This tab may be connected in another way than before. */
  stateChanged(): void {
    this.#outdated = false;
    const state = this.#state();
    // Of what comes the others hear anyway.
    const told = JSON.stringify({ ...state, heard: 0 });
    if (told === this.#told) return;
    this.#told = told;
    if (this.others) this.#parts.line.say({ kind: 'state', state });
  }

  hear(message: Message): void {
    if (!this.#life) return;
    const { lead, line, peers } = this.#parts;
    switch (message.kind) {
      case 'hello':
        this.#welcome(message);
        break;
      case 'here':
        peers.heard(message.from);
        break;
      case 'view':
        this.#changing(() => peers.see(message.from, message.view));
        break;
      case 'bye':
        this.#changing(() => peers.remove(message.from));
        break;
      case 'roll':
        if (isLater(message.state.since, message.from, this.#since, line.tab)) lead.yield();
        break;
      case 'baton':
        // Another led too, and lets go: it need not wait for this one.
        this.#call();
        break;
      default:
        break;
    }
  }

  #welcome({ from, serial, topics, watch, view, fresh, look, insist }: Hello & { from: string }): void {
    const { line, union, latest } = this.#parts;
    const refused = this.#changing(() => union.take({ tab: from, topics, watch, view }));
    const unread = { ...union.positions(watch), ...latest.unread(watch) };
    const news = Object.keys(unread).length > 0 ? [{ event: 'unread', topics: unread }] : [];
    line.say({
      kind: 'welcome',
      to: from,
      serial,
      state: this.#state(),
      positions: union.positions(Object.keys(topics)),
      refused,
      latest: [...(fresh ? latest.events : []), ...news],
    });
    if (look) this.#parts.look(insist);
  }

  async #callOften(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#call();
      await pause(this.#parts.clock, rollCall, signal);
      this.#changing(() => this.#parts.peers.call());
    }
  }

  #call(): void {
    const { line, peers } = this.#parts;
    line.say({ kind: 'roll', state: this.#state(), tabs: peers.tabs });
  }

  // Has the server told when the work changes what all tabs together follow or show.
  #changing<T>(work: () => T): T {
    const { union, changed } = this.#parts;
    const before = union.key;
    const result = work();
    if (union.key !== before) changed();
    return result;
  }

  #own(): PeerTopics {
    const { line, union } = this.#parts;
    return { tab: line.tab, ...union.own };
  }

  #state(): LeaderState {
    const { status, session } = this.#parts;
    const { phase, transport, retryAt, node, detected, lastEventAt } = status.state;
    const { heartbeat, hold, id } = session;
    const heard = Math.floor(Math.max(this.#begun, lastEventAt ?? 0));
    const constant = { since: this.#since, heard, node, session: id, heartbeat, hold, detected };
    if (this.#outdated) return { ...constant, phase: 'ready', transport: null, retryAt: null };
    return { ...constant, phase, transport, retryAt };
  }
}

function isLater(since: number, tab: string, otherSince: number, otherTab: string): boolean {
  return since === otherSince ? tab > otherTab : since > otherSince;
}
