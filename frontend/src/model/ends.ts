/** When what somebody says of themselves stops being true. */

export const presenceEnds = ['half-hour', 'hour', 'tomorrow', 'none'] as const;
export type PresenceEnd = (typeof presenceEnds)[number];

export const statusEnds = ['none', 'half-hour', 'hour', 'four-hours', 'today', 'week'] as const;
export type StatusEnd = (typeof statusEnds)[number];

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
      return lastMinute(now, 0);
    case 'week':
      // Sunday is the last day of a week.
      return lastMinute(now, (7 - new Date(now).getDay()) % 7);
    case 'tomorrow': {
      const date = new Date(now);
      return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1, MORNING).getTime();
    }
  }
}

/** One minute before the end of a day: as people would write it. */
function lastMinute(now: number, days: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, 23, 59).getTime();
}
