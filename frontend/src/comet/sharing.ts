import { child, Deferred, pause, until } from './clock';
import type { Clock } from './clock';
import type { Lead } from './lead';
import type { Line } from './line';
import type { Baton, Message } from './messages';
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
  #passed = new Deferred<void>();
  // This tab has followed another until it won the lead.
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
    // A tab that has handed its session over has none to say goodbye to.
    const { others } = relay;
    const alone = (lead.held || !line.works) && !others;
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
    const { relay, follower } = this.#parts;
    this.#retiring = false;
    this.#successor = follower.leader !== null;
    relay.begin();
    if (this.#baton) relay.inherit(this.#baton.baton.peers);
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
    const { session, relay, follower } = this.#parts;
    if (this.#successor && !this.#fresh) await this.#expect(signal);
    this.#successor = false;
    follower.forget();
    const baton = this.#fresh;
    this.#baton = null;
    if (!baton) return;
    session.inherit(baton.id, baton.n);
    session.heartbeat = baton.heartbeat;
    session.hold = baton.hold;
    relay.inherit(baton.peers);
  }

  /** A person chose a transport in this tab. */
  choose(option: TransportOption): void {
    this.#parts.line.say({ kind: 'transport', option });
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
        break;
      default:
        break;
    }
    if (message.kind === 'baton' || message.kind === 'bye') lead.left(message.from);
    relay.hear(message);
    follower.hear(message);
  }
}
