package presence

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errTorn says that the numbering changed between two reads.
var errTorn = errors.New("the changes do not follow one another")

// seen is what one look has found.
type seen struct {
	epoch, newest int64
	alive, lapsed bool
	changes       []change
}

// follows says whether the changes go on from a revision without a gap.
func (s seen) follows(after int64) bool {
	for _, c := range s.changes {
		if after++; c.revision != after {
			return false
		}
	}
	return after == s.newest
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
	if s.epoch != epoch || !s.follows(newest) {
		return t.load(ctx)
	}
	t.view.apply(s.changes, time.Now())
	t.looked(s, len(s.changes) > 0)
	return nil
}

// looked draws the consequences.
func (t *Tracker) looked(s seen, news bool) {
	now := time.Now()
	t.changed = false
	t.lookAt = now.Add(lookEvery)
	t.lookFrom = now.Add(lookGap)
	if news {
		t.lookFrom = now.Add(showEvery)
		t.config.OnChange()
	}
	// A node that ran out while nobody looked (this is the start) may have
	// died together with the database: its people get the time to come back.
	if !t.watched && s.lapsed {
		t.expireAt = now.Add(leaseTime)
	}
	t.watched = true
	t.lapsed = s.lapsed
	// Our own lease has run out: this machine slept, or the database's clock
	// was set. Then the leases of others say nothing either.
	t.away = !s.alive
}

// read returns the changes after a revision.
func (t *Tracker) read(ctx context.Context, after int64) (seen, error) {
	var s seen
	var err error
	now := time.Now()
	s.epoch, s.newest, s.alive, s.lapsed, err = t.config.Leases.LookPresence(ctx, t.node, after,
		func(revision, user int64, state, notice string, at time.Time) {
			s.changes = append(s.changes, change{revision, user, state, notice, at, now})
		})
	if err != nil {
		return seen{}, fmt.Errorf("look at changes: %w", err)
	}
	return s, nil
}

// load reads everything afresh: the states, and then the changes that the
// database still has, for viewers that come from elsewhere.
func (t *Tracker) load(ctx context.Context) error {
	epoch, revision, online, err := t.config.Leases.LoadPresence(ctx)
	if err != nil {
		return fmt.Errorf("load states: %w", err)
	}
	s, err := t.read(ctx, 0)
	if err != nil {
		return err
	}
	first := s.newest
	if len(s.changes) > 0 {
		first = s.changes[0].revision - 1
	}
	if s.epoch != epoch || first > revision || s.newest < revision || !s.follows(first) {
		return errTorn
	}
	t.view.load(epoch, revision, online, s.changes)
	t.looked(s, true)
	return nil
}
