/** Time and chance, so that tests can hold both. */
export interface Clock {
  /** Milliseconds since 1970. It goes on while the machine sleeps. */
  now(): number;
  /** Runs a function once after some milliseconds, unless the function returned is called before. */
  after(ms: number, run: () => void): () => void;
  /** A number from 0 up to, but not including, 1. */
  random(): number;
}

/** Thrown by whatever waited for something when its signal ended. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Waits, and resolves with how many milliseconds later than asked: much, when the page was asleep. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Stopped());
      return;
    }
    const due = clock.now() + ms;
    const stop = () => {
      cancel();
      reject(new Stopped());
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve(Math.max(0, clock.now() - due));
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** What is left of some milliseconds since a time: from 0 to all of them, even when the clock was set back. */
export function remaining(clock: Clock, since: number, ms: number): number {
  return Math.min(Math.max(since + ms - clock.now(), 0), ms);
}

/** What the promise comes to, or Stopped when the signal ends first. */
export function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Stopped());
      return;
    }
    const stop = () => reject(new Stopped());
    const release = () => signal.removeEventListener('abort', stop);
    signal.addEventListener('abort', stop, { once: true });
    promise.finally(release).then(resolve, reject);
  });
}

/** A controller that also ends with its parent. Abort it when done, so that the parent lets go of it. */
export function child(parent: AbortSignal): AbortController {
  const controller = new AbortController();
  if (parent.aborted) controller.abort();
  else parent.addEventListener('abort', () => controller.abort(), { signal: controller.signal });
  return controller;
}

/** A promise that is settled from outside; only the first time counts. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  #resolve: (value: T) => void = () => {};

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  settle(value: T): void {
    this.#resolve(value);
  }
}
