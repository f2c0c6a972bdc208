import { Backoff } from './backoff';
import { browserEnvironment } from './browser';
import { TransportChoice } from './choice';
import { Control } from './control';
import type { Environment } from './environment';
import { Feeds } from './feeds';
import { Inbox } from './inbox';
import { Loop } from './loop';
import { Opening } from './opening';
import { Poll } from './poll';
import { PollMode } from './pollmode';
import { PresenceFeed } from './presence';
import { PullMode } from './pullmode';
import { Requests } from './requests';
import { Session } from './session';
import { Slots } from './slots';
import { Status } from './status';
import { StreamMode } from './streammode';
import type { CometDelegate, CometOptions, CometState, Cursor, Phase, TransportOption } from './types';
import { Vigil } from './vigil';
import { wakeUps } from './wakeup';

// A connection silent for less than this needs no look when the person comes back to the page.
const fresh = 15_000;

/**
 * Follows topics of a comet server: joins, listens by stream or long-poll, and comes back after every
 * trouble.
 */
export class CometClient {
  readonly #environment: Environment;
  readonly #delegate: CometDelegate;
  readonly #session = new Session();
  readonly #status: Status;
  readonly #feeds: Feeds;
  readonly #control: Control;
  readonly #choice: TransportChoice;
  readonly #loop: Loop;
  #life: AbortController | null = null;

  constructor(options: CometOptions, environment: Environment = browserEnvironment()) {
    const { clock, memory, page, report } = environment;
    const { delegate } = options;
    const session = this.#session;
    const status = new Status(clock, (state) => this.#guard(() => delegate.onState(state)));
    const feeds = new Feeds(environment, delegate, {
      behind: () => this.#loop.mode?.behind(),
      changed: () => this.#loop.mode?.changed(),
    });
    const presence = new PresenceFeed((news) => delegate.onPresence(news));
    const abort = (reason: string, text: string) => this.#abort(reason, text);
    const inbox = new Inbox({ delegate, feeds, presence, session, status, report, abort });
    const requests = new Requests(session, feeds, presence);
    const control = new Control(environment, options.control, session, status);
    const poll = new Poll(environment, options.data, session, requests, inbox);
    const opening = new Opening(environment, options.data, requests, inbox, poll);
    const vigil = new Vigil(clock, session, control);
    const choice = new TransportChoice(clock, memory, options.transport);
    const backoff = new Backoff(clock);
    const stream = new StreamMode({ clock, opening, vigil, control, choice, feeds, status, backoff });
    const pull = new PullMode({ clock, poll, session, choice, feeds, status, backoff });
    const polls = new PollMode({ clock, page, poll, feeds, status, backoff });
    const slots = new Slots(environment, () => this.#loop.slotChanged());
    this.#environment = environment;
    this.#delegate = delegate;
    this.#status = status;
    this.#feeds = feeds;
    this.#control = control;
    this.#choice = choice;
    this.#loop = new Loop({
      clock,
      session,
      control,
      choice,
      status,
      backoff,
      stream,
      pull,
      poll: polls,
      slots,
      abort,
      report,
    });
    for (const [topic, cursor] of Object.entries(options.cursors)) feeds.subscribe(topic, cursor);
  }

  /** Begins, or begins again where it was stopped. After an abort it does nothing. */
  start(): void {
    if (this.#life || this.state.phase === 'abort') return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.#feeds.start(signal);
    wakeUps(
      this.#environment.page,
      {
        online: () => this.#loop.retry(false),
        seen: () => this.#seen(),
        gone: () => this.#depart(),
        back: () => this.#loop.start(),
      },
      signal,
    );
    this.#loop.start();
  }

  /** Ends everything at once, without a word to the server. */
  stop(): void {
    this.#end('null');
    this.#session.id = null;
  }

  /** Says goodbye, then stops. */
  leave(): void {
    this.#end('null');
    this.#control.goodbye();
  }

  /**
   * Follows a topic whose content is known up to the cursor; one that is followed already goes on from there.
   */
  subscribe(topic: string, cursor: Cursor): void {
    this.#feeds.subscribe(topic, cursor);
  }

  unsubscribe(topic: string): void {
    this.#feeds.unsubscribe(topic);
  }

  /**
   * Tries again at once instead of at `retryAt`; while listening, looks at once whether the connection lives.
   */
  retryNow(): void {
    this.#loop.retry(true);
  }

  /** Forces a transport, or has it chosen afresh with `auto`. */
  setTransport(transport: TransportOption): void {
    const before = this.#choice.wantsStream;
    this.#choice.set(transport);
    if (this.#choice.wantsStream !== before) this.#loop.reconsider();
  }

  /**
   * The time of one control request in milliseconds. Fails when it is not answered within 5 s, or not
   * started.
   */
  ping(): Promise<number> {
    return this.#control.ping(this.#life?.signal ?? AbortSignal.abort());
  }

  get state(): CometState {
    return this.#status.state;
  }

  // Frames and requests must be gone before the goodbye is sent: a browser that holds on to them for the
  // back/forward cache would not deliver it.
  #depart(): void {
    this.#loop.stop();
    this.#control.goodbye();
    this.#status.enter('ready');
  }

  #seen(): void {
    const { lastEventAt, phase } = this.state;
    const silence = this.#environment.clock.now() - (lastEventAt ?? 0);
    if (phase === 'error' || silence > fresh) this.#loop.retry(false);
  }

  #end(phase: Phase): void {
    if (!this.#life) return;
    this.#life.abort();
    this.#life = null;
    this.#loop.stop();
    this.#status.enter(phase);
  }

  #abort(reason: string, text: string): void {
    if (!this.#life) return;
    this.#end('abort');
    this.#session.id = null;
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
