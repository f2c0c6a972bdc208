import { AnswerSize } from './answersize';
import { Stopped } from './clock';
import type { Environment } from './environment';
import { parseEvent } from './events';
import type { ServerEvent } from './events';
import { BrokenOff, Failure, Unanswered } from './failure';
import { post } from './http';
import type { Told } from './feeds';
import type { Inbox } from './inbox';
import { fields, list, span } from './parse';
import type { DataRequest, Requests } from './requests';
import type { Status } from './status';

/** How long a poll that is answered at once may take, in milliseconds. */
export const pollLimit = 10_000;
/**
 * The same for one that asks whether the server is there at all. It is asked several times within that: after a sleep the
 * connections that a browser has kept are dead, and each request is given one of them.
 */
export const probeLimit = 5_000;
// An answer that takes longer than one try, or than so many times what is usual, will not come.
const shortest = 1_500;
const usualTimes = 4;

/** How a poll went. */
export interface Polled {
  /** Milliseconds to wait before the next, as the server wishes. */
  next: number;
  /** Whether it brought anything but the signs of life. */
  fruitful: boolean;
  /** The server holds too many requests of this browser. */
  crowded: boolean;
  /** Fewer events were asked for than there may be. */
  partial: boolean;
  /** The topics it was asked for. */
  told: Told;
}

/**
 * Asks for events and takes the whole answer at once: `poll` is answered at once, `pull` is held until there
 * is something.
 */
export class Poll {
  readonly #environment: Environment;
  readonly #url: string;
  readonly #requests: Requests;
  readonly #inbox: Inbox;
  readonly #status: Status;
  readonly #size = new AnswerSize();

  constructor(environment: Environment, url: string, requests: Requests, inbox: Inbox, status: Status) {
    this.#environment = environment;
    this.#url = url;
    this.#requests = requests;
    this.#inbox = inbox;
    this.#status = status;
  }

  /**
   * Does what asks once within some milliseconds, and again when nothing answers: as often within `limit` as makes sense for
   * that limit.
   */
  async persist<T>(limit: number, ask: (limit: number) => Promise<T>): Promise<T> {
    const tries = limit === probeLimit ? this.#tries : 1;
    for (let left = tries; ; left -= 1) {
      try {
        return await ask(limit / tries);
      } catch (error) {
        if (!(error instanceof Unanswered) || left === 1) throw error;
      }
    }
  }

  get #tries(): number {
    const { roundTrip } = this.#status.state;
    const patience = Math.max(shortest, (roundTrip ?? 0) * usualTimes);
    return Math.max(1, Math.floor(probeLimit / patience));
  }

  /**
   * Asks, and at once again for less when the answer breaks off on its way. An aborted signal throws the answer away,
   * even in the middle; the next request's cursors say where it broke off.
   */
  ask(mode: 'poll' | 'pull', limit: number, signal: AbortSignal): Promise<Polled> {
    return this.persist(limit, (part) => this.#askAll(mode, part, signal));
  }

  async #askAll(mode: 'poll' | 'pull', limit: number, signal: AbortSignal): Promise<Polled> {
    const { clock } = this.#environment;
    for (;;) {
      const begun = clock.now();
      const size = this.#size.limit;
      try {
        return await this.askOnce(mode, limit, signal);
      } catch (error) {
        // Where time was too short, or nothing less can be asked for, asking again at once is no use.
        const late = clock.now() - begun >= limit;
        if (!(error instanceof BrokenOff) || late || this.#size.limit === size) throw error;
      }
    }
  }

  /** Asks once; after an answer that broke off the next asks for less. */
  async askOnce(mode: 'poll' | 'pull', limit: number, signal: AbortSignal): Promise<Polled> {
    const { body, told } = this.#requests.next(mode, mode === 'poll' ? 'poll' : 'long-poll');
    const size = this.#size.limit;
    if (size !== null) body.limit = size;
    const answer = fields(await this.#post(body, limit, signal));
    const partial = size !== null;
    const polled = { next: span(answer?.next) ?? 0, fruitful: false, crowded: false, partial, told };
    if (!Array.isArray(answer?.events)) throw new Failure('retry', 'The answer was not from the server.');
    for (const item of list(answer.events)) {
      const event = parseEvent(item);
      if (event) this.#take(event, body, polled);
      if (signal.aborted) throw new Stopped();
    }
    this.#requests.answered(body);
    return polled;
  }

  async #post(body: DataRequest, limit: number, signal: AbortSignal): Promise<unknown> {
    try {
      const answer = await post(this.#environment, this.#url, body, limit, signal);
      this.#size.grow();
      return answer;
    } catch (error) {
      if (error instanceof BrokenOff) this.#size.shrink();
      throw error;
    }
  }

  #take(event: ServerEvent, { n }: DataRequest, polled: Polled): void {
    this.#inbox.take(event, polled.told, n);
    switch (event.event) {
      case 'error':
        throw new Failure('retry', event.text, event.in);
      case 'refresh':
        polled.next = Math.max(polled.next, event.in);
        polled.crowded ||= event.why === 'crowded';
        break;
      case 'listen-ack':
      case 'heartbeat':
        break;
      default:
        polled.fruitful = true;
    }
  }
}
