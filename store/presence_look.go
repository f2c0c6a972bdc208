package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ExpirePresence removes all nodes but this one whose lease has run out, with
// their sessions, and reports how many people others see in another state by
// that.
func (s *Store) ExpirePresence(ctx context.Context, node string) (changed int, err error) {
	err = s.changePresence(ctx, func(batch *pgx.Batch) {
		batch.Queue(restate(lapsedPeople, ofLivingNodes), node).
			QueryRow(func(row pgx.Row) error { return row.Scan(&changed) })
		// now() is the same in the whole batch.
		batch.Queue(`delete from nodes where id <> $1 and lease_until <= now()`, node)
	})
	if err != nil {
		return 0, fmt.Errorf("expire presence: %w", err)
	}
	return changed, nil
}

// PersonState is what others see of somebody who is not offline.
type PersonState struct {
	User  int64
	State string
}

// LoadPresence returns everybody who is not offline, the revision at which that
// is true, and the epoch of the revisions: that of the workspace's topic, which
// is renewed when the database was restored. What the version before has told,
// and [restate] has not yet seen to, is in that revision too.
func (s *Store) LoadPresence(ctx context.Context) (epoch, revision int64, states []PersonState, err error) {
	rows, err := s.db.Query(ctx, `
		with older as (
			select distinct on (user_id) user_id, state
			from presence_changes
			where not stated
			order by user_id, revision desc
		), seen as (
			select user_id, coalesce(o.state, s.state) as state
			from presence_states s full join older o using (user_id)
		)
		select t.epoch, (select coalesce(max(revision), 0) from presence_changes), s.user_id, s.state
		from topics t left join seen s on s.state <> 'offline'
		where t.id = $1
		order by s.user_id`, WorkspaceTopic)
	if err != nil {
		return 0, 0, nil, fmt.Errorf("load presence: %w", err)
	}
	var user *int64
	var state *string
	_, err = pgx.ForEachRow(rows, []any{&epoch, &revision, &user, &state}, func() error {
		if user != nil {
			states = append(states, PersonState{User: *user, State: *state})
		}
		return nil
	})
	if err != nil {
		return 0, 0, nil, fmt.Errorf("load presence: %w", err)
	}
	return epoch, revision, states, nil
}

// Looked is what a look finds besides the changes.
type Looked struct {
	Epoch, Newest int64 // Newest is the newest revision
	Alive         bool  // the node's own lease holds
	Lapsed        bool  // that of another has run out; see ExpirePresence
	Ending        bool  // the time of somebody's choice is over; see LapsePresence
}

// LookPresence hands over who changed after a revision, in order, with the
// notice that tells others, "" for none.
func (s *Store) LookPresence(ctx context.Context, node string, after int64,
	change func(revision, user int64, state, notice string, at time.Time),
) (Looked, error) {
	rows, err := s.db.Query(ctx, `
		select t.epoch,
		       (select coalesce(max(revision), 0) from presence_changes),
		       exists (select from nodes where id = $2 and lease_until > now()),
		       exists (select from nodes where id <> $2 and lease_until <= now()),
		       exists (select from users where presence_until <= now()),
		       c.revision, c.user_id, c.state, c.notice, c.changed_at
		from topics t left join presence_changes c on c.revision > $3
		where t.id = $1
		order by c.revision`, WorkspaceTopic, node, after)
	if err != nil {
		return Looked{}, fmt.Errorf("look at presence: %w", err)
	}
	var l Looked
	var revision, user *int64
	var state, notice *string
	var at *time.Time
	targets := []any{&l.Epoch, &l.Newest, &l.Alive, &l.Lapsed, &l.Ending, &revision, &user, &state, &notice, &at}
	_, err = pgx.ForEachRow(rows, targets, func() error {
		if revision != nil {
			change(*revision, *user, *state, *notice, *at)
		}
		return nil
	})
	if err != nil {
		return Looked{}, fmt.Errorf("look at presence: %w", err)
	}
	return l, nil
}
