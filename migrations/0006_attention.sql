-- What belongs to persons: reactions, pins, saved messages, drafts, and how
-- somebody has a room in their own list.
--
-- Only adds tables, columns with constant defaults, and checks that rows from
-- before are not read for, so it takes no time on a large database. The version
-- before goes on working beside it; what it erases of a room leaves rows of these
-- tables behind, which nobody is shown and which go with the room's next erasure.

-- The lock under which people come and go: whoever holds it writes to users.
select pg_advisory_xact_lock(8102650225890321253);

-- Those who read and join take these tables in different orders, and a backup
-- reads them for long. Whoever cannot have both at once lets go again.
do $$
begin
    set local lock_timeout = '500ms';
    loop
        begin
            lock table users, memberships in access exclusive mode;
            exit;
        exception when lock_not_available or deadlock_detected then
            perform pg_sleep(0.1);
        end;
    end loop;
    set local lock_timeout = 0;
end $$;

alter table users
    -- Which key sends what is written: enter, or ctrl-enter.
    add column send_with text    not null default 'enter',
    -- Whether others are told what the person has read, and the person what they
    -- have.
    add column seen_by   boolean not null default true,
    add constraint users_send_with_valid check (send_with in ('enter', 'ctrl-enter')) not valid;

alter table memberships
    -- What the person wants to be told of: everything, mentions or nothing.
    add column level          text    not null default 'everything',
    -- Until when the room is quiet for the person; 'infinity': until they end it.
    add column silenced_until timestamptz,
    add column favourite      boolean not null default false,
    -- The section of the person's list that it stands in; 0: none.
    add column section_id     bigint  not null default 0,
    add constraint memberships_level_valid check (level in ('everything', 'mentions', 'nothing')) not valid;

-- The sections of somebody's list of rooms, in the order of places.
create table sections (
    id      bigint generated always as identity primary key,
    user_id bigint  not null references users (id),
    name    text    not null,
    place   integer not null,
    constraint sections_name_length check (char_length(name) between 1 and 40)
);
create index sections_user on sections (user_id);

-- The tables below that name a message have no foreign key to it, as events have
-- none: whoever writes has looked it up, and whoever erases it erases these.

create table reactions (
    room_id    bigint      not null,
    number     bigint      not null,
    emoji      text        not null,
    user_id    bigint      not null references users (id),
    created_at timestamptz not null default clock_timestamp(),
    primary key (room_id, number, emoji, user_id),
    constraint reactions_emoji_length check (octet_length(emoji) between 1 and 40)
);

-- Those of deleted messages stay until these are erased: the deletion can be
-- taken back.
create table pins (
    room_id   bigint      not null,
    number    bigint      not null,
    user_id   bigint      not null references users (id),
    pinned_at timestamptz not null default clock_timestamp(),
    primary key (room_id, number)
);

-- Messages that somebody keeps for themselves.
create table saved_messages (
    id       bigint generated always as identity,
    user_id  bigint      not null references users (id),
    room_id  bigint      not null,
    number   bigint      not null,
    saved_at timestamptz not null default clock_timestamp(),
    primary key (user_id, room_id, number)
);
create index saved_messages_newest on saved_messages (user_id, id);
create index saved_messages_message on saved_messages (room_id, number);

-- What somebody has written and not sent, in the room itself (thread 0) or in
-- one of its threads.
create table drafts (
    user_id    bigint      not null references users (id),
    room_id    bigint      not null,
    thread     bigint      not null,
    text       text        not null,
    changed_at timestamptz not null default clock_timestamp(),
    primary key (user_id, room_id, thread),
    constraint drafts_text_length check (char_length(text) between 1 and 20000)
);
create index drafts_room on drafts (room_id);
