/** Puts the signs of Markdown around what is selected, and takes them away again. */

/** A change of a text: what stands between two places, and what is selected afterwards. */
export interface TextChange {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly selectFrom: number;
  readonly selectTo: number;
}

/** Marks what is selected, or, if it is marked, takes the marks away. */
export function toggleMark(whole: string, from: number, to: number, mark: string): TextChange {
  const n = mark.length;
  const selected = whole.slice(from, to);
  if (around(whole, from, to, mark)) {
    return { from: from - n, to: to + n, text: selected, selectFrom: from - n, selectTo: to - n };
  }
  if (markedInside(selected, mark)) {
    const inner = selected.slice(n, -n);
    return { from, to, text: inner, selectFrom: from, selectTo: from + inner.length };
  }
  // Markdown knows no marks with a space inside of them.
  const lead = selected.length - selected.trimStart().length;
  const core = selected.trim();
  const start = from + (core === '' ? 0 : lead);
  const end = core === '' ? from : start + core.length;
  return {
    from: start,
    to: end,
    text: mark + core + mark,
    selectFrom: start + n,
    selectTo: start + n + core.length,
  };
}

/** Code within a line, or a block when several lines are selected. */
export function toggleCode(whole: string, from: number, to: number): TextChange {
  const selected = whole.slice(from, to);
  if (!selected.includes('\n')) return toggleMark(whole, from, to, '`');
  const before = from > 0 && whole[from - 1] !== '\n' ? '\n' : '';
  const after = to < whole.length && whole[to] !== '\n' ? '\n' : '';
  const head = `${before}\`\`\`\n`;
  const start = from + head.length;
  return {
    from,
    to,
    text: `${head}${selected}\n\`\`\`${after}`,
    selectFrom: start,
    selectTo: start + selected.length,
  };
}

/** A link under the words that are selected; null when what was pasted is no address, or nothing is selected. */
export function linkOver(selected: string, pasted: string): string | null {
  const words = selected.trim();
  const url = pasted.trim();
  if (words === '' || words.includes('\n') || !isAddress(url) || isAddress(words)) return null;
  return `[${words.replace(/[[\]\\]/g, '\\$&')}](${url.replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'))})`;
}

function isAddress(text: string): boolean {
  return /^(https?:\/\/|mailto:)[^\s<>]+$/i.test(text);
}

/** Whether this mark stands on both sides: of two asterisks none means emphasis by itself. */
function around(whole: string, from: number, to: number, mark: string): boolean {
  const sign = mark[0] ?? '';
  const marked = (length: number) => (mark.length === 1 ? length % 2 === 1 : length >= mark.length);
  return marked(run(whole, from - 1, -1, sign)) && marked(run(whole, to, 1, sign));
}

/** The marks are selected, too. */
function markedInside(selected: string, mark: string): boolean {
  const signs = run(selected, 0, 1, mark[0] ?? '');
  return signs * 2 < selected.length && around(selected, signs, selected.length - signs, mark);
}

function run(whole: string, at: number, step: 1 | -1, sign: string): number {
  let length = 0;
  for (let i = at; whole[i] === sign; i += step) length++;
  return length;
}
