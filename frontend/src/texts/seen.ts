/** The texts of who has seen a message. */
import { listOf } from '../model/format';
import { some } from './words';

/** So many people are named. */
const NAMED = 3;

export const seenTexts = {
  title: 'Seen by',
  /** In the menu, in few words. */
  few: (names: readonly string[]) =>
    names.length === 0
      ? 'nobody yet'
      : listOf(
          names.length > NAMED
            ? [...names.slice(0, NAMED - 1), some(names.length - NAMED + 1, 'other', 'others')]
            : names,
        ),
  asking: 'Asking…',
  unknown: 'The server could not be reached.',
  nobody: 'Nobody has seen it yet.',
  about: 'Only those are named who let others see what they have read.',
  seen: 'Seen',
  seenBy: (names: readonly string[]) => `Seen by ${listOf(names)}`,
};
