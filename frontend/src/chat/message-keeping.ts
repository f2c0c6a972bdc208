/** Pinning a message for everybody, and keeping it for oneself. */
import { setPin } from '../api/message-acts';
import type { Chat } from '../model/chat';
import type { Room } from '../model/room';
import { toast } from '../model/toasts';
import { messageTexts } from '../texts/message';
import { sentence } from '../view/sentence';

/** The room's topic tells what became of it. */
export async function pin(room: Room, number: number, on: boolean): Promise<void> {
  try {
    await setPin(room.id, number, on);
    toast(on ? messageTexts.wasPinned : messageTexts.wasUnpinned);
  } catch (error) {
    toast(sentence(error), { bad: true });
  }
}

export async function keep(chat: Chat, room: number, number: number, on: boolean): Promise<void> {
  try {
    await chat.saved.set(room, number, on);
    const action = { label: messageTexts.undo, run: () => void keep(chat, room, number, true) };
    if (on) toast(messageTexts.wasSaved);
    else toast(messageTexts.wasRemoved, { action });
  } catch (error) {
    toast(sentence(error), { bad: true });
  }
}
