import { Deferred } from './clock';
import type { Environment, OpenFrame } from './environment';
import { parseEvent } from './events';
import type { ServerEvent } from './events';
import type { Told } from './feeds';
import type { Inbox } from './inbox';
import type { Request } from './requests';
import type { View } from './view';

/** What became of a stream: the server asked to come back, could not serve it, or it just ended. */
export type StreamEnd =
  | { kind: 'refresh'; in: number; why: string }
  | { kind: 'refused'; in: number; text: string }
  | { kind: 'lost' };

/** One iframe stream. After `refresh` it goes on handing over until it is closed. */
export class Stream {
  /** What the server was told. */
  readonly told: Told;
  /** The topics it was asked to watch. */
  watched: readonly string[];
  /** What it was told of what is shown. */
  viewed: View;
  readonly opened: number;
  /** The node that serves it, known once it is answered. */
  node = '';
  /** When it last gave a sign of life. */
  heard: number;
  readonly #acked = new Deferred<'acked'>();
  readonly #ended = new Deferred<StreamEnd>();
  readonly #environment: Environment;
  // The number of its request.
  readonly #request: number | undefined;
  readonly #inbox: Inbox;
  readonly #frame: OpenFrame;
  readonly #life = new AbortController();

  /** Opens it; it closes when the signal ends. */
  constructor(environment: Environment, url: string, request: Request, inbox: Inbox, signal: AbortSignal) {
    this.#environment = environment;
    this.#inbox = inbox;
    this.told = request.told;
    const { n, watch, people, room, idle } = request.body;
    this.#request = n;
    this.watched = watch ?? [];
    this.viewed = { people: people ?? [], room: room ?? null, idle: idle ?? false };
    this.opened = environment.clock.now();
    this.heard = this.opened;
    signal.addEventListener('abort', () => this.close(), { signal: this.#life.signal });
    const tag = environment.token();
    const fields = { request: JSON.stringify({ ...request.body, tag }) };
    this.#frame = environment.frames.open(url, fields, tag, {
      heard: (event) => this.#hear(event),
      ended: () => this.#end({ kind: 'lost' }),
    });
  }

  /** Resolves when the server has begun to answer; never, if it does not. */
  get acked(): Promise<'acked'> {
    return this.#acked.promise;
  }

  /** Resolves when a new stream is needed in its place; never, if it is closed before. */
  get ended(): Promise<StreamEnd> {
    return this.#ended.promise;
  }

  get age(): number {
    return this.#environment.clock.now() - this.opened;
  }

  /** Takes the frame away at once, which ends the connection. */
  close(): void {
    this.#life.abort();
    this.#frame.remove();
  }

  #hear(value: unknown): void {
    if (this.#life.signal.aborted) return;
    this.heard = this.#environment.clock.now();
    const event = parseEvent(value);
    if (!event) return;
    this.#note(event);
    this.#inbox.take(event, this.told, this.#request);
  }

  #note(event: ServerEvent): void {
    if (event.event === 'listen-ack') {
      this.node = event.node;
      this.#acked.settle('acked');
    }
    if (event.event === 'refresh') this.#end({ kind: 'refresh', in: event.in, why: event.why });
    if (event.event === 'error') this.#end({ kind: 'refused', in: event.in, text: event.text });
  }

  #end(end: StreamEnd): void {
    if (end.kind !== 'refresh') this.close();
    this.#ended.settle(end);
  }
}
