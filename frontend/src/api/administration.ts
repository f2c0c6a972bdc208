/** The routes of the administration: people, rooms, figures, connections, invites and settings. */
import * as records from './administration-records';
import { request } from './http';
import { type PageRequest, page, pageQuery } from './paging';
import { nullable, record } from './parse';
import type { Page } from './records';

const v1 = '/api/v1';

/** Hashing a password takes its time on a busy server. */
const PATIENT = 30_000;

/** Filters of a list, with their names as in the API; empty ones do not count. */
export type ListQuery = Readonly<Record<string, string>>;

function query(filter: ListQuery, wanted: PageRequest): string {
  const trimmed = Object.entries(filter).map(([name, value]) => [name, value.trim()] as const);
  return pageQuery(wanted, Object.fromEntries(trimmed.filter(([, value]) => value !== '')));
}

export async function people(filter: ListQuery, wanted: PageRequest): Promise<Page<records.AdminPerson>> {
  return page('people', records.adminPerson)(
    await request('GET', `${v1}/admin/people${query(filter, wanted)}`),
    'people',
  );
}

/** Null when there is no suspension in force, or I may not end it. */
export async function suspension(user: number): Promise<records.Suspended | null> {
  const answer = await request('GET', `${v1}/users/${user}`);
  return record<{ suspension: records.Suspended | null }>({ suspension: nullable(records.suspended) })(
    answer,
    'user',
  ).suspension;
}

export async function resetLink(user: number): Promise<records.Link> {
  return records.link(await request('POST', `${v1}/users/${user}/reset-link`), 'link');
}

/** Makes somebody owner of the workspace, and me an admin. */
export async function handOverWorkspace(user: number, password: string): Promise<void> {
  const body = { user_id: user, password };
  await request('POST', `${v1}/workspace/hand-over`, { body, timeout: PATIENT });
}

export async function rooms(filter: ListQuery, wanted: PageRequest): Promise<Page<records.AdminRoom>> {
  return page('rooms', records.adminRoom)(
    await request('GET', `${v1}/admin/rooms${query(filter, wanted)}`),
    'rooms',
  );
}

/** Under another name where its own is taken; null for its own. */
export async function figures(): Promise<records.Figures> {
  return records.figures(await request('GET', `${v1}/admin/figures`), 'figures');
}

export async function connections(
  filter: ListQuery,
  wanted: PageRequest,
): Promise<Page<records.AdminConnection>> {
  return page('connections', records.adminConnection)(
    await request('GET', `${v1}/admin/connections${query(filter, wanted)}`),
    'connections',
  );
}

/** Signs somebody out where they have a connection. They are told the reason, if there is one. */
export async function endConnection(node: string, id: number, reason: string): Promise<void> {
  const path = `${v1}/admin/connections/${encodeURIComponent(node)}/${id}`;
  await request('DELETE', `${path}${pageQuery({}, reason === '' ? {} : { reason })}`);
}

export interface InviteWish {
  readonly expires_in_days: number;
  readonly role: 'member' | 'guest';
  readonly room_ids: readonly number[];
  /** Left out for any number. */
  readonly max_uses?: number;
}

export async function invites(wanted: PageRequest): Promise<Page<records.AdminInvite>> {
  return page('invites', records.adminInvite)(
    await request('GET', `${v1}/invites${pageQuery(wanted)}`),
    'invites',
  );
}

export async function createInvite(wish: InviteWish): Promise<records.Link> {
  return records.link(await request('POST', `${v1}/invites`, { body: wish }), 'invite');
}

export async function settings(): Promise<records.WorkspaceSettings> {
  return records.workspaceSettings(await request('GET', `${v1}/admin/settings`), 'settings');
}

export async function changeSettings(
  change: Partial<records.WorkspaceSettings>,
): Promise<records.WorkspaceSettings> {
  return records.workspaceSettings(await request('PATCH', `${v1}/workspace`, { body: change }), 'settings');
}

export async function resetByToken(token: string): Promise<records.ResetInfo> {
  const path = `${v1}/password-resets/by-token/${encodeURIComponent(token)}`;
  return records.resetInfo(await request('GET', path), 'reset');
}

export async function resetPassword(token: string, password: string): Promise<void> {
  await request('POST', `${v1}/password-resets`, { body: { token, password }, timeout: PATIENT });
}
