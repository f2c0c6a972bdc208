/** A message in a line or two, for where nothing can be revealed, clicked or set in bold. */

const LONGEST = 240;
/** What stands for a spoiler. */
const HIDDEN = '▒▒▒';

export function plainText(body: string): string {
  const text = body
    .replace(/\|\|[\s\S]+?\|\|/gu, HIDDEN)
    .replace(/^\s*(`{3,}|~{3,}).*$/gmu, '')
    .replace(/!?\[([^\]\n]*)\]\([^)\s]*\)/gu, '$1')
    .replace(/^\s{0,3}(?:#{1,6}|>|[-*+]|\d+[.)])\s+/gmu, '')
    .replace(/(\*\*|__|~~)(?=\S)([^\n]*?\S)\1/gu, '$2')
    .replace(/(?<![\p{L}\p{N}_*])([*_])(?=\S)([^*_\n]*?\S)\1(?![\p{L}\p{N}_*])/gu, '$2')
    .replace(/`([^`\n]+)`/gu, '$1')
    .replace(/\s+/gu, ' ')
    .trim();
  const letters = [...text];
  return letters.length <= LONGEST ? text : `${letters.slice(0, LONGEST - 1).join('')}…`;
}
