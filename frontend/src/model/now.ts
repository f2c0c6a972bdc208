/** The present moment, now and then: for what is said of time and for what has an end. */
import { type ReadonlySignal, signal } from '@preact/signals';

const PACE = 10_000;

const moment = signal(Date.now());

/** Milliseconds since 1970; at most 10 s behind while the page is visible. */
export const now: ReadonlySignal<number> = moment;

export function watchTime(until: AbortSignal): void {
  const tick = () => {
    moment.value = Date.now();
  };
  const timer = setInterval(tick, PACE);
  until.addEventListener('abort', () => clearInterval(timer));
  // Timers of a hidden page are late.
  document.addEventListener('visibilitychange', tick, { signal: until });
}

/** The exact time; what is computed with it is computed again as time goes by. */
export function present(): number {
  void now.value;
  return Date.now();
}

/** Whether something that ends at a time, or never, holds still. */
export function holds(until: number | null): boolean {
  return until === null || until > present();
}
