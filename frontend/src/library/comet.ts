import { browserEnvironment } from '../comet/browser';
import { CometClient } from '../comet/client';
import { Deferred, Stopped } from '../comet/clock';
import type { Environment } from '../comet/environment';
import { asFailure } from '../comet/failure';
import type { Activity, CometDelegate, CometState } from '../comet/types';
import type * as published from './client';
import type { CometEvent, CometOptions, Cursor, State, Transport } from './client';
import { signedIn } from './person';
import { Topics } from './topics';

type Standing = Pick<CometState, 'phase' | 'transport' | 'retryAt'>;

// Where this module is /comet/client.js of a chatd, that is the one meant, whatever path it is below.
const base = /^(.*)\/comet\/client\.js$/.exec(new URL(import.meta.url).pathname)?.[1] ?? '';
const usualControl = `${base}/comet/control`;
// Of pages that give no word of their own. It is no person's id, which is the word of chatd's own page.
const ownScope = 'pages';

const apart: Standing = { phase: 'null', transport: null, retryAt: null };
const arriving: Standing = { phase: 'ready', transport: null, retryAt: null };
const ended: Standing = { phase: 'abort', transport: null, retryAt: null };

/** The comet client in the words of the classic library; client.d.ts tells its users what each method does. */
export class Comet implements published.Comet {
  readonly #options: CometOptions;
  readonly #environment: Environment;
  readonly #topics: Topics;
  #client: CometClient | null = null;
  // Ends the question who is signed in, which comes before the client; and where we stand without one.
  #arrival: AbortController | null = null;
  #without = apart;
  #listening = false;
  // What the page shows, and whether anybody uses it, which outlives the connections it is told by.
  #view: { people: string[]; room: string | null } = { people: [], room: null };
  #activity: Activity = 'active';
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
    checkTopic(topic);
    if (cursor !== undefined && !isCursor(cursor)) throw new TypeError('A cursor is [epoch, seq].');
    const from = this.#topics.put(topic, cursor);
    if (from && this.#listening) this.#client?.subscribe(topic, from);
  }

  unsubscribe(topic: string): void {
    this.#topics.remove(topic);
    this.#client?.unsubscribe(topic);
  }

  view(people: readonly string[], room: string | null): void {
    if (!Array.isArray(people) || !people.every(isWord)) throw new TypeError('People are ids such as "12".');
    if (room !== null && !isWord(room)) throw new TypeError('A room is an id such as "3", or null.');
    this.#view = { people: [...people], room };
    this.#client?.view(people, room);
  }

  activity(state: Activity): void {
    if (state !== 'active' && state !== 'idle') throw new TypeError('A page is active or idle.');
    this.#activity = state;
    this.#client?.activity(state);
  }

  typing(topic: string): void {
    checkTopic(topic);
    this.#client?.typing(topic);
  }

  leave(): void {
    const client = this.#client;
    this.#listening = false;
    this.#client = null;
    this.#arrival?.abort();
    this.#arrival = null;
    this.#without = apart;
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
    if (!this.#client) return this.#without;
    const { phase, transport, retryAt } = this.#client.state;
    const idle = phase === 'listening' && !this.#listening;
    return idle ? { phase: 'joined', transport: null, retryAt } : { phase, transport, retryAt };
  }

  #begin(): void {
    if (this.#arrival || (this.#client && this.#client.state.phase !== 'abort')) return;
    this.#joined = new Deferred();
    this.#client = null;
    this.#arrival = new AbortController();
    this.#stand(arriving);
    this.#arrive(this.#arrival.signal).catch(this.#environment.report);
  }

  // Whoever was signed in here before may have left tabs that have not noticed: those of another person are not to be
  // listened to.
  async #arrive(signal: AbortSignal): Promise<void> {
    const waiting = (retryAt: number) => this.#stand({ phase: 'error', transport: null, retryAt });
    try {
      const person = await signedIn(this.#environment, this.#me, waiting, signal);
      if (!signal.aborted) this.#connect(person);
    } catch (error) {
      if (signal.aborted || error instanceof Stopped) return;
      this.#arrival = null;
      this.#stand(ended);
      this.#aborted('signed-out', asFailure(error).message);
    }
  }

  // Beside the control channel, wherever a proxy has put that.
  get #me(): string {
    const { control = usualControl, me = control.replace(/[^/]*\/[^/]*$/, 'api/v1/me') } = this.#options;
    return me;
  }

  #connect(person: string): void {
    const { control = usualControl, data = `${base}/comet/data`, transport = 'auto' } = this.#options;
    const { scope: word = ownScope } = this.#options;
    const scope = word === person ? word : `${word}.${person}`;
    const delegate = this.#delegate();
    this.#arrival = null;
    this.#client = new CometClient(
      { control, data, transport, scope, cursors: {}, delegate },
      this.#environment,
    );
    this.#client.view(this.#view.people, this.#view.room);
    this.#client.activity(this.#activity);
    if (this.#listening) this.#topics.follow(this.#client);
    this.#client.start();
  }

  #stand(standing: Standing): void {
    this.#without = standing;
    this.#tellState();
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
      onAbort: (reason, text) => this.#aborted(reason, text),
      onState: ({ phase }) => {
        if (phase === 'joined' || phase === 'listening') this.#joined.settle(null);
        this.#tellState();
      },
    };
  }

  #aborted(reason: string, text: string): void {
    this.#joined.settle(new Error(text));
    this.#tell({ event: 'abort', reason, text });
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

function checkTopic(topic: unknown): void {
  if (typeof topic !== 'string' || topic === '') throw new TypeError('A topic is a word such as "room:3".');
}

// As the server wants it.
function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value);
}

function isCursor(value: unknown): value is Cursor {
  return (
    Array.isArray(value) && value.length === 2 && value.every((one) => Number.isSafeInteger(one) && one >= 0)
  );
}
