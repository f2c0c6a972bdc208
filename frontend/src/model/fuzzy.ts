/** Finds what somebody means by a few letters of its name. */

/** Letters without case and accents. */
export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

/** What a letter is worth where it is found. */
const WORTH = { start: 12, word: 9, next: 8, inside: 1 };
/** What is taken off for a letter that is passed over, and at most for all of them. */
const PASSED = 0.25;
const MOST_PASSED = 6;

/**
 * How well a text fits what was typed, more is better; null when it does not. All letters have to be there in their
 * order; those that begin words, and those that stand beside each other, count most.
 */
export function fit(query: string, text: string): number | null {
  const wanted = [...fold(query).replace(/\s+/gu, '')];
  if (wanted.length === 0) return 0;
  const letters = [...fold(text)];
  let best: number | null = null;
  // From each place where it can begin: the first is not always the best.
  for (let start = letters.indexOf(wanted[0] ?? ''); start >= 0; ) {
    const score = fitFrom(wanted, letters, start);
    if (score === null) break;
    if (best === null || score > best) best = score;
    start = letters.indexOf(wanted[0] ?? '', start + 1);
  }
  // Of two that fit alike the shorter one is meant.
  return best === null ? null : best - letters.length / 100;
}

function fitFrom(wanted: readonly string[], letters: readonly string[], start: number): number | null {
  let score = 0;
  let at = start;
  let before = -1;
  for (const letter of wanted) {
    const found = before < 0 ? start : better(letters, letter, at);
    if (found < 0) return null;
    score += worth(letters, found, before);
    before = found;
    at = found + 1;
  }
  return score - Math.min(MOST_PASSED, PASSED * (at - start - wanted.length));
}

/** The letter right here, else where it begins a word, else the next one. */
function better(letters: readonly string[], letter: string, at: number): number {
  const next = letters.indexOf(letter, at);
  if (next <= at) return next;
  for (let i = next; i >= 0; i = letters.indexOf(letter, i + 1)) if (begins(letters, i)) return i;
  return next;
}

function worth(letters: readonly string[], at: number, before: number): number {
  if (at === 0) return WORTH.start;
  if (before >= 0 && at === before + 1) return WORTH.next;
  return begins(letters, at) ? WORTH.word : WORTH.inside;
}

function begins(letters: readonly string[], at: number): boolean {
  const previous = letters[at - 1];
  return previous === undefined || !/[\p{L}\p{N}]/u.test(previous);
}
