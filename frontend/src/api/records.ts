/** The records of the chat API. Members keep the names they have on the wire. */
import { flag, instant, list, nullable, oneOf, or, type Parser, record, text, whole } from './parse';

export interface Position {
  readonly epoch: number;
  readonly seq: number;
}

export interface Author {
  readonly id: number;
  readonly username: string;
  readonly display_name: string;
}

export type Role = 'owner' | 'admin' | 'member' | 'guest';

export interface User extends Author {
  readonly role: Role;
}

export type RoomKind = 'public' | 'private' | 'direct';
export type RoomRole = 'owner' | 'moderator' | 'member';

export interface RoomRecord {
  readonly id: number;
  readonly kind: RoomKind;
  /** Empty for direct rooms. */
  readonly name: string;
  readonly description: string;
}

/** A room as one of its members sees it. */
export interface RoomEntry extends RoomRecord {
  readonly role: RoomRole;
  readonly position: Position;
  readonly last_number: number;
  readonly read_number: number;
  /** Ids of everybody in a direct room; empty for other rooms. */
  readonly members: readonly number[];
  /** Milliseconds since 1970. */
  readonly last_message_at: number | null;
}

export interface DirectoryRoom extends RoomRecord {
  readonly member_count: number;
  readonly joined: boolean;
}

export interface Member extends User {
  readonly room_role: RoomRole;
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
  /** Milliseconds since 1970. */
  readonly created_at: number;
}

export interface HistoryPage {
  /** Ascending by number. */
  readonly messages: readonly Message[];
  /** The position of the room's topic that this page is valid at. */
  readonly position: Position;
  /** There are further messages in the direction that was asked for. */
  readonly more: boolean;
}

export interface Overview {
  readonly me: User;
  readonly workspace: { readonly name: string; readonly position: Position };
  readonly user_position: Position;
  readonly rooms: readonly RoomEntry[];
  readonly users: readonly User[];
}

export interface WorkspaceState {
  readonly name: string | null;
  readonly state: 'setup' | 'ready';
  readonly code_required: boolean;
  readonly signed_in: boolean;
}

export interface InviteInfo {
  readonly workspace: string;
  readonly invited_by: { readonly display_name: string };
  readonly expires_at: number;
}

export interface Invite {
  readonly id: number;
  readonly created_at: number;
  readonly expires_at: number;
  readonly uses: number;
  readonly revoked: boolean;
}

export interface NewInvite {
  readonly id: number;
  readonly url: string;
  readonly expires_at: number;
}

const role = oneOf<Role>('owner', 'admin', 'member', 'guest');
const roomRole = oneOf<RoomRole>('owner', 'moderator', 'member');

export const position = record<Position>({ epoch: whole, seq: whole });
export const author = record<Author>({ id: whole, username: text, display_name: text });

const userShape = { id: whole, username: text, display_name: text, role: or<Role, Role>(role, 'member') };
export const user: Parser<User> = record<User>(userShape);
export const member: Parser<Member> = record<Member>({
  ...userShape,
  room_role: or<RoomRole, RoomRole>(roomRole, 'member'),
});

const roomShape = {
  id: whole,
  kind: oneOf<RoomKind>('public', 'private', 'direct'),
  name: or(text, ''),
  description: or(text, ''),
};
export const room = record<RoomRecord>(roomShape);
export const roomEntry = record<RoomEntry>({
  ...roomShape,
  role: or<RoomRole, RoomRole>(roomRole, 'member'),
  position,
  last_number: whole,
  read_number: whole,
  members: or(list(whole), []),
  last_message_at: nullable(instant),
});
export const directoryRoom = record<DirectoryRoom>({ ...roomShape, member_count: whole, joined: flag });

export const message = record<Message>({
  id: whole,
  room_id: whole,
  number: whole,
  seq: whole,
  author,
  client_id: text,
  body: text,
  created_at: instant,
});

export const historyPage = record<HistoryPage>({ messages: or(list(message), []), position, more: flag });

export const overview = record<Overview>({
  me: user,
  workspace: record<Overview['workspace']>({ name: text, position }),
  user_position: position,
  rooms: or(list(roomEntry), []),
  users: or(list(user), []),
});

export const workspaceState = record<WorkspaceState>({
  name: nullable(text),
  state: oneOf('setup', 'ready'),
  code_required: or(flag, false),
  signed_in: flag,
});

export const inviteInfo = record<InviteInfo>({
  workspace: text,
  invited_by: record<InviteInfo['invited_by']>({ display_name: text }),
  expires_at: instant,
});

export const invite = record<Invite>({
  id: whole,
  created_at: instant,
  expires_at: instant,
  uses: whole,
  revoked: flag,
});
export const newInvite = record<NewInvite>({ id: whole, url: text, expires_at: instant });
