import { child, pause, until } from './clock';
import type { Environment } from './environment';
import { BrokenOff } from './failure';
import type { Inbox } from './inbox';
import type { Poll } from './poll';
import type { Requests } from './requests';
import { Stream } from './stream';
import type { StreamEnd } from './stream';

const ackLimit = 3_000;
// A timer this late means that the page was asleep, which proves nothing about the stream.
const asleep = 1_000;

/** How to open a stream. */
export interface Manner {
  /** Also poll, so that nobody waits for content: milliseconds this may take, or null. */
  poll: number | null;
  /** Ask for padding, which pushes the beginning through an intermediary that collects it. */
  padding: boolean;
}

export type Opened =
  | { verdict: 'acked'; stream: Stream }
  /** The stream ended before it began. `reached`: the server itself was there; `wait`: it said when to come back. */
  | { verdict: 'ended'; reached: boolean; wait: number | null }
  /** Nothing of the stream arrived. */
  | { verdict: 'unanswered' };

/** Opens streams and finds out whether they come through. */
export class Opening {
  readonly #environment: Environment;
  readonly #url: string;
  readonly #requests: Requests;
  readonly #inbox: Inbox;
  readonly #poll: Poll;

  constructor(environment: Environment, url: string, requests: Requests, inbox: Inbox, poll: Poll) {
    this.#environment = environment;
    this.#url = url;
    this.#requests = requests;
    this.#inbox = inbox;
    this.#poll = poll;
  }

  /**
   * Opens a stream, which lives until the signal ends. Fails when the poll does before the stream is
   * answered.
   */
  open(manner: Manner, signal: AbortSignal): Promise<Opened> {
    if (manner.poll === null) return this.#open(manner, signal);
    return this.#poll.persist(manner.poll, (poll) => this.#open({ ...manner, poll }, signal));
  }

  async #open(manner: Manner, signal: AbortSignal): Promise<Opened> {
    const attempt = child(signal);
    let stream: Stream | undefined;
    try {
      // The poll takes its number first, so that the stream is the newer of the two.
      const polled = manner.poll === null ? null : this.#ask(manner.poll, attempt.signal);
      await Promise.race([this.#environment.page.loaded(attempt.signal), trouble(polled)]);
      const request = this.#requests.next('stream', 'iframe', manner.padding);
      stream = new Stream(this.#environment, this.#url, request, this.#inbox, signal);
      const verdict = await until(this.#watch(stream, polled, attempt.signal), signal);
      if (verdict === 'acked') return { verdict, stream };
      stream.close();
      if (verdict === 'unanswered') return { verdict };
      await polled;
      const wait = verdict.kind === 'lost' ? null : verdict.in;
      return { verdict: 'ended', reached: polled !== null, wait };
    } catch (error) {
      stream?.close();
      throw error;
    } finally {
      attempt.abort();
    }
  }

  // An answer that broke off shows as well that the server is there, and what it told the stream brings, too.
  // Asked again the poll would be newer than the stream.
  async #ask(limit: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#poll.askOnce('poll', limit, signal);
    } catch (error) {
      if (!(error instanceof BrokenOff)) throw error;
    }
  }

  #watch(
    stream: Stream,
    polled: Promise<void> | null,
    signal: AbortSignal,
  ): Promise<'acked' | 'unanswered' | StreamEnd> {
    return Promise.race([stream.acked, stream.ended, this.#silence(stream, polled, signal), trouble(polled)]);
  }

  // Where the poll takes long everything does: the stream has as long again as the poll took.
  async #silence(stream: Stream, polled: Promise<void> | null, signal: AbortSignal): Promise<'unanswered'> {
    await polled;
    let rest = polled ? Math.max(ackLimit - stream.age, stream.age) : ackLimit;
    // In a hidden tab every timer may be that late; after a sleep only one is.
    for (let i = 0; i < 2 && (await pause(this.#environment.clock, rest, signal)) > asleep; i += 1)
      rest = ackLimit;
    return 'unanswered';
  }
}

// Fails if the poll fails, and is silent otherwise.
function trouble(polled: Promise<void> | null): Promise<never> {
  const never = new Promise<never>(() => {});
  return polled ? polled.then(() => never) : never;
}
