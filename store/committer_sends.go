package store

import "chatd/store/rights"

// The verdicts of postSends.
const (
	verdictAccepted     = "accepted"
	verdictRepeated     = "repeated"      // stored before, in this room
	verdictReused       = "reused"        // the client id was used in another room
	verdictSessionEnded = "session-ended" // or of another user, or one who may not act
	verdictInactive     = "inactive"      // the author may not act or does not exist
	verdictRefused      = "refused"       // by the author's standing; a null one means no such room
	verdictMuted        = "muted"         // the author, in this room
	verdictSkipped      = "skipped"       // fine so far, but the lock was held elsewhere
	verdictBehindNews   = "behind-news"   // fine so far, but pending events come first
	verdictSlowMode     = "slow-mode"     // to be judged by postSendsSlowly
	verdictSlow         = "slow"          // slow mode, and the author wrote a moment ago
	verdictBehindOwn    = "behind-own"    // slow mode, and the batch has one of the author before this one

	verdictNoRoot        = "no-root"        // the thread's root does not exist
	verdictRootDeleted   = "root-deleted"   // it is deleted
	verdictRootInside    = "root-inside"    // it is itself in a thread
	verdictNoTarget      = "no-target"      // what it answers does not exist
	verdictTargetDeleted = "target-deleted" // it is deleted
	verdictTargetAway    = "target-away"    // it is in another thread
)

// slowedDown is whether slow mode holds for the author in the room r.
var slowedDown = `case when r.slow_mode > 0 then ` + standing + ` <> all (` + literal(rights.SkipSlowMode.Grant()) + `) else false end`

// The statements that store sends. The first ones leave what they know nothing of
// to the next, so that most sends do not pay for it. What a send is beyond author
// and text decides before, see [batch.statement].
var (
	postSends = composeSends(sendPieces{
		slowly: `when ` + slowedDown + ` then 'slow-mode'`,
		wait:   `null`,
	}, plainPieces)
	postSendsSlowly = composeSends(slowPieces, plainPieces)
	postSendsWhole  = composeSends(slowPieces, wholePieces)
)

// sendPieces are what a statement says of slow mode: the last cases of the
// judgement, what stores when the slow have written, and for how many seconds they
// do not.
type sendPieces struct{ slowly, remember, wait string }

var slowPieces = sendPieces{
	slowly: `when not (` + slowedDown + `) then 'accepted'
		         when exists (
		           select from slow_posts p
		           where p.room_id = s.room_id and p.user_id = s.author_id
		             and p.posted_at + r.slow_mode * interval '1 second' > statement_timestamp()
		         ) then 'slow'
		         when exists (
		           select from unnest($1::bigint[], $2::bigint[]) with ordinality as earlier (room_id, author_id, n)
		           where earlier.room_id = s.room_id and earlier.author_id = s.author_id and earlier.n < s.n
		         ) then 'behind-own'`,
	remember: `, slowed as (
		insert into slow_posts (room_id, user_id, posted_at)
		select room_id, author_id, created_at from accepted where down
		on conflict (room_id, user_id) do update set posted_at = excluded.posted_at
	)`,
	wait: `case when verdict = 'slow' then (
	         select extract(epoch from p.posted_at + judged.slow_mode * interval '1 second' - statement_timestamp())::float8
	         from slow_posts p
	         where p.room_id = judged.room_id and p.user_id = judged.author_id
	       ) end`,
}

// relationPieces are what a statement says of threads, answers and mentions.
type relationPieces struct {
	// arrays and names are further arguments, one element for each send.
	arrays, names string
	// columns of judged, from joins, with cases of the judgement.
	columns, joins, cases string
	// carried are those columns that accepted takes over, and numbered what it
	// makes of them: aside, thread_index.
	carried, numbered string
	// into and from are further columns of messages and where they come from.
	into, from string
	// remember stores the rest, and raise notes how many are in threads.
	remember, raise, most string
	// answered is what [kept] tells of an accepted message.
	answered string
}

var plainPieces = relationPieces{
	numbered: `last_aside as aside`,
	answered: `null::jsonb`,
}

// Of those who are mentioned count the people of the room. The root's author, who
// writes in a thread and who is mentioned there follow it, unless they no longer
// want to; who writes has read it up to there, and who is mentioned begins there.
var wholePieces = relationPieces{
	arrays: `, $7::bigint[], $8::bigint[], $9::text[], $10::text[]`,
	names:  `, thread, reply_to, mentions, mentions_all`,
	columns: `nullif(s.thread, 0) as thread, nullif(s.reply_to, 0) as reply_to, nullif(s.mentions_all, '') as mentions_all,
		       root.author_id as root_author, coalesce(th.last_index, 0) as last_index,
		       case when s.mentions <> '{}' then nullif(array(
		         select named.id
		         from (select distinct unnest(s.mentions::bigint[]) as id) named
		         where (select there.left_at is null from memberships there where there.room_id = s.room_id and there.user_id = named.id)
		         order by named.id
		       ), '{}') end as mentions,
		       `,
	joins: `
		left join messages root on root.room_id = s.room_id and root.number = s.thread
		left join messages target on target.room_id = s.room_id and target.number = s.reply_to
		left join threads th on th.room_id = s.room_id and th.root = s.thread`,
	cases: `when s.thread > 0 and root.id is null then 'no-root'
		         when root.deletion_id is not null then 'root-deleted'
		         when root.thread is not null then 'root-inside'
		         when s.reply_to > 0 and target.id is null then 'no-target'
		         when target.deletion_id is not null then 'target-deleted'
		         when target.number <> s.thread and coalesce(target.thread, 0) <> s.thread then 'target-away'
		         `,
	carried: `thread, reply_to, mentions, mentions_all, root_author, `,
	numbered: `last_aside + count(thread) over room as aside,
		       case when thread is not null then last_index + row_number() over (partition by room_id, thread order by n) end as thread_index`,
	into: `, thread, thread_index, reply_to, mentions, mentions_all`,
	from: `, thread, thread_index, reply_to, mentions, mentions_all`,
	remember: `, threaded as (
		insert into threads as th (room_id, root, last_index, replies, last_number, last_at, authors)
		select room_id, thread, max(thread_index), count(*), max(number), max(created_at), (
		         select array_agg(author_id order by last desc)
		         from (
		           select author_id, max(number) as last
		           from accepted x
		           where x.room_id = a.room_id and x.thread = a.thread
		           group by author_id
		           order by last desc
		           limit 5
		         ) newest
		       )
		from accepted a
		where thread is not null
		group by room_id, thread
		order by room_id, thread
		on conflict (room_id, root) do update
		set last_index = excluded.last_index, replies = th.replies + excluded.replies,
		    last_number = excluded.last_number, last_at = excluded.last_at, authors = (
		      select array_agg(author order by first)
		      from (
		        select author, min(n) as first
		        from unnest(excluded.authors || th.authors) with ordinality as both_of_them (author, n)
		        group by author
		        order by first
		        limit 5
		      ) newest
		    )
	), listed as (
		insert into thread_replies (room_id, root, number)
		select room_id, thread, number from accepted where thread is not null
	), written as (
		insert into thread_follows as f (room_id, root, user_id, read_number)
		select room_id, thread, author_id, max(number)
		from accepted
		where thread is not null
		group by room_id, thread, author_id
		order by room_id, thread, author_id
		on conflict (room_id, root, user_id) do update set read_number = excluded.read_number
	), followed as (
		insert into thread_follows (room_id, root, user_id, read_number)
		select room_id, thread, user_id, min(read_number)
		from (
		  select room_id, thread, root_author as user_id, 0 as read_number from accepted where thread is not null
		  union all
		  select room_id, thread, unnest(mentions), number - 1 from accepted where thread is not null
		) f
		where not exists (
		  select from accepted x where x.room_id = f.room_id and x.thread = f.thread and x.author_id = f.user_id
		)
		group by room_id, thread, user_id
		order by room_id, thread, user_id
		on conflict (room_id, root, user_id) do nothing
	), mentioned as (
		insert into mentions (room_id, user_id, number, author_id, thread)` + mentionsOf("accepted") + `
	)`,
	raise:    `, last_aside = a.aside`,
	most:     `, max(aside) as aside`,
	answered: `jsonb_build_object('ThreadIndex', thread_index, 'Mentions', mentions)`,
}

// composeSends makes a statement that judges and stores sends. The text of an
// accepted message is not sent back.
func composeSends(slow sendPieces, rel relationPieces) string {
	return `
	with judged as materialized (
		select s.n, s.room_id, s.author_id, s.client_id, s.body, s.html, ` + rel.columns + `
		       t.epoch, t.head, t.last_number, t.last_aside, me.username, me.display_name, me.role,
		       old.id as old_id, old.number as old_number, old.seq as old_seq,
		       case when old.deletion_id is null then old.body else '' end as old_body,
		       old.created_at as old_created_at, old.aside as old_aside,
		       case when old.id is not null then ` + keptColumns + ` end as kept,
		       case
		         when old.room_id = s.room_id then 'repeated'
		         when old.id is not null then 'reused'
		         when s.session_id is not null and not (
		              x.user_id = s.author_id and x.ended_at is null and x.expires_at > statement_timestamp()
		              and ` + active(`me`) + `) is true then 'session-ended'
		         when me.id is null or not ` + active(`me`) + ` then 'inactive'
		         when r.id is null or ` + standing + ` <> all (` + literal(rights.PostMessage.Grant()) + `) then 'refused'
		         when mine.muted_until > statement_timestamp() then 'muted'
		         when s.room_id <> all ((select current_setting('` + lockedSetting + `')::bigint[])::bigint[]) then 'skipped'
		         when exists (select from pending_events p where p.topic_id = s.room_id) then 'behind-news'
		         ` + rel.cases + slow.slowly + `
		         else 'accepted'
		       end as verdict,
		       ` + slowedDown + ` as down, r.slow_mode, mine.muted_until,
		       case when r.id is not null then ` + standing + ` end as standing
		from unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::uuid[], $5::text[], $6::text[]` + rel.arrays + `)
		     with ordinality as s (room_id, author_id, session_id, client_id, body, html` + rel.names + `, n)
		left join messages old on old.author_id = s.author_id and old.client_id = s.client_id
		left join topics t on t.id = s.room_id
		left join rooms r on r.id = s.room_id
		left join users me on me.id = s.author_id
		left join memberships mine on mine.room_id = s.room_id and mine.user_id = s.author_id and mine.left_at is null
		left join sessions x on x.id = s.session_id` + rel.joins + `
	), accepted as materialized (
		select n, room_id, author_id, client_id, body, html, epoch, username, display_name, role, down, ` + rel.carried + `
		       nextval('messages_id_seq') as id,
		       head + row_number() over room as seq,
		       last_number + row_number() over room as number,
		       ` + rel.numbered + `,
		       statement_timestamp() as created_at
		from judged
		where verdict = 'accepted'
		window room as (partition by room_id order by n)
	), stored as (
		insert into messages (id, room_id, number, seq, author_id, client_id, body, html, created_at, aside` + rel.into + `)
		overriding system value
		select id, room_id, number, seq, author_id, client_id, body, nullif(html, ''), created_at, aside` + rel.from + `
		from accepted
		-- The same order in every node: two that store each other's repeats
		-- wait for each other, but never in a circle.
		order by author_id, client_id
	), logged as (
		insert into events (topic_id, seq, kind, message_id, created_at)
		select room_id, seq, 'message', id, created_at from accepted
	)` + rel.remember + slow.remember + `, raised as (
		update topics t set head = a.seq, last_number = a.number` + rel.raise + `
		from (select room_id, max(seq) as seq, max(number) as number` + rel.most + ` from accepted group by room_id) a
		where t.id = a.room_id
	)
	select n, 'accepted' as verdict, id, epoch, number, seq, created_at, aside, ` + rel.answered + ` as kept,
	       username, display_name, role, null as body, null as standing,
	       null::timestamptz as muted_until, null::float8 as wait
	from accepted
	union all
	select n, verdict, old_id, epoch, old_number, old_seq, old_created_at, old_aside, kept,
	       username, display_name, role, old_body, standing,
	       case when verdict = 'muted' then nullif(muted_until, 'infinity') end,
	       ` + slow.wait + `
	from judged
	where verdict <> 'accepted'`
}

// keptColumns is what else the first send of a repeated one has stored, for
// [kept].
const keptColumns = `jsonb_build_object(
		         'HTML', old.html, 'EditedAt', old.edited_at, 'Thread', old.thread, 'ThreadIndex', old.thread_index,
		         'ReplyTo', old.reply_to, 'Mentions', old.mentions, 'MentionsAll', old.mentions_all)`
