import type { Backoff } from './backoff';
import type { TransportChoice } from './choice';
import { child, pause, Stopped } from './clock';
import type { Clock } from './clock';
import type { Control } from './control';
import { asFailure, Failure } from './failure';
import type { Mode } from './mode';
import type { Session } from './session';
import type { Slots } from './slots';
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
  slots: Slots;
  /** There is no coming back. */
  abort: (reason: string, text: string) => void;
  report: (error: unknown) => void;
}

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
    this.#parts.slots.start();
    this.#done = this.#done.then(() => this.#run(signal)).catch(this.#parts.report);
  }

  /** Ends all connections before it returns. */
  stop(): void {
    this.#life?.abort();
    this.#life = null;
    this.#parts.slots.stop();
  }

  /**
   * Tries again at once if it waits, else looks whether the connection still lives. `insist`: whatever the
   * server said.
   */
  retry(insist: boolean): void {
    if (this.#notBefore === null) this.#mode?.probe();
    else if (insist || this.#parts.clock.now() >= this.#notBefore) this.#turn?.abort();
  }

  /** Begins again with the transport now chosen. */
  reconsider(): void {
    this.#turn?.abort();
  }

  /** A slot was had or lost: goes on accordingly, unless it joins or waits. */
  slotChanged(): void {
    if (this.#mode !== null) this.#turn?.abort();
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
    const { session, control } = this.#parts;
    if (session.id === null) {
      this.#trying('ready');
      await control.join(signal);
    }
    this.#trying('joined');
    this.#mode = this.#choose();
    try {
      await this.#mode.run(signal);
    } finally {
      this.#mode = null;
    }
  }

  #choose(): Mode {
    const { choice, slots, stream, pull, poll } = this.#parts;
    if (!slots.held) return poll;
    return choice.wantsStream ? stream : pull;
  }

  // After a failure it is an error until something works again, or the page would flicker with every try.
  #trying(phase: Phase): void {
    const { status } = this.#parts;
    status.enter(status.state.phase === 'error' ? 'error' : phase);
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, session, status, backoff, abort, report } = this.#parts;
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
    await this.#wait(wait, signal);
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
