/** The records of the chat API. Members keep the names they have on the wire. */
import {
  dictionary,
  flag,
  instant,
  list,
  nullable,
  oneOf,
  or,
  type Parser,
  record,
  text,
  whole,
} from './parse';
import {
  automatic,
  type ChosenPresence,
  chosenPresence,
  type NoticesChoice,
  noticesChoice,
  type State,
  type Status,
  state,
  status,
} from './presence-records';
import { type Author, author, type Position, position } from './basic-records';
import {
  type Draft,
  draft,
  type Level,
  level,
  type Place,
  place,
  type Section,
  type SendWith,
  section,
  sendWith,
} from './attention-records';

export { type Author, author, type Position, position } from './basic-records';
export {
  type HistoryPage,
  historyPage,
  type Message,
  message,
  type Quote,
  type Reaction,
  type Replies,
} from './message-records';

export type Role = 'owner' | 'admin' | 'member' | 'guest';

export interface User extends Author {
  readonly role: Role;
  /** May do nothing any more; what they wrote stays. */
  readonly deactivated: boolean;
  readonly status: Status | null;
}

export interface Me extends User {
  /** Empty when there is none. */
  readonly email: string;
  readonly presence: ChosenPresence;
  /** An IANA name; empty when it is not known. */
  readonly time_zone: string;
  readonly notices: NoticesChoice;
  /** The key that sends what I wrote. */
  readonly send_with: SendWith;
  /** Others see what I have read in small rooms, and I see what they have. */
  readonly seen_by: boolean;
}

/** Somebody as those see them who manage people. */
export interface Person extends User {
  /** Empty when there is none. */
  readonly email: string;
  /** Milliseconds since 1970. */
  readonly last_seen_at: number | null;
}

/** Somebody as everybody sees them who looks closer. */
export interface Profile extends User {
  readonly state: State;
  /** Milliseconds since 1970; null when they were never here. */
  readonly last_seen_at: number | null;
  /** An IANA name; empty when it is not known. */
  readonly time_zone: string;
  readonly created_at: number | null;
}

/** The part of the table of rights that concerns one role. */
export interface Abilities {
  readonly workspace: readonly string[];
  /** For each action the standings that may do it: `role/kind/state`. */
  readonly room: Readonly<Record<string, readonly string[]>>;
}

export type RoomKind = 'public' | 'private' | 'direct';
export type RoomRole = 'owner' | 'moderator' | 'member';
/** Who writes in a room: everybody in it, all but guests, only those who look after it, or nobody. */
export type RoomState = 'open' | 'members' | 'read-only' | 'archived';

export interface RoomRecord {
  readonly id: number;
  readonly kind: RoomKind;
  /** Empty for direct rooms. */
  readonly name: string;
  /** What is talked about now. */
  readonly topic: string;
  /** What it is for. */
  readonly description: string;
  readonly state: RoomState;
  /** Seconds that somebody waits between two messages; 0 for none. */
  readonly slow_mode: number;
  /** How those who come and go are shown in it, at most. */
  readonly notices: NoticesChoice;
  /** Days that messages are kept: null as long as the workspace says, 0 for ever. */
  readonly retention_days: number | null;
  /** Everybody new comes into it. */
  readonly is_default: boolean;
  /** Of the oldest message that is kept: what came before was erased. */
  readonly first_number: number;
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
  /** I may not write in it for now. */
  readonly muted: boolean;
  /** When that ends by itself; null when it does not. */
  readonly muted_until: number | null;
  /** How many of its messages are in threads: of all, and of those up to `read_number`. */
  readonly last_aside: number;
  readonly read_aside: number;
  /** How many unread messages mention me, in threads too. */
  readonly mentions: number;
  /** What of it I want to be told. */
  readonly level: Level;
  /** I want to hear nothing of it for now; until when, null for no end. */
  readonly silenced: boolean;
  readonly silenced_until: number | null;
  readonly favourite: boolean;
  /** Of my sidebar; 0 for none. */
  readonly section: number;
  /** So few are in it that it is shown who has read what. */
  readonly small: boolean;
}

/** A room that was deleted, while it can be taken back. */
export interface LostRoom {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly undelete_until: number;
  readonly may_undelete: boolean;
  /** Who deleted it; null for the command line. */
  readonly by: Author | null;
  /** Empty when none was given. */
  readonly reason: string;
}

export interface DirectoryRoom extends RoomRecord {
  readonly member_count: number;
  readonly joined: boolean;
}

export interface Member extends User {
  readonly room_role: RoomRole;
  /** They may not write in it for now; said only to those who may change that. */
  readonly muted: boolean;
  /** As it was when the page was made; null when nothing was said of it. */
  readonly state: State | null;
  /** Milliseconds since 1970. */
  readonly last_seen_at: number | null;
}

/** Some of a room's members, and how many it has in all and that are here; null when nothing was said of it. */
export interface MembersPage extends Page<Member> {
  readonly total: number | null;
  readonly here: number | null;
}

/** Who may make an account. */
export type SignUp = 'invite' | 'open';

export interface Workspace {
  readonly name: string;
  readonly sign_up: SignUp;
  /** Days that messages are kept where the room says nothing else; 0 for ever. */
  readonly retention_days: number;
}

export interface Overview {
  readonly me: Me;
  /** Whom I no longer want to see. */
  readonly blocked: readonly number[];
  readonly abilities: Abilities;
  readonly workspace: Workspace & { readonly position: Position };
  readonly user_position: Position;
  readonly rooms: readonly RoomEntry[];
  readonly users: readonly User[];
  /** Of my sidebar, in order. */
  readonly sections: readonly Section[];
  readonly drafts: readonly Draft[];
  /** The newest of what I saved. */
  readonly saved: readonly Place[];
  /** How many threads that I follow have unread replies. */
  readonly threads_unread: number;
}

export interface WorkspaceState {
  readonly name: string | null;
  readonly state: 'setup' | 'ready';
  readonly code_required: boolean;
  readonly signed_in: boolean;
  readonly sign_up: SignUp;
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
  readonly role: 'member' | 'guest';
  readonly room_ids: readonly number[];
}

export interface NewInvite {
  readonly id: number;
  readonly url: string;
  readonly expires_at: number;
}

/** A page of a long list, and where the next one begins. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

const role = oneOf<Role>('owner', 'admin', 'member', 'guest');
const roomRole = oneOf<RoomRole>('owner', 'moderator', 'member');

const userShape = {
  id: whole,
  username: text,
  display_name: text,
  role: or<Role, Role>(role, 'member'),
  deactivated: or(flag, false),
  status: nullable(status),
};
export const user: Parser<User> = record<User>(userShape);
export const me = record<Me>({
  ...userShape,
  email: or(text, ''),
  presence: or(chosenPresence, automatic),
  time_zone: or(text, ''),
  notices: noticesChoice,
  send_with: sendWith,
  seen_by: or(flag, true),
});
export const person = record<Person>({ ...userShape, email: or(text, ''), last_seen_at: nullable(instant) });
export const profile = record<Profile>({
  ...userShape,
  state,
  last_seen_at: nullable(instant),
  time_zone: or(text, ''),
  created_at: nullable(instant),
});
export const member: Parser<Member> = record<Member>({
  ...userShape,
  room_role: or<RoomRole, RoomRole>(roomRole, 'member'),
  muted: or(flag, false),
  state: nullable(state),
  last_seen_at: nullable(instant),
});
export const membersCounts = record<{ members_total: number | null; here_total: number | null }>({
  members_total: nullable(whole),
  here_total: nullable(whole),
});

const roomShape = {
  id: whole,
  kind: oneOf<RoomKind>('public', 'private', 'direct'),
  name: or(text, ''),
  topic: or(text, ''),
  description: or(text, ''),
  state: or<RoomState, RoomState>(oneOf<RoomState>('open', 'members', 'read-only', 'archived'), 'open'),
  slow_mode: or(whole, 0),
  notices: or<NoticesChoice, NoticesChoice>(noticesChoice, 'show'),
  retention_days: nullable(whole),
  is_default: or(flag, false),
  first_number: or(whole, 1),
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
  muted: or(flag, false),
  muted_until: nullable(instant),
  last_aside: or(whole, 0),
  read_aside: or(whole, 0),
  mentions: or(whole, 0),
  level,
  silenced: or(flag, false),
  silenced_until: nullable(instant),
  favourite: or(flag, false),
  section: or(whole, 0),
  small: or(flag, false),
});
export const lostRoom = record<LostRoom>({
  name: text,
  undelete_until: instant,
  may_undelete: flag,
  by: nullable(author),
  reason: or(text, ''),
});
export const directoryRoom = record<DirectoryRoom>({ ...roomShape, member_count: whole, joined: flag });

const signUp = or<SignUp, SignUp>(oneOf<SignUp>('invite', 'open'), 'invite');
const workspaceShape = { name: text, sign_up: signUp, retention_days: or(whole, 0) };
export const workspace = record<Workspace>(workspaceShape);

export const abilities = record<Abilities>({ workspace: list(text), room: dictionary(list(text)) });

export const overview = record<Overview>({
  me,
  blocked: or(list(whole), []),
  abilities: or(abilities, { workspace: [], room: {} }),
  workspace: record<Overview['workspace']>({ ...workspaceShape, position }),
  user_position: position,
  rooms: or(list(roomEntry), []),
  users: or(list(user), []),
  sections: or(list(section), []),
  drafts: or(list(draft), []),
  saved: or(list(place), []),
  threads_unread: or(whole, 0),
});

export const workspaceState = record<WorkspaceState>({
  name: nullable(text),
  state: oneOf('setup', 'ready'),
  code_required: or(flag, false),
  signed_in: flag,
  sign_up: signUp,
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
  role: or<Invite['role'], Invite['role']>(oneOf('member', 'guest'), 'member'),
  room_ids: or(list(whole), []),
});
export const newInvite = record<NewInvite>({ id: whole, url: text, expires_at: instant });
