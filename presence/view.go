package presence

import (
	"slices"
	"sync"
	"time"
)

const (
	// keepChanges bounds the ring of changes, keepFor says how long a change
	// stays in it. Somebody who comes back later gets a snapshot, and is
	// spared the notices of hours ago.
	keepChanges = 4096
	keepFor     = 5 * time.Minute
	// keepEncoded is for the few revisions that most viewers are at; whoever
	// invents others gets no memory for it.
	keepEncoded = 32
)

// view is what this node knows of everybody's presence: the states at the
// newest revision, and the changes that led there.
type view struct {
	mu     sync.RWMutex
	loaded bool
	epoch  int64
	newest int64
	online map[int64]struct{}
	// The changes after revision floor, up to newest, without gaps.
	ring  []change
	floor int64

	// Encoded events by the revision they begin at, for viewers who may see
	// everybody. Every change empties it.
	encoding sync.Mutex // taken after mu
	encoded  map[int64][]byte
}

// change is one person who came or went.
type change struct {
	revision int64
	user     int64
	state    string
	notice   string
	at       time.Time // by the database's clock
	seen     time.Time // by ours
}

// load replaces everything. The changes may begin before the revision that
// the states are true at, and may go on after it.
func (v *view) load(epoch, revision int64, online []int64, changes []change) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.loaded, v.epoch, v.newest, v.floor = true, epoch, revision, revision
	v.online = make(map[int64]struct{}, len(online))
	for _, user := range online {
		v.online[user] = struct{}{}
	}
	v.ring, v.encoded = nil, map[int64][]byte{}
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
		if c.revision <= v.newest {
			continue
		}
		v.newest = c.revision
		if c.state == stateOnline {
			v.online[c.user] = struct{}{}
		} else {
			delete(v.online, c.user)
		}
	}
	if len(changes) > 0 {
		v.ring = append(v.ring, changes...)
		clear(v.encoded)
	}
}

// pruneLocked lets the oldest changes go.
func (v *view) pruneLocked(now time.Time) {
	old := max(0, len(v.ring)-keepChanges)
	for old < len(v.ring) && now.Sub(v.ring[old].seen) > keepFor {
		old++
	}
	if old > 0 {
		v.floor = v.ring[old-1].revision
		v.ring = slices.Delete(v.ring, 0, old)
	}
}

// at is the revision this node is at, for a look from there on.
func (v *view) at() (loaded bool, epoch, newest int64) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.loaded, v.epoch, v.newest
}
