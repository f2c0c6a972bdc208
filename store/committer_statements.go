package store

import "chatd/store/rights"

// The committer's transaction goes to the server in one piece and comes back
// with one answer, so that no lock is held for a round trip:
//
//	lockTopics   lock the heads, in the order of ids, skipping those held elsewhere
//	movePending  number the pending events of the locked topics, when there are any
//	postSends    judge the sends by the grant of post-message, number and store the accepted ones;
//	             or postSendsSlowly, when a room of the batch is known to have slow mode
//
// The pieces are one implicit transaction, which commits with the last of them.
// Each statement takes a fresh snapshot (READ COMMITTED), so the judgement sees
// everything that was committed before the locks were had: who was removed or
// signed out meanwhile does not post, and what another node has stored is known
// as a repeat before any number is given out.

// movedMax bounds the pending events that one transaction numbers.
const movedMax = 1000

// lockedSetting hands the ids of the locked topics from the first statement to
// the others, for the time of the transaction.
const lockedSetting = `chatd.locked`

// The lock conflicts with itself but not with the key locks of foreign keys.
const (
	lockTopicsOrSkip = `
		with locked as (
			select id from topics where id = any ($1::bigint[]) order by id for no key update skip locked
		), ids as (
			select coalesce(array_agg(id), '{}') as ids from locked
		)
		select ids, set_config('` + lockedSetting + `', ids::text, true) from ids`

	lockTopicsAndWait = `
		with locked as (
			select id from topics where id = any ($1::bigint[]) order by id for no key update
		), ids as (
			select coalesce(array_agg(id), '{}') as ids from locked
		)
		select ids, set_config('` + lockedSetting + `', ids::text, true) from ids`
)

// The ids are an array: they are looked up once, even with a plan that was made
// while there were next to none.
var movePending = `
	with moved as (
		delete from pending_events
		where id = any (array(
			select p.id
			from unnest(current_setting('` + lockedSetting + `')::bigint[]) as locked (id)
			cross join lateral (
				select topic_id, id from pending_events where topic_id = locked.id order by id limit $1
			) p
			order by p.topic_id, p.id limit $1))
		returning id, topic_id, kind, user_id, room_id, actor_id, deletion_id, created_at
	), e as materialized (
		select m.topic_id, t.epoch, t.head + row_number() over (partition by m.topic_id order by m.id) as seq,
		       m.kind, null::bigint as message_id, m.user_id, m.room_id, m.actor_id, m.deletion_id, m.created_at
		from moved m join topics t on t.id = m.topic_id
	), logged as (
		insert into events (topic_id, seq, kind, user_id, room_id, actor_id, deletion_id, created_at)
		select topic_id, seq, kind, user_id, room_id, actor_id, deletion_id, created_at from e
	), raised as (
		update topics t set head = n.seq
		from (select topic_id, max(seq) as seq from e group by topic_id) n
		where t.id = n.topic_id
	)
	select e.epoch, ` + eventColumns + `
	from e ` + eventJoins + `
	order by e.topic_id, e.seq`

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
)

// slowedDown is whether slow mode holds for the author in the room r.
var slowedDown = `case when r.slow_mode > 0 then ` + standing + ` <> all (` + literal(rights.SkipSlowMode.Grant()) + `) else false end`

// postSends leaves what slow mode holds for to postSendsSlowly, so that other
// rooms do not pay for it.
var (
	postSends = composeSends(`when `+slowedDown+` then 'slow-mode'`, ``, `null`)

	postSendsSlowly = composeSends(`when not (`+slowedDown+`) then 'accepted'
		         when exists (
		           select from slow_posts p
		           where p.room_id = s.room_id and p.user_id = s.author_id
		             and p.posted_at + r.slow_mode * interval '1 second' > statement_timestamp()
		         ) then 'slow'
		         when exists (
		           select from unnest($1::bigint[], $2::bigint[]) with ordinality as earlier (room_id, author_id, n)
		           where earlier.room_id = s.room_id and earlier.author_id = s.author_id and earlier.n < s.n
		         ) then 'behind-own'`, `, slowed as (
		insert into slow_posts (room_id, user_id, posted_at)
		select room_id, author_id, created_at from accepted where down
		on conflict (room_id, user_id) do update set posted_at = excluded.posted_at
	)`, `case when verdict = 'slow' then (
	         select extract(epoch from p.posted_at + judged.slow_mode * interval '1 second' - statement_timestamp())::float8
	         from slow_posts p
	         where p.room_id = judged.room_id and p.user_id = judged.author_id
	       ) end`)
)

// composeSends makes a statement that judges and stores sends: slowly are the
// last cases of the judgement, remember stores when the slow have written, and
// wait is for how many seconds they do not. The text of an accepted message is
// not sent back.
func composeSends(slowly, remember, wait string) string {
	return `
	with judged as materialized (
		select s.n, s.room_id, s.author_id, s.client_id, s.body,
		       t.epoch, t.head, t.last_number, me.username, me.display_name, me.role,
		       old.id as old_id, old.number as old_number, old.seq as old_seq,
		       case when old.deletion_id is null then old.body else '' end as old_body,
		       old.created_at as old_created_at,
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
		         ` + slowly + `
		         else 'accepted'
		       end as verdict,
		       ` + slowedDown + ` as down, r.slow_mode, mine.muted_until,
		       case when r.id is not null then ` + standing + ` end as standing
		from unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::uuid[], $5::text[])
		     with ordinality as s (room_id, author_id, session_id, client_id, body, n)
		left join messages old on old.author_id = s.author_id and old.client_id = s.client_id
		left join topics t on t.id = s.room_id
		left join rooms r on r.id = s.room_id
		left join users me on me.id = s.author_id
		left join memberships mine on mine.room_id = s.room_id and mine.user_id = s.author_id and mine.left_at is null
		left join sessions x on x.id = s.session_id
	), accepted as materialized (
		select n, room_id, author_id, client_id, body, epoch, username, display_name, role, down,
		       nextval('messages_id_seq') as id,
		       head + row_number() over room as seq,
		       last_number + row_number() over room as number,
		       statement_timestamp() as created_at
		from judged
		where verdict = 'accepted'
		window room as (partition by room_id order by n)
	), stored as (
		insert into messages (id, room_id, number, seq, author_id, client_id, body, created_at)
		overriding system value
		select id, room_id, number, seq, author_id, client_id, body, created_at
		from accepted
		-- The same order in every node: two that store each other's repeats
		-- wait for each other, but never in a circle.
		order by author_id, client_id
	), logged as (
		insert into events (topic_id, seq, kind, message_id, created_at)
		select room_id, seq, 'message', id, created_at from accepted
	)` + remember + `, raised as (
		update topics t set head = a.seq, last_number = a.number
		from (select room_id, max(seq) as seq, max(number) as number from accepted group by room_id) a
		where t.id = a.room_id
	)
	select n, 'accepted' as verdict, id, epoch, number, seq, created_at, username, display_name, role, null as body, null as standing,
	       null::timestamptz as muted_until, null::float8 as wait
	from accepted
	union all
	select n, verdict, old_id, epoch, old_number, old_seq, old_created_at, username, display_name, role, old_body, standing,
	       case when verdict = 'muted' then nullif(muted_until, 'infinity') end,
	       ` + wait + `
	from judged
	where verdict <> 'accepted'`
}
