/** The routes about my own account: profile, password, sessions, access tokens. */
import { request } from './http';
import { list, record } from './parse';
import * as mine from './account-records';
import type { SendWith } from './attention-records';
import type { Choice, NoticesChoice } from './presence-records';
import { type Me, me as parseMe } from './records';

const v1 = '/api/v1';

export interface ProfileChange {
  readonly display_name?: string;
  readonly email?: string;
  /** Needed to change the e-mail address. */
  readonly current_password?: string;
  readonly presence?: { readonly choice: Choice; readonly until: string | null };
  /** Null for none. */
  readonly status?: { readonly emoji: string; readonly text: string; readonly until: string | null } | null;
  readonly time_zone?: string;
  readonly notices?: NoticesChoice;
  readonly send_with?: SendWith;
  readonly seen_by?: boolean;
}

export interface TokenWish {
  readonly name: string;
  readonly scope: mine.Scope;
  readonly expires_in_days: number;
}

/** Checking and making a hash of a password takes its time on a busy server. */
const PATIENT = 30_000;

export async function me(): Promise<Me> {
  return parseMe(await request('GET', `${v1}/me`), 'me');
}

export async function changeMe(change: ProfileChange): Promise<Me> {
  return parseMe(await request('PATCH', `${v1}/me`, { body: change, timeout: PATIENT }), 'me');
}

export async function changePassword(current: string, next: string): Promise<mine.PasswordChange> {
  const body = { current_password: current, new_password: next };
  return mine.passwordChange(
    await request('PUT', `${v1}/me/password`, { body, timeout: PATIENT }),
    'password',
  );
}

export async function sessions(): Promise<readonly mine.Session[]> {
  const answer = record<{ sessions: readonly mine.Session[] }>({ sessions: list(mine.session) });
  return answer(await request('GET', `${v1}/sessions`), 'sessions').sessions;
}

export async function endSession(id: string): Promise<void> {
  await request('DELETE', `${v1}/sessions/${encodeURIComponent(id)}`);
}

/** Signs me out everywhere but here. */
export async function endOtherSessions(): Promise<void> {
  await request('DELETE', `${v1}/sessions`);
}

export async function tokens(): Promise<readonly mine.Token[]> {
  const answer = record<{ tokens: readonly mine.Token[] }>({ tokens: list(mine.token) });
  return answer(await request('GET', `${v1}/tokens`), 'tokens').tokens;
}

export async function createToken(wish: TokenWish): Promise<mine.NewToken> {
  return mine.newToken(await request('POST', `${v1}/tokens`, { body: wish }), 'token');
}

export async function revokeToken(id: string): Promise<void> {
  await request('DELETE', `${v1}/tokens/${encodeURIComponent(id)}`);
}
