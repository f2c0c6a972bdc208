/** What becomes of a draft that was changed in two places. */

/**
 * The text that both places should have. `base` is what they had in common last. What only one of them has changed is
 * taken; of two changes nothing is lost.
 */
export function mergeDrafts(base: string, mine: string, theirs: string): string {
  if (mine === base) return theirs;
  if (theirs === base) return mine;
  // An empty one is part of any other.
  if (mine.includes(theirs)) return mine;
  if (theirs.includes(mine)) return theirs;
  return `${theirs}\n\n${mine}`;
}
