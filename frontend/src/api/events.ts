/** What the chat publishes on its topics. */
import { flag, isObject, list, nullable, or, whole } from './parse';
import { reactions } from './message-records';
import {
  type Author,
  author,
  type Message,
  message,
  type Reaction,
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
  | { readonly kind: 'message' | 'message-edited'; readonly message: Message }
  | { readonly kind: 'reactions-changed'; readonly number: number; readonly reactions: readonly Reaction[] }
  /** `user` is who pinned it, or took the pin away. */
  | {
      readonly kind: 'pins-changed';
      readonly number: number;
      readonly pinned: boolean;
      readonly user: Author;
    }
  | { readonly kind: 'room-changed'; readonly room: RoomRecord }
  /** `membership-changed`: I want to be told something else of it, or have it elsewhere in my sidebar. */
  | { readonly kind: 'room-added' | 'room-role-changed' | 'membership-changed'; readonly room: RoomEntry }
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
  /** The sections of my sidebar: the overview tells which there are. */
  | { readonly kind: 'sections-changed' }
  | { readonly kind: 'workspace-changed'; readonly workspace: Workspace };

/** The event in a payload; null for a kind that this page does not know (a newer server). */
export function chatEvent(payload: unknown): ChatEvent | null {
  if (!isObject(payload)) return null;
  const kind = payload.kind;
  switch (kind) {
    case 'message':
    case 'message-edited':
      return { kind, message: message(payload.message, 'message') };
    case 'reactions-changed':
      return {
        kind,
        number: whole(payload.number, 'number'),
        reactions: reactions(payload.reactions, 'reactions'),
      };
    case 'pins-changed':
      return {
        kind,
        number: whole(payload.number, 'number'),
        pinned: flag(payload.pinned, 'pinned'),
        user: author(payload.user, 'user'),
      };
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
    case 'membership-changed':
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
    case 'sections-changed':
      return { kind };
    case 'workspace-changed':
      return { kind, workspace: workspace(payload, 'workspace') };
    default:
      return null;
  }
}
