import { assemble } from './assembly';
import type { Assembly } from './assembly';
import { browserEnvironment } from './browser';
import type { Environment } from './environment';
import type { Loss } from './leadkeeper';
import { Shown } from './shown';
import type {
  Activity,
  CometDelegate,
  CometOptions,
  CometState,
  Cursor,
  Phase,
  TransportOption,
} from './types';
import { wakeUps } from './wakeup';

// A connection silent for less than this needs no look when the person comes back to the page.
const fresh = 15_000;

/**
 * Follows topics of a comet server: joins, listens by stream or long-poll, and comes back after every trouble. All tabs
 * of a browser share one connection.
 */
export class CometClient {
  readonly #environment: Environment;
  readonly #delegate: CometDelegate;
  readonly #parts: Assembly;
  readonly #shown: Shown;
  #life: AbortController | null = null;

  constructor(options: CometOptions, environment: Environment = browserEnvironment()) {
    this.#environment = environment;
    this.#delegate = options.delegate;
    this.#parts = assemble(options, environment, {
      mode: () => this.#parts.loop.mode,
      stateChanged: (state) => this.#told(state),
      abort: (reason, text) => this.#abort(reason, text),
      won: () => this.#won(),
      lost: (loss) => this.#lost(loss),
      look: (insist) => this.#parts.loop.retry(insist),
      chosen: (option) => this.#choose(option),
      handOver: () => this.#shown.handOver(),
    });
    const { feeds, watch, status } = this.#parts;
    this.#shown = new Shown(environment.clock, status.state, (state) => this.#show(state));
    for (const [topic, cursor] of Object.entries(options.cursors)) feeds.subscribe(topic, cursor);
    if (options.watch) watch.set(options.watch);
  }

  /** Begins, or begins again where it was stopped. After an abort it does nothing. */
  start(): void {
    if (this.#life || this.#parts.status.state.phase === 'abort') return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    const { feeds, screen, loop } = this.#parts;
    feeds.start(signal);
    screen.start(signal);
    wakeUps(
      this.#environment.page,
      this.#environment.clock,
      {
        online: () => loop.retry(false),
        thawed: () => loop.retry(false),
        seen: () => this.#seen(),
        gone: () => this.#depart(),
        back: () => loop.start(),
      },
      signal,
    );
    loop.start();
  }

  /** Ends everything at once, without a word to the server. */
  stop(): void {
    this.#end('null');
    this.#parts.session.id = null;
  }

  /** Says goodbye, then stops. */
  leave(): void {
    const alone = this.#end('null');
    this.#goodbye(alone);
  }

  /**
   * Follows a topic whose content is known up to the cursor; one that is followed already goes on from there.
   */
  subscribe(topic: string, cursor: Cursor): void {
    this.#parts.feeds.subscribe(topic, cursor);
  }

  unsubscribe(topic: string): void {
    this.#parts.feeds.unsubscribe(topic);
  }

  /** Has the moving of these topics told, and of no others. Those that are followed need not be among them. */
  watch(topics: readonly string[]): void {
    this.#parts.watch.set(topics);
  }

  /**
   * Has the states of the people on the screen told, of the first 200 of them, and how many are here of a room, or of
   * none: in place of those named before. All tabs together name 200 people, those that were seen last first, and the
   * room of the tab seen last that names one.
   */
  view(people: readonly string[], room: string | null): void {
    this.#parts.screen.show(people, room);
  }

  /**
   * Tells whether anybody uses this tab, which counts as used until it says otherwise. The server is told `idle` when
   * every tab is.
   */
  activity(state: Activity): void {
    this.#parts.screen.use(state);
  }

  /** Tells that somebody types in a topic. May be called with each letter: it is told every 3 s, and never later. */
  typing(topic: string): void {
    if (this.#life) this.#parts.typing.tell(topic, this.#life.signal);
  }

  /**
   * Tries again at once instead of at `retryAt`; while listening, looks at once whether the connection lives, wherever
   * it is: in this tab, or in the one that leads.
   */
  retryNow(): void {
    this.#parts.loop.retry(true);
  }

  /** Looks whether the connection lives, as after a sleep: something should have come and has not. */
  look(): void {
    this.#parts.loop.retry(false);
  }

  /** Forces a transport, or has it chosen afresh with `auto`. */
  setTransport(transport: TransportOption): void {
    this.#choose(transport);
    this.#parts.sharing.choose(transport);
  }

  /**
   * The time of one control request of this tab in milliseconds, also where another has the connection. Fails when it is not answered within 5 s, or not
   * started.
   */
  ping(): Promise<number> {
    return this.#parts.control.ping(this.#life?.signal ?? AbortSignal.abort());
  }

  get state(): CometState {
    return this.#shown.of(this.#parts.status.state);
  }

  // Frames and requests must be gone before the goodbye is sent: a browser that holds on to them for the
  // back/forward cache would not deliver it.
  #depart(): void {
    const { sharing, loop, status } = this.#parts;
    const alone = sharing.stop();
    loop.stop();
    this.#goodbye(alone);
    this.#shown.end();
    status.enter('ready');
  }

  // A session that other tabs go on with is not over.
  #goodbye(alone: boolean): void {
    const { control, session } = this.#parts;
    if (alone) control.goodbye();
    session.id = null;
  }

  #won(): void {
    const { choice, sharing, loop } = this.#parts;
    choice.recall();
    this.#shown.handOver();
    sharing.won();
    loop.won();
  }

  // A tab whose lock was taken was frozen, or as good as that: what it has is of no use. One that only was slow to
  // renew its lease goes on until the next is there.
  #lost(loss: Loss): void {
    const { sharing, loop } = this.#parts;
    this.#shown.handOver();
    sharing.retire();
    if (loss === 'robbed') sharing.retired();
    loop.lost(loss === 'overwritten');
  }

  #choose(option: TransportOption): void {
    const { choice, lead, loop } = this.#parts;
    const before = choice.way;
    choice.set(option);
    if (lead.held && choice.way !== before) loop.reconsider();
  }

  #told(state: CometState): void {
    this.#parts.relay.stateChanged();
    this.#shown.take(state);
  }

  #show(state: CometState): void {
    this.#guard(() => this.#delegate.onState(state));
  }

  #seen(): void {
    const { lastEventAt, phase } = this.#parts.status.state;
    const silence = this.#environment.clock.now() - (lastEventAt ?? 0);
    if (phase === 'error' || silence > fresh) this.#parts.loop.retry(false);
  }

  // Whether there was a connection of this tab alone.
  #end(phase: Phase): boolean {
    if (!this.#life) return false;
    const { sharing, loop, status } = this.#parts;
    this.#life.abort();
    this.#life = null;
    const alone = sharing.stop();
    loop.stop();
    this.#shown.end();
    status.enter(phase);
    return alone;
  }

  #abort(reason: string, text: string): void {
    if (!this.#life) return;
    this.#parts.session.id = null;
    this.#end('abort');
    this.#guard(() => this.#delegate.onAbort(reason, text));
  }

  #guard(handler: () => void): void {
    try {
      handler();
    } catch (error) {
      this.#environment.report(error);
    }
  }
}
