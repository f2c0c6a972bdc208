import type { Backoff } from './backoff';
import type { TransportChoice } from './choice';
import { child, pause, Stopped } from './clock';
import type { Clock } from './clock';
import type { Control } from './control';
import { asFailure, Failure } from './failure';
import type { Mode } from './mode';
import type { Session } from './session';
import type { Lead } from './lead';
import type { Sharing } from './sharing';
import type { Status } from './status';
import type { Phase } from './types';

export interface LoopParts {
  clock: Clock;
  session: Session;
  control: Control;
  choice: TransportChoice;
  status: Status;
  backoff: Backoff;
  stream: Mode;
  pull: Mode;
  /** For a tab that may not hold a request. */
  poll: Mode;
  /** For one that another tab can relay to; null where tabs cannot talk. */
  relay: Mode | null;
  lead: Lead;
  sharing: Sharing;
  /** There is no coming back. */
  abort: (reason: string, text: string) => void;
  report: (error: unknown) => void;
}

// A tab that leads no longer goes on listening for so long at most.
const retirement = 10_000;

/** Joins, listens, and after a failure waits and tries again, until it is stopped. */
export class Loop {
  readonly #parts: LoopParts;
  #life: AbortController | null = null;
  // The run before must have let go of everything when the next begins.
  #done: Promise<void> = Promise.resolve();
  #turn: AbortController | null = null;
  #mode: Mode | null = null;
  // Set while it waits after a failure: the time before which the server does not want to see us.
  #notBefore: number | null = null;

  constructor(parts: LoopParts) {
    this.#parts = parts;
  }

  /** The way of listening in use, null when not listening. */
  get mode(): Mode | null {
    return this.#mode;
  }

  start(): void {
    if (this.#life) return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#parts.sharing.start();
    this.#done = this.#done.then(() => this.#run(signal)).catch(this.#parts.report);
  }

  /** Ends all connections before it returns. */
  stop(): void {
    this.#life?.abort();
    this.#life = null;
  }

  /**
   * Tries again at once if it waits, else looks whether the connection still lives. `insist`: whatever the
   * server said.
   */
  retry(insist: boolean): void {
    if (this.#notBefore === null) this.#mode?.probe(insist);
    else if (insist || this.#parts.clock.now() >= this.#notBefore) this.#turn?.abort();
  }

  /** Begins again with the transport now chosen. */
  reconsider(): void {
    this.#turn?.abort();
  }

  /** This tab leads from now on: goes on accordingly, unless it waits. */
  won(): void {
    if (this.#mode !== null) this.#turn?.abort();
  }

  /** It leads no longer. With `grace` it serves until another tab does, at most 10 s. */
  lost(grace: boolean): void {
    const turn = this.#turn;
    if (!turn || (this.#notBefore !== null && this.#parts.clock.now() < this.#notBefore)) return; // the server wants it to wait
    if (!grace || !this.#mode?.retire()) turn.abort();
    else
      pause(this.#parts.clock, retirement, turn.signal).then(
        () => turn.abort(),
        () => {},
      );
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const turn = child(signal);
      this.#turn = turn;
      try {
        await this.#listen(turn.signal);
      } catch (error) {
        if (!signal.aborted && !(error instanceof Stopped)) await this.#recover(error, signal);
      } finally {
        turn.abort();
      }
    }
  }

  async #listen(signal: AbortSignal): Promise<void> {
    this.#mode = await this.#choose(signal);
    try {
      await this.#mode.run(signal);
    } finally {
      this.#mode = null;
    }
  }

  async #choose(signal: AbortSignal): Promise<Mode> {
    const { choice, lead, sharing, status, stream, pull, poll, relay } = this.#parts;
    if (relay && !lead.held) {
      sharing.retired();
      this.#trying('ready');
      return relay;
    }
    await this.#join(signal);
    status.detected(choice.detected);
    this.#trying('joined');
    if (!lead.held) return poll;
    return { stream, pull, poll }[choice.way];
  }

  async #join(signal: AbortSignal): Promise<void> {
    const { session, sharing, control } = this.#parts;
    if (session.id !== null) return;
    this.#trying('ready');
    await sharing.inherit(signal);
    if (session.id === null) await control.join(signal);
  }

  // After a failure it is an error until something works again, or the page would flicker with every try.
  #trying(phase: Phase): void {
    const { status } = this.#parts;
    status.enter(status.state.phase === 'error' ? 'error' : phase);
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, session, status, lead, backoff, abort, report } = this.#parts;
    if (!(error instanceof Failure)) report(error);
    const failure = asFailure(error);
    if (failure.remedy === 'stop') {
      abort('signed-out', failure.message);
      return;
    }
    if (failure.remedy === 'rejoin') session.id = null;
    const wait = backoff.next(failure.wait);
    this.#notBefore = clock.now() + failure.wait;
    status.enter('error', null, clock.now() + wait);
    // Another tab may ask that has not been told to wait.
    if (failure.wait > 0) lead.rest();
    await this.#wait(wait, signal);
    lead.resume();
    this.#notBefore = null;
  }

  // Waits, unless it is told to go on sooner.
  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const turn = child(signal);
    this.#turn = turn;
    try {
      await pause(this.#parts.clock, ms, turn.signal);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      turn.abort();
    }
  }
}
