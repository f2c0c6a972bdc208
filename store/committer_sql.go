package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// The committer's transaction goes to the server in one piece and comes back
// with one answer, so that no lock is ever held while a packet travels:
//
//	lockTopics   lock the heads, in the order of ids, skipping those held elsewhere
//	movePending  number the pending events of the locked topics, when there are any
//	postSends    judge the sends, number and store the accepted ones
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

const movePending = `
	with moved as (
		delete from pending_events
		where id in (
			select p.id
			from unnest(current_setting('` + lockedSetting + `')::bigint[]) as locked (id)
			cross join lateral (
				select topic_id, id from pending_events where topic_id = locked.id order by id limit $1
			) p
			order by p.topic_id, p.id limit $1)
		returning id, topic_id, kind, user_id, room_id, actor_id, created_at
	), e as materialized (
		select m.topic_id, t.epoch, t.head + row_number() over (partition by m.topic_id order by m.id) as seq,
		       m.kind, null::bigint as message_id, m.user_id, m.room_id, m.actor_id, m.created_at
		from moved m join topics t on t.id = m.topic_id
	), logged as (
		insert into events (topic_id, seq, kind, user_id, room_id, actor_id, created_at)
		select topic_id, seq, kind, user_id, room_id, actor_id, created_at from e
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
	verdictSessionEnded = "session-ended" // or of another or a deactivated user
	verdictInactive     = "inactive"      // the author is deactivated or does not exist
	verdictNotMember    = "not-member"    // of the room, if it is one
	verdictSkipped      = "skipped"       // fine so far, but the lock was held elsewhere
	verdictBehindNews   = "behind-news"   // fine so far, but pending events come first
)

// The text of an accepted message is not sent back.
const postSends = `
	with judged as materialized (
		select s.n, s.room_id, s.author_id, s.client_id, s.body,
		       t.epoch, t.head, t.last_number, u.username, u.display_name, u.role,
		       old.id as old_id, old.number as old_number, old.seq as old_seq, old.body as old_body,
		       old.created_at as old_created_at,
		       case
		         when old.room_id = s.room_id then 'repeated'
		         when old.id is not null then 'reused'
		         when s.session_id is not null and not (
		              x.user_id = s.author_id and x.ended_at is null and x.expires_at > statement_timestamp()
		              and u.deactivated_at is null) is true then 'session-ended'
		         when u.id is null or u.deactivated_at is not null then 'inactive'
		         when m.user_id is null or m.left_at is not null then 'not-member'
		         when s.room_id <> all ((select current_setting('` + lockedSetting + `')::bigint[])::bigint[]) then 'skipped'
		         when exists (select from pending_events p where p.topic_id = s.room_id) then 'behind-news'
		         else 'accepted'
		       end as verdict
		from unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::uuid[], $5::text[])
		     with ordinality as s (room_id, author_id, session_id, client_id, body, n)
		left join messages old on old.author_id = s.author_id and old.client_id = s.client_id
		left join topics t on t.id = s.room_id
		left join memberships m on m.room_id = s.room_id and m.user_id = s.author_id
		left join users u on u.id = s.author_id
		left join sessions x on x.id = s.session_id
	), accepted as materialized (
		select n, room_id, author_id, client_id, body, epoch, username, display_name, role,
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
	), raised as (
		update topics t set head = a.seq, last_number = a.number
		from (select room_id, max(seq) as seq, max(number) as number from accepted group by room_id) a
		where t.id = a.room_id
	)
	select n, 'accepted' as verdict, id, epoch, number, seq, created_at, username, display_name, role, null as body
	from accepted
	union all
	select n, verdict, old_id, epoch, old_number, old_seq, old_created_at, username, display_name, role, old_body
	from judged
	where verdict <> 'accepted'`

// openPool prepares the committer's own connections.
func (c *Committer) openPool(ctx context.Context) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(c.store.url)
	if err != nil {
		return nil, fmt.Errorf("committer: %w", err)
	}
	configure(cfg.ConnConfig, "chatd committer", map[string]string{
		"default_transaction_isolation":       "read committed",
		"statement_timeout":                   strconv.Itoa(int(statementWithin.Milliseconds())),
		"lock_timeout":                        strconv.Itoa(int(lockWithin.Milliseconds())),
		"idle_in_transaction_session_timeout": "2s",
		// A node that lost its network must not hold locks for hours.
		"tcp_keepalives_idle":     "5",
		"tcp_keepalives_interval": "2",
		"tcp_keepalives_count":    "3",
		// Every look-up in the statements is by key, whatever the statistics
		// say at the time of planning, and planning happens once.
		"plan_cache_mode":   "force_generic_plan",
		"enable_seqscan":    "off",
		"enable_bitmapscan": "off",
		"enable_hashjoin":   "off",
		"enable_mergejoin":  "off",
		"enable_material":   "off",
		"jit":               "off",
	})
	cfg.ConnConfig.ConnectTimeout = connectWithin
	cfg.MaxConns = 1 + waitersMax
	cfg.MaxConnIdleTime = time.Minute
	cfg.AfterConnect = c.afterConnect
	return pgxpool.NewWithConfig(ctx, cfg)
}

// afterConnect makes sure, before anything is written, that the database is
// still the one that the positions in use belong to: it may have been replaced
// by a promoted standby while chatd ran.
func (c *Committer) afterConnect(ctx context.Context, conn *pgx.Conn) error {
	if err := useUTC(ctx, conn); err != nil {
		return err
	}
	// Known from PostgreSQL 17 on.
	_, err := conn.Exec(ctx, `
		select set_config(name, '10s', false) from pg_settings where name = 'transaction_timeout'`)
	if err != nil {
		return fmt.Errorf("set the transaction timeout: %w", err)
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		renewed, err := checkIdentity(ctx, tx)
		if renewed {
			c.log.WarnContext(ctx, "committer: the database was restored or promoted; all epochs are renewed")
		}
		return err
	})
}

// answer is what a transaction reports.
type answer struct {
	locked   map[int64]bool
	moved    []Event
	verdicts []verdict // one for each send, in their order
}

// verdict is a row of postSends.
type verdict struct {
	n                           int64
	verdict                     string
	id, epoch, number, seq      *int64
	at                          *time.Time
	username, displayName, role *string
	body                        *string
}

// transact runs the transaction for a batch. After an error nothing is stored,
// or, if it is not the server's own, that is unknown.
func (c *Committer) transact(ctx context.Context, b *batch, lock string) (*answer, error) {
	conn, err := c.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	// What has begun may end although chatd is stopping.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attemptWithin)
	defer cancel()
	a := &answer{locked: map[int64]bool{}, verdicts: make([]verdict, b.size)}
	var p pgx.Batch
	p.Queue(lock, b.topics()).QueryRow(a.readLocked)
	if b.kicked() {
		p.Queue(movePending, movedMax).Query(a.readMoved)
	}
	if b.size > 0 {
		p.Queue(postSends, b.columns()...).Query(a.readVerdicts)
	}
	if err := conn.SendBatch(ctx, &p).Close(); err != nil {
		return nil, err
	}
	return a, nil
}

// kicked reports whether any topic may have pending events.
func (b *batch) kicked() bool {
	return slices.ContainsFunc(b.parts, func(p part) bool { return p.kicked })
}

func (b *batch) topics() []int64 {
	topics := make([]int64, len(b.parts))
	for i, p := range b.parts {
		topics[i] = p.lane.topic
	}
	return topics
}

// columns returns the arguments of postSends.
func (b *batch) columns() []any {
	rooms, authors := make([]int64, 0, b.size), make([]int64, 0, b.size)
	sessions, clients := make([]pgtype.UUID, 0, b.size), make([]pgtype.UUID, 0, b.size)
	bodies := make([]string, 0, b.size)
	for _, p := range b.parts {
		for _, s := range p.sends {
			rooms, authors = append(rooms, s.RoomID), append(authors, s.AuthorID)
			sessions, clients = append(sessions, s.session), append(clients, s.client)
			bodies = append(bodies, s.Body)
		}
	}
	return []any{rooms, authors, sessions, clients, bodies}
}

func (a *answer) readLocked(row pgx.Row) error {
	var ids []int64
	if err := row.Scan(&ids, nil); err != nil {
		return err
	}
	for _, id := range ids {
		a.locked[id] = true
	}
	return nil
}

func (a *answer) readMoved(rows pgx.Rows) error {
	var e eventRow
	var epoch int64
	_, err := pgx.ForEachRow(rows, append([]any{&epoch}, e.targets()...), func() error {
		a.moved = append(a.moved, e.event(epoch))
		return nil
	})
	return err
}

func (a *answer) readVerdicts(rows pgx.Rows) error {
	var v verdict
	targets := []any{&v.n, &v.verdict, &v.id, &v.epoch, &v.number, &v.seq, &v.at,
		&v.username, &v.displayName, &v.role, &v.body}
	_, err := pgx.ForEachRow(rows, targets, func() error {
		a.verdicts[v.n-1] = v
		return nil
	})
	return err
}
