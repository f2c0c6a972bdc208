/** The texts of the emoji picker. */
import { some } from './words';

export const emojiTexts = {
  title: 'Pick an emoji',
  search: 'Find an emoji',
  recent: 'Used last',
  found: (n: number) => some(n, 'emoji found', 'emoji found'),
  results: 'Found',
  none: 'No emoji is called that.',
  loading: 'Loading…',
  failed: 'The emoji could not be loaded.',
  groupsLabel: 'Groups',
  tone: 'Tone of skin',
  tones: ['yellow', 'light', 'medium light', 'medium', 'medium dark', 'dark'],
  /** The groups by their names in the data. */
  groups: {
    'smileys & emotion': 'Smileys',
    'people & body': 'People',
    'animals & nature': 'Animals and nature',
    'food & drink': 'Food and drink',
    'travel & places': 'Travel and places',
    activities: 'Activities',
    objects: 'Objects',
    symbols: 'Symbols',
    flags: 'Flags',
  } as Readonly<Record<string, string>>,
};
