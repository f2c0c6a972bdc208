/** The texts of a room that I am not in, or not any more. */
import { count } from '../model/format';
import { some } from './words';

export const outsideTexts = {
  keptDraft: 'You wrote this here and did not send it:',
  copyDraft: 'Copy',
  draftCopied: 'Your text is copied.',
  discardDraft: 'Discard',
  unknownTitle: 'This room cannot be opened',
  unknown: 'It does not exist any more, or it is private and you are not in it.',
  deletedTitle: (room: string) => `${room} was deleted`,
  deleted: (until: string) =>
    `Nobody reads or writes in it. Until ${until} those who looked after it can bring it back, with everything in it; then it is erased.`,
  deletedBy: (by: string | null) => `${by ?? 'Somebody who looks after the machine'} deleted it.`,
  deletedReason: (reason: string) => `Reason: ${reason}`,
  deletedMine: (until: string) =>
    `Nobody reads or writes in it. Until ${until} you can bring it back, with everything in it; then it is erased.`,
  undelete: 'Bring it back',
  undeleted: (room: string) => `${room} is there again.`,
  otherName: 'Another name',
  notSeenTitle: 'This room was not found',
  notSeen: (n: number) =>
    `It is not among the first ${count(n)} public rooms. It may be further down: look for it in the list.`,
  preview: (n: number) => `${some(n, 'person is', 'people are')} in this room.`,
  join: 'Join room',
};
