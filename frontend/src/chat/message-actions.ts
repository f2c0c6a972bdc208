/** What can be done with a message: the entries of its menu, of its bar, and of its keys, in one list. */
import type { Message } from '../api/records';
import { home } from '../base';
import type { Chat } from '../model/chat';
import type { Room } from '../model/room';
import { messagePath, threadPath } from '../model/route';
import { navigate } from '../model/router';
import { toast } from '../model/toasts';
import { messageTexts } from '../texts/message';
import { copy } from '../view/copy';
import type { IconName } from '../view/icons';
import { sentence } from '../view/sentence';
import { pickEmoji } from './emoji/pick';
import { keep, pin } from './message-keeping';
import { react } from './message-react';
import { maySee, seenWords } from './seen';
import { dialog } from './ui';

const t = messageTexts;

/** A message that something is done with. */
export interface Subject {
  readonly chat: Chat;
  readonly room: Room;
  readonly message: Message;
  /** What shows it. */
  readonly row: HTMLElement;
  /** What was pressed for it: what opens stands beside that. */
  readonly anchor: HTMLElement;
}

export interface MessageAction {
  /** Also its hook for tests; the keys of chat/message-list.ts name it. */
  readonly id: string;
  readonly label: string | ((subject: Subject) => string);
  readonly icon: IconName | ((subject: Subject) => IconName);
  /** A few more words, small; only in the menu. */
  readonly hint?: (subject: Subject) => string;
  /** It stands in the bar, too. */
  readonly bar?: boolean;
  /** A line stands above it in the menu. */
  readonly apart?: boolean;
  /** Whether it is offered. The server decides all the same. */
  readonly may: (subject: Subject) => boolean;
  readonly run: (subject: Subject) => void;
}

const isMine = ({ chat, message }: Subject) => message.author.id === chat.me.id;

/** In the order of the menu. */
export const messageActions: readonly MessageAction[] = [
  {
    id: 'react',
    label: t.react,
    icon: 'addSmile',
    bar: true,
    may: ({ chat, room }) => chat.mayIn(room, 'react'),
    run: (subject) => void pickReaction(subject),
  },
  {
    id: 'reply',
    label: t.reply,
    icon: 'reply',
    bar: true,
    may: ({ chat, room }) => chat.mayIn(room, 'post-message'),
    run: ({ room, message }) => room.writing.compose.reply(message),
  },
  {
    id: 'thread',
    label: t.thread,
    icon: 'thread',
    bar: true,
    may: ({ chat, room, message }) =>
      message.thread === null &&
      room.messages.thread.peek()?.root !== message.number &&
      (message.replies !== null || chat.mayIn(room, 'post-message')),
    run: ({ room, message }) => navigate(threadPath(room.id, message.number)),
  },
  {
    id: 'edit',
    label: t.edit,
    icon: 'pencil',
    may: (subject) => isMine(subject) && subject.chat.mayIn(subject.room, 'edit-message'),
    run: ({ room, message }) => room.writing.compose.edit(message),
  },
  {
    id: 'save',
    label: (subject) => (isSaved(subject) ? t.unsave : t.save),
    icon: (subject) => (isSaved(subject) ? 'bookmarkOff' : 'bookmark'),
    may: () => true,
    run: (subject) => void keep(subject.chat, subject.room.id, subject.message.number, !isSaved(subject)),
  },
  {
    id: 'pin',
    label: ({ message }) => (message.pinned ? t.unpin : t.pin),
    icon: ({ message }) => (message.pinned ? 'unpin' : 'pin'),
    may: ({ chat, room }) => chat.mayIn(room, 'pin-message'),
    run: ({ room, message }) => void pin(room, message.number, !message.pinned),
  },
  {
    id: 'forward',
    label: t.forward,
    icon: 'pass',
    may: () => true,
    run: ({ room, message }) => {
      dialog.value = { name: 'forward', room, message };
    },
  },
  {
    id: 'copy-text',
    label: t.copyText,
    icon: 'copy',
    may: () => true,
    run: ({ message }) => void copyText(message.body, t.textCopied),
  },
  {
    id: 'copy-link',
    label: t.copyLink,
    icon: 'link',
    may: () => true,
    run: ({ room, message }) => void copyText(home() + messagePath(room.id, message.number), t.linkCopied),
  },
  {
    id: 'mark-unread',
    label: t.markUnread,
    icon: 'unread',
    may: ({ message }) => message.thread === null,
    run: ({ room, message }) => void markUnread(room, message.number),
  },
  {
    id: 'revisions',
    label: t.revisions,
    icon: 'clock',
    may: ({ message }) => message.edited_at !== null,
    run: ({ room, message }) => {
      dialog.value = { name: 'revisions', room, number: message.number };
    },
  },
  {
    id: 'seen',
    label: t.seenBy,
    icon: 'eye',
    hint: ({ chat, room, message }) => seenWords(chat, room, message.number),
    may: ({ chat, room, message }) => maySee(chat, room, message),
    run: ({ room, message }) => {
      dialog.value = { name: 'seen', room, number: message.number };
    },
  },
];

function isSaved({ chat, message }: Subject): boolean {
  return chat.saved.has(message.room_id, message.number);
}

/** Finds an action that is offered. */
export function actionOf(id: string, subject: Subject): MessageAction | undefined {
  return messageActions.find((action) => action.id === id && action.may(subject));
}

export function iconOf({ icon }: MessageAction, subject: Subject): IconName {
  return typeof icon === 'string' ? icon : icon(subject);
}

export function labelOf({ label }: MessageAction, subject: Subject): string {
  return typeof label === 'string' ? label : label(subject);
}

async function pickReaction({ chat, room, message, anchor }: Subject): Promise<void> {
  const emoji = await pickEmoji(anchor);
  if (emoji !== null) await react(chat, room, message, emoji, true);
}

async function markUnread(room: Room, number: number): Promise<void> {
  try {
    await room.reading.markUnread(number);
    toast(t.markedUnread);
  } catch (error) {
    toast(sentence(error), { bad: true });
  }
}

/** Puts a text where it can be pasted from. */
export async function copyText(text: string, done: string): Promise<void> {
  const copied = await copy(text);
  toast(copied ? done : t.notCopied, { bad: !copied });
}
