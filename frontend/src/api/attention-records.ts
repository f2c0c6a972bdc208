/** The records about what I have read and written, and what I want to be told. */
import { instant, list, oneOf, or, type Parser, ParseError, record, text, whole } from './parse';

/** What of a room I want to be told. */
export type Level = 'everything' | 'mentions' | 'nothing';

export const level = or<Level, Level>(oneOf<Level>('everything', 'mentions', 'nothing'), 'everything');

/** The key that sends what was written; the other one makes a new line. */
export type SendWith = 'enter' | 'ctrl-enter';

export const sendWith = or<SendWith, SendWith>(oneOf<SendWith>('enter', 'ctrl-enter'), 'enter');

/** A part of my sidebar. */
export interface Section {
  readonly id: number;
  readonly name: string;
}

export const section = record<Section>({ id: whole, name: text });

/** What I began to write. */
export interface Draft {
  readonly room_id: number;
  /** Number of the thread's root; 0 for the room itself. */
  readonly thread: number;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly changed_at: number;
}

export const draft = record<Draft>({ room_id: whole, thread: or(whole, 0), text, changed_at: instant });

/** A message by its room and number. */
export type Place = readonly [room: number, number: number];

export const place: Parser<Place> = (value, at) => {
  const [room, number] = list(whole)(value, at);
  if (room === undefined || number === undefined) throw new ParseError(at, 'a room and a number');
  return [room, number];
};

/** How far I have read a room. A server without threads says the number at most. */
export interface ReadMark {
  /** Null when the server has said nothing. */
  readonly number: number | null;
  /** How many of the messages up to the number are in threads. */
  readonly aside: number;
  /** How many unread messages mention me. */
  readonly mentions: number;
}

const readMarkShape = record<ReadMark>({
  number: or(whole, null),
  aside: or(whole, 0),
  mentions: or(whole, 0),
});

export const readMark: Parser<ReadMark> = (value, at) => readMarkShape(value ?? {}, at);
