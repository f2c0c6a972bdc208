import type { Clock } from './clock';
import { fields, text } from './parse';

/** What to do about it: never come back, join anew, or try again. */
export type Remedy = 'stop' | 'rejoin' | 'retry';

// A server that asks for longer is asked again all the same.
const longestWait = 3_600_000;

/** A request or a connection that did not do what it was for. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly remedy: Remedy;
  /** Milliseconds the server wants to be left alone. */
  readonly wait: number;

  constructor(remedy: Remedy, message: string, wait = 0) {
    super(message);
    this.remedy = remedy;
    this.wait = wait;
  }
}

/** No answer has begun in time. */
export class Unanswered extends Failure {
  constructor() {
    super('retry', 'The server did not answer in time.');
  }
}

/** An answer began, and did not come to its end. */
export class BrokenOff extends Failure {
  constructor(error: unknown) {
    super('retry', String(error));
  }
}

/**
 * The failure that an answer with an error status stands for. The server always says why: a status without a reason is of a
 * proxy, or of an answer that was cut, and says nothing of the sign-in or of the session.
 */
export async function refusal(response: Response, clock: Clock): Promise<Failure> {
  const message = await detail(response);
  const wait = retryAfter(response.headers.get('Retry-After'), clock);
  if (message === null) return new Failure('retry', `The server answered ${response.status}.`, wait);
  switch (response.status) {
    case 401:
      return new Failure('stop', message);
    case 403:
    case 404:
    case 409:
    case 410:
      return new Failure('rejoin', message);
    default:
      return new Failure('retry', message, wait);
  }
}

/** Any exception as a failure. What is not one already is taken for a fault of the network. */
export function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('retry', String(error));
}

async function detail(response: Response): Promise<string | null> {
  try {
    return text(fields(await response.json())?.detail);
  } catch {
    return null;
  }
}

// Retry-After is a number of seconds or a date.
function retryAfter(header: string | null, clock: Clock): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - clock.now();
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), longestWait) : 0;
}
