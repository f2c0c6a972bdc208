/** What the server hints: a page that was not there hears nothing of it later. */
import { flag, list, or, record, text, whole } from './parse';

/** I have read a room, here or elsewhere; with `back`, I made something unread again. */
export interface ReadHint {
  readonly room_id: number;
  readonly number: number;
  /** How many of the messages up to the number are in threads. */
  readonly aside: number;
  /** How many unread messages mention me. */
  readonly mentions: number;
  readonly back: boolean;
}

/** Who writes in a room at this moment: some of them, and how many more. */
export interface TypingHint {
  readonly room_id: number;
  readonly user_ids: readonly number[];
  readonly more: number;
}

/** I was mentioned, by name or with everybody. */
export interface MentionHint {
  readonly room_id: number;
  readonly number: number;
  /** Number of the thread's root; 0 for none. */
  readonly thread: number;
}

/** There is a reply in a thread that I follow. */
export interface ThreadHint {
  readonly room_id: number;
  readonly root: number;
  /** Of the newest reply. */
  readonly number: number;
  /** Replies that are not deleted. */
  readonly count: number;
  readonly author_id: number;
}

/** I have read a thread up to a number. */
export interface ThreadReadHint {
  readonly room_id: number;
  readonly root: number;
  readonly number: number;
}

/** What I write was changed on another device. */
export interface DraftHint {
  readonly room_id: number;
  /** Number of the thread's root; 0 for the room itself. */
  readonly thread: number;
  readonly text: string;
  /** The page that changed it, as it named itself. */
  readonly client: string;
}

export interface SavedHint {
  readonly room_id: number;
  readonly number: number;
  readonly saved: boolean;
}

export type Hint =
  | ({ readonly kind: 'read' } & ReadHint)
  | ({ readonly kind: 'typing' } & TypingHint)
  | ({ readonly kind: 'mention' } & MentionHint)
  | ({ readonly kind: 'thread' } & ThreadHint)
  | ({ readonly kind: 'thread-read' } & ThreadReadHint)
  | ({ readonly kind: 'draft' } & DraftHint)
  | ({ readonly kind: 'saved' } & SavedHint);

const readHint = record<ReadHint>({
  room_id: whole,
  number: whole,
  aside: or(whole, 0),
  mentions: or(whole, 0),
  back: or(flag, false),
});
const typingHint = record<TypingHint>({
  room_id: whole,
  user_ids: or(list(whole), []),
  more: or(whole, 0),
});
const mentionHint = record<MentionHint>({ room_id: whole, number: whole, thread: or(whole, 0) });
const threadHint = record<ThreadHint>({
  room_id: whole,
  root: whole,
  number: whole,
  count: or(whole, 0),
  author_id: or(whole, 0),
});
const threadReadHint = record<ThreadReadHint>({ room_id: whole, root: whole, number: whole });
const draftHint = record<DraftHint>({
  room_id: whole,
  thread: or(whole, 0),
  text,
  client: or(text, ''),
});
const savedHint = record<SavedHint>({ room_id: whole, number: whole, saved: flag });

/** The hint in a payload, by the word that its key begins with; null for one that this page does not know. */
export function hint(key: string, payload: unknown): Hint | null {
  const kind = key.split(':', 1)[0];
  switch (kind) {
    case 'read':
      return { kind, ...readHint(payload, key) };
    case 'typing':
      return { kind, ...typingHint(payload, key) };
    case 'mention':
      return { kind, ...mentionHint(payload, key) };
    case 'thread':
      return { kind, ...threadHint(payload, key) };
    case 'thread-read':
      return { kind, ...threadReadHint(payload, key) };
    case 'draft':
      return { kind, ...draftHint(payload, key) };
    case 'saved':
      return { kind, ...savedHint(payload, key) };
    default:
      return null;
  }
}
