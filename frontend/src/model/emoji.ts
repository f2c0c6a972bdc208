/** The emoji that there are, by group and by name, and those that I use. */
import { isObject, list, ParseError, type Parser, record, text } from '../api/parse';
import { store, stored } from './storage';

export interface Emoji {
  readonly char: string;
  readonly name: string;
  /** The first is the one that is shown. */
  readonly codes: readonly string[];
  readonly keywords: readonly string[];
  /** With the five tones of skin, from light to dark; empty when it has none. */
  readonly skins: readonly string[];
}

export interface EmojiGroup {
  readonly name: string;
  readonly emoji: readonly Emoji[];
}

const strings = list(text);

const emoji: Parser<Emoji> = (value, at) => {
  if (!Array.isArray(value)) throw new ParseError(at, 'a list');
  const [char, name, codes, keywords, skins]: readonly unknown[] = value;
  return {
    char: text(char, at),
    name: text(name, at),
    codes: strings(codes, at),
    keywords: strings(keywords, at),
    skins: skins === undefined ? [] : strings(skins, at),
  };
};

const file = record<{ groups: readonly EmojiGroup[] }>({
  groups: list(record<EmojiGroup>({ name: text, emoji: list(emoji) })),
});

let loading: Promise<readonly EmojiGroup[]> | null = null;
let loaded: readonly EmojiGroup[] | null = null;

/** Asks the server for them once. Whoever comes after a failure asks anew. */
export function loadEmoji(): Promise<readonly EmojiGroup[]> {
  loading ??= ask().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** Null until they are loaded. */
export function knownEmoji(): readonly EmojiGroup[] | null {
  return loaded;
}

async function ask(): Promise<readonly EmojiGroup[]> {
  const { emoji: address } = document.documentElement.dataset;
  if (!address) throw new Error('the page does not say where the emoji are');
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`the emoji: ${answer.status}`);
  const found: unknown = await answer.json();
  loaded = parseEmoji(found);
  return loaded;
}

export function parseEmoji(value: unknown): readonly EmojiGroup[] {
  if (!isObject(value)) throw new ParseError('emoji', 'an object');
  return file(value, 'emoji').groups;
}

/** Those that fit what was typed, the best first: by short name, then by name, then by what they are about. */
export function findEmoji(groups: readonly EmojiGroup[], query: string, most: number): readonly Emoji[] {
  const wanted = query.toLowerCase().trim().replace(/^:|:$/g, '');
  const found: { one: Emoji; rank: number }[] = [];
  for (const { emoji } of groups) {
    for (const one of emoji) {
      const rank = rankOf(one, wanted);
      if (rank !== null) found.push({ one, rank });
    }
  }
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ one }) => one);
}

function rankOf({ char, name, codes, keywords }: Emoji, wanted: string): number | null {
  if (codes.includes(wanted) || char === wanted) return 0;
  const words = wanted.replaceAll('_', ' ');
  if (codes.some((code) => code.startsWith(wanted)))
    return 1 + Math.min(...codes.map((code) => code.length)) / 100;
  if (name === words || keywords.includes(wanted)) return 2;
  if (` ${name}`.includes(` ${words}`) || codes.some((code) => `_${code}`.includes(`_${wanted}`))) return 3;
  if (keywords.some((word) => word.startsWith(wanted))) return 4;
  return codes.some((code) => code.includes(wanted)) ? 5 : null;
}

/** Tones of skin: 0 for none, 1 the lightest, 5 the darkest. */
export const tones = [0, 1, 2, 3, 4, 5] as const;

export function toned({ char, skins }: Emoji, tone: number): string {
  return (tone > 0 ? skins[tone - 1] : undefined) ?? char;
}

export function chosenTone(): number {
  const tone = Number(stored('emoji-tone'));
  return tones.find((one) => one === tone) ?? 0;
}

export function chooseTone(tone: number): void {
  store('emoji-tone', tone === 0 ? null : String(tone));
}

/** So many are kept: two rows of the picker. */
const RECENT = 16;

/** Those that were used last, the newest first. */
export function recentEmoji(): readonly string[] {
  return (stored('emoji-recent') ?? '').split(' ').filter((one) => one !== '');
}

export function useEmoji(char: string): void {
  store('emoji-recent', [char, ...recentEmoji().filter((one) => one !== char)].slice(0, RECENT).join(' '));
}
