-- The foundation: people, rooms, messages, the event log and presence leases.
--
-- Topics, rooms and users share one sequence of ids: a room's topic has the
-- room's id, a user's own topic has the user's id, and the workspace's topic
-- has id 1. So no table maps one to the other.

-- One row per topic. It is the only row that a send updates, so it is narrow,
-- half of each page stays free, and no changing column has an index: updates
-- stay HOT.
create table topics (
    id          bigint generated always as identity primary key,
    kind        text   not null,
    -- Random; a new one makes every cursor of the topic invalid.
    epoch       bigint not null default (1 + floor(random() * 2147483646))::bigint,
    -- seq of the newest event; events are numbered 1, 2, 3, … without gaps.
    head        bigint not null default 0,
    -- number of the newest message (rooms only).
    last_number bigint not null default 0,
    constraint topics_kind_valid check (kind in ('workspace', 'room', 'user'))
) with (fillfactor = 50);

insert into topics (kind) values ('workspace');

-- The one workspace. Its row appears when the owner has set it up.
create table workspace (
    id         bigint primary key default 1 references topics (id),
    name       text        not null,
    created_at timestamptz not null default now(),
    constraint workspace_single check (id = 1),
    constraint workspace_name_length check (char_length(name) between 1 and 80)
);

-- Which database this is. When it differs from what PostgreSQL reports at
-- start, the database was restored or promoted and all epochs are renewed.
create table database_identity (
    id                boolean primary key default true,
    system_identifier text   not null,
    timeline          bigint not null,
    constraint database_identity_single check (id)
);

create table users (
    id             bigint primary key references topics (id),
    username       text        not null,
    -- The name as it is compared: case and look-alike forms folded.
    username_key   text        not null,
    display_name   text        not null,
    email          text,
    email_key      text,
    password_hash  text        not null,
    role           text        not null default 'member',
    created_at     timestamptz not null default now(),
    last_seen_at   timestamptz,
    deactivated_at timestamptz,
    constraint users_username_key_unique unique (username_key),
    constraint users_email_key_unique unique (email_key),
    constraint users_role_valid check (role in ('owner', 'admin', 'member', 'guest')),
    constraint users_username_length check (char_length(username) between 1 and 40),
    constraint users_display_name_length check (char_length(display_name) between 1 and 80),
    constraint users_email_length check (char_length(email) <= 254),
    constraint users_email_pair check ((email is null) = (email_key is null))
);

-- One row per signed-in browser. An ended session stays as a tombstone until
-- its natural expiry, so nothing can bring it back to life.
create table sessions (
    id           uuid primary key,
    -- SHA-256 of the cookie's token; the token itself is never stored.
    token_hash   bytea       not null,
    user_id      bigint      not null references users (id),
    user_agent   text        not null default '',
    address      text        not null default '',
    created_at   timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at   timestamptz not null,
    ended_at     timestamptz,
    end_reason   text,
    -- Transaction that ended it, for the look of other nodes.
    ended_tx     bigint,
    constraint sessions_token_hash_unique unique (token_hash),
    constraint sessions_end_complete check
        ((ended_at is null) = (end_reason is null) and (ended_at is null) = (ended_tx is null))
);
create index sessions_user on sessions (user_id) where ended_at is null;
create index sessions_ended_tx on sessions (ended_tx) where ended_tx is not null;
create index sessions_expiry on sessions (expires_at);

create table invites (
    id         bigint generated always as identity primary key,
    token_hash bytea       not null,
    created_by bigint      not null references users (id),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    uses       bigint      not null default 0,
    constraint invites_token_hash_unique unique (token_hash)
);

create table rooms (
    id          bigint primary key references topics (id),
    kind        text        not null,
    -- Direct rooms have no name; the page shows their members instead.
    name        text,
    name_key    text,
    description text        not null default '',
    -- The sorted ids of a direct room's members, joined by commas.
    direct_key  text,
    created_by  bigint      not null references users (id),
    created_at  timestamptz not null default now(),
    constraint rooms_direct_key_unique unique (direct_key),
    constraint rooms_kind_valid check (kind in ('public', 'private', 'direct')),
    constraint rooms_name_length check (char_length(name) between 1 and 80),
    constraint rooms_description_length check (char_length(description) <= 500),
    constraint rooms_named check ((kind = 'direct') = (name is null)),
    constraint rooms_name_pair check ((name is null) = (name_key is null)),
    constraint rooms_direct_keyed check ((kind = 'direct') = (direct_key is not null))
);
-- Private rooms may share a name: a refusal would tell that one exists.
create unique index rooms_public_name_unique on rooms (name_key) where kind = 'public';

-- A membership that ended keeps its row: the read position survives a return.
create table memberships (
    room_id     bigint      not null references rooms (id),
    user_id     bigint      not null references users (id),
    role        text        not null default 'member',
    joined_at   timestamptz not null default now(),
    left_at     timestamptz,
    -- number of the newest message this person has read.
    read_number bigint      not null default 0,
    -- Transaction of the last join, leave or change of role.
    changed_tx  bigint      not null default pg_current_xact_id()::text::bigint,
    primary key (room_id, user_id),
    constraint memberships_role_valid check (role in ('owner', 'moderator', 'member'))
);
create index memberships_user on memberships (user_id) where left_at is null;
create index memberships_changed_tx on memberships (changed_tx);

-- Messages, events and pending events have no foreign keys: whoever writes
-- them has looked the rows up in the same statement, and rooms and users are
-- never deleted. A foreign key would lock the row of the room and of the author
-- for each message, so that a rename waits for sends and sends for a rename; it
-- would let those who leave a room touch its topic; and it would double the
-- cost of a send.
create table messages (
    id         bigint generated always as identity primary key,
    room_id    bigint      not null,
    -- Position among the room's messages: 1, 2, 3, … without gaps.
    number     bigint      not null,
    -- seq of the event that announced it in the room's topic.
    seq        bigint      not null,
    author_id  bigint      not null,
    -- Chosen by the sender; a send that is tried again carries the same one.
    client_id  uuid        not null,
    body       text        not null,
    created_at timestamptz not null,
    constraint messages_body_length check (char_length(body) between 1 and 20000),
    constraint messages_room_number_unique unique (room_id, number),
    constraint messages_author_client_unique unique (author_id, client_id)
);

-- The event log. Written only by the group committer, under the topic's lock.
create table events (
    topic_id   bigint      not null,
    seq        bigint      not null,
    kind       text        not null,
    -- What the event is about; it refers to rows and copies nothing.
    message_id bigint,
    user_id    bigint,
    room_id    bigint,
    actor_id   bigint,
    created_at timestamptz not null,
    tx         bigint      not null default pg_current_xact_id()::text::bigint,
    primary key (topic_id, seq)
);
create index events_tx on events (tx);

-- Events that a transaction wants in the log but has not numbered: whoever
-- changes a membership or makes a room never waits for a topic's lock. The
-- group committer moves them into the log.
create table pending_events (
    id         bigint generated always as identity primary key,
    topic_id   bigint      not null,
    kind       text        not null,
    user_id    bigint,
    room_id    bigint,
    actor_id   bigint,
    created_at timestamptz not null default now()
);
create index pending_events_topic on pending_events (topic_id, id);

-- A running chatd. Its people stay online while its lease lasts.
create table nodes (
    id          uuid primary key,
    started_at  timestamptz not null default now(),
    lease_until timestamptz not null,
    -- Counts the node's writes: one that was lost on its way and arrives late
    -- finds a higher number and has no effect.
    turn        bigint      not null
);

-- One row per comet session and node. A person is online while one of their
-- rows exists: a node removes the rows of its own sessions as they end, and
-- any node removes those of a node whose lease has run out.
create table presence_leases (
    node_id    uuid        not null references nodes (id) on delete cascade,
    -- Counted by the node.
    id         bigint      not null,
    user_id    bigint      not null references users (id),
    created_at timestamptz not null default now(),
    primary key (node_id, id)
);
create index presence_leases_user on presence_leases (user_id);

-- Who came and went, numbered 1, 2, 3, … without gaps and in commit order.
-- Every node reads what follows its last number. Older rows than a few minutes
-- are removed from the front, the newest one always stays.
create table presence_changes (
    revision   bigint primary key,
    user_id    bigint      not null,
    state      text        not null,
    notice     text        not null,
    changed_at timestamptz not null,
    constraint presence_changes_state_valid check (state in ('online', 'offline')),
    constraint presence_changes_notice_valid check (notice in ('signed-in', 'signed-out', 'went-offline'))
);
