import type { Backoff } from './backoff';
import { child, Deferred, pause, remaining, Stopped, until } from './clock';
import type { Clock } from './clock';
import type { Page } from './environment';
import { parseEvent } from './events';
import type { ServerEvent } from './events';
import { asFailure, Failure } from './failure';
import type { Feeds, Told } from './feeds';
import type { Inbox } from './inbox';
import type { Lead } from './lead';
import type { Line } from './line';
import type { LeaderState, Message, Roll, Welcome } from './messages';
import type { Mode } from './mode';
import { pollLimit, probeLimit } from './poll';
import type { Poll, Polled } from './poll';
import { pollInterval } from './pollmode';
import { pullPatience } from './pullmode';
import type { Session } from './session';
import type { Status } from './status';
import type { Union } from './union';
import { streamPatience } from './vigil';
import type { Watch } from './watch';

// Who leads answers within this time, or else does not live.
const answerLimit = 2_000;
// A page waits no longer than this for the answer before it asks the server for content.
const shortly = 500;
// A timer this late means that the page was asleep, which proves nothing.
const asleep = 1_000;
// Between two requests for something that the first did not bring.
const tooSoon = 1_000;
// What a tab says when all is over may come later than the next one begins to lead.
const lastWord = 2_000;
// For so long a tab that is closed may still answer.
const lastMoment = 1_000;
// Who leads and was asked to look at its connection has had an answer of the server after this, or has failed.
const doubt = 7_000;

export interface RelayModeParts {
  clock: Clock;
  page: Page;
  line: Line;
  lead: Lead;
  /** Asks for this tab alone. */
  poll: Poll;
  feeds: Feeds;
  union: Union;
  watch: Watch;
  inbox: Inbox;
  session: Session;
  status: Status;
  backoff: Backoff;
  report: (error: unknown) => void;
}

/** What to ask the server, and whether it was asked for the same before. */
interface Fetch {
  limit: number;
  again: boolean;
}

/**
 * Listens to what the tab that leads relays. It registers there, then polls once for what it missed before, and goes on
 * live; whatever it misses later it polls for.
 */
export class RelayMode implements Mode {
  readonly #parts: RelayModeParts;
  // Who leads, and how it is connected; null when nobody has answered.
  #leader: string | null = null;
  #state: LeaderState | null = null;
  // Who led before, and until when its last word counts.
  #former: { tab: string; until: number } | null = null;
  // What the last poll told the server: of these topics nothing may be missing.
  #told: Told = new Map();
  // What is to be done next.
  #greet: { look: boolean; insist: boolean } | null = null;
  #fetch: Fetch | null = null;
  // The connection has lost topics, for which this tab has to ask by itself first.
  #orphaned = false;
  #serial = 0;
  #answer = new Deferred<boolean>();
  #work = new Deferred<void>();
  // When the server last gave who leads a sign of life, and when that was last asked to look for one.
  #heard = 0;
  #looked = 0;
  // When the server was asked, and for how long it, or what it did not have, need not be asked again.
  #asked = 0;
  #welcome = 0;
  #again = 0;
  #running = false;

  constructor(parts: RelayModeParts) {
    this.#parts = parts;
  }

  /** The tab that leads, as far as is known. */
  get leader(): string | null {
    return this.#leader;
  }

  /** Nobody else leads. */
  forget(): void {
    const { clock } = this.#parts;
    if (this.#leader !== null) this.#former = { tab: this.#leader, until: clock.now() + lastWord };
    this.#leader = null;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { page } = this.#parts;
    const life = child(signal);
    this.#leader = null;
    this.#told = new Map();
    this.#greet = { look: false, insist: false };
    this.#fetch = null;
    this.#running = true;
    page.on('visibilitychange', () => this.#seen(life.signal), life.signal);
    try {
      for (;;) await this.#turn(life.signal);
    } finally {
      this.#running = false;
      life.abort();
    }
  }

  probe(insist: boolean): void {
    this.#fetch = { limit: probeLimit, again: false };
    if (insist) this.#welcome = 0;
    this.#register(true, insist);
  }

  changed(): void {
    this.#register(false, false);
  }

  behind(): void {
    this.#fetch ??= { limit: pollLimit, again: true };
    this.#work.settle();
  }

  retire(): boolean {
    return false;
  }

  /** Another tab has said something. */
  hear(message: Message): void {
    if (!this.#running && message.kind !== 'event') return;
    switch (message.kind) {
      case 'event':
        this.#take(parseEvent(message.event), message.from);
        break;
      case 'welcome':
        if (message.to === this.#parts.line.tab && message.serial === this.#serial) this.#welcomed(message);
        break;
      case 'roll':
        this.#called(message);
        break;
      case 'state':
        if (message.from !== this.#leader) break;
        this.#heard = this.#parts.clock.now();
        this.#learn(message.state);
        break;
      case 'ended':
        if (message.from === this.#leader) this.#orphan(message.topics);
        break;
      case 'bye':
      case 'baton':
        if (message.from === this.#leader) this.#deserted();
        break;
      default:
        break;
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    this.#work = new Deferred();
    if (this.#greet) await this.#hello(this.#greet, signal);
    else if (this.#fetch) await this.#poll(this.#fetch, signal);
    else await this.#idle(signal);
  }

  // A tab comes to be looked at when another is closed, perhaps the one that leads, whose farewell may be lost. In its last
  // moment it may answer still: so it is asked twice.
  #seen(signal: AbortSignal): void {
    const { clock, page } = this.#parts;
    if (!page.isVisible()) return;
    this.#register(false, false);
    pause(clock, lastMoment, signal).then(
      () => this.#register(false, false),
      () => {},
    );
  }

  #register(look: boolean, insist: boolean): void {
    this.#greet = {
      look: look || this.#greet?.look === true,
      insist: insist || this.#greet?.insist === true,
    };
    this.#work.settle();
  }

  // Tells the one that leads what this tab follows. It must answer.
  async #hello({ look, insist }: { look: boolean; insist: boolean }, signal: AbortSignal): Promise<void> {
    const { clock, line, union } = this.#parts;
    // Together with what changes until the end of this task.
    await Promise.resolve();
    this.#greet = null;
    this.#serial += 1;
    this.#answer = new Deferred();
    const begun = clock.now();
    line.say({
      kind: 'hello',
      serial: this.#serial,
      ...union.own,
      fresh: this.#leader === null,
      look,
      insist,
    });
    if (await this.#answered(shortly, signal)) return;
    // Nobody who looks at the page waits for that.
    this.#fetch ??= { limit: pollLimit, again: false };
    await this.#poll(this.#fetch, signal);
    const left = Math.max(begun + answerLimit - clock.now(), 0);
    if (!(await this.#answered(left, signal))) this.#unanswered();
  }

  async #answered(ms: number, signal: AbortSignal): Promise<boolean> {
    const wait = child(signal);
    try {
      return await Promise.race([until(this.#answer.promise, wait.signal), this.#silence(ms, wait.signal)]);
    } finally {
      wait.abort();
    }
  }

  async #silence(ms: number, signal: AbortSignal): Promise<false> {
    const { clock } = this.#parts;
    // What had piled up while the page slept comes in now. In a hidden tab every timer may be late.
    if ((await pause(clock, ms, signal)) > asleep) await pause(clock, ms, signal);
    return false;
  }

  // The tab that leads is frozen, or gone without a word, or there is none yet.
  #unanswered(): void {
    const { page, lead } = this.#parts;
    this.#leader = null;
    this.#told = new Map();
    if (page.isVisible() || lead.lapsed) lead.seize();
  }

  #welcomed({ from, state, positions, refused, latest }: Welcome & { from: string }): void {
    if (this.#isOlder(from, state)) return;
    const { feeds, inbox } = this.#parts;
    const before = this.#leader;
    if (before !== from) this.#heard = 0;
    this.#leader = from;
    this.#orphaned = false;
    for (const topic of refused) feeds.drop(topic, 'limit');
    const none: Told = new Map();
    // The poll that follows on a new one fills all holes.
    const told = before === from ? this.#told : none;
    for (const [topic, [epoch, seq]] of Object.entries(positions)) feeds.reached({ topic, epoch, seq }, told);
    for (const item of latest) {
      const event = parseEvent(item);
      if (event) inbox.handle(event, none);
    }
    this.#learn(state);
    if (before !== from || this.#hasNews()) this.#fetch = { limit: pollLimit, ...this.#fetch, again: false };
    this.#answer.settle(true);
    this.#work.settle();
  }

  // Topics, or positions of them, of which the server was not asked yet.
  #hasNews(): boolean {
    return [...this.#parts.feeds.vector().told].some(([topic, version]) => this.#told.get(topic) !== version);
  }

  #called({ from, state, tabs }: Roll & { from: string }): void {
    const { line } = this.#parts;
    if (this.#isOlder(from, state)) return;
    if (from === this.#leader && tabs.includes(line.tab)) {
      line.say({ kind: 'here' });
      this.#learn(state);
      return;
    }
    this.forget();
    this.#told = new Map();
    this.#register(false, false);
    // Whoever waits for the answer of another need not.
    this.#answer.settle(true);
  }

  // It led before the one that leads now, and has yet to notice.
  #isOlder(tab: string, { since }: LeaderState): boolean {
    return this.#leader !== null && tab !== this.#leader && since < (this.#state?.since ?? 0);
  }

  #deserted(): void {
    this.forget();
    this.#work.settle();
  }

  // The server may give them to this tab, or tell it why not; only then is the one that leads asked again.
  #orphan(topics: string[]): void {
    const { feeds } = this.#parts;
    const own = topics.filter((topic) => feeds.has(topic));
    if (own.length === 0) return;
    for (const topic of own) this.#told.delete(topic);
    this.#orphaned = true;
    this.behind();
  }

  #learn(state: LeaderState): void {
    const { clock, session } = this.#parts;
    this.#heard = Math.max(this.#heard, Math.min(state.heard, clock.now()));
    this.#state = state;
    session.heartbeat = state.heartbeat;
    session.hold = state.hold;
    this.#show();
    this.#work.settle();
  }

  #show(): void {
    const { status } = this.#parts;
    const state = this.#state;
    if (this.#leader === null || state === null) return;
    status.served(state.node);
    status.detected(state.detected);
    // Until it has what came before, this tab has only just joined.
    if (this.#told.size === 0 && this.#hasNews()) {
      if (status.state.phase === 'ready') status.share('joined', null, null);
    } else status.share(state.phase, state.transport, state.retryAt);
  }

  #take(event: ServerEvent | null, from: string): void {
    const { inbox, session, clock, feeds, watch } = this.#parts;
    if (event?.event === 'abort' && this.#hasLed(from)) inbox.handle(event, this.#told);
    if (!this.#running) return;
    if (from === this.#leader) this.#heard = clock.now();
    switch (event?.event) {
      case 'data':
      case 'skip':
        // Whoever leads, or has led: each event counts once.
        inbox.handle(event, this.#told);
        break;
      case 'gap':
        // It was the other tab that could not be given what is missing.
        if (feeds.has(event.topic)) feeds.reached(event, this.#told);
        else watch.moved(event);
        break;
      case 'listen-ack':
        if (from !== this.#leader) break;
        session.heartbeat = event.heartbeat;
        session.hold = event.hold;
        inbox.handle({ event: 'heartbeat' }, this.#told);
        break;
      case undefined:
      case 'refresh':
      case 'error':
      case 'abort':
        break;
      default:
        if (event && from === this.#leader) inbox.handle(event, this.#told);
    }
  }

  #hasLed(tab: string): boolean {
    const former = this.#former;
    if (former?.tab === tab && this.#parts.clock.now() < former.until) return true;
    return tab === this.#leader;
  }

  async #poll({ limit, again }: Fetch, signal: AbortSignal): Promise<void> {
    const { clock, feeds, status } = this.#parts;
    const wait = remaining(clock, this.#asked, again ? Math.max(this.#welcome, this.#again) : this.#welcome);
    if (wait > 0) {
      // Something else may have to be done first.
      await this.#wait((life) => pause(clock, wait, life), signal);
      return;
    }
    this.#fetch = null;
    feeds.chase();
    const leader = this.#leader;
    const polled = await this.#ask(limit, signal);
    if (polled === null) return;
    const { told } = polled;
    if (leader === null) {
      status.enter('listening', 'poll');
      return;
    }
    if (leader !== this.#leader) return;
    this.#told = told;
    this.#show();
    this.#fetch = feeds.behind(told) ? { limit: pollLimit, again: true } : null;
    if (this.#orphaned) this.#register(false, false);
  }

  // Null when it failed, though not for good: what is relayed is shown all the same.
  async #ask(limit: number, signal: AbortSignal): Promise<Polled | null> {
    const { clock, poll, backoff, report } = this.#parts;
    try {
      const polled = await poll.ask('poll', limit, signal);
      backoff.good();
      this.#asked = clock.now();
      this.#welcome = polled.next;
      this.#again = polled.fruitful ? 0 : tooSoon;
      return polled;
    } catch (error) {
      const failure = error instanceof Stopped ? null : asFailure(error);
      if (failure?.remedy !== 'retry' || this.#leader === null) throw error;
      if (!(error instanceof Failure)) report(error);
      this.#asked = clock.now();
      this.#welcome = failure.wait;
      this.#again = backoff.next(failure.wait);
      this.#fetch = { limit, again: true };
      // It may be the server, and not the one that leads, that gives no sign of life.
      this.#looked = 0;
      return null;
    }
  }

  #idle(signal: AbortSignal): Promise<void> {
    return this.#wait((life) => this.#keepVigil(life), signal);
  }

  // Until it is done, or there is something else to do.
  async #wait(work: (life: AbortSignal) => Promise<unknown>, signal: AbortSignal): Promise<void> {
    const life = child(signal);
    try {
      await Promise.race([until(this.#work.promise, life.signal), work(life.signal)]);
    } finally {
      life.abort();
    }
  }

  async #keepVigil(signal: AbortSignal): Promise<void> {
    const { clock, page } = this.#parts;
    const state = this.#state;
    if (this.#leader === null || state === null) {
      await pause(clock, pollInterval(clock, page), signal);
      this.#register(false, false);
      return;
    }
    // Who leads polls, perhaps more seldom than this tab wants to.
    if (state.transport === 'poll') {
      await pause(clock, pollInterval(clock, page), signal);
      this.behind();
      return;
    }
    const now = clock.now();
    // The clock may have been set back.
    this.#heard = Math.min(this.#heard, now);
    const due = Math.max(this.#heard + this.#patience(state), state.retryAt ?? 0);
    if (due > now) await pause(clock, due - now, signal);
    else if (this.#looked < due || this.#looked > now) {
      this.#looked = now;
      this.probe(false);
    } else await this.#doubt(this.#looked + doubt - now, signal);
  }

  // Who leads has no news of the server, though it may still answer: the browser may have frozen it. Until that is
  // clear this tab asks by itself.
  async #doubt(left: number, signal: AbortSignal): Promise<void> {
    const { clock, page } = this.#parts;
    if (left <= 0) {
      this.#looked = 0;
      this.#unanswered();
      return;
    }
    const late = await pause(clock, Math.min(left, pollInterval(clock, page)), signal);
    // What had piled up while the page slept comes in now.
    if (late > asleep) await pause(clock, shortly, signal);
    this.behind();
  }

  #patience({ transport, heartbeat, hold }: LeaderState): number {
    return transport === 'long-poll' ? pullPatience(hold) : streamPatience(heartbeat);
  }
}
