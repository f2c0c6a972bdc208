/** How I arrange my rooms in the sidebar, and what I want to be told of them. */
import type { RoomSettings } from '../api/attention';
import type { Chat } from './chat';
import type { OwnSettings, OwnSettingsRecord } from './own-settings';
import type { Room } from './room';

/** Changes what I want to be told of a room, or where I have it. It shows at once. */
export async function setRoom(
  chat: Chat,
  room: Room,
  shown: Partial<OwnSettingsRecord>,
  wanted: RoomSettings,
): Promise<void> {
  const before = recordOf(room.own);
  room.own.take({ ...before, ...shown });
  try {
    chat.note(room);
    room.own.take(await chat.api.changeRoomSettings(room.id, wanted));
  } catch (error) {
    room.own.take(before);
    throw error;
  }
}

function recordOf(own: OwnSettings): OwnSettingsRecord {
  return {
    level: own.level.peek(),
    silenced: own.silenced.peek(),
    silenced_until: own.silencedUntil.peek(),
    favourite: own.favourite.peek(),
    section: own.section.peek(),
  };
}

/** Changes the sections of my sidebar; of those that are left out, the rooms go back to where they were. */
export async function arrange(
  chat: Chat,
  sections: readonly { readonly id?: number; readonly name: string }[],
): Promise<void> {
  chat.sections.value = await chat.api.putSections(sections);
  const left = new Set(chat.sections.value.map(({ id }) => id));
  for (const { own } of chat.rooms.peek().values()) if (!left.has(own.section.peek())) own.section.value = 0;
}
