/** Reacting to a message, and the emoji that one uses for it. */
import type { Message } from '../api/records';
import type { Chat } from '../model/chat';
import { isMine } from '../model/reacting';
import type { Room } from '../model/room';
import { store, stored } from '../model/storage';
import { toast } from '../model/toasts';
import { messageTexts } from '../texts/message';
import { sentence } from '../view/sentence';

/** So many are offered. */
const OFFERED = 3;
const usual = ['👍', '😄', '🎉'];
const KEY = 'reacted';

/** The emoji that were used last, newest first. */
export function recentEmoji(): readonly string[] {
  const used = (stored(KEY) ?? '').split(' ').filter((emoji) => emoji !== '');
  return [...used, ...usual.filter((emoji) => !used.includes(emoji))].slice(0, OFFERED);
}

/** Puts an emoji under a message, or takes it away when `on` is false. What was there comes back when that fails. */
export async function react(
  chat: Chat,
  room: Room,
  message: Message,
  emoji: string,
  on: boolean = !isMine(
    room.messages.reacting.shown(message.number, message.reactions, chat.me.id),
    emoji,
    chat.me.id,
  ),
): Promise<void> {
  if (on) store(KEY, [emoji, ...recentEmoji().filter((one) => one !== emoji)].slice(0, OFFERED).join(' '));
  try {
    await room.messages.reacting.react(message.number, emoji, on);
  } catch (error) {
    toast(messageTexts.notReacted(sentence(error)), { bad: true });
  }
}
