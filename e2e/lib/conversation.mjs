// Lines for people to say: from real conversations where they are at hand.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const shared = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../shared/data/irc');

const spare = [
  'You will need to do it from a live CD',
  'I have some problems with my sound card, no matter what I do I cannot get it to work',
  'does anyone know why `ls -la | grep "^d"` shows <nothing> & exits with 1?',
  'https://help.example.org/community/WifiDocs/WirelessCardsSupported?action=show#list',
  'naïve café — ünïcödé, 日本語, العربية, 😀',
  "Don't ask to ask a question. Just ask your question :)",
];

/** @returns {string[]} at least `count` lines, the real ones first */
export function lines(count = 50) {
  /** @type {string[]} */
  let found = [];
  if (fs.existsSync(shared)) {
    for (const file of fs
      .readdirSync(shared)
      .filter((f) => f.endsWith('.raw.txt'))
      .sort()) {
      const text = fs.readFileSync(path.join(shared, file), 'utf8');
      for (const line of text.split('\n')) {
        const said = /^\[\d\d:\d\d\] <[^>]+> (.*\S)/.exec(line)?.[1];
        if (said) found.push(said);
      }
      if (found.length >= count) break;
    }
  }
  while (found.length < count) found = found.concat(spare);
  return found.slice(0, count);
}

/**
 * A conversation as it went on: seconds since its beginning, a number for each who spoke, and what was said. Where no real
 * one is at hand, a line each other second.
 * @param {number} minutes how much of it @returns {{at: number, who: number, text: string}[]}
 */
export function timed(minutes) {
  const file =
    fs.existsSync(shared) &&
    fs
      .readdirSync(shared)
      .filter((f) => f.endsWith('.raw.txt'))
      .sort()[1];
  if (!file)
    return Array.from({ length: minutes * 30 }, (_, n) => ({
      at: n * 2,
      who: n % 3,
      text: `${spare[n % spare.length]}`,
    }));
  const voices = new Map();
  const said = [];
  for (const line of fs.readFileSync(path.join(shared, file), 'utf8').split('\n')) {
    const [, hour, minute, name, text] = /^\[(\d\d):(\d\d)\] <([^>]+)> (.*\S)/.exec(line) ?? [];
    if (!name || !text) continue;
    if (!voices.has(name)) voices.set(name, voices.size);
    said.push({ minute: Number(hour) * 60 + Number(minute), who: voices.get(name), text });
  }
  const first = said[0]?.minute ?? 0;
  const chosen = said
    .map((one) => ({ ...one, minute: (one.minute - first + 24 * 60) % (24 * 60) }))
    .filter(({ minute }) => minute < minutes);
  // The minute is all that is known: those of one minute are spread over it.
  return Array.from({ length: minutes }, (_, now) => chosen.filter(({ minute }) => minute === now)).flatMap(
    (some) => some.map(({ minute, who, text }, n) => ({ at: (minute + n / some.length) * 60, who, text })),
  );
}

const address = /https?:\/\/\S+/g;
/** What Markdown may take for markup, inside a line and where it begins. */
const marks = /[\\`*_~|[\]<&]|^\s*[#>+=-]|(?<=^\s*\d+)[.)]|:(?=[\w+-]+:)/g;

/** A line written so that Markdown shows it as it is. Addresses are links, which show themselves. @param {string} text */
export function literally(text) {
  const escaped = (/** @type {string} */ part) => part.replace(marks, (mark) => mark.replace(/\S/, '\\$&'));
  let written = '';
  let end = 0;
  for (const found of text.matchAll(address)) {
    written += escaped(text.slice(end, found.index)) + found[0];
    end = found.index + found[0].length;
  }
  return written + escaped(text.slice(end));
}

/** How a line is shown that was written {@link literally}. @param {string} text */
export const asShown = (text) => text.replace(/\\([!-/:-@[-`{-~])/g, '$1');
