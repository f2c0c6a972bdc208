/** The records of what is said in rooms. */
import { type Author, author, type Position, position } from './basic-records';
import { flag, instant, list, nullable, oneOf, or, type Parser, record, text, whole } from './parse';

/** One emoji under a message, and who put it there. */
export interface Reaction {
  readonly emoji: string;
  readonly count: number;
  /** In order of time; of many only the first. */
  readonly user_ids: readonly number[];
}

/** What there is in the thread of a root. */
export interface Replies {
  /** Without deleted ones. */
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly last_at: number;
  readonly last_number: number;
  /** Who wrote last, newest first; each once. */
  readonly user_ids: readonly number[];
}

export interface Message {
  readonly id: number;
  readonly room_id: number;
  /** Position among the room's messages: 1, 2, 3, … */
  readonly number: number;
  readonly seq: number;
  readonly author: Author;
  readonly client_id: string;
  readonly body: string;
  /** The body as safe HTML; null when it is to be shown as plain text. */
  readonly html: string | null;
  /** It was deleted; the body is empty, and the number stays. */
  readonly deleted: boolean;
  /** Milliseconds since 1970. */
  readonly created_at: number;
  /** When it was last changed, in milliseconds since 1970; null when it never was. */
  readonly edited_at: number | null;
  /** Number of the root of the thread that it is in; null for the room's own timeline. */
  readonly thread: number | null;
  /** Its place among all that was said in its thread: 1, 2, 3, …, deleted ones too; null in no thread. */
  readonly thread_index: number | null;
  /** Number of the message that it answers. */
  readonly reply_to: number | null;
  /** Whom of the room it mentions. */
  readonly mentions: readonly number[];
  /** Everybody, or who was here, was mentioned. */
  readonly mentions_all: 'room' | 'here' | null;
  /** How many of the room's messages up to this one are in threads. */
  readonly aside: number;
  /** Null unless it is a root with replies. */
  readonly replies: Replies | null;
  /** In order of their first use. */
  readonly reactions: readonly Reaction[];
  readonly pinned: boolean;
}

/** Of a message that another one answers: what stands above the answer. */
export interface Quote {
  readonly number: number;
  readonly author: Author | null;
  /** Plain text of one line. */
  readonly excerpt: string;
  readonly deleted: boolean;
}

export interface HistoryPage {
  /** Ascending by number. Replies in threads are not among them. */
  readonly messages: readonly Message[];
  /** The position of the room's topic that this page is valid at. */
  readonly position: Position;
  /** There are further messages in the direction that was asked for; around a number: before the page. */
  readonly more: boolean;
  /** Around a number: there are further messages after the page. */
  readonly more_after: boolean;
  /** Of messages that are answered and not in the page. */
  readonly quotes: readonly Quote[];
}

const reaction: Parser<Reaction> = record<Reaction>({
  emoji: text,
  count: whole,
  user_ids: or(list(whole), []),
});
export const reactions = or(list(reaction), []);

const replies = record<Replies>({
  count: whole,
  last_at: instant,
  last_number: whole,
  user_ids: or(list(whole), []),
});

export const message = record<Message>({
  id: whole,
  room_id: whole,
  number: whole,
  seq: whole,
  author,
  client_id: text,
  body: text,
  html: nullable(text),
  deleted: or(flag, false),
  created_at: instant,
  edited_at: nullable(instant),
  thread: nullable(whole),
  thread_index: nullable(whole),
  reply_to: nullable(whole),
  mentions: or(list(whole), []),
  mentions_all: nullable(oneOf('room', 'here')),
  aside: or(whole, 0),
  replies: nullable(replies),
  reactions,
  pinned: or(flag, false),
});

export const quote = record<Quote>({
  number: whole,
  author: nullable(author),
  excerpt: or(text, ''),
  deleted: or(flag, false),
});
export const quotes = or(list(quote), []);

export const historyPage = record<HistoryPage>({
  messages: or(list(message), []),
  position,
  more: flag,
  more_after: or(flag, false),
  quotes,
});
