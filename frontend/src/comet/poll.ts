import { Stopped } from './clock';
import type { Environment } from './environment';
import { parseEvent } from './events';
import type { ServerEvent } from './events';
import { Failure } from './failure';
import { post } from './http';
import type { Told } from './feeds';
import type { Inbox } from './inbox';
import { fields, list, span } from './parse';
import type { Requests } from './requests';

/** How long a poll that is answered at once may take, in milliseconds. */
export const pollLimit = 10_000;
/** The same for one that asks whether the server is there at all. */
export const probeLimit = 5_000;

/** How a poll went. */
export interface Polled {
  /** Milliseconds to wait before the next, as the server wishes. */
  next: number;
  /** Whether it brought anything but the signs of life. */
  fruitful: boolean;
  /** The server holds too many requests of this browser. */
  crowded: boolean;
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

  constructor(environment: Environment, url: string, requests: Requests, inbox: Inbox) {
    this.#environment = environment;
    this.#url = url;
    this.#requests = requests;
    this.#inbox = inbox;
  }

  /**
   * Asks once. An aborted signal throws the answer away, even in the middle; the next request's cursors say where it
   * broke off.
   */
  async ask(mode: 'poll' | 'pull', limit: number, signal: AbortSignal): Promise<Polled> {
    const { body, told } = this.#requests.next(mode, mode === 'poll' ? 'poll' : 'long-poll');
    const answer = fields(await post(this.#environment, this.#url, body, limit, signal));
    const polled = { next: span(answer?.next) ?? 0, fruitful: false, crowded: false, told };
    if (!Array.isArray(answer?.events)) throw new Failure('retry', 'The answer was not from the server.');
    for (const item of list(answer.events)) {
      const event = parseEvent(item);
      if (event) this.#take(event, told, polled);
      if (signal.aborted) throw new Stopped();
    }
    this.#requests.answered(body);
    return polled;
  }

  #take(event: ServerEvent, told: Told, polled: Polled): void {
    this.#inbox.take(event, told);
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
