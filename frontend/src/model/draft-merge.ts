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
  const both = bothChanges(base, change(base, mine), change(base, theirs));
  if (both !== null) return both;
  return `${theirs}\n\n${mine}`;
}

/** Other words in place of what stood from one place to another. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly words: string;
}

/** What makes one text of the other. */
function change(base: string, text: string): Change {
  const most = Math.min(base.length, text.length);
  let from = 0;
  while (from < most && base[from] === text[from]) from++;
  let end = 0;
  while (end < most - from && base.at(-1 - end) === text.at(-1 - end)) end++;
  return { from, to: base.length - end, words: text.slice(from, text.length - end) };
}

/** The text with both changes; null where one of them touches the words of the other, or leaves nothing of the text. */
function bothChanges(base: string, mine: Change, theirs: Change): string | null {
  if ([mine, theirs].some(({ from, to }) => to - from === base.length)) return null;
  const [first, second] = mine.from < theirs.from ? [mine, theirs] : [theirs, mine];
  if (first.to > second.from) return null;
  const between = base.slice(first.to, second.from);
  return base.slice(0, first.from) + first.words + between + second.words + base.slice(second.to);
}
