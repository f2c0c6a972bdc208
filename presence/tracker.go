// Package presence keeps who is here: which people are online over all their
// comet sessions and all nodes, and the notices that others see when somebody
// signs in, signs out or goes offline.
//
// The truth is in the database (Leases). Each node tells it which comet
// sessions opened and closed, renews its own lease, removes nodes whose lease
// ran out, and reads the changes that all nodes made, which carry one gapless
// numbering. So every node shows the same changes in the same order, each
// once, and a viewer may go from node to node.
package presence

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// Config says what a Tracker works with.
type Config struct {
	// Leases is the database.
	Leases Leases
	// OnChange is called whenever Since has something new, from the goroutine
	// of Run and with no lock held. It must not block. May be nil.
	OnChange func()
	// Ring is called in the same way when this node has changed something
	// that other nodes should look at. May be nil.
	Ring func()
	// Visible says whom a viewer may know about; nil shows everybody to
	// everybody. It is called often and must not wait.
	Visible func(viewer int64) Sight
	// Log is where the loss and the return of the database are told; nil is
	// the default logger.
	Log *slog.Logger
}

// Sight is whom a viewer may know about.
type Sight struct {
	// Sees is nil for somebody who may know about everybody. It is called
	// under a lock.
	Sees func(user int64) bool
	// Mark names the people that Sees lets through, in letters and digits, the
	// same on all nodes. It is part of the viewer's revisions, so whoever comes
	// back with another sight than before gets a snapshot.
	Mark string
}

// Tracker is the presence of one node. All its methods but Run may be called
// from any goroutine and never wait for the database.
type Tracker struct {
	// Static after construction.
	config Config
	node   string
	log    *slog.Logger
	wake   chan struct{} // one slot

	queue     *queue
	view      view
	refreshed atomic.Bool // somebody asked for a look

	schedule // owned by Run
}

// New returns a tracker. It does nothing before Run.
func New(c Config) *Tracker {
	t := &Tracker{config: c, node: newNode(), log: c.Log, wake: make(chan struct{}, 1), queue: newQueue()}
	if t.log == nil {
		t.log = slog.Default()
	}
	if t.config.OnChange == nil {
		t.config.OnChange = func() {}
	}
	if t.config.Ring == nil {
		t.config.Ring = func() {}
	}
	t.away = true
	return t
}

// newNode returns a random UUID (RFC 9562, version 4).
func newNode() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails; see crypto/rand
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Node is the id of this node in the database, another one for every start.
func (t *Tracker) Node() string { return t.node }

// Opened tells that a comet session of a user is connected to this node. The
// id of a session is its own and its user never changes; calls for one session
// come in the order in which it opened and closed.
func (t *Tracker) Opened(session string, user int64) {
	if t.queue.open(session, user) {
		t.poke()
	}
}

// Closed tells that a comet session is over: its lease ended, or its login.
func (t *Tracker) Closed(session string, why Reason) {
	if why == Shutdown {
		return
	}
	if why == Replaced {
		t.queue.closeLater(session, time.Now().Add(replacedGrace))
		t.poke()
	} else if t.queue.close(session, why.notice()) {
		t.poke()
	}
}

// Refresh asks for a look at what other nodes have changed. Many calls in a
// short time cause few looks.
func (t *Tracker) Refresh() {
	t.refreshed.Store(true)
	t.poke()
}

// Since returns what the viewer does not know yet, as the JSON object of one
// presence event (see Event) without its "event" field, and the revision to
// ask with the next time. The event is nil when there is nothing to tell.
// After a revision this tracker (or that of another node) gave, the event has
// every later change and notice; after an empty, foreign or old one, or one
// given for another Sight, it is a snapshot.
func (t *Tracker) Since(viewer int64, revision string) (event []byte, next string) {
	var sight Sight
	if t.config.Visible != nil {
		sight = t.config.Visible(viewer)
	}
	return t.view.since(sight, revision)
}

// poke wakes Run.
func (t *Tracker) poke() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}
