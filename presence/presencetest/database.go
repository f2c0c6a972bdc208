// Package presencetest is a database of presence leases in memory, as faithful
// as a test needs it: it serialises changes, has a clock of its own, and its
// clients can lose it in every way a network allows.
package presencetest

import (
	"maps"
	"slices"
	"sync"
	"time"

	"chatd/presence"
)

// Database is what all nodes share.
type Database struct {
	mu      sync.Mutex
	skew    time.Duration
	epoch   int64
	nodes   map[string]*node
	choices map[int64]choice
	states  map[int64]string // that others see; who is offline has none
	changes []Change
}

// node is one node with its sessions by row.
type node struct {
	turn  int64
	until time.Time
	rows  map[int64]presence.Session
}

// choice is what a person chose to be, for good when it has no end.
type choice struct {
	what  string
	until time.Time
}

// Change is one person whose state has become another one.
type Change struct {
	Revision int64
	User     int64
	State    string
	Notice   string
	At       time.Time
}

// NewDatabase returns an empty database whose clock is off by skew.
func NewDatabase(skew time.Duration) *Database {
	return &Database{
		skew: skew, epoch: 1, nodes: map[string]*node{}, choices: map[int64]choice{}, states: map[int64]string{},
	}
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
	d.nodes, d.states = map[string]*node{}, map[int64]string{}
	for _, c := range d.changes {
		d.putLocked(c.User, c.State)
	}
}

// Choose makes a choice for a person, for a time; 0 is for good.
func (d *Database) Choose(user int64, what string, lasts time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := choice{what: what}
	if lasts > 0 {
		c.until = d.nowLocked().Add(lasts)
	}
	d.choices[user] = c
	d.restateLocked(map[int64]string{user: ""})
}

// RunOut makes the time of a person's choice be over.
func (d *Database) RunOut(user int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c := d.choices[user]; c.what == "do-not-disturb" || c.what == "invisible" {
		d.choices[user] = choice{c.what, d.nowLocked()}
	}
}

// Sessions are all sessions of a person that the database knows to be open, by
// node and row.
func (d *Database) Sessions(user int64) []presence.Session {
	d.mu.Lock()
	defer d.mu.Unlock()
	var sessions []presence.Session
	for _, id := range slices.Sorted(maps.Keys(d.nodes)) {
		rows := d.nodes[id].rows
		for _, row := range slices.Sorted(maps.Keys(rows)) {
			if rows[row].User == user {
				sessions = append(sessions, rows[row])
			}
		}
	}
	return sessions
}

// SetClock moves the database's clock.
func (d *Database) SetClock(skew time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.skew = skew
}

func (d *Database) nowLocked() time.Time { return time.Now().Add(d.skew) }

func (d *Database) settle(id string, turn int64, whole bool, lease time.Duration, sessions []presence.Session) (known bool, changed int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	concerned := map[int64]string{}
	for _, s := range sessions {
		if s.Notice != "" || concerned[s.User] == "" {
			concerned[s.User] = s.Notice
		}
	}
	if n := d.admitLocked(id, turn, whole, lease); n != nil {
		known = true
		n.take(whole, sessions)
		d.endLoginsLocked(id, sessions)
	}
	if whole {
		d.everybodyLocked(concerned)
	}
	return known, d.restateLocked(concerned)
}

// admitLocked returns the node when a turn takes effect.
func (d *Database) admitLocked(id string, turn int64, whole bool, lease time.Duration) *node {
	now := d.nowLocked()
	n, ok := d.nodes[id]
	switch {
	case !whole && (!ok || n.turn != turn-1 || !n.until.After(now)), ok && n.turn >= turn:
		return nil
	case !ok:
		n = &node{rows: map[int64]presence.Session{}}
		d.nodes[id] = n
	}
	n.turn, n.until = turn, now.Add(lease)
	return n
}

func (n *node) take(whole bool, sessions []presence.Session) {
	if whole {
		clear(n.rows)
	}
	for _, s := range sessions {
		if s.Notice == "" {
			n.rows[s.Row] = s
		} else {
			delete(n.rows, s.Row)
		}
	}
}

// endLoginsLocked closes what other nodes have of logins that have ended.
func (d *Database) endLoginsLocked(id string, sessions []presence.Session) {
	for _, s := range sessions {
		if s.Notice != "signed-out" || s.Login == "" {
			continue
		}
		for other, n := range d.nodes {
			if other != id {
				maps.DeleteFunc(n.rows, func(_ int64, o presence.Session) bool { return o.User == s.User && o.Login == s.Login })
			}
		}
	}
}

// everybodyLocked adds all of whom anything is known.
func (d *Database) everybodyLocked(concerned map[int64]string) {
	add := func(user int64) {
		if _, ok := concerned[user]; !ok {
			concerned[user] = ""
		}
	}
	for user := range d.states {
		add(user)
	}
	for _, n := range d.nodes {
		for _, s := range n.rows {
			add(s.User)
		}
	}
}

func (d *Database) expire(id string) (changed int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.nowLocked()
	concerned := map[int64]string{}
	for other, n := range d.nodes {
		if other == id || n.until.After(now) {
			continue
		}
		for _, s := range n.rows {
			concerned[s.User] = ""
		}
		delete(d.nodes, other)
	}
	return d.restateLocked(concerned)
}

func (d *Database) lapse() (changed int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	concerned := map[int64]string{}
	for user, c := range d.choices {
		if c.over(d.nowLocked()) {
			concerned[user] = ""
			delete(d.choices, user)
		}
	}
	return d.restateLocked(concerned)
}

func (c choice) over(now time.Time) bool { return !c.until.IsZero() && !c.until.After(now) }

func (d *Database) load() (epoch, revision int64, states []presence.PersonState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, user := range slices.Sorted(maps.Keys(d.states)) {
		states = append(states, presence.PersonState{User: user, State: d.states[user]})
	}
	return d.epoch, int64(len(d.changes)), states
}

func (d *Database) look(id string, after int64) (l presence.Looked, changes []Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.nowLocked()
	for other, n := range d.nodes {
		if other == id {
			l.Alive = n.until.After(now)
		} else if !n.until.After(now) {
			l.Lapsed = true
		}
	}
	for _, c := range d.choices {
		l.Ending = l.Ending || c.over(now)
	}
	l.Epoch, l.Newest = d.epoch, int64(len(d.changes))
	return l, slices.Clone(d.changes[min(after, l.Newest):])
}

// Now is the time by the database's clock.
func (d *Database) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.nowLocked()
}

// Local is a time of the database's clock by the clock of the test.
func (d *Database) Local(at time.Time) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return at.Add(-d.skew)
}
