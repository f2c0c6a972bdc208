/** For how long something is decided about somebody. */

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** Seconds that can be chosen; 0 until somebody ends it. */
export const lengths: readonly number[] = [600, HOUR, DAY, 7 * DAY, 30 * DAY, 0];

/** How far back messages are deleted, in seconds. */
export const purges: readonly number[] = [600, HOUR, DAY, 7 * DAY];

/**
 * How long it lasts, as the server takes it: it reckons by its own clock, since that of the reader may be wrong. Without
 * an end it says so.
 */
export function lasting(seconds: number): { readonly seconds: number } | { readonly until: null } {
  return seconds === 0 ? { until: null } : { seconds };
}
