// Package presence keeps who is here: the states of people over all their
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
	// Circles says whom a viewer is told about.
	Circles Circles
	// Count is who of a room's members is not offline, or known = false. It is
	// called often and must not wait. When it changes, the one who counts wakes
	// the viewers. May be nil.
	Count func(room int64) (h Here, known bool)
	// Lags are the sessions that are behind, with how many events they lack. It is
	// called with each renewal of the lease. May be nil.
	Lags func() map[string]int
	// Log is where the loss and the return of the database are told; nil is
	// the default logger.
	Log *slog.Logger
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

// Connected is a comet session.
type Connected struct {
	ID     string // its own; its user never changes
	User   int64
	Login  string // the sign-in it belongs to, a UUID
	Device string // such as browser or phone
	Idle   bool   // nobody has touched the device for a while
}

// Opened tells that a comet session is connected to this node. Calls for one
// session come in the order in which it opened and closed.
func (t *Tracker) Opened(s Connected) {
	if t.queue.open(s, time.Now().Add(idleGrace)) {
		t.poke()
	}
}

// Update is what is new about a session. What is zero stays as it was.
type Update struct {
	Idle      *bool
	Transport string
	RoundTrip time.Duration
}

// Updated tells something about a session. Others see at once that somebody came
// back, and a second later that they went idle, if they still are; the rest goes
// along with a renewal of the lease.
func (t *Tracker) Updated(session string, u Update) {
	if t.queue.update(session, u, time.Now().Add(idleGrace)) {
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

// LoginEnded tells that a user's login is over for good. What it has open at
// this node is closed by Closed; this closes the rest, above all what a node had
// open that died: nobody else would, before its lease runs out.
func (t *Tracker) LoginEnded(user int64, login string, why Reason) {
	if why.notice() == noticeSignedOut {
		t.queue.endLogin(user, login)
		t.poke()
	}
}

// LoginEndedElsewhere tells that a login is over of which the node where it ended
// tells the database. What a replaced one of the same user has left open here
// closes with it.
func (t *Tracker) LoginEndedElsewhere(user int64, why Reason) {
	if why.notice() == noticeSignedOut {
		t.queue.hasten(user)
		t.poke()
	}
}

// Refresh asks for a look at what others have changed: other nodes, or somebody
// who chose another state. Many calls in a short time cause few looks.
func (t *Tracker) Refresh() {
	t.refreshed.Store(true)
	t.poke()
}

// Since returns what the viewer does not know yet, as one presence event, and
// the revision to ask with the next time. The event is nil when there is
// nothing to tell; then the viewer may as well ask with the revision of the last
// event that there was. It is
//
//	{"event":"presence", "revision":"…", "snapshot":false,
//	 "states":{"12":"away"}, "here":{"7":4312},
//	 "notices":[{"user":"12","notice":"signed-in","time":1760000000000}]}
//
// with the new states of people of the viewer's circle, on their screen, and
// of themselves; how many are in the room on the screen (only when these are
// others than the viewer knows of); and the notices of others in the
// circle, with times in milliseconds since 1970. There may be none of all this:
// then the event is there for its revision, since the one before grows old. A
// viewer who asks whenever OnChange was called always asks in time.
//
// After a revision this tracker (or that of another node) gave, the event has
// every later change and notice. After one given for another circle it is a
// snapshot: its states replace all that the viewer knew, and people who are
// absent are offline. After an empty, foreign or old revision it is a snapshot
// without notices. After one given for another screen it also has the states
// of all people on the screen, with those who are offline.
func (t *Tracker) Since(v Viewer, revision string) (event []byte, next string) {
	for {
		a, known := t.config.ask(v)
		if !known {
			return nil, revision
		}
		event, next = t.view.since(a, revision)
		// Somebody who came into the circle meanwhile, and then was shown as
		// signing in, would never be told to this viewer.
		if event == nil || t.config.holds(a) {
			return event, next
		}
	}
}

// poke wakes Run.
func (t *Tracker) poke() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}
