/** How long a room can be silenced. */

export const silences = ['hour', 'tomorrow', 'week', 'always'] as const;
export type Silence = (typeof silences)[number];

const HOUR = 3_600_000;
/** The hour at which a working day begins. */
const MORNING = 9;

/** When a silence ends, in milliseconds since 1970 and in the time zone of this browser; null for no end. */
export function silenceEnd(silence: Silence, now: number): number | null {
  switch (silence) {
    case 'hour':
      return now + HOUR;
    case 'tomorrow':
      return morning(now, 1);
    case 'week':
      return morning(now, daysToMonday(now));
    case 'always':
      return null;
  }
}

/** From 1 to 7: on a Monday the next one is meant. */
function daysToMonday(now: number): number {
  return (8 - new Date(now).getDay()) % 7 || 7;
}

function morning(now: number, days: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, MORNING).getTime();
}
