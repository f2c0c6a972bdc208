/** What the dialog about my own status offers and takes. */
import type { StatusEnd } from './ends';

/** Suggestions; their texts stand in the same order in texts/presence.ts. */
export const suggestions: readonly { readonly emoji: string; readonly end: StatusEnd }[] = [
  { emoji: '📅', end: 'hour' },
  { emoji: '🚲', end: 'half-hour' },
  { emoji: '🍲', end: 'hour' },
  { emoji: '🏡', end: 'today' },
  { emoji: '🤒', end: 'today' },
  { emoji: '🌴', end: 'none' },
];

/** Some that people use for this. Any other can be typed. */
// biome-ignore format: the rows as they are shown
export const palette: readonly string[] = [
  '😀', '🙂', '😎', '🤔', '😴', '🤒', '🥳', '🎉',
  '👋', '👍', '🙏', '💪', '❤️', '🔥', '⭐', '🎯',
  '📅', '📞', '🎧', '💻', '✍️', '📚', '🔨', '🐛',
  '🍲', '☕', '🚲', '✈️', '🏡', '🌴', '👶', '🐈',
];

const words = typeof Intl.Segmenter === 'undefined' ? null : new Intl.Segmenter();

/** Whether a text is one character as people count them, or none. The server looks again. */
export function oneAtMost(text: string): boolean {
  return words ? [...words.segment(text)].length <= 1 : [...text].length <= 8;
}
