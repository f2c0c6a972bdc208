/** How many reports wait for me, as far as it is known. */
import { type ReadonlySignal, signal } from '@preact/signals';

const known = signal<number | null>(null);
const moved = signal(0);

/** Null until it has been asked. */
export const openReports: ReadonlySignal<number | null> = known;
/** Counts how often the server told that there is something new. */
export const reportNews: ReadonlySignal<number> = moved;

/** An answer of the server told it. */
export function countReports(open: number): void {
  known.value = open;
}

/** Something about the reports has changed, somewhere. */
export function reportsChanged(): void {
  moved.value++;
}
