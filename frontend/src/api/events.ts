/** What the chat publishes on its topics, and what the server hints. */
import { isObject, list, nullable, or, type Parser, record, whole } from './parse';
import {
  type Message,
  message,
  type RoomEntry,
  type RoomRecord,
  room,
  roomEntry,
  type User,
  user,
  type Workspace,
  workspace,
} from './records';

export interface MembershipEvent {
  readonly kind: 'join' | 'leave';
  readonly user: User;
  readonly actor: User;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export type ChatEvent =
  | MembershipEvent
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'room-changed'; readonly room: RoomRecord }
  | { readonly kind: 'room-added' | 'room-role-changed'; readonly room: RoomEntry }
  | { readonly kind: 'room-removed'; readonly room_id: number }
  /** A public room is new, looks different or stands in the directory no longer. */
  | { readonly kind: 'directory-changed'; readonly room_id: number }
  | { readonly kind: 'messages-deleted' | 'messages-undeleted'; readonly numbers: readonly number[] }
  | { readonly kind: 'member-changed' | 'user-added' | 'user-changed'; readonly user: User }
  /** `blocked` is null when it says nothing of whom I block. */
  | { readonly kind: 'me-changed'; readonly user: User; readonly blocked: readonly number[] | null }
  /** Somebody decided something about me: the API tells what. */
  | { readonly kind: 'decided' }
  /** There is something new among the reports that I may settle. */
  | { readonly kind: 'reports-changed' }
  | { readonly kind: 'workspace-changed'; readonly workspace: Workspace };

export interface ReadHint {
  readonly room_id: number;
  readonly number: number;
}

export const readHint: Parser<ReadHint> = record<ReadHint>({ room_id: whole, number: whole });

/** Who writes in a room at this moment: some of them, and how many more. */
export interface TypingHint {
  readonly room_id: number;
  readonly user_ids: readonly number[];
  readonly more: number;
}

export const typingHint: Parser<TypingHint> = record<TypingHint>({
  room_id: whole,
  user_ids: or(list(whole), []),
  more: or(whole, 0),
});

/** The event in a payload; null for a kind that this page does not know (a newer server). */
export function chatEvent(payload: unknown): ChatEvent | null {
  if (!isObject(payload)) return null;
  const kind = payload.kind;
  switch (kind) {
    case 'message':
      return { kind, message: message(payload.message, 'message') };
    case 'join':
    case 'leave': {
      const who = user(payload.user, 'user');
      const actor = isObject(payload.actor) ? user(payload.actor, 'actor') : who;
      return { kind, user: who, actor, at: whole(payload.at, 'at') };
    }
    case 'room-changed':
      return { kind, room: room(payload.room, 'room') };
    case 'room-created':
    case 'room-listed':
      return { kind: 'directory-changed', room_id: room(payload.room, 'room').id };
    case 'room-unlisted':
      return { kind: 'directory-changed', room_id: whole(payload.room_id, 'room_id') };
    case 'room-added':
    case 'room-role-changed':
      return { kind, room: roomEntry(payload.room, 'room') };
    case 'room-removed':
      return { kind, room_id: whole(payload.room_id, 'room_id') };
    case 'messages-deleted':
    case 'messages-undeleted':
      return { kind, numbers: or(list(whole), [])(payload.numbers, 'numbers') };
    case 'member-changed':
    case 'user-added':
    case 'user-changed':
      return { kind, user: user(payload.user, 'user') };
    case 'me-changed':
      return {
        kind,
        user: user(payload.user, 'user'),
        blocked: nullable(list(whole))(payload.blocked, 'blocked'),
      };
    case 'decided':
    case 'reports-changed':
      return { kind };
    case 'workspace-changed':
      return { kind, workspace: workspace(payload, 'workspace') };
    default:
      return null;
  }
}
