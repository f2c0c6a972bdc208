package store

// The committer's transaction goes to the server in one piece and comes back
// with one answer, so that no lock is held for a round trip:
//
//	lockTopics   lock the heads, in the order of ids, skipping those held elsewhere
//	movePending  number the pending events of the locked topics, when there are any
//	postSends    judge the sends by the grant of post-message, number and store the accepted ones;
//	             or postSendsSlowly, when a room of the batch is known to have slow mode;
//	             or postSendsWhole, when a send is in a thread, answers or mentions somebody
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
		returning id, topic_id, kind, message_id, user_id, room_id, actor_id, deletion_id, created_at
	), e as materialized (
		select m.topic_id, t.epoch, t.head + row_number() over (partition by m.topic_id order by m.id) as seq,
		       m.kind, m.message_id, m.user_id, m.room_id, m.actor_id, m.deletion_id, m.created_at
		from moved m join topics t on t.id = m.topic_id
	), logged as (
		insert into events (topic_id, seq, kind, message_id, user_id, room_id, actor_id, deletion_id, created_at)
		select topic_id, seq, kind, message_id, user_id, room_id, actor_id, deletion_id, created_at from e
	), raised as (
		update topics t set head = n.seq
		from (select topic_id, max(seq) as seq from e group by topic_id) n
		where t.id = n.topic_id
	)
	select e.epoch, ` + eventColumns + `
	from e ` + eventJoins + `
	order by e.topic_id, e.seq`
