/** The routes with which people keep order, and learn what was decided about them. */
import { request } from './http';
import { flag, list, nullable, or, type Parser, record, instant, text, whole } from './parse';
import { type PageRequest, page, pageQuery } from './paging';
import { type Author, author, type Page } from './records';

const v1 = '/api/v1';

/** Messages of one person in one room that were deleted together. */
export interface Deletion {
  readonly deletion: number;
  readonly count: number;
  /** Until when I can take it back, in milliseconds since 1970; null when I cannot. */
  readonly undo_until: number | null;
}

const deletion: Parser<Deletion> = record<Deletion>({
  deletion: whole,
  count: or(whole, 1),
  undo_until: nullable(instant),
});

export interface PendingDeletion extends Deletion {
  readonly user: Author;
  readonly deleted_by: Author | null;
  readonly reason: string;
  readonly created_at: number;
  /** How the first of the messages begins, and when it was written. */
  readonly excerpt: string;
  readonly written_at: number | null;
}

const pendingDeletion: Parser<PendingDeletion> = record<PendingDeletion>({
  deletion: whole,
  count: or(whole, 1),
  undo_until: nullable(instant),
  user: author,
  deleted_by: nullable(author),
  reason: or(text, ''),
  created_at: instant,
  excerpt: or(text, ''),
  written_at: nullable(instant),
});

/** Why, and for how long: so many seconds from now on, or without an end. */
export type Terms = { readonly reason: string } & ({ readonly seconds: number } | { readonly until: null });

export async function deleteMessage(room: number, number: number): Promise<Deletion> {
  return deletion(await request('DELETE', `${v1}/rooms/${room}/messages/${number}`), 'deletion');
}

/** What somebody wrote in the last seconds: in a room, or with null wherever I may delete. */
export async function deleteRecent(
  room: number | null,
  purge: { readonly user_id: number; readonly since_seconds: number; readonly reason: string },
): Promise<{ readonly deletions: readonly Deletion[]; readonly more: boolean }> {
  const path = room === null ? `${v1}/deletions` : `${v1}/rooms/${room}/deletions`;
  const answer = await request('POST', path, { body: purge });
  return record<{ deletions: readonly Deletion[]; more: boolean }>({
    deletions: or(list(deletion), []),
    more: or(flag, false),
  })(answer, 'deletions');
}

export async function pendingDeletions(room: number): Promise<readonly PendingDeletion[]> {
  const answer = await request('GET', `${v1}/rooms/${room}/deletions`);
  return record<{ deletions: readonly PendingDeletion[] }>({ deletions: or(list(pendingDeletion), []) })(
    answer,
    'deletions',
  ).deletions;
}

export async function undoDeletion(id: number): Promise<void> {
  await request('DELETE', `${v1}/deletions/${id}`);
}

export async function reportMessage(room: number, number: number, reason: string): Promise<void> {
  await request('POST', `${v1}/rooms/${room}/messages/${number}/report`, { body: { reason } });
}

export async function mute(room: number, user: number, terms: Terms): Promise<void> {
  await request('PUT', `${v1}/rooms/${room}/members/${user}/mute`, { body: terms });
}

export async function endMute(room: number, user: number): Promise<void> {
  await request('DELETE', `${v1}/rooms/${room}/members/${user}/mute`);
}

export async function ban(room: number, user: number, terms: Terms): Promise<void> {
  await request('PUT', `${v1}/rooms/${room}/bans/${user}`, { body: terms });
}

export async function endBan(room: number, user: number): Promise<void> {
  await request('DELETE', `${v1}/rooms/${room}/bans/${user}`);
}

/** A mute or a ban that is in force. */
export interface Sanction {
  readonly user: Author;
  readonly reason: string;
  /** Milliseconds since 1970; null when somebody has to end it. */
  readonly until: number | null;
  readonly by: Author | null;
}

const sanction: Parser<Sanction> = record<Sanction>({
  user: author,
  reason: or(text, ''),
  until: nullable(instant),
  by: nullable(author),
});

export async function mutes(room: number, wanted: PageRequest): Promise<Page<Sanction>> {
  return page('mutes', sanction)(
    await request('GET', `${v1}/rooms/${room}/mutes${pageQuery(wanted)}`),
    'mutes',
  );
}

export async function bans(room: number, wanted: PageRequest): Promise<Page<Sanction>> {
  return page('bans', sanction)(await request('GET', `${v1}/rooms/${room}/bans${pageQuery(wanted)}`), 'bans');
}

/** From where somebody came lately: addresses that a suspension bans, and those that are never banned. */
export interface Addresses {
  readonly banned: readonly string[];
  readonly spared: readonly string[];
}

function addresses(answer: unknown): Addresses {
  const { banned_addresses: banned, spared_addresses: spared } = record<{
    banned_addresses: readonly string[];
    spared_addresses: readonly string[];
  }>({ banned_addresses: or(list(text), []), spared_addresses: or(list(text), []) })(answer, 'suspension');
  return { banned, spared };
}

export async function suspensionAddresses(user: number): Promise<Addresses> {
  return addresses(await request('GET', `${v1}/users/${user}/suspension/addresses`));
}

/** Answers until when, in milliseconds since 1970 or null for no end, and which addresses are banned from now on. */
export async function suspend(
  user: number,
  terms: Terms & { readonly addresses?: boolean },
): Promise<Addresses & { readonly until: number | null }> {
  const answer = await request('PUT', `${v1}/users/${user}/suspension`, { body: terms });
  const { until } = record<{ until: number | null }>({ until: nullable(instant) })(answer, 'suspension');
  return { ...addresses(answer), until };
}

export async function endSuspension(user: number): Promise<void> {
  await request('DELETE', `${v1}/users/${user}/suspension`);
}

export async function block(user: number): Promise<void> {
  await request('PUT', `${v1}/me/blocks/${user}`);
}

export async function unblock(user: number): Promise<void> {
  await request('DELETE', `${v1}/me/blocks/${user}`);
}
