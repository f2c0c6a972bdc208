-- Presence: states, choices, a person's own words, and what a node knows of a
-- device.
--
-- Only adds columns with constant defaults, and an index on the small table of
-- users, so it takes no time on a large database, and the version before goes on
-- working beside it.

-- The lock under which people come and go: whoever holds it writes to all of
-- the tables below.
select pg_advisory_xact_lock(8102650225890321253);

alter table users
    -- What the person chose to be for others, and until when; null has no end.
    add column presence_choice text not null default 'automatic',
    add column presence_until  timestamptz,
    -- Their own words, and until when these are true.
    add column status_emoji    text not null default '',
    add column status_text     text not null default '',
    add column status_until    timestamptz,
    -- An IANA name; '' when it is not known.
    add column time_zone       text not null default '',
    -- How the person is told of others who come and go.
    add column notices         text not null default 'condense',
    add constraint users_presence_choice_valid check (presence_choice in ('automatic', 'do-not-disturb', 'invisible')),
    add constraint users_presence_ends check (presence_choice <> 'automatic' or presence_until is null),
    add constraint users_status_length check (octet_length(status_emoji) <= 40 and char_length(status_text) <= 100),
    add constraint users_status_ends check (status_emoji <> '' or status_text <> '' or status_until is null),
    add constraint users_time_zone_length check (char_length(time_zone) <= 64),
    add constraint users_notices_valid check (notices in ('show', 'condense', 'hide'));
-- People who come and go are dated in place.
alter table users set (fillfactor = 80);
-- The choices whose time is over are found here, by every node at every look.
create index users_presence_until on users (presence_until) where presence_until is not null;

alter table presence_leases
    -- The session of the sessions table that it belongs to; null when the
    -- version before has written it.
    add column login      uuid,
    -- What it is: browser, phone, plain or api.
    add column device     text    not null default 'browser',
    -- Nobody has touched the device for a while.
    add column idle       boolean not null default false,
    -- How the device listens, such as stream; '' when it is not known.
    add column transport  text    not null default '',
    -- Milliseconds; null when it is not known.
    add column round_trip integer,
    add constraint presence_leases_round_trip_valid check (round_trip >= 0);
-- Renewals update rows in place.
alter table presence_leases set (fillfactor = 70);

-- The state that others see of a person; who has no row is offline. Nothing that
-- is told to others about who is here is read from the leases, for these also
-- tell of people who chose to be invisible. Like presence_changes it has no
-- foreign key: whoever writes has looked the people up in the same statement.
create table presence_states (
    user_id bigint primary key,
    state   text        not null,
    since   timestamptz not null,
    constraint presence_states_state_valid check (state in ('online', 'away', 'do-not-disturb'))
) with (fillfactor = 70);

insert into presence_states (user_id, state, since)
select user_id, 'online', min(created_at) from presence_leases group by user_id;

alter table presence_changes
    -- Whether presence_states says so too. The version before knows neither, and
    -- what it has written is seen to later.
    add column stated boolean not null default false,
    drop constraint presence_changes_state_valid,
    drop constraint presence_changes_notice_valid,
    add constraint presence_changes_state_valid check (state in ('online', 'away', 'do-not-disturb', 'offline')),
    -- '' is a change of which nobody gets a notice.
    add constraint presence_changes_notice_valid check (notice in ('', 'signed-in', 'signed-out', 'went-offline'));
update presence_changes set stated = true;
create index presence_changes_not_stated on presence_changes (revision) where not stated;
