/** Moving over a grid of emoji with the arrow keys. Its groups stand below each other, each with rows of its own. */

/** A place: which group, and which one of it. */
export interface Cell {
  readonly group: number;
  readonly index: number;
}

/** Where a key leads from a place; null when that is no key of the grid. `sizes` are those of the groups. */
export function moveOver(sizes: readonly number[], columns: number, at: Cell, key: string): Cell | null {
  switch (key) {
    case 'ArrowRight':
      return beside(sizes, at, 1);
    case 'ArrowLeft':
      return beside(sizes, at, -1);
    case 'ArrowDown':
      return below(sizes, columns, at);
    case 'ArrowUp':
      return above(sizes, columns, at);
    case 'Home':
      return { group: at.group, index: at.index - (at.index % columns) };
    case 'End':
      return { group: at.group, index: Math.min(size(sizes, at.group), rowEnd(at.index, columns)) - 1 };
    default:
      return null;
  }
}

function beside(sizes: readonly number[], at: Cell, step: 1 | -1): Cell {
  const index = at.index + step;
  if (index >= 0 && index < size(sizes, at.group)) return { group: at.group, index };
  const group = next(sizes, at.group, step);
  if (group === null) return at;
  return { group, index: step > 0 ? 0 : size(sizes, group) - 1 };
}

function below(sizes: readonly number[], columns: number, at: Cell): Cell {
  const last = size(sizes, at.group) - 1;
  if (at.index + columns <= last) return { group: at.group, index: at.index + columns };
  // The last row may be shorter.
  if (rowEnd(at.index, columns) <= last) return { group: at.group, index: last };
  const group = next(sizes, at.group, 1);
  return group === null ? at : { group, index: Math.min(at.index % columns, size(sizes, group) - 1) };
}

function above(sizes: readonly number[], columns: number, at: Cell): Cell {
  if (at.index >= columns) return { group: at.group, index: at.index - columns };
  const group = next(sizes, at.group, -1);
  if (group === null) return at;
  const last = size(sizes, group) - 1;
  return { group, index: Math.min(last - (last % columns) + (at.index % columns), last) };
}

function rowEnd(index: number, columns: number): number {
  return index - (index % columns) + columns;
}

/** The next group that has something in it. */
function next(sizes: readonly number[], from: number, step: 1 | -1): number | null {
  for (let group = from + step; group >= 0 && group < sizes.length; group += step) {
    if (size(sizes, group) > 0) return group;
  }
  return null;
}

function size(sizes: readonly number[], group: number): number {
  return sizes[group] ?? 0;
}
