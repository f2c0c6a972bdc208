import { Backoff } from '../comet/backoff';
import { pause, Stopped } from '../comet/clock';
import type { Environment } from '../comet/environment';
import { asFailure, Failure } from '../comet/failure';
import { get } from '../comet/http';
import { count, fields } from '../comet/parse';

const answerLimit = 10_000;

/**
 * Asks the server who is signed in, until it answers, and resolves with the person's id. `waiting` is called with the
 * time of the next try. Fails with a Failure when nobody is signed in, and with Stopped when the signal ends.
 */
export async function signedIn(
  environment: Environment,
  url: string,
  waiting: (retryAt: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const { clock } = environment;
  const backoff = new Backoff(clock);
  for (;;) {
    try {
      const id = count(fields(await get(environment, url, answerLimit, signal))?.id);
      if (id !== null) return String(id);
      throw new Failure('retry', 'The answer was not from the server.');
    } catch (error) {
      const failure = error instanceof Stopped ? null : asFailure(error);
      if (failure?.remedy !== 'retry' && failure?.remedy !== 'rejoin') throw error;
      const wait = backoff.next(failure.wait);
      waiting(clock.now() + wait);
      await pause(clock, wait, signal);
    }
  }
}
