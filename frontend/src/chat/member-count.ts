import { count } from '../model/format';
import type { Room } from '../model/room';

/** How many members there are, as far as it is known. */
export function memberCount(room: Room): string {
  if (room.kind === 'direct') return count(room.directIds.length);
  const total = room.roster.total.value;
  if (total !== null) return count(total);
  const members = room.roster.members.value;
  return members ? `${count(members.length)}+` : '';
}
