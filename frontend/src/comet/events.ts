import { count, cursors, fields, list, span, text, texts } from './parse';
import type { Fields } from './parse';
import type { Cursor, PresenceNotice } from './types';

// The events of the data channel, as docs/protocol.md has them.

export interface ListenAck {
  event: 'listen-ack';
  /** The node that answers. */
  node: string;
  /** Milliseconds between two heartbeats of a stream. */
  heartbeat: number;
  /** Milliseconds the next request is held at most. */
  hold: number;
  denied: string[];
}

export interface PresenceEvent {
  event: 'presence';
  revision: string;
  snapshot: boolean;
  states: Record<string, string>;
  notices: PresenceNotice[];
  /** Of a room, how many are here. */
  here: Record<string, number>;
}

export interface Refresh {
  event: 'refresh';
  /** Milliseconds to wait before coming back. */
  in: number;
  why: string;
}

export interface Numbered {
  topic: string;
  epoch: number;
  seq: number;
}

export type ServerEvent =
  | ListenAck
  | ({ event: 'data'; payload: unknown } & Numbered)
  | ({ event: 'skip' } & Numbered)
  | ({ event: 'gap' } & Numbered)
  | { event: 'heartbeat' }
  | Refresh
  | PresenceEvent
  | { event: 'hint'; key: string; payload: unknown }
  | { event: 'unsubscribe-ack'; topics: string[]; why: string }
  | { event: 'unread'; topics: Record<string, Cursor> }
  /** `in`: milliseconds to wait at least before coming back. */
  | { event: 'error'; code: string; text: string; in: number }
  | { event: 'abort'; reason: string; text: string };

/** Reads one event of the data channel; null for one that is not known or not whole. */
export function parseEvent(value: unknown): ServerEvent | null {
  const from = fields(value);
  switch (from?.event) {
    case 'listen-ack':
      return {
        event: 'listen-ack',
        node: text(from.node) ?? '',
        heartbeat: span(from.heartbeat) ?? 15_000,
        hold: span(from.hold) ?? 25_000,
        denied: texts(from.denied),
      };
    case 'data': {
      const at = numbered(from);
      return at && { event: 'data', payload: from.payload, ...at };
    }
    case 'skip':
    case 'gap': {
      const at = numbered(from);
      return at && { event: from.event, ...at };
    }
    case 'heartbeat':
      return { event: 'heartbeat' };
    case 'refresh':
      return { event: 'refresh', in: span(from.in) ?? 0, why: text(from.why) ?? 'end' };
    case 'presence':
      return presence(from);
    case 'hint': {
      const key = text(from.key);
      return key === null ? null : { event: 'hint', key, payload: from.payload };
    }
    case 'unsubscribe-ack':
      return { event: 'unsubscribe-ack', topics: texts(from.topics), why: text(from.why) ?? 'ended' };
    case 'error':
      return {
        event: 'error',
        code: text(from.code) ?? '',
        text: text(from.text) ?? '',
        in: span(from.in) ?? 0,
      };
    case 'unread':
      return { event: 'unread', topics: cursors(from.topics) };
    case 'abort':
      return { event: 'abort', reason: text(from.reason) ?? 'ended', text: text(from.text) ?? '' };
    default:
      return null;
  }
}

function numbered(from: Fields): Numbered | null {
  const topic = text(from.topic);
  const epoch = count(from.epoch);
  const seq = count(from.seq);
  return topic === null || epoch === null || seq === null ? null : { topic, epoch, seq };
}

function presence(from: Fields): PresenceEvent | null {
  const revision = text(from.revision);
  if (revision === null) return null;
  const states: Record<string, string> = {};
  for (const [user, value] of Object.entries(fields(from.states) ?? {})) {
    if (typeof value === 'string') states[user] = value;
  }
  return {
    event: 'presence',
    revision,
    snapshot: from.snapshot === true,
    states,
    notices: notices(from.notices),
    here: counts(from.here),
  };
}

function counts(value: unknown): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [name, item] of Object.entries(fields(value) ?? {})) {
    const number = count(item);
    if (number !== null) found[name] = number;
  }
  return found;
}

function notices(value: unknown): PresenceNotice[] {
  return list(value).flatMap((item) => {
    const from = fields(item);
    const user = text(from?.user);
    const notice = text(from?.notice);
    const time = count(from?.time);
    return user === null || notice === null || time === null ? [] : [{ user, notice, time }];
  });
}
