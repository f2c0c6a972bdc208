-- Messages as people expect them: rendered text, threads, replies, edits and
-- mentions.
--
-- Only adds tables, columns with constant defaults, and checks that rows from
-- before are not read for, so it takes no time on a large database. The version
-- before goes on working beside it, but shows replies in threads among the other
-- messages, does not tell of edits, and does not erase what only this version
-- knows how to erase, until it is replaced.

-- Sends and those who come and go take these tables in different orders, and a
-- backup reads them for long. Whoever cannot have all at once lets go again, so
-- that nobody waits in a circle or behind it.
do $$
begin
    set local lock_timeout = '500ms';
    loop
        begin
            lock table topics, pending_events, messages, rooms, memberships in access exclusive mode;
            exit;
        exception when lock_not_available or deadlock_detected then
            perform pg_sleep(0.1);
        end;
    end loop;
    set local lock_timeout = 0;
end $$;

-- How many of the room's messages are in threads, and so set aside from its
-- timeline. What counts of a room is last_number - last_aside.
alter table topics add column last_aside bigint not null default 0;

-- Of the messages that are erased: the aside of the one before first_number.
alter table rooms add column first_aside bigint not null default 0;

-- The aside of the message read_number.
alter table memberships add column read_aside bigint not null default 0;

alter table messages
    -- What Markdown makes of the body; null: nothing, it is plain text.
    add column html         text,
    add column edited_at    timestamptz,
    -- The number of the root of the thread that it is in, and its place there:
    -- 1, 2, 3, … without gaps.
    add column thread       bigint,
    add column thread_index bigint,
    -- The number of the message that it answers.
    add column reply_to     bigint,
    -- Who is mentioned, and whether everybody is.
    add column mentions     bigint[],
    add column mentions_all text,
    -- How many of the messages 1 to number are in threads.
    add column aside        bigint not null default 0,
    add constraint messages_thread_indexed check ((thread is null) = (thread_index is null)) not valid,
    add constraint messages_thread_before check (thread < number and thread_index > 0) not valid,
    add constraint messages_reply_before check (reply_to < number) not valid,
    add constraint messages_mentions_all_valid check (mentions_all in ('room', 'here')) not valid,
    -- Nothing is left of what was erased, also not by the version before.
    add constraint messages_erased_whole check
        (erased_at is null or num_nulls(html, edited_at, mentions, mentions_all) = 4) not valid;

-- The version before does not know it. Its messages are in no thread, and it
-- holds the lock of the topic when it stores them.
alter table messages alter column aside drop default;
create or replace function messages_set_aside() returns trigger language plpgsql as $$
begin
    new.aside := coalesce((select last_aside from topics where id = new.room_id), 0);
    return new;
end $$;
create trigger messages_aside before insert on messages
    for each row when (new.aside is null) execute function messages_set_aside();

-- What an event about a message refers to.
alter table pending_events add column message_id bigint;

-- The threads of a room, by the number of their root. It is written under the
-- lock of the room's topic, or by who deletes and restores replies.
create table threads (
    room_id     bigint      not null,
    root        bigint      not null,
    -- Of all replies: how many there have been.
    last_index  bigint      not null,
    -- Of those that are not deleted: how many, the newest, and who wrote the
    -- newest, at most five people and the newest first.
    replies     bigint      not null,
    last_number bigint      not null,
    last_at     timestamptz not null,
    authors     bigint[]    not null,
    primary key (room_id, root)
) with (fillfactor = 70);

-- The messages of each thread. An index on messages would have to read all of
-- them, and most are in no thread.
create table thread_replies (
    room_id bigint not null,
    root    bigint not null,
    number  bigint not null,
    primary key (room_id, root, number)
);

-- Who follows a thread, or no longer wants to, and how far they have read it.
create table thread_follows (
    room_id     bigint  not null,
    root        bigint  not null,
    user_id     bigint  not null,
    following   boolean not null default true,
    read_number bigint  not null default 0,
    primary key (room_id, root, user_id)
) with (fillfactor = 70);
create index thread_follows_user on thread_follows (user_id) where following;

-- Who is mentioned where, but for deleted messages; user 0 is everybody.
create table mentions (
    room_id   bigint not null,
    user_id   bigint not null,
    number    bigint not null,
    author_id bigint not null,
    -- The thread that the message is in.
    thread    bigint,
    primary key (room_id, user_id, number)
);
create index mentions_number on mentions (room_id, number);
create index mentions_thread on mentions (room_id, user_id, thread, number) where thread is not null;

-- What edited messages said before, from the first on.
create table message_revisions (
    room_id  bigint      not null,
    number   bigint      not null,
    revision integer     not null,
    body     text        not null,
    html     text,
    -- When it was written.
    at       timestamptz not null,
    primary key (room_id, number, revision),
    constraint message_revisions_body_length check (char_length(body) between 1 and 20000)
);
