/** What is sent when a message is forwarded: one's own words, and the message quoted in Markdown. */

/** What is forwarded, and where it comes from. */
export interface Original {
  readonly body: string;
  /** Who said it. */
  readonly author: string;
  /** Where, when those who get it may know that. */
  readonly room: string | null;
  /** The address of the message. */
  readonly link: string;
}

/** The texts around it. */
export interface ForwardWords {
  /** What the link says; the room may be null. */
  readonly link: (room: string | null) => string;
}

/** The Markdown of the message. `comment` may be empty. */
export function forwarded(comment: string, original: Original, words: ForwardWords): string {
  const own = closed(comment.trim());
  const link = `[${literal(words.link(original.room))}](${original.link})`;
  const lines = [`**${literal(original.author)}** · ${link}`, '', ...linesOf(original.body)];
  const quote = lines.map((line) => (line === '' ? '>' : `> ${line}`)).join('\n');
  return own === '' ? quote : `${own}\n\n${quote}`;
}

/** Shows a text as it is, whatever signs it has. */
function literal(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

/**
 * The lines of a message as they may stand behind a "> ". A tab that a line begins with reaches less far there, so it is
 * written as spaces; in a block of code it counts as a sign and stays.
 */
function linesOf(body: string): readonly string[] {
  let fence: string | null = null;
  return split(body).map((line) => {
    const before = fence;
    fence = fenceAfter(line, fence);
    return before === null ? spaced(line) : line;
  });
}

/** Ends a block of code that is still open: what follows is no code. */
function closed(text: string): string {
  const open = split(text).reduce<string | null>((fence, line) => fenceAfter(line, fence), null);
  return open === null ? text : `${text}\n${open}`;
}

function split(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/);
}

/** The fence that is open after a line; null for none. */
function fenceAfter(line: string, open: string | null): string | null {
  const [, signs = '', rest = ''] = /^\s*(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
  if (signs === '') return open;
  if (open === null) return signs.startsWith('`') && rest.includes('`') ? null : signs;
  const ends = signs[0] === open[0] && signs.length >= open.length && rest.trim() === '';
  return ends ? null : open;
}

/** Columns from one tab stop to the next. */
const STOP = 4;

function spaced(line: string): string {
  const [start = ''] = /^[ \t]*/.exec(line) ?? [];
  let width = 0;
  for (const sign of start) width += sign === '\t' ? STOP - (width % STOP) : 1;
  return ' '.repeat(width) + line.slice(start.length);
}
