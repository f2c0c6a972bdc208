package presence

import (
	"slices"
	"sort"
	"sync"
	"time"
)

const (
	// keepChanges bounds the ring of changes (some 5 MB), keepFor says how long a
	// change stays in it. Somebody who comes back later gets a snapshot, and is
	// spared the notices of hours ago.
	keepChanges = 32_768
	keepFor     = 5 * time.Minute
	// moveChanges and moveAfter are how far behind the newest revision a viewer
	// may stay, in changes and by the age of the first of them, while there is
	// nothing to tell them. Then an event moves them on, long before the ring
	// lets go what follows their revision, also if a node dies meanwhile and all
	// its people change at once.
	moveChanges = 2048
	// A viewer is moved on after moveFrom and up to moveSteps times moveStep: not
	// all of them at the same moment.
	moveFrom  = keepFor / 5
	moveStep  = 2 * time.Second
	moveSteps = 20
)

// moveAfter is after how long a viewer is moved on.
func moveAfter(viewer int64) time.Duration {
	return moveFrom + time.Duration(uint64(viewer)%(moveSteps+1))*moveStep //nolint:gosec // any number will do
}

// view is what this node knows of everybody's presence: the states at the
// newest revision, and the changes that led there.
type view struct {
	mu     sync.RWMutex
	loaded bool
	epoch  int64
	newest int64
	states map[int64]string // of those who are not offline
	// The changes after revision floor, up to newest, without gaps.
	ring   []change
	floor  int64
	latest map[int64]int64 // the newest revision of each person in the ring

	index // what the ring has of each room
}

// change is one person whose state has become another one.
type change struct {
	revision int64
	user     int64
	state    string
	notice   string
	at       time.Time // by the database's clock
	seen     time.Time // by ours
	before   int64     // the same person's revision before this one, if it is in the ring
}

// load replaces everything. The changes may begin before the revision that
// the states are true at, and may go on after it.
func (v *view) load(epoch, revision int64, states []PersonState, changes []change) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.loaded, v.epoch, v.newest, v.floor = true, epoch, revision, revision
	v.states = make(map[int64]string, len(states))
	for _, p := range states {
		v.states[p.User] = p.State
	}
	v.ring, v.latest = nil, map[int64]int64{}
	v.forgetLocked()
	if len(changes) > 0 {
		v.floor = changes[0].revision - 1
		v.applyLocked(changes)
	}
}

// apply takes over the changes that follow the newest revision.
func (v *view) apply(changes []change, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.applyLocked(changes)
	v.pruneLocked(now)
}

func (v *view) applyLocked(changes []change) {
	for _, c := range changes {
		c.before = v.latest[c.user]
		v.latest[c.user] = c.revision
		v.ring = append(v.ring, c)
		if c.revision <= v.newest {
			continue
		}
		v.newest = c.revision
		if c.state == StateOffline {
			delete(v.states, c.user)
		} else {
			v.states[c.user] = c.state
		}
	}
	if len(changes) > 0 {
		v.forgetLocked()
	}
}

// pruneLocked lets the oldest changes go.
func (v *view) pruneLocked(now time.Time) {
	old := max(0, len(v.ring)-keepChanges)
	for old < len(v.ring) && now.Sub(v.ring[old].seen) > keepFor {
		old++
	}
	if old == 0 {
		return
	}
	v.floor = v.ring[old-1].revision
	for _, c := range v.ring[:old] {
		if v.latest[c.user] == c.revision {
			delete(v.latest, c.user)
		}
	}
	v.ring = slices.Delete(v.ring, 0, old)
	v.forgetLocked()
}

// fadesLocked says whether a revision of the ring, or before its first change,
// has fallen so far behind that the viewer who has it should get another one.
func (v *view) fadesLocked(viewer, revision int64, now time.Time) bool {
	behind := v.newest - revision
	return behind > moveChanges || behind > 0 && now.Sub(v.changeLocked(revision+1).seen) >= moveAfter(viewer)
}

// nextMove is when viewers who are behind are to be woken next, or the zero time
// when all have had their turn after the newest change.
func (v *view) nextMove(now time.Time) time.Time {
	v.mu.RLock()
	defer v.mu.RUnlock()
	const over = moveFrom + (moveSteps+1)*moveStep
	first := sort.Search(len(v.ring), func(i int) bool { return now.Sub(v.ring[i].seen) < over })
	if first == len(v.ring) {
		return time.Time{}
	}
	next := v.ring[first].seen.Add(moveFrom)
	if soonest := now.Add(moveStep); next.Before(soonest) {
		return soonest
	}
	return next
}

// at is the revision this node is at, for a look from there on.
func (v *view) at() (loaded bool, epoch, newest int64) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.loaded, v.epoch, v.newest
}

func (v *view) stateLocked(user int64) string {
	if state, ok := v.states[user]; ok {
		return state
	}
	return StateOffline
}

// changeLocked is the change with a revision, which is in the ring.
func (v *view) changeLocked(revision int64) *change { return &v.ring[revision-v.floor-1] }
