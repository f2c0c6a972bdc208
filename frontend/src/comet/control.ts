import type { Environment } from './environment';
import { Failure } from './failure';
import type { Change } from './feeds';
import { post } from './http';
import { fields, list, span, text, texts } from './parse';
import type { Fields } from './parse';
import type { Session } from './session';
import type { Status } from './status';

const answerLimit = 10_000;
const pingLimit = 5_000;

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
   * Changes what the stream on a node follows. Returns the topics that were denied. Fails if it was another node that
   * was asked: it may know the session too, from an earlier request, but nobody listens there.
   */
  async change({ subscribe, unsubscribe }: Change, node: string, signal: AbortSignal): Promise<string[]> {
    const operations: Fields[] = [];
    if (unsubscribe.length > 0) operations.push({ op: 'unsubscribe', topics: unsubscribe });
    if (Object.keys(subscribe).length > 0) operations.push({ op: 'subscribe', topics: subscribe });
    const answers = await this.#send(operations, answerLimit, signal);
    const failed = answers.find((answer) => answer?.event === 'error');
    if (failed) throw refused(failed);
    if (answers.some((answer) => (text(answer?.node) ?? node) !== node)) throw refused(null);
    return answers.flatMap((answer) => texts(answer?.denied));
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

function refused(answer: Fields | null | undefined): Failure {
  return new Failure('retry', text(answer?.text) ?? 'The server did not understand.');
}
