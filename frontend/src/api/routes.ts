/** The chat API, a function for each route that the page uses. */
import { request } from './http';
import { type PageRequest, page, pageQuery } from './paging';
import * as records from './records';
import { type ReadMark, readMark } from './attention-records';

const v1 = '/api/v1';

export interface NewRoom {
  readonly kind: 'public' | 'private';
  readonly name: string;
  readonly description: string;
}

export interface HistoryQuery {
  readonly before?: number;
  readonly after?: number;
  /** Half of the page before this number, and half after it. */
  readonly around?: number;
  readonly limit: number;
}

/** Where a message belongs: what it answers, and the root of its thread. */
export interface Belonging {
  readonly reply_to?: number;
  readonly thread?: number;
}

export interface MembersRequest extends PageRequest {
  /** Only those who are here. */
  readonly here?: boolean;
  /** A part of the display or user name. */
  readonly search?: string;
}

export async function workspace(): Promise<records.WorkspaceState> {
  return records.workspaceState(await request('GET', `${v1}/workspace`), 'workspace');
}

export async function signOut(): Promise<void> {
  await request('POST', '/logout');
}

export async function overview(): Promise<records.Overview> {
  return records.overview(await request('GET', `${v1}/overview`), 'overview');
}

export async function directory(wanted: PageRequest): Promise<records.Page<records.DirectoryRoom>> {
  const path = `${v1}/rooms/directory${pageQuery(wanted)}`;
  return page('rooms', records.directoryRoom)(await request('GET', path), 'directory');
}

export async function createRoom(input: NewRoom): Promise<records.RoomEntry> {
  return records.roomEntry(await request('POST', `${v1}/rooms`, { body: input }), 'room');
}

export async function openDirect(userIds: readonly number[]): Promise<records.RoomEntry> {
  return records.roomEntry(await request('POST', `${v1}/direct`, { body: { user_ids: userIds } }), 'room');
}

export async function room(id: number): Promise<records.RoomEntry> {
  return records.roomEntry(await request('GET', `${v1}/rooms/${id}`), 'room');
}

export async function joinRoom(room: number): Promise<records.RoomEntry> {
  return records.roomEntry(await request('PUT', `${v1}/rooms/${room}/membership`), 'room');
}

export async function leaveRoom(room: number): Promise<void> {
  await request('DELETE', `${v1}/rooms/${room}/membership`);
}

export async function members(room: number, wanted: MembersRequest): Promise<records.MembersPage> {
  const { here, search, ...place } = wanted;
  const filter = { ...(here ? { here: 'true' } : {}), ...(search ? { search } : {}) };
  const answer = await request('GET', `${v1}/rooms/${room}/members${pageQuery(place, filter)}`);
  const { members_total: total, here_total } = records.membersCounts(answer, 'members');
  return { ...page('members', records.member)(answer, 'members'), total, here: here_total };
}

export async function profile(user: number): Promise<records.Profile> {
  return records.profile(await request('GET', `${v1}/users/${user}`), 'user');
}

export async function addMember(room: number, user: number): Promise<void> {
  await request('POST', `${v1}/rooms/${room}/members`, { body: { user_id: user } });
}

export async function history(room: number, query: HistoryQuery): Promise<records.HistoryPage> {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) params.set(key, String(value));
  return records.historyPage(await request('GET', `${v1}/rooms/${room}/messages?${params}`), 'history');
}

export async function message(room: number, number: number): Promise<records.Message> {
  return records.message(await request('GET', `${v1}/rooms/${room}/messages/${number}`), 'message');
}

export async function send(
  room: number,
  clientId: string,
  body: string,
  belonging: Belonging = {},
): Promise<records.Message> {
  const input = { client_id: clientId, body, ...belonging };
  return records.message(await request('POST', `${v1}/rooms/${room}/messages`, { body: input }), 'message');
}

export async function markRead(room: number, number: number): Promise<ReadMark> {
  return readMark(await request('PUT', `${v1}/rooms/${room}/read`, { body: { number } }), 'read');
}
