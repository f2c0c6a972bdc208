/** The requests of the connection check. */
import { isObject, list, type Parser, record, text } from '../api/parse';
import type { Arrival, Echo, Failure, Finding, StreamRecord } from './connectioncheck-judge';

/** What the check needs of the browser. */
export interface Surroundings {
  fetch(path: string, init: RequestInit): Promise<Response>;
  /** Milliseconds since some moment, which nobody sets back. */
  now(): number;
  /** What was spoken when the path was asked last, by its ALPN name; empty when the browser does not tell. */
  protocol(path: string): string;
  readonly origin: string;
  readonly online: boolean;
  readonly secure: boolean;
  readonly locks: boolean;
  readonly cookies: boolean;
}

/** A request came to nothing. */
export class Failed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.found);
    this.name = 'Failed';
  }
}

export const ECHO = '/connection/echo';
const ECHO_LIMIT = 10_000;
const STREAM_SECONDS = 5;
/** Milliseconds for which lines are waited for after they should have come. */
const GRACE = 10_000;

const echo: Parser<Echo> = record<Echo>({
  http: text,
  host: text,
  address: text,
  proxy_headers: list(text),
  public_url: text,
  hints: list(text),
});

/** Asks what chatd sees, and tells how many milliseconds that took. Throws Failed. */
export async function askEcho(
  at: Surroundings,
  until: AbortSignal,
): Promise<{ readonly echo: Echo; readonly took: number }> {
  const begin = at.now();
  return within(until, ECHO_LIMIT, async (signal) => {
    const response = await ask(at, ECHO, signal);
    try {
      const answer = echo(await response.json(), 'echo');
      return { echo: answer, took: at.now() - begin };
    } catch (error) {
      throw new Failed({ found: error instanceof TypeError ? 'unreachable' : 'foreign' });
    }
  });
}

/** Takes the check's stream, and tells when its lines came. Throws Failed when it did not begin. */
export async function askStream(
  at: Surroundings,
  until: AbortSignal,
): Promise<StreamRecord | { readonly found: 'stopping' }> {
  const begin = at.now();
  const lines = 1 + STREAM_SECONDS * 2;
  return within(until, STREAM_SECONDS * 1000 + GRACE, async (signal, late) => {
    const arrivals: Arrival[] = [];
    const recorded = (compressed: boolean): StreamRecord => ({
      arrivals,
      complete: arrivals.length === lines,
      compressed,
      end: at.now() - begin,
    });
    let response: Response;
    try {
      response = await ask(at, `/connection/stream?seconds=${STREAM_SECONDS}`, signal);
    } catch (error) {
      // Other answers have come: it is this one that something keeps.
      if (late()) return recorded(false);
      throw error;
    }
    let stopping = false;
    await readLines(response, signal, (line) => {
      stopping ||= line.stopping;
      arrivals.push({ at: at.now() - begin, sent: line.ms });
    });
    return stopping ? { found: 'stopping' } : recorded(response.headers.has('Content-Encoding'));
  });
}

/** Has the server say nothing for some seconds, and tells whether its word after that came. Throws Failed. */
export async function askSilence(at: Surroundings, seconds: number, until: AbortSignal): Promise<Finding> {
  let begin = at.now();
  const silent = () => Math.round((at.now() - begin) / 1000);
  return within(until, seconds * 1000 + GRACE, async (signal, late) => {
    const came: CheckLine[] = [];
    try {
      const response = await ask(at, `/connection/silence?seconds=${seconds}`, signal);
      await readLines(response, signal, (line) => {
        if (came.length === 0 && line.ms === 0 && silent() < seconds) begin = at.now();
        came.push(line);
      });
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      // At once it is no silence that was cut; later even a proxy's own page means that.
      if (error.failure.found === 'refused' || silent() < 2) throw error;
    }
    if (came.some((line) => line.stopping)) return { found: 'stopping' };
    if (came.length === 2) return { found: 'kept', seconds };
    return late() ? { found: 'lost', seconds } : { found: 'cut', seconds: silent() };
  });
}

/** Runs with a signal that ends with `until` or after `limit` milliseconds; `late` tells that it was the latter. */
async function within<T>(
  until: AbortSignal,
  limit: number,
  run: (signal: AbortSignal, late: () => boolean) => Promise<T>,
): Promise<T> {
  until.throwIfAborted();
  const own = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    own.abort();
  }, limit);
  const end = () => own.abort();
  until.addEventListener('abort', end);
  try {
    const result = await run(own.signal, () => late);
    until.throwIfAborted();
    return result;
  } catch (error) {
    until.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    until.removeEventListener('abort', end);
    own.abort();
  }
}

async function ask(at: Surroundings, path: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    const headers = { Accept: 'application/json' };
    response = await at.fetch(path, { cache: 'no-store', redirect: 'manual', headers, signal });
  } catch {
    throw new Failed({ found: at.online ? 'unreachable' : 'offline' });
  }
  if (!response.ok) throw new Failed(await refusal(response));
  if (!/\bjson\b|ndjson/.test(response.headers.get('Content-Type') ?? '')) {
    await response.body?.cancel();
    throw new Failed({ found: 'foreign' });
  }
  return response;
}

async function refusal(response: Response): Promise<Failure> {
  const { status } = response;
  const answer: unknown = await response.json().catch(() => null);
  if (isObject(answer) && typeof answer.detail === 'string') return { found: 'refused', text: answer.detail };
  return status === 502 || status === 503 || status === 504
    ? { found: 'gateway', status }
    : { found: 'foreign' };
}

interface CheckLine {
  readonly ms: number;
  readonly stopping: boolean;
}

/** Reads to the end, however that comes; what is no line of the check is left out. */
async function readLines(
  response: Response,
  signal: AbortSignal,
  take: (line: CheckLine) => void,
): Promise<void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', cancel);
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) parseLine(line, take);
    }
  } catch {
    // Cut off: what is missing shows that.
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function parseLine(line: string, take: (line: CheckLine) => void): void {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return;
  }
  if (isObject(value) && typeof value.ms === 'number') {
    take({ ms: value.ms, stopping: value.stopping === true });
  }
}
