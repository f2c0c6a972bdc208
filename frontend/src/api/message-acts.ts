/** What people do with a message once it is there: edit it, react to it, pin it, see who has read it. */
import { type Author, author } from './basic-records';
import { request } from './http';
import { type Message, message, type Reaction, reactions } from './message-records';
import { flag, instant, list, nullable, or, type Parser, record, text, whole } from './parse';

function path(room: number, number: number): string {
  return `/api/v1/rooms/${room}/messages/${number}`;
}

/** A wording that a message has or had. */
export interface Revision {
  readonly body: string;
  readonly html: string | null;
  /** Since when, in milliseconds since 1970. */
  readonly at: number;
}

const revision: Parser<Revision> = record<Revision>({ body: text, html: nullable(text), at: instant });

export interface Pin {
  readonly message: Message;
  /** Who pinned it. */
  readonly user: Author;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const pin: Parser<Pin> = record<Pin>({ message, user: author, at: instant });

export async function editMessage(room: number, number: number, body: string): Promise<Message> {
  return message(await request('PATCH', path(room, number), { body: { body } }), 'message');
}

/** All wordings of a message, oldest first; the last is the present one. */
export async function revisions(room: number, number: number): Promise<readonly Revision[]> {
  const answer = record<{ revisions: readonly Revision[] }>({ revisions: or(list(revision), []) });
  return answer(await request('GET', `${path(room, number)}/revisions`), 'revisions').revisions;
}

/** Puts an emoji of mine under a message, or takes it away. Returns all that are there then. */
export async function react(
  room: number,
  number: number,
  emoji: string,
  on: boolean,
): Promise<readonly Reaction[]> {
  const answer = record<{ reactions: readonly Reaction[] }>({ reactions });
  const target = `${path(room, number)}/reactions/${encodeURIComponent(emoji)}`;
  return answer(await request(on ? 'PUT' : 'DELETE', target), 'reactions').reactions;
}

/** Pins a message or takes the pin away. Returns whether it is pinned. */
export async function setPin(room: number, number: number, on: boolean): Promise<boolean> {
  const answer = record<{ pinned: boolean }>({ pinned: flag });
  return answer(await request(on ? 'PUT' : 'DELETE', `${path(room, number)}/pin`), 'pin').pinned;
}

/** What is pinned in a room, the newest pin first. */
export async function pins(room: number): Promise<readonly Pin[]> {
  const answer = record<{ pins: readonly Pin[] }>({ pins: or(list(pin), []) });
  return answer(await request('GET', `/api/v1/rooms/${room}/pins`), 'pins').pins;
}

/** Ids of those who have read a message of a small room. */
export async function seenBy(room: number, number: number): Promise<readonly number[]> {
  const answer = record<{ user_ids: readonly number[] }>({ user_ids: or(list(whole), []) });
  return answer(await request('GET', `${path(room, number)}/seen`), 'seen').user_ids;
}
