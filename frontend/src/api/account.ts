/** The routes about what I am to others and how I want the page. */
import { request } from './http';
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

/** Checking and making a hash of a password takes its time on a busy server. */
export const PATIENT = 30_000;

export async function me(): Promise<Me> {
  return parseMe(await request('GET', `${v1}/me`), 'me');
}

export async function changeMe(change: ProfileChange): Promise<Me> {
  return parseMe(await request('PATCH', `${v1}/me`, { body: change, timeout: PATIENT }), 'me');
}
