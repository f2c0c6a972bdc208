-- Accounts and rights: personal access tokens, open sign-up, invites for guests,
-- read-only rooms, and user names that look alike.
--
-- Only adds columns with constant defaults, and indexes on the small table of
-- users, so it takes no time on a large database, and the version before goes on
-- working beside it.

-- Whether people may make an account without an invite.
alter table workspace add column sign_up_open boolean not null default false;

alter table users
    -- The name with look-alike characters made one. chatd fills it in; it is null
    -- for names from before that look like one another.
    add column username_skeleton text,
    -- Transaction of the last change of role or of deactivation.
    add column changed_tx bigint not null default 0,
    add constraint users_username_skeleton_unique unique (username_skeleton);
create index users_changed_tx on users (changed_tx) where changed_tx > 0;
-- The order in which people are listed, page by page.
create index users_by_name on users (lower(display_name), id);

-- A personal access token is a session of another kind: it is found by the hash
-- of its secret, expires, ends and leaves a tombstone in the same way.
alter table sessions
    add column kind  text not null default 'browser',
    add column name  text,
    add column scope text not null default 'read-write',
    add constraint sessions_kind_valid check (kind in ('browser', 'token')),
    add constraint sessions_scope_valid check (scope in ('read', 'read-write')),
    add constraint sessions_token_named check ((kind = 'token') = (name is not null)),
    add constraint sessions_name_length check (char_length(name) between 1 and 80);

alter table rooms
    -- In a read-only room only its owners and moderators write.
    add column read_only boolean not null default false,
    add constraint rooms_direct_writable check (kind <> 'direct' or not read_only);

alter table invites
    add column role text not null default 'member',
    add constraint invites_role_valid check (role in ('member', 'guest'));

-- The rooms that somebody joins who signs up with an invite.
create table invite_rooms (
    invite_id bigint not null references invites (id),
    room_id   bigint not null references rooms (id),
    primary key (invite_id, room_id)
);
