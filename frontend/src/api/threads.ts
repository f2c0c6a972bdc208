/** The routes of threads: one with its replies, those that I follow, and how far I have read them. */
import { type Position, position } from './basic-records';
import { request } from './http';
import { type Message, message, type Quote, quotes } from './message-records';
import { flag, instant, list, or, type Parser, record, text, whole } from './parse';

function path(room: number, root: number): string {
  return `/api/v1/rooms/${room}/threads/${root}`;
}

export interface ThreadQuery {
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}

export interface ThreadPage {
  readonly root: Message;
  /** Replies, ascending by number. */
  readonly messages: readonly Message[];
  readonly quotes: readonly Quote[];
  /** There are further replies in the direction that was asked for. */
  readonly more: boolean;
  /** The position of the room's topic that this page is valid at. */
  readonly position: Position;
  readonly following: boolean;
  /** I have read the thread up to here; 0 for nothing of it. */
  readonly read_number: number;
}

const threadPage: Parser<ThreadPage> = record<ThreadPage>({
  root: message,
  messages: or(list(message), []),
  quotes,
  more: flag,
  position,
  following: or(flag, false),
  read_number: or(whole, 0),
});

/** A thread in the list of those that I follow. */
export interface ThreadEntry {
  readonly room_id: number;
  readonly root: Message;
  /** Replies that I have not read. */
  readonly unread: number;
  /** One of them mentions me. */
  readonly mentioned: boolean;
  /** Of the newest reply, in milliseconds since 1970. */
  readonly last_at: number;
  readonly following: boolean;
}

const threadEntry: Parser<ThreadEntry> = record<ThreadEntry>({
  room_id: whole,
  root: message,
  unread: or(whole, 0),
  mentioned: or(flag, false),
  last_at: instant,
  following: or(flag, true),
});

export interface ThreadsPage {
  /** By their newest replies, newest first. */
  readonly threads: readonly ThreadEntry[];
  /** Where the next page begins; empty when there is none. */
  readonly next: string;
  /** How many threads that I follow have unread replies. */
  readonly unread: number;
}

const threadsPage: Parser<ThreadsPage> = record<ThreadsPage>({
  threads: or(list(threadEntry), []),
  next: or(text, ''),
  unread: or(whole, 0),
});

export async function thread(room: number, root: number, query: ThreadQuery): Promise<ThreadPage> {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) params.set(key, String(value));
  return threadPage(await request('GET', `${path(room, root)}?${params}`), 'thread');
}

/** Everything of a thread up to a number has been seen. Returns how far it is read now. */
export async function markThreadRead(room: number, root: number, number: number): Promise<number> {
  const answer = record<{ number: number }>({ number: whole });
  return answer(await request('PUT', `${path(room, root)}/read`, { body: { number } }), 'read').number;
}

/** Says whether I follow the thread then. */
export async function followThread(room: number, root: number, on: boolean): Promise<boolean> {
  const answer = record<{ following: boolean }>({ following: flag });
  return answer(await request(on ? 'PUT' : 'DELETE', `${path(room, root)}/follow`), 'follow').following;
}

/** Threads that I follow. `before` is where the page before ended; empty for the first page. */
export async function myThreads(before: string, limit: number): Promise<ThreadsPage> {
  const params = new URLSearchParams({ limit: String(limit) });
  if (before !== '') params.set('before', before);
  return threadsPage(await request('GET', `/api/v1/me/threads?${params}`), 'threads');
}
