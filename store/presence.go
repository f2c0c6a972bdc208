package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// The states of a person, as others see them.
const (
	StateOnline  = "online"
	StateAway    = "away" // nobody touches any of their devices
	StateBusy    = "do-not-disturb"
	StateOffline = "offline"
)

// CometSession is one comet session of a node, as the database is told of it.
type CometSession struct {
	Row, User int64 // Row is counted by the node
	Login     string
	Device    string        // browser, phone, plain or api
	Transport string        // such as stream; "" unknown
	RoundTrip time.Duration // whole milliseconds; 0 unknown
	Idle      bool
	Lag       int    // events that it is behind
	Notice    string // "" when it is open; else it closes, and others are told so if it was the last one
}

// presenceLock is the key of the advisory lock under which people come and go,
// so that revisions are numbered in commit order and nobody counts the
// sessions of a person while another node changes them.
const presenceLock = 0x70726573656e6365 // "presence"

const lockPresence = `select pg_advisory_xact_lock($1)`

// changePresence runs the statements that fill queues as one change of who is
// here, again if the database gave it up for the sake of others.
//
// The statements of a batch are an implicit transaction that is sent as a whole:
// a node that stops in the middle never keeps the lock. Each has its own
// snapshot, so those after the lock see what was done before it, and [restate]
// what the ones before it did.
//
// No statement is given a time by a node: a lease is told as the time that it
// lasts, and everything else is now() of the server. So a node whose clock is
// wrong does no harm.
func (s *Store) changePresence(ctx context.Context, fill func(*pgx.Batch)) error {
	return retry(func() error {
		batch := &pgx.Batch{}
		batch.Queue(lockPresence, presenceLock)
		fill(batch)
		return s.db.SendBatch(ctx, batch).Close()
	})
}

// prunePresence removes old changes from the front, a few at a time. The
// newest stays, for the next one counts on from it.
const prunePresence = `
	delete from presence_changes
	where revision <= (
		select max(revision)
		from (select revision, changed_at from presence_changes order by revision limit 200) oldest
		where changed_at < now() - interval '10 minutes'
	) and revision < (select max(revision) from presence_changes)`

// SettlePresence renews a node's lease and opens, updates and closes some of
// its comet sessions; of several entries of a row the last one counts. What
// closes with signed-out closes at the other nodes too, for its login has ended;
// and of a login that has ended nothing opens. A replaced one counts as going on:
// the next login of the browser takes over what it has open.
//
// An ordinary call takes effect (known) only while the lease holds and when
// turn-1 was the last of the node to do so. A whole one does so after any lower
// turn, or when the node is new, and closes all rows that it does not name. It
// reports how many people others now see in another state.
func (s *Store) SettlePresence(ctx context.Context, node string, turn int64, whole bool, lease time.Duration,
	sessions []CometSession,
) (known bool, changed int, err error) {
	c := columnsOf(sessions)
	concerned := settledPeople
	if whole {
		concerned = allPeople
	}
	err = s.changePresence(ctx, func(batch *pgx.Batch) {
		batch.Queue(settleLeases, node, turn, whole, lease,
			c.rows, c.users, c.logins, c.devices, c.transports, c.roundTrips, c.idle, c.notices, c.lags).
			QueryRow(func(row pgx.Row) error { return row.Scan(&known) })
		// What a call that took no effect asks for changes nothing here either: the
		// people are as their leases say.
		batch.Queue(restate(concerned, ``), c.users, c.notices).
			QueryRow(func(row pgx.Row) error { return row.Scan(&changed) })
		batch.Queue(prunePresence)
	})
	if err != nil {
		return false, 0, fmt.Errorf("settle presence: %w", err)
	}
	return known, changed, nil
}

// cometColumns are comet sessions as the columns of a statement.
type cometColumns struct {
	rows, users         []int64
	logins              []pgtype.UUID
	devices, transports []string
	roundTrips          []*int32
	idle                []bool
	notices             []string
	lags                []int
}

func columnsOf(sessions []CometSession) (c cometColumns) {
	for _, s := range sessions {
		login, _ := sessionKey(s.Login) // null when it is none
		c.rows, c.users = append(c.rows, s.Row), append(c.users, s.User)
		c.logins = append(c.logins, login)
		c.devices, c.transports = append(c.devices, s.Device), append(c.transports, s.Transport)
		c.roundTrips = append(c.roundTrips, milliseconds(s.RoundTrip))
		c.idle, c.notices, c.lags = append(c.idle, s.Idle), append(c.notices, s.Notice), append(c.lags, s.Lag)
	}
	return c
}

// milliseconds is nil for a time that is not known.
func milliseconds(d time.Duration) *int32 {
	if d <= 0 {
		return nil
	}
	ms := int32(min(d, time.Hour) / time.Millisecond)
	return &ms
}

// settleLeases writes the leases only where they are not so already: a whole
// call of a node that was away repeats thousands.
const settleLeases = `
	with node as (
		insert into nodes (id, turn, lease_until)
		select $1::uuid, $2::bigint, now() + $4::interval
		where $3 or exists (select from nodes where id = $1 and turn = $2 - 1 and lease_until > now())
		on conflict (id) do update set turn = excluded.turn, lease_until = excluded.lease_until
		where nodes.turn < excluded.turn
		returning id
	), asked as materialized (
		select distinct on (a.id) a.*
		from node
		cross join unnest($5::bigint[], $6::bigint[], $7::uuid[], $8::text[], $9::text[], $10::int[], $11::bool[], $12::text[], $13::int[])
			with ordinality a (id, user_id, login, device, transport, round_trip, idle, notice, lag, n)
		join users u on u.id = a.user_id
		order by a.id, a.n desc
	), opened as (
		-- A node that has yet to hear of a log-out would bring back whom it took away.
		insert into presence_leases as l (node_id, id, user_id, login, device, transport, round_trip, idle, lag)
		select $1, id, user_id, login, device, transport, round_trip, idle, lag
		from asked a
		where notice = '' and not exists (
			select from sessions s where s.id = a.login and s.ended_at is not null and s.end_reason <> 'replaced'
		)
		on conflict (node_id, id) do update
		set login = excluded.login, device = excluded.device, transport = excluded.transport,
			round_trip = excluded.round_trip, idle = excluded.idle, lag = excluded.lag
		where (l.login, l.device, l.transport, l.round_trip, l.idle, l.lag) is distinct from
			(excluded.login, excluded.device, excluded.transport, excluded.round_trip, excluded.idle, excluded.lag)
	), closed as (
		delete from presence_leases l using asked a
		where l.node_id = $1 and l.id = a.id and a.notice <> ''
	), elsewhere as (
		-- A login that has ended is nobody's any more, also where the node that
		-- would say so has died.
		delete from presence_leases l using asked a
		where l.node_id <> $1 and l.user_id = a.user_id and l.login = a.login and a.notice = 'signed-out'
	), unnamed as (
		delete from presence_leases l using node
		where $3 and l.node_id = node.id and l.id not in (select id from asked)
	)
	select exists (select from node)`
