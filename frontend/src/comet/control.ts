import type { Environment } from './environment';
import { Failure } from './failure';
import { post } from './http';
import { cursors, fields, list, span, text, texts } from './parse';
import type { Fields } from './parse';
import { tellable } from './requests';
import type { Session } from './session';
import type { Status } from './status';
import type { Cursor } from './types';
import type { Change } from './union';
import type { View } from './view';

const answerLimit = 10_000;
const pingLimit = 5_000;

/** How the server took a change. */
export interface Changed {
  denied: string[];
  watched: Record<string, Cursor>;
}

/** The control channel. It is always answered at once. */
export class Control {
  readonly #environment: Environment;
  readonly #url: string;
  readonly #session: Session;
  readonly #status: Status;

  constructor(environment: Environment, url: string, session: Session, status: Status) {
    this.#environment = environment;
    this.#url = url;
    this.#session = session;
    this.#status = status;
  }

  /** Begins a comet session. */
  async join(signal: AbortSignal): Promise<void> {
    const [answer] = await this.#send([{ op: 'join' }], answerLimit, signal, null);
    const id = text(answer?.id);
    if (answer?.event !== 'join-ack' || id === null) throw refused(answer);
    this.#session.joined(id);
    this.#session.heartbeat = span(answer.heartbeat) ?? this.#session.heartbeat;
    this.#session.hold = span(answer.hold) ?? this.#session.hold;
  }

  /**
   * Changes what the stream on a node follows, and what the server knows of what is shown. Returns the topics that were
   * denied, and where those are that are watched. Fails if it was another node that was asked: it may know the session
   * too, from an earlier request, but nobody listens there.
   */
  async change(
    { subscribe, unsubscribe, watch, screen, idle }: Change,
    node: string,
    signal: AbortSignal,
  ): Promise<Changed> {
    const operations: Fields[] = [];
    if (unsubscribe.length > 0) operations.push({ op: 'unsubscribe', topics: unsubscribe });
    if (Object.keys(subscribe).length > 0) operations.push({ op: 'subscribe', topics: subscribe });
    if (watch) operations.push({ op: 'watch', topics: watch });
    // Data requests that were made before, and arrive later, tell of what was shown then.
    const n = this.#session.requests;
    if (screen) operations.push({ ...viewing(screen), n });
    if (idle !== null)
      operations.push({ op: 'activity', state: idle ? 'idle' : 'active', ...this.#figures, n });
    const answers = await this.#send(operations, answerLimit, signal);
    // A node of the version before does not know views, and asking again would not help.
    const failed = answers.find((answer) => answer?.event === 'error' && answer.code !== 'unknown-operation');
    if (failed) throw refused(failed);
    if (answers.some((answer) => (text(answer?.node) ?? node) !== node)) throw refused(null);
    const watched = answers.find((answer) => answer?.event === 'watch-ack');
    return {
      denied: answers.flatMap((answer) => (answer === watched ? [] : texts(answer?.denied))),
      watched: cursors(watched?.topics),
    };
  }

  /** Tells that somebody types in a topic. False when the session, of this tab or of the one that leads, is not known. */
  async typing(topic: string, signal: AbortSignal): Promise<boolean> {
    const { id, shared } = this.#session;
    const session = id ?? shared;
    if (session === null) return false;
    const activity = { op: 'activity', state: 'typing', topic };
    const [answer] = await this.#send([activity], answerLimit, signal, session);
    return answer?.code !== 'unknown-session';
  }

  /** The time of one control request in milliseconds. */
  async ping(signal: AbortSignal): Promise<number> {
    const { clock } = this.#environment;
    const begun = clock.now();
    await this.#send([{ op: 'ping' }], pingLimit, signal);
    return clock.now() - begun;
  }

  /** Says goodbye as the page goes or the client ends; nobody waits for the answer. */
  goodbye(): void {
    const { id } = this.#session;
    this.#session.id = null;
    if (id !== null)
      this.#environment.beacon(this.#url, JSON.stringify({ id, operations: [{ op: 'leave' }] }));
  }

  get #figures(): Fields {
    const { roundTrip } = this.#status.state;
    return roundTrip === null ? {} : { round_trip: tellable(roundTrip) };
  }

  async #send(
    operations: Fields[],
    limit: number,
    signal: AbortSignal,
    id: string | null = this.#session.id,
  ): Promise<(Fields | null)[]> {
    const { clock } = this.#environment;
    const begun = clock.now();
    const body = id === null ? { operations } : { id, operations };
    const answer = fields(await post(this.#environment, this.#url, body, limit, signal));
    this.#status.measured(clock.now() - begun);
    return list(answer?.events).map(fields);
  }
}

function viewing({ people, room }: Pick<View, 'people' | 'room'>): Fields {
  return room === null ? { op: 'view', people } : { op: 'view', people, room };
}

function refused(answer: Fields | null | undefined): Failure {
  return new Failure('retry', text(answer?.text) ?? 'The server did not understand.');
}
