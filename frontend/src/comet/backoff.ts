import type { Clock } from './clock';

const base = 500;
const ceiling = 20_000;
const goodEnough = 30_000;

/** A random wait after some failures in a row. */
export function jitter(clock: Clock, failures: number): number {
  return clock.random() * Math.min(ceiling, base * 2 ** failures);
}

/** Waits between tries: full jitter below a bound that doubles from 0.5 s to 20 s. */
export class Backoff {
  readonly #clock: Clock;
  #failures = 0;
  #goodSince: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It works. After 30 s of this the next failure is the first again. */
  good(): void {
    this.#goodSince ??= this.#clock.now();
  }

  /** How many milliseconds to wait after a failure, at least the minimum given. */
  next(minimum = 0): number {
    if (this.#goodSince !== null && this.#clock.now() - this.#goodSince >= goodEnough) this.#failures = 0;
    this.#goodSince = null;
    const wait = minimum + jitter(this.#clock, this.#failures);
    this.#failures += 1;
    return wait;
  }

  reset(): void {
    this.#failures = 0;
    this.#goodSince = null;
  }
}
