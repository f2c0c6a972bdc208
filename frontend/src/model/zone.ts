/** What time it is somewhere else. */

const language = typeof navigator === 'undefined' ? 'en' : navigator.language;

export interface LocalTime {
  /** As the reader's language writes it; with the day of the week when it is another day than here. */
  readonly clock: string;
  /** Minutes that it is later there than here. */
  readonly ahead: number;
}

/** Null when the zone is not known to this browser. `here` is this browser's own zone unless told. */
export function localTime(zone: string, now: number, here?: string): LocalTime | null {
  if (zone === '') return null;
  try {
    const there = wallClock(now, zone);
    const ahead = Math.round((there - wallClock(now, here)) / 60_000);
    const day = Math.floor(there / 86_400_000) !== Math.floor((there - ahead * 60_000) / 86_400_000);
    const format = new Intl.DateTimeFormat(language, {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      ...(day ? { weekday: 'long' } : {}),
    });
    return { clock: format.format(now), ahead };
  } catch {
    return null;
  }
}

/** What a clock on the wall shows, as if it were in UTC. */
function wallClock(now: number, timeZone: string | undefined): number {
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    ...(timeZone === undefined ? {} : { timeZone }),
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  const part = new Map(format.formatToParts(now).map(({ type, value }) => [type, Number(value)]));
  const of = (type: Intl.DateTimeFormatPartTypes) => part.get(type) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
}
