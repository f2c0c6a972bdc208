package app

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strconv"
	"sync"
	"time"

	"chatd/comet"
	"chatd/presence"
	"chatd/store"
	"chatd/store/rights"
)

// sights are the people whom guests see: of all others they do not learn who is
// here. Whoever has no entry sees everybody. An entry is made anew with each
// data request of a guest, and when a look finds that somebody has become one.
type sights struct {
	// keep is how long an entry outlives its making: longer than any data
	// request lasts.
	keep time.Duration

	mu      sync.Mutex
	changes int64 // how many changes of roles were heard of
	guests  map[int64]guestSight
	sweep   time.Time
}

type guestSight struct {
	people []int64 // sorted
	mark   string
	made   time.Time
}

// newSights returns the sights of nobody.
func newSights(keep time.Duration) *sights {
	return &sights{keep: keep, guests: map[int64]guestSight{}}
}

// sightLife is longer than the longest data request, a stream, may last.
func sightLife(times comet.Times) time.Duration {
	return 2 * max(times.StreamLife, time.Hour)
}

// Of is the sight of a viewer, for presence.
func (s *sights) Of(viewer int64) presence.Sight {
	s.mu.Lock()
	guest, limited := s.guests[viewer]
	s.mu.Unlock()
	if !limited {
		return presence.Sight{}
	}
	return presence.Sight{Mark: guest.mark, Sees: func(user int64) bool {
		_, found := slices.BinarySearch(guest.people, user)
		return found
	}}
}

// refresh finds out what user sees, whose role is asked for first. A role that
// changes meanwhile is asked for again, so that of a change and a request at
// the same time the change counts.
func (s *sights) refresh(ctx context.Context, through *store.Store, user int64, role func() (store.Role, error)) error {
	for {
		changes := s.heard()
		now, err := role()
		if err != nil {
			return err
		}
		limited := !rights.SeeDirectory.May(now)
		var people []int64
		if limited {
			if people, err = through.VisibleUsers(ctx, user); err != nil {
				return err
			}
		}
		if s.put(changes, user, limited, people) {
			return nil
		}
	}
}

func (s *sights) heard() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changes
}

// changed notes that somebody's role is another one.
func (s *sights) changed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
}

// put keeps what was found out, unless a role has changed since.
func (s *sights) put(changes, user int64, limited bool, people []int64) bool {
	now := time.Now()
	slices.Sort(people)
	s.mu.Lock()
	defer s.mu.Unlock()
	if changes != s.changes {
		return false
	}
	s.sweepLocked(now)
	if limited {
		s.guests[user] = guestSight{people: people, mark: markOf(people), made: now}
	} else {
		delete(s.guests, user)
	}
	return true
}

// sweepLocked forgets guests who are long gone.
func (s *sights) sweepLocked(now time.Time) {
	if now.Before(s.sweep) {
		return
	}
	s.sweep = now.Add(s.keep)
	for user, guest := range s.guests {
		if now.Sub(guest.made) > s.keep {
			delete(s.guests, user)
		}
	}
}

// markOf names a set of people, the same on all nodes.
func markOf(people []int64) string {
	sum := fnv.New64a()
	for _, user := range people {
		_ = binary.Write(sum, binary.BigEndian, user) // a hash takes everything
	}
	return strconv.FormatUint(sum.Sum64(), 36)
}
