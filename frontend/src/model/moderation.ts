/** What the viewer may do about other people. */
import type { Member, Role, RoomRole } from '../api/records';
import type { Chat } from './chat';
import type { Room } from './room';

export const roomRoles: readonly RoomRole[] = ['owner', 'moderator', 'member'];
export const roles: readonly Role[] = ['owner', 'admin', 'member', 'guest'];

/** The roles in a room that I may give somebody. */
export function givableRoomRoles(chat: Chat, room: Room, member: Member): readonly RoomRole[] {
  if (!chat.mayIn(room, 'change-room-roles')) return [];
  return roomRoles.filter((role) => role !== member.room_role);
}

/** Whether I can hand a room of mine over to a member. */
export function mayTakeOver(chat: Chat, room: Room, member: Member): boolean {
  if (member.id === chat.me.id || member.role === 'guest' || chat.people.deactivated(member.id)) return false;
  return room.role.value === 'owner' && chat.mayIn(room, 'change-room-roles');
}

/** Whether I may remove, mute or ban a member. With those who look after the room that takes a right of its own. */
export function mayActOn(
  chat: Chat,
  room: Room,
  member: Pick<Member, 'id' | 'room_role'>,
  act: 'remove-member' | 'restrain-member',
): boolean {
  if (member.id === chat.me.id || !chat.mayIn(room, act)) return false;
  return !looksAfter(chat, member) || chat.mayIn(room, 'remove-moderator');
}

/** Whether somebody keeps order in a room: by their role there, or in the workspace. */
function looksAfter(chat: Chat, member: Pick<Member, 'id' | 'room_role'>): boolean {
  const role = chat.people.all.value.get(member.id)?.role;
  return member.room_role !== 'member' || role === 'owner' || role === 'admin';
}

/** Whether I may change role and access of somebody who has, or shall have, this role. */
export function mayManage(chat: Chat, role: Role): boolean {
  return chat.may(role === 'owner' || role === 'admin' ? 'manage-admins' : 'manage-members');
}

/** The roles in the workspace that somebody may have from my hand, the present one included. */
export function givableRoles(chat: Chat, present: Role): readonly Role[] {
  return mayManage(chat, present) ? roles.filter((role) => mayManage(chat, role)) : [];
}
