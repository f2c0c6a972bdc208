/** The texts of threads: one that is open, and the list of those that I follow. */
import { some } from './words';

export const threadTexts = {
  title: 'Thread',
  in: (room: string) => `in ${room}`,
  label: 'Messages of the thread',
  close: 'Close the thread',
  show: 'Show in the room',
  follow: 'Follow the thread',
  unfollow: 'Stop following the thread',
  followed: 'You are told of new replies.',
  unfollowed: 'You are not told of new replies any more.',
  missingTitle: 'There is no such thread',
  missing: 'The message with which it began was erased, or the address is mistyped.',
};

export const threadsTexts = {
  title: 'Threads',
  about: (n: number) => (n === 0 ? '' : `${some(n, 'thread has', 'threads have')} new replies`),
  label: 'Threads that you follow',
  none: 'No threads yet',
  noneAbout:
    'When you reply in a thread, are mentioned there, or somebody replies to you in one, it stands here.',
  failed: 'The threads could not be loaded.',
  unread: (n: number) => `${n} new`,
  mentioned: 'mentions you',
  replies: (n: number) => some(n, 'reply', 'replies'),
  last: (time: string) => `last reply ${time}`,
  deleted: 'This message was deleted.',
};
