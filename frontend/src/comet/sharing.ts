import { child, Deferred, pause, until } from './clock';
import type { Clock } from './clock';
import type { Lead } from './lead';
import type { Line } from './line';
import type { Baton, Message, PeerTopics } from './messages';
import type { Relay } from './relay';
import type { RelayMode } from './relaymode';
import type { Session } from './session';
import type { TransportOption } from './types';

// As long as the server keeps a session whose connection is gone.
const batonLife = 10_000;
// A baton comes within this time after the lead, if at all.
const batonWait = 250;

export interface SharingParts {
  clock: Clock;
  line: Line;
  lead: Lead;
  relay: Relay;
  follower: RelayMode;
  session: Session;
  /** A person chose, in another tab. */
  chosen: (option: TransportOption) => void;
  /** Another tab listens in the place of this one. */
  replaced: () => void;
}

/** The one connection of all tabs of a browser: held here, or in another tab. */
export class Sharing {
  readonly #parts: SharingParts;
  #life: AbortController | null = null;
  #baton: { baton: Baton; at: number } | null = null;
  // Tabs that have said goodbye since somebody was last heard to lead.
  readonly #gone = new Set<string>();
  #passed = new Deferred<void>();
  // When another tab was last heard to lead, and whether that was just before this one won the lead.
  #led = Number.NEGATIVE_INFINITY;
  #successor = false;
  // This tab goes on until its successor listens.
  #retiring = false;

  constructor(parts: SharingParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#life) return;
    this.#life = new AbortController();
    const { line, lead } = this.#parts;
    if (!lead.alone) line.open((message) => this.#hear(message), this.#life.signal);
    lead.start();
  }

  /** Hands the connection on, or says goodbye to the other tabs. Whether the session was this tab's alone. */
  stop(): boolean {
    const { line, lead, relay } = this.#parts;
    const last = this.#takeLast();
    // A tab that has handed its session over has none to say goodbye to.
    const { others } = relay;
    const alone = (lead.held || last || !line.works) && !others;
    const handedOver = others && relay.retire(false);
    if (!others) line.say({ kind: 'bye' });
    relay.end();
    lead.stop(handedOver);
    this.#life?.abort();
    this.#life = null;
    return alone;
  }

  /** This tab leads. */
  won(): void {
    const { clock, relay, follower } = this.#parts;
    this.#retiring = false;
    this.#successor = follower.leader !== null || clock.now() - this.#led < batonLife;
    relay.begin();
    if (this.#baton) relay.inherit(this.#living(this.#baton.baton));
    relay.announce();
  }

  /** It leads no longer, and another tab goes on. */
  retire(): void {
    this.#retiring = true;
    this.#parts.relay.retire(true);
  }

  /** It relays no longer either. */
  retired(): void {
    this.#retiring = false;
    this.#parts.relay.end();
    this.#parts.session.id = null;
  }

  /** Goes on with the comet session of the tab that led before, if it left one. */
  async inherit(signal: AbortSignal): Promise<void> {
    if (this.#successor && !this.#fresh) await this.#expect(signal);
    this.#successor = false;
    this.#parts.follower.forget();
    this.#takeUp();
    this.#gone.clear();
  }

  /** A person chose a transport in this tab. */
  choose(option: TransportOption): void {
    this.#parts.line.say({ kind: 'transport', option });
  }

  // This tab goes on with the session that was left, and with whom it served.
  #takeUp(): void {
    const { session, relay } = this.#parts;
    const baton = this.#fresh;
    this.#baton = null;
    if (!baton) return;
    session.inherit(baton.id, baton.n);
    session.heartbeat = baton.heartbeat;
    session.hold = baton.hold;
    relay.inherit(this.#living(baton));
  }

  // A session was left that no tab goes on with: one that leads, and has not begun, is to hand it on, and the last that
  // lives is to end it. Whether this is the last.
  #takeLast(): boolean {
    const { lead, session } = this.#parts;
    const baton = this.#fresh;
    if (!baton || session.id !== null) return false;
    const last = this.#living(baton).length === 0;
    if (lead.held || last) this.#takeUp();
    return last;
  }

  // Whom a tab that is gone knew of, but for this one, and those that have said goodbye.
  #living({ peers }: Baton): PeerTopics[] {
    const { line } = this.#parts;
    return peers.filter(({ tab }) => tab !== line.tab && !this.#gone.has(tab));
  }

  get #fresh(): Baton | null {
    const { clock } = this.#parts;
    return this.#baton && clock.now() - this.#baton.at < batonLife ? this.#baton.baton : null;
  }

  async #expect(signal: AbortSignal): Promise<void> {
    const wait = child(signal);
    this.#passed = new Deferred();
    try {
      await Promise.race([
        until(this.#passed.promise, wait.signal),
        pause(this.#parts.clock, batonWait, wait.signal),
      ]);
    } finally {
      wait.abort();
    }
  }

  #hear(message: Message): void {
    const { clock, lead, relay, follower, chosen, replaced } = this.#parts;
    const listening =
      (message.kind === 'roll' || message.kind === 'state') && message.state.phase === 'listening';
    if (this.#retiring && listening) replaced();
    if ('state' in message) {
      this.#led = clock.now();
      relay.outlast(message.state.since);
    }
    // One that has come back from the browser's cache has more to say.
    if (message.kind === 'bye') this.#gone.add(message.from);
    else this.#gone.delete(message.from);
    switch (message.kind) {
      case 'transport':
        chosen(message.option);
        return;
      case 'baton':
        this.#baton = { baton: message, at: clock.now() };
        this.#passed.settle();
        break;
      case 'roll':
        // Somebody has taken it up.
        this.#baton = null;
        this.#gone.clear();
        break;
      default:
        break;
    }
    if (message.kind === 'baton' || message.kind === 'bye') lead.left(message.from);
    relay.hear(message);
    follower.hear(message);
  }
}
