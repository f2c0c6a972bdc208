import type { Backoff } from './backoff';
import { CatchUp } from './catchup';
import { child, Deferred, pause, until } from './clock';
import type { Clock } from './clock';
import type { Page } from './environment';
import { parseEvent } from './events';
import type { ServerEvent } from './events';
import type { Feeds, Told } from './feeds';
import { Greeting } from './greeting';
import type { Inbox } from './inbox';
import type { Lead } from './lead';
import { Leader } from './leader';
import type { Line } from './line';
import type { LeaderState, Message, Roll, Welcome } from './messages';
import type { Mode } from './mode';
import { pollLimit, probeLimit } from './poll';
import type { Poll } from './poll';
import { RelayVigil } from './relayvigil';
import type { Session } from './session';
import type { Status } from './status';
import type { Union } from './union';
import type { Watch } from './watch';

// Who leads answers within this time, or else does not live.
const answerLimit = 2_000;
// A page waits no longer than this for the answer before it asks the server for content.
const shortly = 500;
// For so long a tab that is closed may still answer.
const lastMoment = 1_000;

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
  /** The tab that led does so no longer; another will. */
  handOver: () => void;
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
  readonly #leader: Leader;
  readonly #greeting: Greeting;
  readonly #catchUp: CatchUp;
  readonly #vigil: RelayVigil;
  // What the last poll told the server: of these topics nothing may be missing.
  #told: Told = new Map();
  // What is to be asked for next.
  #fetch: Fetch | null = null;
  // The connection has lost topics, for which this tab has to ask by itself first.
  #orphaned = false;
  #work = new Deferred<void>();
  #running = false;

  constructor(parts: RelayModeParts) {
    const { clock, page, line, union } = parts;
    this.#parts = parts;
    this.#leader = new Leader(clock, () => this.#left());
    this.#greeting = new Greeting(clock, line, union);
    this.#catchUp = new CatchUp(parts);
    this.#vigil = new RelayVigil(clock, page, this.#leader);
  }

  /** The tab that leads, as far as is known. */
  get leader(): string | null {
    return this.#leader.tab;
  }

  /** Nobody else leads. */
  forget(): void {
    this.#leader.forget();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { page } = this.#parts;
    const life = child(signal);
    this.#leader.forget();
    this.#told = new Map();
    this.#greeting.reset();
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
    if (insist) this.#catchUp.insist();
    this.#register(true, insist);
  }

  changed(): void {
    this.#register(false, false);
  }

  // Without waiting for an answer: whoever does not know this tab will ask.
  viewed(): void {
    const { line, union } = this.#parts;
    line.say({ kind: 'view', view: union.own.view });
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
    const leads = message.from === this.#leader.tab;
    switch (message.kind) {
      case 'event':
        this.#take(parseEvent(message.event), message.from);
        break;
      case 'welcome':
        if (this.#greeting.isAnswer(message)) this.#welcomed(message);
        break;
      case 'roll':
        this.#called(message);
        break;
      case 'state':
        if (!leads) break;
        this.#leader.hear();
        this.#learn(message.state);
        break;
      case 'ended':
        if (leads) this.#orphan(message.topics);
        break;
      case 'bye':
      case 'baton':
        if (leads) this.#deserted();
        break;
      default:
        break;
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    this.#work = new Deferred();
    if (this.#greeting.wanted) await this.#hello(signal);
    else if (this.#fetch) await this.#poll(this.#fetch, signal);
    else await this.#wait((life) => this.#idle(life), signal);
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
    this.#greeting.want(look, insist);
    this.#work.settle();
  }

  async #hello(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    // Together with what changes until the end of this task.
    await Promise.resolve();
    const begun = clock.now();
    this.#greeting.say(this.#leader.tab === null);
    if (await this.#greeting.answered(shortly, signal)) return;
    // Nobody who looks at the page waits for that.
    this.#fetch ??= { limit: pollLimit, again: false };
    await this.#poll(this.#fetch, signal);
    const left = Math.max(begun + answerLimit - clock.now(), 0);
    if (!(await this.#greeting.answered(left, signal))) this.#unanswered();
  }

  // The tab that leads is frozen, or gone without a word, or there is none yet. A tab that nobody looks at takes the
  // place only of one that may be gone: without any connection other people would see its person leave.
  #unanswered(): void {
    const { page, lead } = this.#parts;
    this.#leader.forget();
    this.#told = new Map();
    if (page.isVisible() || lead.outlives) lead.seize();
  }

  #welcomed({ from, state, positions, refused, latest }: Welcome & { from: string }): void {
    if (this.#leader.isOlder(from, state)) return;
    const { feeds, inbox } = this.#parts;
    const isNew = this.#leader.tab !== from;
    this.#leader.follow(from);
    this.#orphaned = false;
    for (const topic of refused) feeds.drop(topic, 'limit');
    const none: Told = new Map();
    // The poll that follows on a new one fills all holes.
    const told = isNew ? none : this.#told;
    for (const [topic, [epoch, seq]] of Object.entries(positions)) feeds.reached({ topic, epoch, seq }, told);
    for (const item of latest) {
      const event = parseEvent(item);
      if (event) inbox.handle(event, none);
    }
    this.#learn(state);
    if (isNew || this.#hasNews()) this.#fetch = { limit: pollLimit, ...this.#fetch, again: false };
    this.#greeting.settle();
    this.#work.settle();
  }

  // Topics, or positions of them, of which the server was not asked yet.
  #hasNews(): boolean {
    return [...this.#parts.feeds.vector().told].some(([topic, version]) => this.#told.get(topic) !== version);
  }

  #called({ from, state, tabs }: Roll & { from: string }): void {
    const { line } = this.#parts;
    if (this.#leader.isOlder(from, state)) return;
    if (from === this.#leader.tab && tabs.includes(line.tab)) {
      line.say({ kind: 'here' });
      this.#learn(state);
      return;
    }
    this.#leader.forget();
    this.#told = new Map();
    this.#register(false, false);
    // Whoever waits for the answer of another need not.
    this.#greeting.settle();
  }

  // Nothing comes until another leads.
  #left(): void {
    const { status, handOver } = this.#parts;
    handOver();
    if (status.state.phase === 'listening') status.share('ready', null, null);
  }

  #deserted(): void {
    this.#leader.forget();
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
    const { session } = this.#parts;
    this.#leader.learn(state);
    session.shared = state.session;
    session.heartbeat = state.heartbeat;
    session.hold = state.hold;
    this.#show();
    this.#work.settle();
  }

  #show(): void {
    const { status } = this.#parts;
    const { state } = this.#leader;
    if (state === null) return;
    status.served(state.node);
    status.detected(state.detected);
    // Until it has what came before, this tab has only just joined.
    if (this.#told.size === 0 && this.#hasNews()) {
      if (status.state.phase === 'ready') status.share('joined', null, null);
    } else status.share(state.phase, state.transport, state.retryAt);
  }

  #take(event: ServerEvent | null, from: string): void {
    const { inbox, session, feeds, watch } = this.#parts;
    if (event?.event === 'abort' && this.#leader.hasLed(from)) inbox.handle(event, this.#told);
    if (!this.#running) return;
    const leads = from === this.#leader.tab;
    if (leads) this.#leader.hear();
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
        if (!leads) break;
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
        if (event && leads) inbox.handle(event, this.#told);
    }
  }

  async #poll({ limit, again }: Fetch, signal: AbortSignal): Promise<void> {
    const { clock, feeds, status } = this.#parts;
    const wait = this.#catchUp.wait(again);
    if (wait > 0) {
      // Something else may have to be done first.
      await this.#wait((life) => pause(clock, wait, life), signal);
      return;
    }
    this.#fetch = null;
    feeds.chase();
    const leader = this.#leader.tab;
    const polled = await this.#catchUp.ask(limit, () => this.#leader.tab !== null, signal);
    if (polled === null) {
      this.#fetch = { limit, again: true };
      this.#vigil.excuse();
      return;
    }
    const { told } = polled;
    if (leader === null) {
      status.enter('listening', 'poll');
      return;
    }
    if (leader !== this.#leader.tab) return;
    this.#told = told;
    this.#show();
    this.#fetch = feeds.behind(told) ? { limit: pollLimit, again: true } : null;
    if (this.#orphaned) this.#register(false, false);
  }

  async #idle(signal: AbortSignal): Promise<void> {
    switch (await this.#vigil.keep(signal)) {
      case 'greet':
        this.#register(false, false);
        break;
      case 'ask':
        this.behind();
        break;
      case 'look':
        this.probe(false);
        break;
      case 'replace':
        this.#unanswered();
        break;
      case null:
        break;
    }
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
}
