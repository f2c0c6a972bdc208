/**
 * Parsers for what comes over the border: answers of the server, events, storage.
 * Inside the border everything is typed and trusted.
 */
export type Parser<T> = (value: unknown, at: string) => T;

/** What came over the border is not of the promised shape. */
export class ParseError extends Error {
  constructor(at: string, wanted: string) {
    super(`${at}: expected ${wanted}`);
    this.name = 'ParseError';
  }
}

export const text: Parser<string> = (value, at) => {
  if (typeof value !== 'string') throw new ParseError(at, 'a string');
  return value;
};

/** A whole number from 0 on that a double holds exactly: ids, numbers, positions. */
export const whole: Parser<number> = (value, at) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new ParseError(at, 'a whole number');
  }
  return value;
};

export const flag: Parser<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw new ParseError(at, 'true or false');
  return value;
};

/** An RFC 3339 time, as milliseconds since 1970. */
export const instant: Parser<number> = (value, at) => {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw new ParseError(at, 'a time');
  return ms;
};

export function oneOf<T extends string>(...allowed: readonly T[]): Parser<T> {
  return (value, at) => {
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw new ParseError(at, `one of ${allowed.join(', ')}`);
    return found;
  };
}

export function list<T>(item: Parser<T>): Parser<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw new ParseError(at, 'a list');
    return value.map((one: unknown, i) => item(one, `${at}[${i}]`));
  };
}

/** Absent and null both become the given value. */
export function or<T, D>(parser: Parser<T>, absent: D): Parser<T | D> {
  return (value, at) => (value === undefined || value === null ? absent : parser(value, at));
}

export function nullable<T>(parser: Parser<T>): Parser<T | null> {
  return or(parser, null);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object whose members all are of one kind, whatever their names. */
export function dictionary<T>(item: Parser<T>): Parser<Readonly<Record<string, T>>> {
  return (value, at) => {
    if (!isObject(value)) throw new ParseError(at, 'an object');
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, item(one, `${at}.${key}`)]));
  };
}

/** An object with at least these members; others are left out. */
export function record<T extends object>(shape: { readonly [K in keyof T]-?: Parser<T[K]> }): Parser<T> {
  const members = Object.entries(shape) as [string, Parser<unknown>][];
  return (value, at) => {
    if (!isObject(value)) throw new ParseError(at, 'an object');
    // Built from the shape member by member, so it has every member of T.
    return Object.fromEntries(members.map(([key, parse]) => [key, parse(value[key], `${at}.${key}`)])) as T;
  };
}
