import { child, Stopped } from './clock';
import type { Environment } from './environment';
import { asFailure, BrokenOff, Failure, refusal, Unanswered } from './failure';

/**
 * Posts JSON and returns the JSON of the answer. It fails after `limit` milliseconds with Unanswered (with BrokenOff once
 * the answer has begun), with a Failure for any other trouble, and with Stopped when the signal ends.
 */
export function post(
  environment: Environment,
  url: string,
  body: unknown,
  limit: number,
  signal: AbortSignal,
): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
  return ask(environment, url, { method: 'POST', headers, body: JSON.stringify(body) }, limit, signal);
}

/** The same for what is only read. */
export function get(
  environment: Environment,
  url: string,
  limit: number,
  signal: AbortSignal,
): Promise<unknown> {
  return ask(environment, url, { method: 'GET', headers: { Accept: 'application/json' } }, limit, signal);
}

async function ask(
  environment: Environment,
  url: string,
  init: RequestInit,
  limit: number,
  signal: AbortSignal,
): Promise<unknown> {
  if (signal.aborted) throw new Stopped();
  const { clock } = environment;
  const request = child(signal);
  const cancel = clock.after(limit, () => request.abort());
  try {
    const response = await environment.fetch(url, {
      ...init,
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
      signal: request.signal,
    });
    if (!response.ok) throw await refusal(response, clock);
    const answer = await content(response);
    if (signal.aborted) throw new Stopped();
    return answer;
  } catch (error) {
    if (signal.aborted) throw new Stopped();
    throw request.signal.aborted && !(error instanceof Failure) ? new Unanswered() : asFailure(error);
  } finally {
    cancel();
    request.abort();
  }
}

async function content(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new BrokenOff(error);
  }
}
