import type { Cursor } from './types';

// Reads values that came from outside. Each function returns null for what is not of its kind.

export type Fields = Record<string, unknown>;

export function fields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function texts(value: unknown): string[] {
  return list(value).filter((item) => typeof item === 'string');
}

/** A whole number of 0 or more that is held exactly. */
export function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

export function cursor(value: unknown): Cursor | null {
  const epoch = count(list(value)[0]);
  const seq = count(list(value)[1]);
  return epoch === null || seq === null ? null : [epoch, seq];
}

/** Positions by topic; those that are none are left out. */
export function cursors(value: unknown): Record<string, Cursor> {
  const found: Record<string, Cursor> = {};
  for (const [topic, item] of Object.entries(fields(value) ?? {})) {
    const at = cursor(item);
    if (at) found[topic] = at;
  }
  return found;
}

/** A time span in milliseconds, at most a day. */
export function span(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value <= 86_400_000 ? value : null;
}
