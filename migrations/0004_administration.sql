-- Administering rooms and the workspace: what a room is like, moderation,
-- reports, the audit log, figures.
--
-- Only adds tables, columns with constant defaults, and checks that rows from
-- before are not read for, so it takes no time on a large database. The version
-- before goes on working beside it, but knows nothing of mutes, bans, slow mode,
-- archived and deleted rooms and deleted messages, until it is replaced.

-- The lock under which people come and go: whoever holds it writes to users and
-- presence_leases, both of which change below.
select pg_advisory_xact_lock(8102650225890321253);

alter table workspace
    -- For how many days messages are kept; null: for ever.
    add column retention_days integer,
    -- How many messages a person sends at most in so many seconds.
    add column flood_messages integer not null default 40,
    add column flood_seconds  integer not null default 2,
    add constraint workspace_retention_valid check (retention_days between 1 and 36500),
    add constraint workspace_flood_valid check (flood_messages between 1 and 1000 and flood_seconds between 1 and 3600);

alter table rooms
    -- What is talked about now; the description says what the room is for.
    add column topic             text    not null default '',
    -- Guests only read.
    add column guests_read_only  boolean not null default false,
    -- Seconds that somebody waits between two messages; 0: none.
    add column slow_mode         integer not null default 0,
    -- Whether those who come and go are lines in it, for everybody.
    add column notices           text    not null default 'show',
    -- For how many days messages are kept; null: as in the workspace, 0: for ever.
    add column retention_days    integer,
    -- Whether everybody new comes into it.
    add column is_default        boolean not null default false,
    add column archived_at       timestamptz,
    -- Somebody has deleted it. It is gone for everybody, and is erased when the
    -- time in which that can be taken back is over.
    add column deleted_at        timestamptz,
    -- Nothing of it is left but this row, without a name: the time is over.
    add column erased_at         timestamptz,
    -- The number of the first message that is kept; retention erases those before.
    add column first_number      bigint  not null default 1,
    -- Transaction of the last change after which something that was told of it is
    -- told no longer, for the look of other nodes.
    add column changed_tx        bigint  not null default 0,
    -- An erased room has no name, whatever it was.
    drop constraint rooms_named,
    add constraint rooms_named check ((kind = 'direct') = (name is null) or erased_at is not null),
    add constraint rooms_erased_deleted check (erased_at is null or deleted_at is not null),
    add constraint rooms_topic_length check (char_length(topic) <= 250),
    add constraint rooms_slow_mode_valid check (slow_mode between 0 and 86400),
    add constraint rooms_notices_valid check (notices in ('show', 'condense', 'hide')),
    add constraint rooms_retention_valid check (retention_days between 0 and 36500),
    add constraint rooms_default_public check (not is_default or kind = 'public'),
    add constraint rooms_direct_plain check (kind <> 'direct' or
        not guests_read_only and slow_mode = 0 and archived_at is null and deleted_at is null);
create index rooms_deleted on rooms (deleted_at) where deleted_at is not null and erased_at is null;
create index rooms_changed_tx on rooms (changed_tx) where changed_tx > 0;
-- The name of a deleted room is free at once.
drop index rooms_public_name_unique;
create unique index rooms_public_name_unique on rooms (name_key) where kind = 'public' and deleted_at is null;
-- Those that everybody new comes into.
create index rooms_default on rooms (id) where is_default;

alter table memberships
    -- Until when the person may not write in the room; 'infinity': until somebody
    -- ends it. Sanctions tell why.
    add column muted_until timestamptz;

alter table users
    -- Until when the person may not sign in; 'infinity': until somebody ends it.
    -- Sanctions tell why.
    add column suspended_until timestamptz,
    -- The newest entry of the audit log that the person was told of.
    add column told_entry      bigint not null default 0;

-- What was decided against a person. It is in force until its end, or until
-- somebody ends it before.
create table sanctions (
    id         bigint generated always as identity primary key,
    kind       text        not null,
    room_id    bigint      references rooms (id),
    user_id    bigint      not null references users (id),
    reason     text        not null default '',
    -- Null: the command line.
    created_by bigint      references users (id),
    created_at timestamptz not null default now(),
    -- Null: it has no end of its own.
    until      timestamptz,
    ended_at   timestamptz,
    ended_by   bigint      references users (id),
    constraint sanctions_kind_valid check (kind in ('mute', 'ban', 'suspension')),
    constraint sanctions_place check ((kind = 'suspension') = (room_id is null)),
    constraint sanctions_reason_length check (char_length(reason) <= 500)
);
create unique index sanctions_in_force on sanctions (kind, user_id, coalesce(room_id, 0)) where ended_at is null;
create index sanctions_room on sanctions (room_id, id) where room_id is not null;

-- The addresses from which nobody signs in or up while a suspension lasts.
create table banned_addresses (
    sanction_id bigint not null references sanctions (id),
    address     inet   not null,
    primary key (sanction_id, address)
);
create index banned_addresses_address on banned_addresses (address);

-- When somebody last wrote in a room with slow mode.
create table slow_posts (
    room_id   bigint      not null,
    user_id   bigint      not null,
    posted_at timestamptz not null,
    primary key (room_id, user_id)
) with (fillfactor = 70);

-- Messages that were deleted together. They are hidden at once, and erased when
-- the time in which that can be taken back is over.
create table deletions (
    id         bigint generated always as identity primary key,
    room_id    bigint      not null references rooms (id),
    -- Whose messages they are.
    user_id    bigint      not null references users (id),
    deleted_by bigint      references users (id),
    reason     text        not null default '',
    created_at timestamptz not null default now(),
    undo_until timestamptz not null,
    undone_at  timestamptz,
    erased_at  timestamptz,
    -- Transaction of the last change, for the look of other nodes.
    changed_tx bigint      not null default pg_current_xact_id()::text::bigint,
    constraint deletions_reason_length check (char_length(reason) <= 500),
    constraint deletions_one_end check (undone_at is null or erased_at is null)
);
create index deletions_pending on deletions (undo_until) where undone_at is null and erased_at is null;
create index deletions_room on deletions (room_id, id);
create index deletions_changed_tx on deletions (changed_tx);

create table deletion_messages (
    deletion_id bigint not null references deletions (id),
    message_id  bigint not null,
    number      bigint not null,
    seq         bigint not null,
    primary key (deletion_id, message_id)
);

alter table messages
    -- The deletion that hides it.
    add column deletion_id bigint,
    -- Its text is gone for good; the row keeps number and client id.
    add column erased_at   timestamptz,
    drop constraint messages_body_length,
    add constraint messages_body_length check
        (char_length(body) between 1 and 20000 or body = '' and erased_at is not null) not valid;

alter table events         add column deletion_id bigint;
alter table pending_events add column deletion_id bigint;

create table reports (
    id          bigint generated always as identity primary key,
    room_id     bigint      not null references rooms (id),
    message_id  bigint      not null,
    author_id   bigint      not null references users (id),
    -- The text as it was; whoever settles the report may not be in the room.
    body        text        not null,
    reporter_id bigint      not null references users (id),
    reason      text        not null,
    created_at  timestamptz not null default now(),
    settled_at  timestamptz,
    settled_by  bigint      references users (id),
    settlement  text,
    constraint reports_once unique (message_id, reporter_id),
    constraint reports_reason_length check (char_length(reason) between 1 and 500),
    constraint reports_settlement_valid check (settlement in ('acted', 'dismissed')),
    constraint reports_settled check ((settled_at is null) = (settlement is null))
);
create index reports_open on reports (room_id, id) where settled_at is null;

-- Whom somebody no longer wants to see.
create table blocks (
    user_id    bigint      not null references users (id),
    blocked_id bigint      not null references users (id),
    created_at timestamptz not null default now(),
    primary key (user_id, blocked_id),
    constraint blocks_not_oneself check (user_id <> blocked_id)
);

alter table invites
    -- How many accounts can be made with it; null: any number.
    add column max_uses bigint,
    add constraint invites_max_uses_valid check (max_uses > 0);

-- A link with which somebody sets a new password of their own, once.
create table password_resets (
    id         bigint generated always as identity primary key,
    token_hash bytea       not null,
    user_id    bigint      not null references users (id),
    created_by bigint      references users (id),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at    timestamptz,
    revoked_at timestamptz,
    constraint password_resets_token_hash_unique unique (token_hash)
);
create index password_resets_user on password_resets (user_id);
create index password_resets_maker on password_resets (created_by);

-- Who did what to whom, where, why, and what it was before and after. Written in
-- the transaction of the act. It has no foreign keys: it outlives what it tells of.
create table audit_entries (
    id       bigint generated always as identity primary key,
    at       timestamptz not null default now(),
    -- By what way: a person in the page or over the API, the command line, or
    -- chatd itself when a time is over.
    origin   text        not null,
    actor_id bigint,
    action   text        not null,
    user_id  bigint,
    room_id  bigint,
    -- Other things it is about: an invite, a token, a message, a report.
    object_id text,
    reason   text        not null default '',
    before   jsonb,
    after    jsonb,
    -- The clock was set back: there are entries before it that are more than an
    -- hour later.
    late     boolean not null default false,
    constraint audit_entries_origin_valid check (origin in ('person', 'command-line', 'chatd')),
    constraint audit_entries_actor check (origin <> 'person' or actor_id is not null)
);
create index audit_entries_actor on audit_entries (actor_id, id);
-- With what tells whether somebody outside a private room may know of it.
create index audit_entries_user on audit_entries (user_id, id) include (room_id, actor_id);
create index audit_entries_room on audit_entries (room_id, id);
create index audit_entries_action on audit_entries (action, id);
create index audit_entries_at on audit_entries (at);
create index audit_entries_late on audit_entries (id) where late;
-- Few are from anywhere else than the page; few are about something else.
create index audit_entries_origin on audit_entries (origin, id) where origin <> 'person';
create index audit_entries_object on audit_entries (object_id, id) where object_id is not null;
create index audit_entries_reason on audit_entries using gin (to_tsvector('simple', reason)) where reason <> '';

-- A restore drops the tables, not this.
create or replace function audit_entries_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_entries_append_only before update or delete on audit_entries
    for each row execute function audit_entries_refuse();
create trigger audit_entries_not_truncated before truncate on audit_entries
    for each statement execute function audit_entries_refuse();
-- Also for whoever replays changes without triggers.
alter table audit_entries enable always trigger audit_entries_append_only;
alter table audit_entries enable always trigger audit_entries_not_truncated;

-- Figures of each day (UTC), counted once it is over.
create table daily_figures (
    day           date primary key,
    messages      bigint not null,
    -- Who wrote, and who was seen at all.
    writers       bigint not null,
    people        bigint not null,
    rooms         bigint not null,
    -- Size of the database; null when the day was counted too late to tell.
    bytes         bigint
);

-- Size of the texts of each room, in bytes, as far as messages were counted:
-- those from one number to another.
create table room_sizes (
    room_id      bigint primary key references rooms (id),
    first_number bigint not null,
    last_number  bigint not null,
    bytes        bigint not null
);

alter table presence_leases
    -- How many events the device is behind what there is.
    add column lag integer not null default 0,
    add constraint presence_leases_lag_valid check (lag >= 0);
