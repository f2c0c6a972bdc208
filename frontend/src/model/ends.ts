/** When what somebody says of themselves stops being true. */

export const presenceEnds = ['half-hour', 'hour', 'tomorrow', 'none'] as const;
export type PresenceEnd = (typeof presenceEnds)[number];

export const statusEnds = ['none', 'half-hour', 'hour', 'four-hours', 'today', 'week'] as const;
export type StatusEnd = (typeof statusEnds)[number];

const SECOND = 1_000;
const MINUTE = 60_000;
/** The hour at which tomorrow begins for people. */
const MORNING = 8;

/** The moment, in milliseconds since 1970, in the time zone of this browser; null for never. */
export function endOf(end: PresenceEnd | StatusEnd, now: number): number | null {
  switch (end) {
    case 'none':
      return null;
    case 'half-hour':
      return now + 30 * MINUTE;
    case 'hour':
      return now + 60 * MINUTE;
    case 'four-hours':
      return now + 240 * MINUTE;
    case 'today':
      return endOfDay(now, 'today');
    case 'week':
      return endOfDay(now, 'sunday');
    case 'tomorrow': {
      const date = new Date(now);
      return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1, MORNING).getTime();
    }
  }
}

/** The last second of a day, which people write as 23:59. Sunday is the last day of a week. */
function endOfDay(now: number, day: 'today' | 'sunday'): number {
  // Within its last second a day counts as over: else the end would have passed when the server reads it.
  const date = new Date(now + SECOND);
  const days = day === 'today' ? 0 : (7 - date.getDay()) % 7;
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, 23, 59, 59).getTime();
}
