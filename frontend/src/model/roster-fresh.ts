/** Keeps lists of people up to date. */
import { effect, type ReadonlySignal, untracked } from '@preact/signals';

/** Milliseconds between two looks, at least. */
const PACE = 10_000;
/** So much longer at most, by chance: else all who look at a room would ask at the same moment. */
const SPREAD = 5_000;

/**
 * Asks for a list again when the number of its changes has changed: at once, or when the pace allows it. While the list
 * is held, it waits for the end of that. Returns what ends it.
 */
export function keepFresh(
  list: { refresh: () => Promise<void> },
  changes: ReadonlySignal<number>,
  held: () => boolean,
): () => void {
  let known = changes.peek();
  let stale = false;
  let pause: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    if (!stale || pause !== undefined || held()) return;
    stale = false;
    pause = setTimeout(
      () => {
        pause = undefined;
        look();
      },
      PACE + Math.random() * SPREAD,
    );
    list.refresh().catch(() => {
      // The next change asks again.
    });
  };
  const stop = effect(() => {
    if (changes.value !== known) stale = true;
    known = changes.value;
    held();
    untracked(look);
  });
  return () => {
    stop();
    clearTimeout(pause);
  };
}
