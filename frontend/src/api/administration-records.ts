/** The records of the administration. Members keep the names they have on the wire. */
import { flag, instant, list, nullable, oneOf, or, type Parser, record, text, whole } from './parse';
import { type Author, author, type SignUp, type User, user } from './records';

export type AccountState = 'active' | 'suspended' | 'deactivated';

/** Somebody as those see them who look after the workspace. Times are milliseconds since 1970. */
export interface AdminPerson extends User {
  /** Empty when there is none. */
  readonly email: string;
  readonly state: AccountState;
  /** Null without a suspension, and for one without an end. */
  readonly suspended_until: number | null;
  readonly last_seen_at: number | null;
  readonly created_at: number;
  readonly deactivated_at: number | null;
  /** In how many browsers they are signed in. */
  readonly sessions: number;
  readonly tokens: number;
  readonly rooms: number;
}

/** Why somebody is suspended, by whom and until when; null for no end. */
export interface Suspended {
  readonly reason: string;
  readonly until: number | null;
  readonly by: Author | null;
}

export type AdminRoomState = 'open' | 'members' | 'read-only' | 'archived' | 'deleted';

/** A room as those see it who look after the workspace. */
export interface AdminRoom {
  readonly id: number;
  readonly kind: 'public' | 'private';
  /** Null for private rooms: they are the business of those in them. */
  readonly name: string | null;
  readonly topic: string;
  readonly state: AdminRoomState;
  readonly is_default: boolean;
  readonly retention_days: number | null;
  readonly created_at: number;
  readonly undelete_until: number | null;
  readonly members: number;
  readonly messages: number;
  readonly bytes: number;
  readonly last_message_at: number | null;
  readonly owner_count: number;
  /** Some of them. */
  readonly owners: readonly Author[];
}

export interface DayFigure {
  /** 2026-01-31, in UTC. */
  readonly day: string;
  readonly messages: number;
  readonly writers: number;
  readonly people: number;
  readonly rooms: number;
  /** Null for a day that was counted late. */
  readonly bytes: number | null;
}

export interface Figures {
  readonly people: Readonly<Record<'active' | 'guests' | 'suspended' | 'deactivated' | 'here', number>>;
  readonly rooms: Readonly<Record<'public' | 'private' | 'direct' | 'archived' | 'deleted', number>>;
  readonly messages: number;
  readonly bytes: number;
  readonly connections: number;
  readonly nodes: number;
  /** The oldest first. */
  readonly days: readonly DayFigure[];
}

/** Where somebody listens now. */
export interface AdminConnection {
  readonly node: string;
  readonly id: number;
  readonly user: Author;
  readonly device: 'browser' | 'phone' | 'plain' | 'api';
  /** Such as Firefox on Linux. */
  readonly browser: string;
  /** Empty when it is not known. */
  readonly transport: string;
  /** Milliseconds; null when it is not known. */
  readonly round_trip_ms: number | null;
  readonly idle: boolean;
  /** How many events it was behind of late. */
  readonly lag: number;
  readonly since: number;
}

export interface WorkspaceSettings {
  readonly name: string;
  readonly sign_up: SignUp;
  /** Null for ever. */
  readonly retention_days: number | null;
  readonly flood_messages: number;
  readonly flood_seconds: number;
}

export interface AdminInvite {
  readonly id: number;
  readonly created_at: number;
  readonly expires_at: number;
  readonly created_by: Author;
  readonly uses: number;
  /** Null for any number. */
  readonly max_uses: number | null;
  readonly revoked: boolean;
  readonly role: 'member' | 'guest';
  readonly room_ids: readonly number[];
}

/** Whose password a link sets. */
export interface ResetInfo {
  readonly workspace: string;
  readonly username: string;
  readonly display_name: string;
  readonly expires_at: number;
}

/** A link that is shown only once. */
export interface Link {
  readonly url: string;
  readonly expires_at: number;
}

const personParts = record<Omit<AdminPerson, keyof User>>({
  email: or(text, ''),
  state: oneOf<AccountState>('active', 'suspended', 'deactivated'),
  suspended_until: nullable(instant),
  last_seen_at: nullable(instant),
  created_at: instant,
  deactivated_at: nullable(instant),
  sessions: whole,
  tokens: whole,
  rooms: whole,
});

export const adminPerson: Parser<AdminPerson> = (value, at) => ({
  ...user(value, at),
  ...personParts(value, at),
});

export const suspended = record<Suspended>({
  reason: or(text, ''),
  until: nullable(instant),
  by: nullable(author),
});

export const adminRoom = record<AdminRoom>({
  id: whole,
  kind: oneOf('public', 'private'),
  name: nullable(text),
  topic: or(text, ''),
  state: oneOf<AdminRoomState>('open', 'members', 'read-only', 'archived', 'deleted'),
  is_default: or(flag, false),
  retention_days: nullable(whole),
  created_at: instant,
  undelete_until: nullable(instant),
  members: whole,
  messages: whole,
  bytes: whole,
  last_message_at: nullable(instant),
  owner_count: or(whole, 0),
  owners: or(list(author), []),
});

const dayFigure = record<DayFigure>({
  day: text,
  messages: whole,
  writers: whole,
  people: whole,
  rooms: whole,
  bytes: nullable(whole),
});

export const figures = record<Figures>({
  people: record<Figures['people']>({
    active: whole,
    guests: whole,
    suspended: whole,
    deactivated: whole,
    here: whole,
  }),
  rooms: record<Figures['rooms']>({
    public: whole,
    private: whole,
    direct: whole,
    archived: whole,
    deleted: whole,
  }),
  messages: whole,
  bytes: whole,
  connections: whole,
  nodes: whole,
  days: or(list(dayFigure), []),
});

export const adminConnection = record<AdminConnection>({
  node: text,
  id: whole,
  user: author,
  device: or<AdminConnection['device'], AdminConnection['device']>(
    oneOf('browser', 'phone', 'plain', 'api'),
    'browser',
  ),
  browser: or(text, ''),
  transport: or(text, ''),
  round_trip_ms: nullable(whole),
  idle: or(flag, false),
  lag: or(whole, 0),
  since: instant,
});

export const workspaceSettings = record<WorkspaceSettings>({
  name: text,
  sign_up: oneOf<SignUp>('invite', 'open'),
  retention_days: nullable(whole),
  flood_messages: whole,
  flood_seconds: whole,
});

export const adminInvite = record<AdminInvite>({
  id: whole,
  created_at: instant,
  expires_at: instant,
  created_by: author,
  uses: whole,
  max_uses: nullable(whole),
  revoked: flag,
  role: oneOf('member', 'guest'),
  room_ids: or(list(whole), []),
});

export const resetInfo = record<ResetInfo>({
  workspace: text,
  username: text,
  display_name: text,
  expires_at: instant,
});

export const link = record<Link>({ url: text, expires_at: instant });
