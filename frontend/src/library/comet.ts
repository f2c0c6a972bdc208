import { browserEnvironment } from '../comet/browser';
import { CometClient } from '../comet/client';
import { Deferred } from '../comet/clock';
import type { Environment } from '../comet/environment';
import type { CometDelegate, CometState } from '../comet/types';
import type * as published from './client';
import type { CometEvent, CometOptions, Cursor, State, Transport } from './client';
import { Topics } from './topics';

type Standing = Pick<CometState, 'phase' | 'transport' | 'retryAt'>;

// No user's id, which is what chatd's own page has.
const ownScope = 'pages';

const apart: Standing = { phase: 'null', transport: null, retryAt: null };

/** The comet client in the words of the classic library; client.d.ts tells its users what each method does. */
export class Comet implements published.Comet {
  readonly #options: CometOptions;
  readonly #environment: Environment;
  readonly #topics: Topics;
  #client: CometClient | null = null;
  #listening = false;
  // Settled with null once the server knows us, else with why it does not.
  #joined = new Deferred<Error | null>();
  #told = apart;

  constructor(options: CometOptions = {}, environment: Environment = browserEnvironment()) {
    this.#options = options;
    this.#environment = environment;
    this.#topics = new Topics({
      onData: (topic, payload, at) => this.#options.onData?.(topic, payload, at),
      onBeginning: (topic, at) => this.#tell({ event: 'subscribe-ack', topics: { [topic]: at } }),
      onGap: (topic, at) => this.#fill(topic, at),
    });
  }

  join(): Promise<void> {
    this.#begin();
    const joined = this.#joined.promise.then((refusal) => {
      if (refusal) throw refusal;
    });
    // Whoever does not wait for it hears the same by onEvent.
    joined.catch(() => {});
    return joined;
  }

  listen(): void {
    if (!this.#listening) {
      this.#listening = true;
      if (this.#client) this.#topics.follow(this.#client);
    }
    this.#begin();
    this.#tellState();
  }

  subscribe(topic: string, cursor?: Cursor): void {
    if (typeof topic !== 'string' || topic === '') throw new TypeError('A topic is a word such as "room:3".');
    if (cursor !== undefined && !isCursor(cursor)) throw new TypeError('A cursor is [epoch, seq].');
    const from = this.#topics.put(topic, cursor);
    if (from && this.#listening) this.#client?.subscribe(topic, from);
  }

  unsubscribe(topic: string): void {
    this.#topics.remove(topic);
    this.#client?.unsubscribe(topic);
  }

  leave(): void {
    const client = this.#client;
    this.#listening = false;
    this.#client = null;
    client?.leave();
    this.#joined.settle(new Error('The page has left.'));
    this.#tellState();
  }

  async ping(): Promise<number> {
    if (!this.#client) throw new Error('Join first.');
    return this.#client.ping();
  }

  get state(): State {
    return this.#standing.phase;
  }

  get transport(): Transport | null {
    return this.#standing.transport;
  }

  // The client opens its connection as it joins. As long as no topic is listened to, all that counts is that it has.
  get #standing(): Standing {
    if (!this.#client) return apart;
    const { phase, transport, retryAt } = this.#client.state;
    const idle = phase === 'listening' && !this.#listening;
    return idle ? { phase: 'joined', transport: null, retryAt } : { phase, transport, retryAt };
  }

  #begin(): void {
    if (this.#client && this.#client.state.phase !== 'abort') return;
    const { control = '/comet/control', data = '/comet/data', transport = 'auto' } = this.#options;
    const { scope = ownScope } = this.#options;
    const delegate = this.#delegate();
    this.#joined = new Deferred();
    this.#client = new CometClient(
      { control, data, transport, scope, cursors: {}, delegate },
      this.#environment,
    );
    if (this.#listening) this.#topics.follow(this.#client);
    this.#client.start();
  }

  #delegate(): CometDelegate {
    return {
      onData: (topic, seq, payload) => this.#topics.take(topic, seq, payload),
      onGap: (topic, at) => this.#topics.gap(topic, at),
      onPresence: (presence) => this.#tell({ event: 'presence', ...presence }),
      onHint: (key, payload) => this.#tell({ event: 'hint', key, payload }),
      onUnsubscribed: (topic, why) => {
        this.#topics.remove(topic);
        this.#tell({ event: 'unsubscribe-ack', topics: [topic], why });
      },
      onAbort: (reason, text) => {
        this.#joined.settle(new Error(text));
        this.#tell({ event: 'abort', reason, text });
      },
      onState: ({ phase }) => {
        if (phase === 'joined' || phase === 'listening') this.#joined.settle(null);
        this.#tellState();
      },
    };
  }

  async #fill(topic: string, at: Cursor): Promise<Cursor> {
    const [epoch, seq] = at;
    this.#tell({ event: 'gap', topic, epoch, seq });
    const cursor = (await this.#options.onGap?.(topic, { epoch, seq })) ?? at;
    if (!isCursor(cursor)) throw new TypeError('onGap returns the cursor that the content is valid at.');
    return cursor;
  }

  #tellState(): void {
    const { phase, transport, retryAt } = this.#standing;
    const told = this.#told;
    if (told.phase === phase && told.transport === transport && told.retryAt === retryAt) return;
    this.#told = { phase, transport, retryAt };
    this.#tell({ event: 'state', state: phase, transport, retryAt });
  }

  #tell(event: CometEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch (error) {
      this.#environment.report(error);
    }
  }
}

function isCursor(value: unknown): value is Cursor {
  return (
    Array.isArray(value) && value.length === 2 && value.every((one) => Number.isSafeInteger(one) && one >= 0)
  );
}
