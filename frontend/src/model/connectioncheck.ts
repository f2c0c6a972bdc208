/** The connection check: asks the server in several ways and tells what was found, step by step. */
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { at } from '../base';
import {
  type Echo,
  type Finding,
  type Findings,
  judgeAddress,
  judgeBuffering,
  judgeFirst,
  judgeProxy,
  median,
  type StepName,
} from './connectioncheck-judge';
import { askEcho, askSilence, askStream, ECHO, Failed, type Surroundings } from './connectioncheck-requests';

/** How many small requests the round trip is the median of. */
const ECHOES = 5;
/** Seconds of silence that chatd needs, and what somebody may want to know beyond that. */
export const SILENCE = 30;
export const LONG_SILENCE = 120;

const browser: Surroundings = {
  fetch: (path, init) => fetch(at(path), init),
  now: () => performance.now(),
  protocol: spoken,
  get origin() {
    return location.origin;
  },
  get online() {
    return navigator.onLine;
  },
  get secure() {
    return isSecureContext;
  },
  get locks() {
    return 'locks' in navigator;
  },
  get cookies() {
    return navigator.cookieEnabled;
  },
};

function spoken(path: string): string {
  const found = performance.getEntriesByName(new URL(at(path), location.href).href, 'resource').at(-1);
  return found instanceof PerformanceResourceTiming ? found.nextHopProtocol : '';
}

export class ConnectionCheck {
  readonly #at: Surroundings;
  readonly #findings = signal<Findings>({});
  readonly #running = signal<ReadonlySet<StepName>>(new Set());
  #run = new AbortController();
  #silence = new AbortController();

  constructor(at: Surroundings = browser) {
    this.#at = at;
  }

  get findings(): ReadonlySignal<Findings> {
    return this.#findings;
  }

  /** The steps that are being measured. */
  get running(): ReadonlySignal<ReadonlySet<StepName>> {
    return this.#running;
  }

  /** It is over, or only the silence is still being measured, which takes long. */
  readonly judged = computed(() => {
    const { buffering, reach } = this.#findings.value;
    return buffering !== undefined || (reach !== undefined && reach.found !== 'reached');
  });

  /** Checks everything anew. */
  async run(): Promise<void> {
    this.stop();
    this.#run = new AbortController();
    const { signal } = this.#run;
    const { cookies, secure, locks } = this.#at;
    batch(() => {
      this.#running.value = new Set();
      this.#findings.value = { browser: { found: 'browser', cookies, secure, locks } };
    });
    const roundTrip = await this.#reach(signal);
    if (roundTrip === null || signal.aborted) return;
    await this.#stream(roundTrip, signal);
    if (!signal.aborted) await this.measureSilence(SILENCE);
  }

  /** Finds out whether silence of that many seconds is cut off. */
  async measureSilence(seconds: number): Promise<void> {
    this.#silence.abort();
    this.#silence = new AbortController();
    const { signal } = this.#silence;
    await this.#step(['silence'], signal, async () => {
      const silence = await askSilence(this.#at, seconds, signal);
      // What was cut off because the server has gone, says nothing about silence.
      if (silence.found === 'cut') await askEcho(this.#at, signal);
      return { silence };
    });
  }

  stopSilence(): void {
    if (!this.#running.peek().has('silence')) return;
    this.#silence.abort();
    this.#done(['silence'], { silence: { found: 'stopped' } });
  }

  /** Ends all requests. */
  stop(): void {
    this.#run.abort();
    this.#silence.abort();
  }

  /** Returns the round trip, or null when the server was not reached. */
  async #reach(signal: AbortSignal): Promise<number | null> {
    const took: number[] = [];
    let seen: Echo | null = null;
    await this.#step(['reach', 'version', 'proxy', 'address'], signal, async () => {
      let last: Failed | null = null;
      for (let tries = 0; tries < ECHOES; tries++) {
        try {
          const answer = await askEcho(this.#at, signal);
          seen = answer.echo;
          took.push(answer.took);
        } catch (error) {
          if (!(error instanceof Failed)) throw error;
          last = error;
          // Twice nothing at all is enough.
          if (tries === 1 && took.length === 0) throw error;
        }
      }
      if (!seen) throw last;
      return this.#seen(seen, took);
    });
    return seen === null ? null : median(took);
  }

  #seen(echo: Echo, took: readonly number[]): Findings {
    const { origin } = this.#at;
    const protocol = this.#at.protocol(ECHO);
    const lost = ECHOES - took.length;
    return {
      reach: { found: 'reached', roundTrip: median(took), lost, of: ECHOES },
      version: { found: 'version', here: protocol, there: echo.http },
      proxy: judgeProxy(echo, origin, protocol),
      address: judgeAddress(echo, origin),
    };
  }

  async #stream(roundTrip: number, signal: AbortSignal): Promise<void> {
    await this.#step(['buffering', 'first'], signal, async () => {
      const record = await askStream(this.#at, signal);
      if ('found' in record) return { first: record, buffering: record };
      if (!record.complete) await askEcho(this.#at, signal);
      return { first: judgeFirst(record), buffering: judgeBuffering(record, roundTrip) };
    });
  }

  /** Shows steps as running until they have their findings. A failure is told by the first of them. */
  async #step(
    names: readonly [StepName, ...StepName[]],
    signal: AbortSignal,
    measure: () => Promise<Findings>,
  ): Promise<void> {
    this.#running.value = new Set(names);
    let found: Findings;
    try {
      found = await measure();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Failed)) throw error;
      found = { [names[0]]: error.failure satisfies Finding };
    }
    if (!signal.aborted) this.#done(names, found);
  }

  #done(names: readonly StepName[], found: Findings): void {
    batch(() => {
      const kept = Object.entries(this.#findings.peek()).filter(
        ([name]) => !names.some((one) => one === name),
      );
      this.#findings.value = { ...(Object.fromEntries(kept) as Findings), ...found };
      this.#running.value = new Set();
    });
  }
}
