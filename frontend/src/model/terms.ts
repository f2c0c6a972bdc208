/** For how long something is decided about somebody. */

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** Seconds that can be chosen; 0 until somebody ends it. */
export const lengths: readonly number[] = [600, HOUR, DAY, 7 * DAY, 30 * DAY, 0];

/** How far back messages are deleted, in seconds. */
export const purges: readonly number[] = [600, HOUR, DAY, 7 * DAY];

/** The end of what begins now and lasts so many seconds, as the server takes it; null for no end. */
export function endAfter(seconds: number, now: number): string | null {
  return seconds === 0 ? null : new Date(now + seconds * 1_000).toISOString();
}
