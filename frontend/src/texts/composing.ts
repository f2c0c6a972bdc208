/** The texts of completion and of commands. */
import { some } from './words';

export const composing = {
  lists: { person: 'People', room: 'Rooms', emoji: 'Emoji', command: 'Commands' },
  found: (n: number) => some(n, 'suggestion', 'suggestions'),
  outside: 'not in this room',
  everybody: { room: 'everybody in this room', here: 'everybody who is here now' },
  joinable: 'not joined',
  commands: {
    topic: ['TEXT', 'Say what the room talks about now'],
    invite: ['@NAME', 'Add somebody to this room'],
    join: ['#ROOM', 'Join a public room'],
    leave: ['', 'Leave this room'],
    status: ['TEXT', 'Set your status; without a text, clear it'],
    dnd: ['', 'Do not be disturbed'],
    back: ['', 'Be there for the others again'],
    shrug: ['TEXT', 'Say it with ¯\\_(ツ)_/¯'],
  },
  unknown: (name: string) =>
    `There is no command /${name}. To send this as a message, begin it with two slashes: //${name}`,
  mayNot: (name: string) => `You may not use /${name} in this room.`,
  notInThread: (name: string) => `/${name} concerns the room: use it there, not in a thread.`,
  needsText: {
    topic: 'Write the topic behind /topic.',
    invite: 'Write whom to add behind /invite, like /invite @name.',
  },
  needsRoom: 'Write which room to join behind /join, like /join #name.',
  nobody: (name: string) => `There is nobody called ${name}.`,
  inside: (name: string) => `${name} is in this room already.`,
  noRoom: (name: string) => `There is no public room called ${name}.`,
  added: (name: string, room: string) => `${name} can now read ${room}.`,
  topicSet: 'The topic is changed.',
  statusSet: 'Your status is set.',
  statusCleared: 'Your status is cleared.',
  dnd: 'You are not to be disturbed.',
  back: 'You are there for the others again.',
} as const;
