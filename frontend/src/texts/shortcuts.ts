/** The texts of the list of shortcuts. */
import type { ShortcutId, topics } from '../model/shortcuts';

/** What each shortcut does. */
const does: Record<ShortcutId, string> = {
  switcher: 'Go to a room or a person',
  'previous-room': 'Previous room',
  'next-room': 'Next room',
  'previous-unread': 'Previous unread room',
  'next-unread': 'Next unread room',
  'room-menu': 'What can be done with a room, at its name in the sidebar',
  unread: 'All unread messages',
  threads: 'Threads',
  saved: 'Saved messages',
  browse: 'Browse rooms',
  members: 'Show or hide the members',
  settings: 'Settings',
  help: 'This list',
  'help-reading': 'This list, while nothing is being written',
  back: 'Step by step: end what is being written, close the panel, mark the room as read',
  'read-all': 'Mark all rooms as read',
  newest: 'Jump to the newest message',
  send: 'Send',
  'new-line': 'New line',
  'edit-last': 'Edit your last message, while nothing is written',
  'reply-last': 'Reply to the last message, while nothing is written',
  bold: 'Bold',
  italic: 'Italic',
  strike: 'Strike through',
  code: 'Code',
  'to-messages': 'From the composer to the messages',
  'walk-messages': 'Walk through the messages',
  'message-menu': 'What can be done with a message',
  react: 'React to a message',
  thread: 'Reply to a message in its thread',
  reply: 'Reply to a message',
  edit: 'Edit an own message',
  'copy-text': 'Copy the text of a message',
  'copy-link': 'Copy the link to a message',
  save: 'Save a message for later, or no longer',
  pin: 'Pin a message, or unpin it',
  forward: 'Forward a message',
  'mark-unread': 'Mark unread from a message',
  'delete-message': 'Delete a message',
};

const topicNames: Record<(typeof topics)[number], string> = {
  moving: 'Moving around',
  reading: 'Reading',
  writing: 'Writing',
  messages: 'Messages',
};

/** The keys as people call them; others are shown as they are. */
const keyNames: Readonly<Record<string, string>> = {
  Mod: 'Ctrl',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
};

const appleKeyNames: Readonly<Record<string, string>> = {
  ...keyNames,
  Mod: '⌘',
  Alt: '⌥',
  Shift: '⇧',
  Ctrl: '⌃',
};

export const shortcutTexts = {
  title: 'Keyboard shortcuts',
  or: 'or',
  does,
  topics: topicNames,
  key: (part: string, apple: boolean) =>
    (apple ? appleKeyNames : keyNames)[part] ?? (part.length === 1 ? part.toUpperCase() : part),
};
