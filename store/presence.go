package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// presenceLock is the key of the advisory lock under which people come and go,
// so that revisions are numbered in commit order and nobody counts the
// sessions of a person while another node changes them.
const presenceLock = 0x70726573656e6365 // "presence"

// The statements run in one batch, an implicit transaction that is sent as a
// whole: a node that stops in the middle never keeps the lock. Each statement
// has its own snapshot, so those after the lock see what was done before it.
const lockPresence = `select pg_advisory_xact_lock($1)`

// prunePresence removes old changes from the front, a few at a time. The
// newest stays, for the next one counts on from it.
const prunePresence = `
	delete from presence_changes
	where revision <= (
		select max(revision)
		from (select revision, changed_at from presence_changes order by revision limit 200) oldest
		where changed_at < now() - interval '10 minutes'
	) and revision < (select max(revision) from presence_changes)`

// SettlePresence renews a node's lease and opens and closes some of its comet
// sessions. Row rows[i] of users[i] opens when notices[i] is empty, and else
// closes; notices[i] is how others are told if it was the person's last one.
//
// An ordinary call takes effect (known) only while the lease holds and when
// turn-1 was the last of the node to do so. A whole one does so after any lower turn, or when the node is
// new, and closes all rows that it does not name. It reports how many people
// came online or went offline.
func (s *Store) SettlePresence(ctx context.Context, node string, turn int64, whole bool, lease time.Duration,
	rows, users []int64, notices []string,
) (known bool, changed int, err error) {
	batch := &pgx.Batch{}
	batch.Queue(lockPresence, presenceLock)
	batch.Queue(settlePresence, node, turn, whole, lease, rows, users, notices).
		QueryRow(func(row pgx.Row) error { return row.Scan(&known, &changed) })
	batch.Queue(prunePresence)
	if err := s.db.SendBatch(ctx, batch).Close(); err != nil {
		return false, 0, fmt.Errorf("settle presence: %w", err)
	}
	return known, changed, nil
}

const settlePresence = `
	with node as (
		insert into nodes (id, turn, lease_until)
		select $1::uuid, $2::bigint, now() + $4::interval
		where $3 or exists (select from nodes where id = $1 and turn = $2 - 1 and lease_until > now())
		on conflict (id) do update set turn = excluded.turn, lease_until = excluded.lease_until
		where nodes.turn < excluded.turn
		returning id
	), asked as materialized (
		select a.id, a.user_id, a.notice, a.n
		from node cross join unnest($5::bigint[], $6::bigint[], $7::text[]) with ordinality a (id, user_id, notice, n)
		join users u on u.id = a.user_id
	), ending as materialized (
		select l.id, l.user_id, a.notice, a.n
		from asked a join presence_leases l on l.node_id = $1 and l.id = a.id
		where a.notice <> ''
		union all
		select l.id, l.user_id, 'went-offline', 0
		from node join presence_leases l on l.node_id = node.id
		where $3 and l.id not in (select id from asked)
	), opened as (
		insert into presence_leases (node_id, id, user_id)
		select $1, id, user_id from asked where notice = ''
		on conflict (node_id, id) do nothing
	), closed as (
		delete from presence_leases l using ending e where l.node_id = $1 and l.id = e.id
	), people as (
		select user_id, bool_or(opens) as opens,
		       (array_agg(notice order by n desc) filter (where not opens))[1] as notice
		from (
			select user_id, notice, n, true as opens from asked where notice = ''
			union all
			select user_id, notice, n, false from ending
		) sessions
		group by user_id
	), counted as (
		-- This statement sees the leases as they were before it.
		select user_id, notice,
		       exists (select from presence_leases l where l.user_id = p.user_id) as before,
		       opens or exists (
		           select from presence_leases l
		           where l.user_id = p.user_id and not (l.node_id = $1 and l.id in (select id from ending))
		       ) as after
		from people p
	), changed as (
		insert into presence_changes (revision, user_id, state, notice, changed_at)
		select (select coalesce(max(revision), 0) from presence_changes) + row_number() over (order by user_id),
		       user_id,
		       case when after then 'online' else 'offline' end,
		       case when after then 'signed-in' else notice end,
		       clock_timestamp()
		from counted where before <> after
		returning user_id
	), dated as (
		update users u set last_seen_at = now() from changed c where u.id = c.user_id
	)
	select exists (select from node), (select count(*) from changed)`

// ExpirePresence removes all nodes but this one whose lease has run out, with
// their sessions, and reports how many people went offline by that.
func (s *Store) ExpirePresence(ctx context.Context, node string) (changed int, err error) {
	batch := &pgx.Batch{}
	batch.Queue(lockPresence, presenceLock)
	batch.Queue(`
		with dead as (
			delete from nodes where id <> $1 and lease_until <= now() returning id, lease_until
		), gone as (
			select l.user_id, max(d.lease_until) as seen
			from presence_leases l join dead d on d.id = l.node_id
			group by l.user_id
		), changed as (
			insert into presence_changes (revision, user_id, state, notice, changed_at)
			select (select coalesce(max(revision), 0) from presence_changes) + row_number() over (order by user_id),
			       user_id, 'offline', 'went-offline', clock_timestamp()
			from gone g where not exists (
				select from presence_leases l
				where l.user_id = g.user_id and l.node_id not in (select id from dead)
			)
			returning user_id
		), dated as (
			update users u set last_seen_at = greatest(u.last_seen_at, g.seen)
			from gone g where u.id = g.user_id
		)
		select count(*) from changed`, node).
		QueryRow(func(row pgx.Row) error { return row.Scan(&changed) })
	if err := s.db.SendBatch(ctx, batch).Close(); err != nil {
		return 0, fmt.Errorf("expire presence: %w", err)
	}
	return changed, nil
}

// LoadPresence returns who is online, the revision at which that is true, and
// the epoch of the revisions: that of the workspace's topic, which is renewed
// when the database was restored.
func (s *Store) LoadPresence(ctx context.Context) (epoch, revision int64, online []int64, err error) {
	err = s.db.QueryRow(ctx, `
		select t.epoch,
		       (select coalesce(max(revision), 0) from presence_changes),
		       array(select distinct user_id from presence_leases)
		from topics t where t.id = $1`, WorkspaceTopic).Scan(&epoch, &revision, &online)
	if err != nil {
		return 0, 0, nil, fmt.Errorf("load presence: %w", err)
	}
	return epoch, revision, online, nil
}

// LookPresence hands over who came and went after a revision, in order, and
// tells the epoch and the newest revision, whether the lease of node still
// holds, and whether that of another node has run out.
func (s *Store) LookPresence(ctx context.Context, node string, after int64,
	change func(revision, user int64, state, notice string, at time.Time),
) (epoch, newest int64, alive, lapsed bool, err error) {
	rows, err := s.db.Query(ctx, `
		select t.epoch,
		       (select coalesce(max(revision), 0) from presence_changes),
		       exists (select from nodes where id = $2 and lease_until > now()),
		       exists (select from nodes where id <> $2 and lease_until <= now()),
		       c.revision, c.user_id, c.state, c.notice, c.changed_at
		from topics t left join presence_changes c on c.revision > $3
		where t.id = $1
		order by c.revision`, WorkspaceTopic, node, after)
	if err != nil {
		return 0, 0, false, false, fmt.Errorf("look at presence: %w", err)
	}
	var revision, user *int64
	var state, notice *string
	var at *time.Time
	_, err = pgx.ForEachRow(rows, []any{&epoch, &newest, &alive, &lapsed, &revision, &user, &state, &notice, &at}, func() error {
		if revision != nil {
			change(*revision, *user, *state, *notice, *at)
		}
		return nil
	})
	if err != nil {
		return 0, 0, false, false, fmt.Errorf("look at presence: %w", err)
	}
	return epoch, newest, alive, lapsed, nil
}
