// Package presencetest is a database of presence leases in memory, as faithful
// as a test needs it: it serialises changes, has a clock of its own, and its
// clients can lose it in every way a network allows.
package presencetest

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Database is what all nodes share.
type Database struct {
	mu      sync.Mutex
	skew    time.Duration
	epoch   int64
	nodes   map[string]*node
	changes []Change
}

// node is one node with its sessions by row; the values are users.
type node struct {
	turn  int64
	until time.Time
	rows  map[int64]int64
}

// Change is one person who came or went.
type Change struct {
	Revision int64
	User     int64
	State    string
	Notice   string
	At       time.Time
}

// NewDatabase returns an empty database whose clock is off by skew.
func NewDatabase(skew time.Duration) *Database {
	return &Database{skew: skew, epoch: 1, nodes: map[string]*node{}}
}

// Changes are all changes there ever were.
func (d *Database) Changes() []Change {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.changes)
}

// Restore puts the database back to what it was at a revision, with a new
// epoch and without nodes, as a backup would.
func (d *Database) Restore(revision int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.epoch++
	d.changes = d.changes[:revision]
	d.nodes = map[string]*node{}
}

// SetClock moves the database's clock.
func (d *Database) SetClock(skew time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.skew = skew
}

func (d *Database) nowLocked() time.Time { return time.Now().Add(d.skew) }

func (d *Database) settle(id string, turn int64, whole bool, lease time.Duration, rows, users []int64, notices []string) (known bool, changed int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.nowLocked()
	n, ok := d.nodes[id]
	switch {
	case !whole && (!ok || n.turn != turn-1 || !n.until.After(now)), ok && n.turn >= turn:
		return false, 0
	case !ok:
		n = &node{rows: map[int64]int64{}}
		d.nodes[id] = n
	}
	n.turn, n.until = turn, now.Add(lease)
	before := d.onlineLocked()
	last := map[int64]string{}
	if whole {
		for row, user := range n.rows {
			if !slices.Contains(rows, row) {
				delete(n.rows, row)
				last[user] = "went-offline"
			}
		}
	}
	for i, row := range rows {
		if _, open := n.rows[row]; notices[i] == "" {
			n.rows[row] = users[i]
		} else if open {
			delete(n.rows, row)
			last[users[i]] = notices[i]
		}
	}
	return true, d.recordLocked(before, last)
}

func (d *Database) expire(id string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.nowLocked()
	before := d.onlineLocked()
	last := map[int64]string{}
	for other, n := range d.nodes {
		if other == id || n.until.After(now) {
			continue
		}
		for _, user := range n.rows {
			last[user] = "went-offline"
		}
		delete(d.nodes, other)
	}
	return d.recordLocked(before, last)
}

// recordLocked compares who was online with who is.
func (d *Database) recordLocked(before map[int64]bool, last map[int64]string) (changed int) {
	after := d.onlineLocked()
	var turned []Change
	for user := range after {
		if !before[user] {
			turned = append(turned, Change{User: user, State: "online", Notice: "signed-in"})
		}
	}
	for user := range before {
		if !after[user] {
			turned = append(turned, Change{User: user, State: "offline", Notice: last[user]})
		}
	}
	slices.SortFunc(turned, func(a, b Change) int { return cmp.Compare(a.User, b.User) })
	for _, c := range turned {
		c.Revision, c.At = int64(len(d.changes)+1), d.nowLocked()
		d.changes = append(d.changes, c)
	}
	return len(turned)
}

func (d *Database) onlineLocked() map[int64]bool {
	online := map[int64]bool{}
	for _, n := range d.nodes {
		for _, user := range n.rows {
			online[user] = true
		}
	}
	return online
}

func (d *Database) load() (epoch, revision int64, online []int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for user := range d.onlineLocked() {
		online = append(online, user)
	}
	return d.epoch, int64(len(d.changes)), online
}

func (d *Database) look(id string, after int64) (epoch int64, all int64, alive, lapsed bool, changes []Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.nowLocked()
	for other, n := range d.nodes {
		if other == id {
			alive = n.until.After(now)
		} else if !n.until.After(now) {
			lapsed = true
		}
	}
	all = int64(len(d.changes))
	return d.epoch, all, alive, lapsed, slices.Clone(d.changes[min(after, all):])
}

// Local is a time of the database's clock by the clock of the test.
func (d *Database) Local(at time.Time) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return at.Add(-d.skew)
}
