/** Where the columns of a small chart stand: one for each of the last days. */

/** Milliseconds. */
const DAY = 86_400_000;

export interface Column {
  readonly day: string;
  readonly value: number;
  /** Which of the days it is, from 0. */
  readonly at: number;
  /** A part of the chart's height, from 0 to 1. */
  readonly height: number;
}

export interface Chart {
  readonly columns: readonly Column[];
  /** How many days there are in all. */
  readonly days: number;
  /** The value that a column as high as the chart has. */
  readonly top: number;
  readonly first: string;
  readonly last: string;
}

/** The days up to the last that was counted; a day that was not has no column. Null while none was. */
export function chart(
  counted: readonly { readonly day: string; readonly value: number | null }[],
  days: number,
): Chart | null {
  const end = counted.at(-1)?.day;
  if (end === undefined) return null;
  const from = Date.parse(end) - (days - 1) * DAY;
  const known = counted.filter(
    (one): one is { day: string; value: number } => one.value !== null && Date.parse(one.day) >= from,
  );
  const top = roundUp(Math.max(1, ...known.map(({ value }) => value)));
  return {
    columns: known.map(({ day, value }) => ({
      day,
      value,
      at: Math.round((Date.parse(day) - from) / DAY),
      height: value / top,
    })),
    days,
    top,
    first: new Date(from).toISOString().slice(0, 10),
    last: end,
  };
}

/** The next number that is easy to read: 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, … */
export function roundUp(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  const step = steps.find((one) => one * unit >= value && Number.isInteger(one * unit)) ?? 10;
  return step * unit;
}

const steps = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];
