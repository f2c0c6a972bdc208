/** What the measurements of the connection check mean. */
import type { TransportName } from '../comet/types';

/** The steps in the order in which they are shown. */
export const stepNames = [
  'reach',
  'version',
  'proxy',
  'address',
  'first',
  'buffering',
  'silence',
  'use',
  'browser',
] as const;

export type StepName = (typeof stepNames)[number];

/** Why a request of the check was of no use. */
export type Failure =
  /** No answer came, or not in time. */
  | { readonly found: 'unreachable' | 'offline' }
  /** Something that is not chatd answered in its place. */
  | { readonly found: 'foreign' }
  /** A proxy says that it cannot reach chatd. */
  | { readonly found: 'gateway'; readonly status: number }
  /** chatd refused, with a sentence. */
  | { readonly found: 'refused'; readonly text: string };

/** What a step found out. Times are in milliseconds unless said otherwise. */
export type Finding =
  | Failure
  | { readonly found: 'reached'; readonly roundTrip: number; readonly lost: number; readonly of: number }
  | { readonly found: 'version'; readonly here: string; readonly there: string }
  | {
      readonly found: 'proxy';
      readonly seen: boolean;
      readonly headers: readonly string[];
      readonly hints: readonly string[];
      readonly address: string;
    }
  | { readonly found: 'address' | 'no-address' }
  | { readonly found: 'other-address'; readonly address: string }
  | { readonly found: 'renamed'; readonly host: string }
  | { readonly found: 'first'; readonly after: number }
  | { readonly found: 'nothing-came'; readonly after: number }
  | { readonly found: 'prompt' | 'slow' | 'held'; readonly worst: number; readonly compressed: boolean }
  | { readonly found: 'stream-cut'; readonly after: number }
  /** Seconds. `lost` is silence after which nothing came through any more, without a word. */
  | { readonly found: 'kept' | 'cut' | 'lost'; readonly seconds: number }
  | { readonly found: 'stopping' | 'stopped' }
  | { readonly found: 'use'; readonly transport: TransportName | null; readonly connected: boolean }
  | { readonly found: 'not-signed-in' }
  | {
      readonly found: 'browser';
      readonly cookies: boolean;
      readonly secure: boolean;
      readonly locks: boolean;
    };

export type Grade = 'good' | 'note' | 'bad';

/** Milliseconds a line may be late before that is worth a word. */
const LATE = 1_000;
/** Milliseconds after which chatd gives a silent stream up. */
export const GIVEN_UP = 3_000;
/** Seconds between two signs of life on a stream, at most. */
const HEARTBEAT = 17;
/** Seconds for which a long poll is held. */
const HOLD = 30;

/** A line of the check's stream: when it came, since the request, and when it was sent, since the first one. */
export interface Arrival {
  readonly at: number;
  readonly sent: number;
}

/** How the check's stream came. */
export interface StreamRecord {
  readonly arrivals: readonly Arrival[];
  /** All lines are there. */
  readonly complete: boolean;
  readonly compressed: boolean;
  /** When it was over, since the request. */
  readonly end: number;
}

export function judgeFirst({ arrivals, end }: StreamRecord): Finding {
  const first = arrivals[0];
  return first ? { found: 'first', after: first.at } : { found: 'nothing-came', after: end };
}

/** Whether lines come when they are sent. The way itself takes half of the round trip. */
export function judgeBuffering(record: StreamRecord, roundTrip: number): Finding {
  const { arrivals, complete, compressed, end } = record;
  if (arrivals.length === 0) return { found: 'nothing-came', after: end };
  const worst = Math.max(0, ...arrivals.map(({ at, sent }) => at - sent - roundTrip / 2));
  if (worst >= GIVEN_UP) return { found: 'held', worst, compressed };
  if (!complete) return { found: 'stream-cut', after: end };
  return { found: worst >= LATE ? 'slow' : 'prompt', worst, compressed };
}

/** What chatd sees of a request. */
export interface Echo {
  readonly http: string;
  readonly host: string;
  readonly address: string;
  readonly proxy_headers: readonly string[];
  readonly public_url: string;
  readonly hints: readonly string[];
}

/** `protocol` is what the browser spoke, by its ALPN name, or empty. chatd itself speaks HTTP/1.1 without TLS. */
export function judgeProxy(echo: Echo, origin: string, protocol: string): Finding {
  const translated = origin.startsWith('https:') || /^h[23]/.test(protocol) || echo.http === 'HTTP/1.0';
  const { proxy_headers: headers, hints, address } = echo;
  return { found: 'proxy', seen: headers.length > 0 || translated, headers, hints, address };
}

export function judgeAddress(echo: Echo, origin: string): Finding {
  if (echo.public_url !== '') {
    const meant = new URL(echo.public_url).origin;
    return meant === origin ? { found: 'address' } : { found: 'other-address', address: echo.public_url };
  }
  const { host, protocol } = new URL(origin);
  return canonical(protocol, echo.host) === host
    ? { found: 'no-address' }
    : { found: 'renamed', host: echo.host };
}

/** A Host header as the browser writes hosts: in small letters, without the scheme's own port. */
function canonical(protocol: string, host: string): string {
  try {
    return new URL(`${protocol}//${host}`).host;
  } catch {
    return host;
  }
}

/** The middle one, which neither a first connection nor a hiccup moves. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

export function gradeOf(finding: Finding): Grade {
  switch (finding.found) {
    case 'reached':
      return finding.lost > 0 ? 'note' : 'good';
    case 'version':
      return finding.there === 'HTTP/1.0' ? 'note' : 'good';
    case 'proxy':
      return finding.hints.length > 0 ? 'note' : 'good';
    case 'address':
    case 'no-address':
      return 'good';
    case 'first':
      return finding.after < LATE ? 'good' : 'note';
    case 'prompt':
      return finding.compressed ? 'note' : 'good';
    case 'kept':
      return finding.seconds >= HOLD ? 'good' : 'note';
    case 'cut':
      return finding.seconds >= HOLD ? 'good' : finding.seconds >= HEARTBEAT ? 'note' : 'bad';
    case 'use':
      return finding.connected ? 'good' : 'note';
    case 'browser':
      return finding.cookies ? (finding.secure && finding.locks ? 'good' : 'note') : 'bad';
    case 'renamed':
    case 'other-address':
    case 'slow':
    case 'held':
    case 'not-signed-in':
    case 'stopping':
    case 'stopped':
    case 'nothing-came':
      return 'note';
    case 'unreachable':
    case 'offline':
    case 'foreign':
    case 'gateway':
    case 'refused':
    case 'stream-cut':
    case 'lost':
      return 'bad';
  }
}

/** The one sentence on top, and what it needs. */
export type Summary =
  | Failure
  | { readonly found: 'no-cookies' | 'restless' | 'cuts' | 'held' | 'held-but-streams' | 'stopping' }
  | { readonly found: 'fine'; readonly transport: TransportName | null };

export type Findings = Readonly<Partial<Record<StepName, Finding>>>;

/** The worst first: of several things in the way the one that has to go first. */
export function summarize(findings: Findings, transport: TransportName | null): Summary {
  const { reach, first, buffering, silence, browser } = findings;
  for (const finding of [reach, buffering, silence]) {
    const failure = failureOf(finding);
    if (failure) return failure;
  }
  if (browser?.found === 'browser' && !browser.cookies) return { found: 'no-cookies' };
  if (silence?.found === 'stopping' || buffering?.found === 'stopping') return { found: 'stopping' };
  if (silence && gradeOf(silence) === 'bad') return { found: 'restless' };
  if (buffering?.found === 'stream-cut') return { found: 'cuts' };
  if (first?.found === 'nothing-came' || buffering?.found === 'held') {
    return { found: transport === 'iframe' ? 'held-but-streams' : 'held' };
  }
  return { found: 'fine', transport };
}

function failureOf(finding: Finding | undefined): Failure | null {
  switch (finding?.found) {
    case 'unreachable':
    case 'offline':
    case 'foreign':
    case 'gateway':
    case 'refused':
      return finding;
    default:
      return null;
  }
}
