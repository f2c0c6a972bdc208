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
