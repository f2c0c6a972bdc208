import type { Backoff } from './backoff';
import { remaining, Stopped } from './clock';
import type { Clock } from './clock';
import { asFailure, Failure } from './failure';
import type { Poll, Polled } from './poll';

// Between two requests for something that the first did not bring.
const tooSoon = 1_000;

export interface CatchUpParts {
  clock: Clock;
  /** Asks for this tab alone. */
  poll: Poll;
  backoff: Backoff;
  report: (error: unknown) => void;
}

/** Asks the server for what a tab has missed, and not more often than is of use. */
export class CatchUp {
  readonly #parts: CatchUpParts;
  // When the server was asked, and for how long it, or what it did not have, need not be asked again.
  #asked = 0;
  #welcome = 0;
  #again = 0;

  constructor(parts: CatchUpParts) {
    this.#parts = parts;
  }

  /** Milliseconds until the server may be asked. `again`: it was asked for the same before. */
  wait(again: boolean): number {
    const span = again ? Math.max(this.#welcome, this.#again) : this.#welcome;
    return remaining(this.#parts.clock, this.#asked, span);
  }

  /** A person wants it, whatever the server said. */
  insist(): void {
    this.#welcome = 0;
  }

  /**
   * Asks within `limit` milliseconds. Null when that failed, though not for good, and is bearable: what is relayed is
   * shown all the same.
   */
  async ask(limit: number, bearable: () => boolean, signal: AbortSignal): Promise<Polled | null> {
    const { clock, poll, backoff, report } = this.#parts;
    try {
      const polled = await poll.ask('poll', limit, signal);
      backoff.good();
      this.#asked = clock.now();
      this.#welcome = polled.next;
      this.#again = polled.fruitful ? 0 : tooSoon;
      return polled;
    } catch (error) {
      const failure = error instanceof Stopped ? null : asFailure(error);
      if (failure?.remedy !== 'retry' || !bearable()) throw error;
      if (!(error instanceof Failure)) report(error);
      this.#asked = clock.now();
      this.#welcome = failure.wait;
      this.#again = backoff.next(failure.wait);
      return null;
    }
  }
}
