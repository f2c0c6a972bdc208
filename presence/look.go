package presence

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// errTorn says that the numbering changed between two reads.
var errTorn = errors.New("the changes do not follow one another")

// seen is what one look has found.
type seen struct {
	Looked
	changes []change
}

// follows says whether the changes go on from a revision without a gap.
func (s seen) follows(after int64) bool {
	for _, c := range s.changes {
		if after++; c.revision != after {
			return false
		}
	}
	return after == s.Newest
}

// look reads what all nodes have changed and shows it.
func (t *Tracker) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	t.refreshed.Store(false)
	loaded, epoch, newest := t.view.at()
	if !loaded {
		return t.load(ctx)
	}
	s, err := t.read(ctx, newest)
	if err != nil {
		return err
	}
	// A database that was restored, or this node slept too long.
	if s.Epoch != epoch || !s.follows(newest) {
		return t.load(ctx)
	}
	t.meet(ctx, s.changes)
	t.view.apply(s.changes, time.Now())
	t.looked(s, len(s.changes) > 0)
	return nil
}

// meet makes known whose circles the changed are in. If that fails the changes
// are shown all the same: no one else depends on it.
func (t *Tracker) meet(ctx context.Context, changes []change) {
	if len(changes) == 0 {
		return
	}
	users := make([]int64, len(changes))
	for i, c := range changes {
		users[i] = c.user
	}
	slices.Sort(users)
	if err := t.config.Circles.Load(ctx, slices.Compact(users)); err != nil && !errors.Is(err, context.Canceled) {
		t.log.WarnContext(ctx, "the circles of people who came or went could not be loaded", slog.Any("error", err))
	}
}

// looked draws the consequences.
func (t *Tracker) looked(s seen, news bool) {
	now := time.Now()
	t.changed = false
	t.lookAt = now.Add(lookEvery)
	t.lookFrom = now.Add(lookGap)
	if news {
		t.lookFrom = now.Add(showEvery)
		if t.moveAt.IsZero() {
			t.moveAt = now.Add(moveFrom)
		}
		t.config.OnChange()
	}
	// This is the start, perhaps after all nodes were down. The people of a node
	// whose lease has run out since, or soon will, get the time to come back.
	if !t.watched {
		t.expireAt = now.Add(leaseTime)
	}
	t.watched = true
	t.lapsed, t.ending = s.Lapsed, s.Ending
	// Our own lease has run out: this machine slept, or the database's clock
	// was set. Then the leases of others say nothing either.
	t.away = !s.Alive
}

// read returns the changes after a revision.
func (t *Tracker) read(ctx context.Context, after int64) (seen, error) {
	var s seen
	var err error
	now := time.Now()
	s.Looked, err = t.config.Leases.LookPresence(ctx, t.node, after,
		func(revision, user int64, state, notice string, at time.Time) {
			s.changes = append(s.changes, change{revision: revision, user: user, state: state, notice: notice, at: at, seen: now})
		})
	if err != nil {
		return seen{}, fmt.Errorf("look at changes: %w", err)
	}
	return s, nil
}

// load reads everything afresh: the states, and then the changes that the
// database still has, for viewers that come from elsewhere.
func (t *Tracker) load(ctx context.Context) error {
	epoch, revision, states, err := t.config.Leases.LoadPresence(ctx)
	if err != nil {
		return fmt.Errorf("load states: %w", err)
	}
	s, err := t.read(ctx, 0)
	if err != nil {
		return err
	}
	first := s.Newest
	if len(s.changes) > 0 {
		first = s.changes[0].revision - 1
	}
	if s.Epoch != epoch || first > revision || s.Newest < revision || !s.follows(first) {
		return errTorn
	}
	t.view.load(epoch, revision, states, s.changes)
	t.looked(s, true)
	return nil
}
