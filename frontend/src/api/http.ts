/** One request to the chat API and what can come of it. */
import { at } from '../base';
import { isObject } from './parse';

/** The server refused. `message` is its sentence for people. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    detail: string,
    /** Seconds to wait before the next try; null when the server named none. */
    readonly retryAfter: number | null,
    /** What is wrong with single fields, by the field's name. */
    readonly fields: Readonly<Record<string, string>>,
    /** When what stands in the way ends by itself, in milliseconds since 1970. */
    readonly until: number | null = null,
  ) {
    super(detail);
    this.name = 'Problem';
  }
}

/** No answer came: no network, a timeout, a proxy's own page, or half an answer. The request may have been carried out. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('no answer', { cause });
    this.name = 'Unreachable';
  }
}

const NO_CONTENT = 204;
/** Somebody else is signed in in this browser by now. */
const NOT_ME = 412;

/** Whether the same request may well be answered otherwise a little later. */
export function passes(error: unknown): boolean {
  if (!(error instanceof Problem)) return error instanceof Unreachable;
  return error.status >= 500 || [429, 408, NOT_ME].includes(error.status);
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Milliseconds until a missing answer counts as unreachable. */
  readonly timeout?: number;
  /** The request goes on when the page is left. */
  readonly keepalive?: boolean;
}

const TIMEOUT = 15_000;

let signedOut: () => void = () => {};

/** Whoever owns the session learns here that a request was answered with 401. */
export function whenSignedOut(listener: () => void): void {
  signedOut = listener;
}

let person: number | null = null;
let somebodyElse: () => void = () => {};

/** Whose changes are asked for from now on, by the id; null while that is not known. The server refuses those of others. */
export function speakFor(user: number | null): void {
  person = user;
}

/** Whoever owns the session learns here that a change was refused since it is another's by now. */
export function whenSomebodyElse(listener: () => void): void {
  somebodyElse = listener;
}

/** Sends one request and gives the JSON of its answer (null when it has none). Throws Problem or Unreachable. */
export async function request(method: string, path: string, options: RequestOptions = {}): Promise<unknown> {
  const response = await send(method, path, options);
  const answer = await read(response);
  if (response.ok) return answer;
  if (response.status === 401 && path !== '/api/v1/sign-in') signedOut();
  if (response.status === NOT_ME) somebodyElse();
  throw problem(response, answer);
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const timeout = AbortSignal.timeout(options.timeout ?? TIMEOUT);
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (person !== null && method !== 'GET') headers['Chatd-User'] = String(person);
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  const init: RequestInit = {
    method,
    headers,
    signal: options.signal ? eitherSignal(options.signal, timeout) : timeout,
    keepalive: options.keepalive ?? false,
  };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  try {
    return await fetch(at(path), init);
  } catch (error) {
    throw new Unreachable(error);
  }
}

/** AbortSignal.any is younger than the browsers we serve. */
function eitherSignal(...signals: readonly AbortSignal[]): AbortSignal {
  const both = new AbortController();
  for (const one of signals) {
    if (one.aborted) both.abort(one.reason);
    else one.addEventListener('abort', () => both.abort(one.reason), { once: true, signal: both.signal });
  }
  return both.signal;
}

async function read(response: Response): Promise<unknown> {
  const type = response.headers.get('Content-Type') ?? '';
  if (!mayBeOurs(response, type)) throw new Unreachable(new Error(`not our answer: ${response.status}`));
  try {
    if (/\bjson\b/.test(type)) return await response.json();
    await response.text();
    return null;
  } catch (error) {
    throw new Unreachable(error);
  }
}

/** What may come of the request itself, so that it would come again, or says by itself that it passes. */
const BY_ANYBODY = [400, 408, 413, 414, 415, 429, 431];

/**
 * Whether the server can have said that, or it is for others to say. A browser reads a head that was cut off as if it were
 * whole: half a "200" is the status 2 or 20, and where the status is missing it makes a 200 of a refusal. A hotspot answers
 * 200 with its own page, and proxies have their own 401, 403 and 404; the server's refusals are problems of RFC 9457.
 */
function mayBeOurs({ ok, status }: Response, type: string): boolean {
  if (ok) return /\bjson\b/.test(type) || status === NO_CONTENT;
  return /\bproblem\+json\b/.test(type) || status >= 500 || BY_ANYBODY.includes(status);
}

/** Seconds that a server may be waited for at most, whoever it is that asks for more. */
const LONGEST_WAIT = 3_600;

function problem(response: Response, answer: unknown): Problem {
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  const detail = isObject(answer) && typeof answer.detail === 'string' ? answer.detail : '';
  const wait = Number.isNaN(seconds) ? null : Math.min(seconds, LONGEST_WAIT);
  return new Problem(response.status, detail, wait, fields(answer), end(answer));
}

function end(answer: unknown): number | null {
  const until = isObject(answer) && typeof answer.until === 'string' ? Date.parse(answer.until) : Number.NaN;
  return Number.isNaN(until) ? null : until;
}

/** RFC 9457 extension `errors`: [{location: "body.username", message: "…"}]. */
function fields(answer: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  if (!isObject(answer) || !Array.isArray(answer.errors)) return found;
  for (const one of answer.errors as unknown[]) {
    if (!isObject(one) || typeof one.location !== 'string' || typeof one.message !== 'string') continue;
    const name = one.location.split('.').pop();
    if (name) found[name] ??= one.message;
  }
  return found;
}
