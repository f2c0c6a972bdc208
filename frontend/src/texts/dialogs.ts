/** The texts of the dialogs that find rooms and people. */
import { listOf } from '../model/format';
import { some } from './words';

export const createRoomTexts = {
  title: 'Create a room',
  name: 'Name',
  nameHint: 'Short and clear, like “design” or “book club”.',
  description: 'What is it about?',
  kind: 'Who can join?',
  public: 'Public',
  publicHint: 'Everybody in the workspace can find it and join.',
  private: 'Private',
  privateHint: 'Only people who are added can see it.',
  submit: 'Create room',
};

export const browseTexts = {
  title: 'Browse rooms',
  search: 'Find a room',
  open: 'Open',
  join: 'Join',
  members: (n: number) => some(n, 'member', 'members'),
  empty: 'There is no public room yet.',
  noMatch: 'No room matches.',
  partly: (n: number) => `Looks through the ${some(n, 'room', 'rooms')} shown so far.`,
  failed: 'The rooms could not be loaded.',
};

export const peopleTexts = {
  newTitle: 'New message',
  addTitle: (room: string) => `Add people to ${room}`,
  search: 'Find people',
  start: 'Start conversation',
  add: 'Add',
  added: (names: readonly string[], room: string) => `${listOf(names)} can now read ${room}.`,
  remove: (name: string) => `Take ${name} off the list`,
  noMatch: 'Nobody matches.',
  nobody: 'Everybody is here already.',
  most: (n: number) =>
    `A conversation can have up to ${some(n, 'other person', 'other people')}. For more, create a room.`,
  you: 'you',
};
