/** The texts of what is pinned in a room. */
import { count } from '../model/format';

export const pinsTexts = {
  title: 'Pinned messages',
  close: 'Close the pinned messages',
  number: (n: number) => count(n),
  by: (name: string, time: string) => `Pinned by ${name}, ${time}`,
  byMe: (time: string) => `Pinned by you, ${time}`,
  unpinOf: (name: string) => `Unpin the message of ${name}`,
  none: 'Nothing is pinned here',
  noneMay: 'Pin a message in its menu, and everybody in this room finds it here.',
  noneAbout: 'What those who look after this room pin stands here.',
  failed: 'The pinned messages could not be loaded.',
  failedLater: 'This may not be all: the server could not be reached.',
};
