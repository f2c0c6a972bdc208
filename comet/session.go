package comet

import (
	"crypto/rand"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// session is a comet session: one client with its subscriptions, whichever
// request serves it at the moment. It outlives its requests by a lease.
type session struct {
	// Static after construction.
	hub *Hub
	key sessionKey

	// Set by anybody without a lock, taken by the request in charge: which
	// subscriptions to look at, and whom to wake.
	dirty   [maxTopics / 64]atomic.Uint64
	current atomic.Pointer[conn] // written with mu held

	idleSince atomic.Int64 // Unix nanoseconds; valid while current is nil

	mu    sync.Mutex
	dead  bool  // out of the registry; nothing may be added any more
	n     int64 // counter of the newest request
	shown bool  // Presence knows it
	left  bool  // the client said goodbye

	info          SessionInfo // all but Idle is static
	transport     string      // of the newest request
	roundTrip     time.Duration
	activityOrder precedence

	view      View
	viewOrder precedence

	presenceNext time.Time // not before this is the next presence event due
	withPresence bool      // the newest request has asked for presence

	checked time.Time // until then Check need not be asked again; zero: it has not been asked

	displaced map[*conn]struct{} // polls that are being answered beside current

	subscriptions map[string]*subscription
	slots         []*subscription // the same by dirty mark; nil where free
	ended         []ending        // subscriptions and watches ended by the server, not told yet
	watches       *watchlist      // nil until something is watched

	hints     map[string]hint
	hintCount int64 // counts all hints
	hintsTold int64 // the newest that was written

	rounds     int  // polls that were held to their end, one after the other
	shortHolds bool // a long hold was cut once

	lease    timer
	leaseEnd time.Time
}

func newSession(h *Hub, key sessionKey, device string) *session {
	s := &session{
		hub: h, key: key,
		info:          SessionInfo{ID: rand.Text(), Principal: key.who, Device: device},
		view:          View{Principal: key.who},
		subscriptions: make(map[string]*subscription),
	}
	s.idleSince.Store(time.Now().UnixNano())
	s.lease.fire = s.leaseEnded
	return s
}

// wake wakes the request in charge, if there is one.
func (s *session) wake() {
	if c := s.current.Load(); c != nil {
		c.poke()
	}
}

// registration is the outcome of session.register.
type registration int

const (
	registered registration = iota
	overtaken               // a newer request has come before
	overdue                 // the session has just ended; there may be another
	unsure                  // there is something to ask, and the request is not admitted
)

// register puts c in charge, with exactly the topics it names and those that
// were subscribed to since the client last named any. All are marked, so
// whatever happens from now on is seen. It returns the request that c displaces,
// unless that is a poll and will be answered anyway, and what needs
// authorisation.
func (s *session) register(c *conn) (result registration, old *conn, pending questions) {
	s.mu.Lock()
	defer s.mu.Unlock()
	result, old, pending = s.registerLocked(c)
	if result == registered {
		s.hub.held.inherit(c)
	}
	return result, old, pending
}

// holdOn notes that c, which has been opened, is held while it is in charge. Of
// one browser the request that is held longest may have to end for it.
func (s *session) holdOn(c *conn) {
	s.mu.Lock()
	var oldest *conn
	if s.current.Load() == c {
		oldest = s.hub.held.enter(c)
	}
	s.mu.Unlock()
	if oldest != nil {
		oldest.finish(finale{kind: finalCrowded})
	}
}

func (s *session) registerLocked(c *conn) (result registration, old *conn, pending questions) {
	if s.dead {
		return overdue, nil, pending
	}
	if c.request.N < s.n {
		return overtaken, nil, pending
	}
	if !c.admitted && s.asksLocked(c) {
		return unsure, nil, pending
	}
	s.n, s.left = c.request.N, false
	old = s.current.Swap(c)
	switch {
	case old == nil:
	case old.request.Mode == modePoll:
		s.displaceLocked(old)
		old = nil
	case old.request.Mode == modePull && c.request.Event != "refresh":
		s.heldForLocked(time.Since(old.opened)) // cut, and not noticed here yet
	}
	s.hub.wheel.stop(&s.lease)
	s.beginLocked(c)
	s.heedLocked(&c.request)
	tooMany := len(s.subscriptions)+len(c.request.Have) > s.hub.config.Limits.Topics
	for name, f := range s.subscriptions {
		if _, named := c.request.Have[name]; named {
			continue
		}
		if f.listed || tooMany {
			s.dropLocked(f)
			continue
		}
		f.cursor = f.asked // what has been written since may not have arrived
		f.mark()
	}
	for name, at := range c.request.Have {
		f := s.subscribeLocked(name, at)
		f.listed = true
		if !f.live {
			f.attempts++
			pending.subscriptions = append(pending.subscriptions, f)
		}
	}
	pending.watches = s.registerWatchesLocked(c)
	s.ended = slices.DeleteFunc(s.ended, func(e ending) bool {
		_, named := c.request.Have[e.topic]
		return named || slices.Contains(c.request.Watch, e.topic) // the answer tells afresh
	})
	return registered, old, pending
}

// asksLocked reports whether Check or the Log must be asked before c is served.
func (s *session) asksLocked(c *conn) bool {
	if !s.vouchedLocked() {
		return true
	}
	for name := range c.request.Have {
		if f := s.subscriptions[name]; f == nil || !f.live {
			return true
		}
	}
	return !s.watches.hasLocked(c.request.Watch)
}

func (s *session) vouchedLocked() bool { return time.Now().Before(s.checked) }

func (s *session) vouched() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.vouchedLocked()
}

// vouch notes that Check has been asked, after the session came into the
// registry, and is not to be asked again before the given time.
func (s *session) vouch(until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checked = until
}

func (s *session) displaceLocked(poll *conn) {
	if s.displaced == nil {
		s.displaced = make(map[*conn]struct{})
	}
	s.displaced[poll] = struct{}{}
}

// beginLocked settles what the coming of c means for hints and holds. A refresh
// tells that the last answer has arrived; listen tells nothing.
func (s *session) beginLocked(c *conn) {
	s.withPresence = c.request.Presence != nil
	if c.request.Event == "refresh" {
		for key, h := range s.hints {
			if h.count <= s.hintsTold {
				delete(s.hints, key)
			}
		}
		c.hinted, c.noted = s.hintsTold, s.hintsTold
	} else {
		s.rounds = 0
	}
	c.longHold = s.rounds >= cleanRounds && !s.shortHolds
	c.longNext = s.rounds >= cleanRounds-1 && !s.shortHolds
}
