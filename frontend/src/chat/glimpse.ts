/** Draws of a list what fills the view, and the rest when that is on the screen: so the room is there sooner. */
import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { glimpse } from '../model/glimpse';
import type { Item } from '../model/items';
import type { Reel } from '../model/reel';

/** Milliseconds after it was painted: the next keys and pictures come first. */
const REST = 50;

export interface Drawn {
  readonly items: readonly Item[];
  /** The list is drawn up to its first and its last item. */
  readonly first: boolean;
  readonly last: boolean;
  /** What comes into the list from now on is new, and read out. */
  readonly live: ReadonlySignal<'polite' | 'off'>;
}

/** `before` is called before the rest is drawn. */
export function useGlimpse(reel: Reel, before: () => void): Drawn {
  const all = useSignal(false);
  const shown = useSignal(false);
  const live = useComputed(() => (shown.value ? 'polite' : 'off'));
  const ready = reel.history.state.value === 'ready';
  const items = reel.items.value;
  const target = reel.target.value;
  // A message that is gone to may be anywhere.
  const whole = all.value || target !== null;
  const opening = reel.place ?? { key: 'divider', offset: innerHeight / 4 };
  const [from, to] = whole ? [0, items.length] : glimpse(items, opening, innerHeight);
  useLayoutEffect(() => {
    if (target) all.value = true;
  }, [target]);
  // After the painting.
  useEffect(() => {
    if (!ready) return;
    const timer = setTimeout(() => {
      before();
      all.value = true;
    }, REST);
    return () => clearTimeout(timer);
  }, [ready]);
  useEffect(() => {
    shown.value = whole;
  }, [whole]);
  const drawn = from === 0 && to === items.length ? items : items.slice(from, to);
  return { items: drawn, first: from === 0, last: to === items.length, live };
}
