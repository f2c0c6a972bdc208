/** Who has seen a message: it is asked for when a menu opens. */
import { signal } from '@preact/signals';
import { seenBy } from '../api/message-acts';
import type { Message } from '../api/records';
import type { Chat } from '../model/chat';
import type { Room } from '../model/room';
import { seenTexts as t } from '../texts/seen';

interface Asked {
  readonly room: Room;
  readonly number: number;
  /** Null while the server is asked. */
  readonly people: readonly number[] | 'failed' | null;
}

const asked = signal<Asked | null>(null);

/** Whether the server would say, and there is somebody besides the author and me. */
export function maySee(chat: Chat, room: Room, { author }: Message): boolean {
  if (!room.small.value || !chat.me.seen_by) return false;
  const two = author.id === chat.me.id ? 1 : 2;
  return room.kind !== 'direct' || room.directIds.length > two;
}

/** Asks for one message; what was known of another one is forgotten. */
export async function askSeen(room: Room, number: number): Promise<void> {
  const mine: Asked = { room, number, people: null };
  asked.value = mine;
  const people = await seenBy(room.id, number).catch(() => 'failed' as const);
  if (asked.peek() === mine) asked.value = { ...mine, people };
}

/** What is known of one that was asked for: ids, null for not yet. */
export function seenOf(room: Room, number: number): readonly number[] | 'failed' | null {
  const found = asked.value;
  return found?.room === room && found.number === number ? found.people : null;
}

/** The same in a few words. */
export function seenWords(chat: Chat, room: Room, number: number): string {
  const people = seenOf(room, number);
  if (people === null) return t.asking;
  return people === 'failed' ? t.unknown : t.few(namesOf(chat, people));
}

export function namesOf({ people }: Chat, ids: readonly number[]): readonly string[] {
  return ids.map((id) => people.name(id)).filter((name) => name !== '');
}
