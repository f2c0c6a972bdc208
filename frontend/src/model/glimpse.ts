/** What of a timeline fills the view: that much is drawn first, however much is loaded. */
import type { Item } from './items';
import type { Place } from './reel';

/** Pixels that a line takes at least, and a message with avatar and name. */
const LINE = 24;
const HEAD = 52;

/**
 * The index of the first item that is needed, and the one after the last, where the view is so many pixels high. It
 * shows the end of the list, or else an item so far below its upper edge.
 */
export function glimpse(
  items: readonly Item[],
  at: Pick<Place, 'key' | 'offset'> | null,
  view: number,
): readonly [from: number, to: number] {
  const found = at ? items.findIndex(({ key }) => key === at.key) : -1;
  let from = found < 0 ? items.length : found;
  let to = from;
  // What begins above the edge may be nearly out of view.
  let height = -HEAD;
  for (; to < items.length && height < view; to++) height += least(items[to]);
  const above = Math.max(at?.offset ?? 0, view - height);
  for (height = 0; from > 0 && height < above; from--) height += least(items[from - 1]);
  return [from, to];
}

function least(item: Item | undefined): number {
  return item?.kind === 'message' && item.head ? HEAD : LINE;
}
