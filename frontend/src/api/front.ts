/** The routes of somebody who is not signed in. */
import { request } from './http';
import { type InviteInfo, inviteInfo } from './records';

const v1 = '/api/v1';

export interface Account {
  readonly username: string;
  readonly display_name: string;
  readonly email?: string;
  readonly password: string;
}

export interface NewWorkspace extends Account {
  readonly workspace: string;
  readonly code?: string;
}

export async function setUp(input: NewWorkspace): Promise<void> {
  await request('POST', `${v1}/setup`, { body: input });
}

export async function signIn(login: string, password: string): Promise<void> {
  await request('POST', `${v1}/sign-in`, { body: { login, password }, timeout: 30_000 });
}

export async function inviteByToken(token: string): Promise<InviteInfo> {
  const path = `${v1}/invites/by-token/${encodeURIComponent(token)}`;
  return inviteInfo(await request('GET', path), 'invite');
}

/** Makes an account: with an invite, or without where sign-up is open. */
export async function signUp(invite: string | null, account: Account): Promise<void> {
  const body = invite === null ? account : { invite, ...account };
  await request('POST', `${v1}/sign-up`, { body, timeout: 30_000 });
}
