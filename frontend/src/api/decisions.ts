/** The routes of what others decided about me. */
import { type Author, author } from './basic-records';
import { request } from './http';
import { flag, instant, list, nullable, or, type Parser, record, text, whole } from './parse';

const v1 = '/api/v1';

/** Something that somebody decided about me. */
export interface Decision {
  readonly id: number;
  readonly action: string;
  readonly reason: string;
  /** Milliseconds since 1970; null when it has no end. */
  readonly until: number | null;
  readonly room: { readonly id: number; readonly name: string } | null;
  readonly by: Author | null;
  readonly role: string;
  readonly count: number;
}

const decision: Parser<Decision> = record<Decision>({
  id: whole,
  action: text,
  reason: or(text, ''),
  until: nullable(instant),
  room: nullable(record<{ id: number; name: string }>({ id: whole, name: or(text, '') })),
  by: nullable(author),
  role: or(text, ''),
  count: or(whole, 0),
});

export async function decisions(): Promise<readonly Decision[]> {
  const answer = await request('GET', `${v1}/me/decisions`);
  return record<{ decisions: readonly Decision[] }>({ decisions: or(list(decision), []) })(
    answer,
    'decisions',
  ).decisions;
}

export async function markTold(upTo: number): Promise<void> {
  await request('PUT', `${v1}/me/decisions`, { body: { up_to: upTo } });
}

/** Why the person who was signed in here last is not any more. */
export interface Suspension {
  /** The server's word for it; empty when it does not know. */
  readonly ended: string;
  readonly suspended: boolean;
  readonly reason: string;
  readonly until: number | null;
}

export async function ownSuspension(): Promise<Suspension> {
  return record<Suspension>({
    ended: or(text, ''),
    suspended: or(flag, false),
    reason: or(text, ''),
    until: nullable(instant),
  })(await request('GET', `${v1}/suspension`), 'suspension');
}
