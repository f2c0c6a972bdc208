/** Pieces of sentences that several texts need. */
import { count, listOf } from '../model/format';

const plural = new Intl.PluralRules('en');

export function some(n: number, one: string, other: string): string {
  return `${count(n)} ${plural.select(n) === 'one' ? one : other}`;
}

export function duration(seconds: number): string {
  if (seconds < 120) return some(seconds, 'second', 'seconds');
  return some(Math.ceil(seconds / 60), 'minute', 'minutes');
}

/** A choice of some seconds, minutes, hours or days, in the largest unit that fits. */
export function longDuration(seconds: number): string {
  if (seconds % 86400 === 0) return some(seconds / 86400, 'day', 'days');
  if (seconds % 3600 === 0) return some(seconds / 3600, 'hour', 'hours');
  if (seconds % 60 === 0) return some(seconds / 60, 'minute', 'minutes');
  return some(seconds, 'second', 'seconds');
}

/** Ana, Bo and 3 others */
export function crowd(names: readonly string[]): string {
  if (names.length <= 4) return listOf(names);
  return listOf([...names.slice(0, 2), some(names.length - 2, 'other', 'others')]);
}
