/** The routes about how I get in: password, sessions, access tokens. */
import { PATIENT } from './account';
import * as mine from './account-records';
import { request } from './http';
import { list, record } from './parse';

const v1 = '/api/v1';

export interface TokenWish {
  readonly name: string;
  readonly scope: mine.Scope;
  readonly expires_in_days: number;
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
