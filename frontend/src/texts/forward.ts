/** The texts of forwarding a message. */
import { some } from './words';

export const forwardTexts = {
  title: 'Forward a message',
  to: 'Forward to',
  search: 'Name of a room or a person',
  found: 'Rooms and people',
  none: 'There is no room or person of that name where you may write.',
  count: (n: number) => some(n, 'result', 'results'),
  hint: 'Rooms and people you may write to.',
  another: (to: string) => `Not to ${to}, but somebody else`,
  comment: 'Your words, if you like',
  preview: 'What is forwarded',
  inRoom: (room: string) => `in ${room}`,
  original: 'the message',
  roomHidden: 'The room is not named: not everybody who reads this may know of it.',
  send: 'Forward',
  keys: 'Ctrl+Enter forwards it.',
  keysMac: '⌘ Enter forwards it.',
  done: (to: string) => `Forwarded to ${to}.`,
  waits: (to: string) => `It goes to ${to} as soon as the server can be reached.`,
  open: 'Open',
  tooLong: (n: number) =>
    `With your words this is ${some(n, 'character', 'characters')} too long. Make them shorter.`,
  bodyTooLong:
    'This message is too long to be quoted in another one. Copy a link to it instead, and send that.',
  copyLink: 'Copy a link',
  mayNot: 'You may not write there any more. Choose another room.',
};
