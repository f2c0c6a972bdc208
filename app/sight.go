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
	"chatd/store"
	"chatd/store/rights"
)

// sights are the people whom guests see: of all others they do not learn who is
// here. Whoever has no entry sees everybody. An entry is made anew with each
// data request of a guest, when a look finds that somebody has become one, when
// a membership ends that the guest's sight may rest on, and when somebody joins
// a room of the guest's.
type sights struct {
	// keep is how long an entry outlives its making: longer than any data
	// request lasts.
	keep time.Duration

	mu     sync.Mutex
	news   sightNews
	guests map[int64]guestSight
	sweep  time.Time
}

// sightNews counts what was heard of.
type sightNews struct {
	changes int64 // of roles, and ends of memberships
	joins   int64 // which concern guests only
}

type guestSight struct {
	people []int64 // sorted
	mark   string
	made   time.Time
}

func (g guestSight) sees(user int64) bool {
	_, found := slices.BinarySearch(g.people, user)
	return found
}

// sightRounds is how often in a row it is asked what a guest sees.
const sightRounds = 3

// newSights returns the sights of nobody.
func newSights(keep time.Duration) *sights {
	return &sights{keep: keep, guests: map[int64]guestSight{}}
}

// sightLife is longer than the longest data request, a stream, may last.
func sightLife(times comet.Times) time.Duration {
	return 2 * max(times.StreamLife, displayLife)
}

// Of is the sight of a viewer. It is not limited for those who see everybody.
func (s *sights) Of(viewer int64) (guest guestSight, limited bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	guest, limited = s.guests[viewer]
	return guest, limited
}

// refresh finds out what user sees, whose role is asked for first. When
// something changes meanwhile it asks again, so that of a change and a request at
// the same time the change counts. Where people come and go all the time a guest
// gets what sightRounds have found: then it is not sure, and to be found out
// again.
func (s *sights) refresh(ctx context.Context, through *store.Store, user int64, role func() (store.Role, error)) (sure bool, err error) {
	for round := 1; ; round++ {
		since := s.heard()
		now, err := role()
		if err != nil {
			return false, err
		}
		limited := !rights.SeeDirectory.May(now)
		var people []int64
		if limited {
			if people, err = through.VisibleUsers(ctx, user); err != nil {
				return false, err
			}
		}
		if s.put(since, user, limited, people) {
			return true, nil
		}
		if limited && round >= sightRounds {
			s.putUnsure(user, people)
			return false, nil
		}
	}
}

func (s *sights) heard() sightNews {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.news
}

// changed notes that somebody's role is another one, or that a membership has
// ended.
func (s *sights) changed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news.changes++
}

// joined notes that somebody may have joined a room.
func (s *sights) joined() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news.joins++
}

// put keeps what was found out, unless there was a change since.
func (s *sights) put(since sightNews, user int64, limited bool, people []int64) bool {
	slices.Sort(people)
	s.mu.Lock()
	defer s.mu.Unlock()
	if since.changes != s.news.changes || limited && since.joins != s.news.joins {
		return false
	}
	s.putLocked(user, limited, people)
	return true
}

// putUnsure keeps what put did not.
func (s *sights) putUnsure(user int64, people []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.putLocked(user, true, people)
}

func (s *sights) putLocked(user int64, limited bool, people []int64) {
	now := time.Now()
	s.sweepLocked(now)
	if !limited {
		delete(s.guests, user)
		return
	}
	s.guests[user] = guestSight{people: people, mark: markOf(people), made: now}
}

// concerned are the guests who are among users or see one of them.
func (s *sights) concerned(users []int64) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var guests []int64
	for user, guest := range s.guests {
		if slices.Contains(users, user) || slices.ContainsFunc(users, guest.sees) {
			guests = append(guests, user)
		}
	}
	return guests
}

// strangers are the guests who are among users or do not see one of them.
func (s *sights) strangers(users []int64) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var guests []int64
	for user, guest := range s.guests {
		unseen := func(other int64) bool { return other == user || !guest.sees(other) }
		if slices.ContainsFunc(users, unseen) {
			guests = append(guests, user)
		}
	}
	return guests
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
