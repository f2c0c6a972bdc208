/** Dates, times, numbers and lists as the reader's language writes them. */
import { dayOf } from './items';

const language = typeof navigator === 'undefined' ? 'en' : navigator.language;

const timeFormat = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
const fullFormat = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'medium' });
const endFormat = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short' });
const dayFormat = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' });
const yearFormat = new Intl.DateTimeFormat(language, { dateStyle: 'full' });
const dateFormat = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
const momentFormat = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
const soonFormat = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' });
const weekdayFormat = new Intl.DateTimeFormat(language, {
  weekday: 'long',
  hour: 'numeric',
  minute: '2-digit',
});
const numberFormat = new Intl.NumberFormat(language);
// The texts around lists are English, so the lists are, too.
const listFormat = new Intl.ListFormat('en', { type: 'conjunction' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
/** 14:05 */
export function clock(at: number): string {
  return timeFormat.format(at);
}

/** Day and time in full. */
export function fullTime(at: number): string {
  return fullFormat.format(at);
}

/** Day and time of an end, to the minute. */
export function endTime(at: number): string {
  return endFormat.format(at);
}

export function shortDate(at: number): string {
  return dateFormat.format(at);
}

export function shortTime(at: number): string {
  return momentFormat.format(at);
}

/** The time of day, and the day when it is another one. */
export function moment(at: number, now: number): string {
  return dayOf(at) === dayOf(now) ? clock(at) : shortTime(at);
}

/** A moment that is to come, as short as it is clear: 14:05, tomorrow 08:00, Thursday 08:00, or the date. */
export function upcoming(at: number, now: number): string {
  const away = Math.round((midnight(at) - midnight(now)) / 86_400_000);
  if (away === 0) return soonFormat.format(at);
  if (away === 1) return `${relative.format(1, 'day')} ${soonFormat.format(at)}`;
  return away > 1 && away < 7 ? weekdayFormat.format(at) : shortTime(at);
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

export function count(n: number): string {
  return numberFormat.format(n);
}

const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** 12 kB, 3.4 MB */
export function bytes(n: number): string {
  const power = n < 1 ? 0 : Math.min(sizes.length - 1, Math.floor(Math.log10(n) / 3));
  const value = n / 1000 ** power;
  const digits = power > 0 && value < 9.95 ? 1 : 0;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: sizes[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  }).format(value);
}

/** just now, 5 minutes ago, 3 hours ago, yesterday; the date when it is more than a month ago. */
export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return relative.format(-minutes, 'minute');
  if (minutes < 24 * 60) return relative.format(-Math.floor(minutes / 60), 'hour');
  const days = Math.floor(minutes / (24 * 60));
  return days <= 30 ? relative.format(-days, 'day') : shortDate(at);
}

/** Ana, Bo and Cem */
export function listOf(words: readonly string[]): string {
  return listFormat.format(words).replace(/, and /, ' and ');
}

/** Today, Yesterday, or the date; with its year when that is not the present one. */
export function dayName(at: number, now: number): string {
  const day = dayOf(at);
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (day === dayOf(now)) return capital(relative.format(0, 'day'));
  if (day === dayOf(yesterday.getTime())) return capital(relative.format(-1, 'day'));
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? dayFormat : yearFormat).format(at);
}

/** A name written from right to left, so that it does not turn the sentence around it. */
export function isolate(name: string): string {
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/.test(name) ? `\u2068${name}\u2069` : name;
}

/** A value for <time datetime>. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
