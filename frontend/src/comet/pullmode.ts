import { Backoff } from './backoff';
import type { TransportChoice } from './choice';
import { child, pause, Stopped } from './clock';
import type { Clock } from './clock';
import type { Feeds } from './feeds';
import type { Mode } from './mode';
import { pollLimit, probeLimit } from './poll';
import type { Poll, Polled } from './poll';
import type { Session } from './session';
import type { Status } from './status';
import type { Union } from './union';
import { sameView } from './view';
import type { View } from './view';

/** How long the answer to a request may take that is held for some time, in milliseconds. */
export function pullPatience(hold: number): number {
  return hold + 10_000;
}

export interface PullParts {
  clock: Clock;
  poll: Poll;
  session: Session;
  choice: TransportChoice;
  feeds: Feeds;
  union: Union;
  status: Status;
  backoff: Backoff;
}

type Ask = { mode: 'poll' | 'pull'; limit: number };

/**
 * Listens by one held request after the other. Each names all topics, so a change breaks off the one that
 * waits.
 */
export class PullMode implements Mode {
  readonly #parts: PullParts;
  readonly #idle: Backoff;
  #round: AbortController | null = null;
  // What the server is being asked, null between two requests; and what to ask next, if not just to hold.
  #asking: Ask | null = null;
  #next: Ask | null = null;
  #changing = false;
  // What the last request told of what is shown.
  #viewed: View;

  constructor(parts: PullParts) {
    this.#parts = parts;
    this.#idle = new Backoff(parts.clock);
    this.#viewed = parts.union.view;
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#next = { mode: 'poll', limit: pollLimit };
    while (this.#parts.choice.way === 'pull') {
      const ask = this.#next ?? this.#pull();
      this.#next = null;
      const round = child(signal);
      this.#round = round;
      try {
        await this.#ask(ask, round.signal);
      } catch (error) {
        // A round that was broken off is followed by another.
        if (!(error instanceof Stopped) || signal.aborted) throw error;
      } finally {
        this.#round = null;
        round.abort();
      }
    }
  }

  probe(): void {
    this.#next = { mode: 'poll', limit: probeLimit };
    this.#round?.abort();
  }

  changed(): void {
    if (this.#changing) return;
    this.#changing = true;
    // Together with what changes until the end of this task.
    queueMicrotask(() => {
      this.#changing = false;
      if (this.#asking === null) return;
      if (this.#asking.mode === 'poll') this.#next = this.#asking;
      this.#round?.abort();
    });
  }

  viewed(): void {
    if (!sameView(this.#viewed, this.#parts.union.view)) this.changed();
  }

  // The next request asks from where we are.
  behind(): void {}

  retire(): boolean {
    return false;
  }

  #pull(): Ask {
    return { mode: 'pull', limit: pullPatience(this.#parts.session.hold) };
  }

  async #ask(ask: Ask, signal: AbortSignal): Promise<void> {
    const { clock, choice, feeds, status, backoff } = this.#parts;
    feeds.chase();
    const begun = clock.now();
    const { next, fruitful, crowded } = await this.#poll(ask, signal);
    if (crowded) {
      choice.crowded();
      return;
    }
    status.enter('listening', 'long-poll');
    backoff.good();
    const sound = fruitful || next > 0 || ask.mode === 'poll' || clock.now() - begun >= 1_000;
    const wait = this.#wait(next, sound);
    // Timers of hidden tabs are late, even those for no time at all.
    if (wait > 0) await pause(clock, wait, signal);
  }

  async #poll(ask: Ask, signal: AbortSignal): Promise<Polled> {
    this.#asking = ask;
    this.#viewed = this.#parts.union.view;
    try {
      return await this.#parts.poll.ask(ask.mode, ask.limit, signal);
    } finally {
      this.#asking = null;
    }
  }

  // A server that answers at once without anything to say must not be asked in a tight circle.
  #wait(next: number, sound: boolean): number {
    if (!sound) return this.#idle.next(next);
    this.#idle.reset();
    return next;
  }
}
