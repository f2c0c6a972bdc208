/** The routes of what is unread, what I want to be told of a room, and how my sidebar is arranged. */
import { type Level, type ReadMark, readMark, type Section, section } from './attention-records';
import { request } from './http';
import { list, or, type Parser, record, whole } from './parse';
import { type RoomEntry, roomEntry } from './records';

const v1 = '/api/v1';

/** What of a room is unread, as numbers. */
export interface UnreadRoom {
  readonly room_id: number;
  readonly last_number: number;
  readonly last_aside: number;
  readonly read_number: number;
  readonly read_aside: number;
  readonly mentions: number;
}

const unreadRoom: Parser<UnreadRoom> = record<UnreadRoom>({
  room_id: whole,
  last_number: whole,
  last_aside: or(whole, 0),
  read_number: whole,
  read_aside: or(whole, 0),
  mentions: or(whole, 0),
});

export interface Unread {
  readonly rooms: readonly UnreadRoom[];
  /** How many threads that I follow have unread replies. */
  readonly threads_unread: number;
}

const unreadShape: Parser<Unread> = record<Unread>({
  rooms: or(list(unreadRoom), []),
  threads_unread: or(whole, 0),
});

/** What I set for a room; what is left out stays. */
export interface RoomSettings {
  readonly level?: Level;
  /** An RFC 3339 time, `always`, or empty for not silenced. */
  readonly silenced_until?: string;
  readonly favourite?: boolean;
  /** Of my sidebar; 0 for none. */
  readonly section?: number;
}

export async function unread(): Promise<Unread> {
  return unreadShape(await request('GET', `${v1}/me/unread`), 'unread');
}

/** The message and what follows it counts as unread again. */
export async function markUnread(room: number, number: number): Promise<ReadMark> {
  return readMark(await request('PUT', `${v1}/rooms/${room}/unread`, { body: { number } }), 'unread');
}

export async function changeRoomSettings(room: number, settings: RoomSettings): Promise<RoomEntry> {
  return roomEntry(await request('PATCH', `${v1}/rooms/${room}/settings`, { body: settings }), 'room');
}

/** Puts the whole list in place of the one before. Rooms of sections that are left out stand in none. */
export async function putSections(
  sections: readonly { readonly id?: number; readonly name: string }[],
): Promise<readonly Section[]> {
  const answer = record<{ sections: readonly Section[] }>({ sections: or(list(section), []) });
  return answer(await request('PUT', `${v1}/me/sections`, { body: { sections } }), 'sections').sections;
}
