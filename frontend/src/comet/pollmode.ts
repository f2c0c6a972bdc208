import type { Backoff } from './backoff';
import { child, pause, Stopped } from './clock';
import type { Clock } from './clock';
import type { Page } from './environment';
import type { Feeds } from './feeds';
import type { Mode } from './mode';
import { pollLimit, probeLimit } from './poll';
import type { Poll } from './poll';
import type { Status } from './status';

/** Milliseconds between two polls of a tab, give or take a quarter. */
export function pollInterval(clock: Clock, page: Page): number {
  return (page.isVisible() ? 2_000 : 10_000) * (0.75 + clock.random() / 2);
}

export interface PollParts {
  clock: Clock;
  page: Page;
  poll: Poll;
  feeds: Feeds;
  status: Status;
  backoff: Backoff;
  /** Whether to go on. */
  wanted: () => boolean;
}

/** Listens by asking every now and then, which keeps no connection busy: for tabs that may not hold one. */
export class PollMode implements Mode {
  readonly #parts: PollParts;
  #round: AbortController | null = null;
  #limit = pollLimit;
  #asking = false;
  // The topics have changed while the server was being asked, or it may have more to tell.
  #stale = false;

  constructor(parts: PollParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { page } = this.#parts;
    const life = child(signal);
    page.on('visibilitychange', () => page.isVisible() && this.changed(), life.signal);
    try {
      while (this.#parts.wanted()) await this.#turn(life.signal);
    } finally {
      life.abort();
    }
  }

  probe(): void {
    this.#limit = probeLimit;
    this.#round?.abort();
  }

  /** Asks again at once, or after the answer that is on its way. */
  changed(): void {
    if (this.#asking) this.#stale = true;
    else this.#round?.abort();
  }

  // The next request tells it.
  viewed(): void {}

  // The next request asks from where we are.
  behind(): void {}

  retire(): boolean {
    return false;
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const round = child(signal);
    this.#round = round;
    try {
      const next = await this.#ask(round.signal);
      await pause(this.#parts.clock, this.#wait(next), round.signal);
    } catch (error) {
      // A round that was broken off is followed by another.
      if (!(error instanceof Stopped) || signal.aborted) throw error;
    } finally {
      this.#round = null;
      round.abort();
    }
  }

  /** Resolves with the milliseconds that the server wants to be left alone. */
  async #ask(signal: AbortSignal): Promise<number> {
    const { poll, feeds, status, backoff } = this.#parts;
    const limit = this.#limit;
    this.#limit = pollLimit;
    this.#stale = false;
    feeds.chase();
    this.#asking = true;
    try {
      const { next, fruitful, partial } = await poll.ask('poll', limit, signal);
      this.#stale ||= fruitful && partial;
      status.enter('listening', 'poll');
      backoff.good();
      return next;
    } finally {
      this.#asking = false;
    }
  }

  #wait(next: number): number {
    const { clock, page } = this.#parts;
    if (this.#stale) return next;
    return Math.max(next, pollInterval(clock, page));
  }
}
