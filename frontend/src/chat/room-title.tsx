import { listOf } from '../model/format';
import type { People } from '../model/people';
import type { Room } from '../model/room';
import { texts } from '../texts';
import { Avatar } from '../view/avatar';
import { Icon } from '../view/icons';
import { AvatarWithDot } from './presence';

/** The others in a direct room; empty in my notes to myself. */
export function othersIn(room: Room, people: People): readonly number[] {
  return room.directIds.filter((id) => id !== people.me.id);
}

/** What a room is called: its name, or the people in it. */
export function roomTitle(room: Room, people: People): string {
  if (room.kind !== 'direct') return room.name.value;
  const others = othersIn(room, people);
  return others.length === 0 ? texts.room.notesToSelf : listOf(others.map((id) => people.name(id)));
}

/** The sign before a room's name: # or a lock; for direct rooms who it is, or how many. */
export function RoomSign({ room, people }: { room: Room; people: People }) {
  if (room.kind === 'public') return <Icon name="hash" />;
  if (room.kind === 'private') return <Icon name="lock" />;
  const others = othersIn(room, people);
  const [only = people.me.id] = others;
  if (others.length > 1) return <span class="crowd-sign">{others.length}</span>;
  if (others.length === 0) return <Avatar id={only} name={people.name(only)} size="small" />;
  // Everybody in a direct room is told of by itself.
  return <AvatarWithDot id={only} name={people.name(only)} size="small" sight={false} />;
}
