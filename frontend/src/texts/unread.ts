/** The texts of the page of everything unread. */
import { count } from '../model/format';
import { some } from './words';

export const unreadTexts = {
  title: 'Unread',
  about: (rooms: number, messages: number) =>
    `${some(messages, 'message', 'messages')} in ${some(rooms, 'room', 'rooms')}`,
  none: 'You have read everything',
  noneAbout: 'What is new appears here by itself.',
  readAll: 'Mark all as read',
  read: 'Mark as read',
  readRoom: (room: string) => `Mark as read: ${room}`,
  more: (n: number) => `${count(n)} more`,
  failed: 'The messages could not be loaded.',
  showMore: 'Show more rooms',
  deleted: 'This message was deleted.',
};
