/** The routes of those who look after people, rooms and the workspace. */
import { request } from './http';
import type { NoticesChoice } from './presence-records';
import { type PageRequest, page, pageQuery } from './paging';
import * as records from './records';

const v1 = '/api/v1';

export interface InviteWish {
  readonly expires_in_days: number;
  readonly role: 'member' | 'guest';
  readonly room_ids: readonly number[];
}

export interface RoomChange {
  readonly name?: string;
  readonly topic?: string;
  readonly description?: string;
  readonly kind?: records.RoomKind;
  readonly state?: records.RoomState;
  readonly archived?: boolean;
  readonly slow_mode?: number;
  readonly notices?: NoticesChoice;
  readonly retention_days?: number | null;
  readonly is_default?: boolean;
}

export interface PersonChange {
  readonly role?: records.Role;
  readonly deactivated?: boolean;
}

/** Everybody, the deactivated too. */
export async function users(wanted: PageRequest): Promise<records.Page<records.Person>> {
  const path = `${v1}/users${pageQuery(wanted, { deactivated: 'true' })}`;
  return page('users', records.person)(await request('GET', path), 'users');
}

export async function changeUser(id: number, change: PersonChange): Promise<records.User> {
  return records.user(await request('PATCH', `${v1}/users/${id}`, { body: change }), 'user');
}

export async function signOutUser(id: number): Promise<void> {
  await request('DELETE', `${v1}/users/${id}/sessions`);
}

export async function changeRoom(room: number, change: RoomChange): Promise<records.RoomRecord> {
  return records.room(await request('PATCH', `${v1}/rooms/${room}`, { body: change }), 'room');
}

/** It can be taken back for some days. */
export async function deleteRoom(room: number): Promise<void> {
  await request('DELETE', `${v1}/rooms/${room}`);
}

/** What became of a room that was deleted, for those who were in it or may take that back. */
export async function lostRoom(room: number): Promise<records.LostRoom> {
  return records.lostRoom(await request('GET', `${v1}/rooms/${room}/deletion`), 'deletion');
}

/** With another name when somebody has taken the old one. */
export async function undeleteRoom(room: number, name: string | null): Promise<void> {
  await request('PUT', `${v1}/rooms/${room}/undelete`, { body: name === null ? {} : { name } });
}

export async function changeRoomRole(room: number, user: number, role: records.RoomRole): Promise<void> {
  await request('PATCH', `${v1}/rooms/${room}/members/${user}`, { body: { role } });
}

/** They become owner of the room, and I a member. */
export async function handOverRoom(room: number, user: number): Promise<void> {
  await request('POST', `${v1}/rooms/${room}/hand-over`, { body: { user_id: user } });
}

export async function removeMember(room: number, user: number, reason: string): Promise<void> {
  const query = reason === '' ? '' : `?${new URLSearchParams({ reason })}`;
  await request('DELETE', `${v1}/rooms/${room}/members/${user}${query}`);
}

export async function invites(wanted: PageRequest): Promise<records.Page<records.Invite>> {
  return page('invites', records.invite)(
    await request('GET', `${v1}/invites${pageQuery(wanted)}`),
    'invites',
  );
}

export async function createInvite(wish: InviteWish): Promise<records.NewInvite> {
  return records.newInvite(await request('POST', `${v1}/invites`, { body: wish }), 'invite');
}

export async function revokeInvite(id: number): Promise<void> {
  await request('DELETE', `${v1}/invites/${id}`);
}
