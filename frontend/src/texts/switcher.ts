/** The texts of the switcher. */
import { some } from './words';

export const switcherTexts = {
  title: 'Go to a room or a person',
  search: 'Name of a room or a person',
  found: 'Rooms and people',
  none: 'Nothing has a name like that.',
  count: (n: number) => some(n, 'result', 'results'),
  recent: 'Unread first, then where you were last.',
  you: 'you',
  notJoined: 'public room, not joined',
  unread: (n: number) => some(n, 'unread message', 'unread messages'),
  keys: '↑ ↓ to choose, Enter to go, Esc to close',
};
