/** Whether every word of the query begins a word of one of the texts, whatever the case and the accents. */
export function matches(query: string, ...texts: readonly string[]): boolean {
  const words = fold(texts.join(' ')).split(/[\s.,_-]+/u);
  const whole = fold(texts.join(' '));
  return fold(query)
    .split(/\s+/u)
    .every((part) => part === '' || words.some((word) => word.startsWith(part)) || whole.includes(part));
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase().trim();
}
