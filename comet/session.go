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
	hub  *Hub
	key  sessionKey
	info SessionInfo

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

	displaced map[*conn]struct{} // polls that are being answered beside current

	subscriptions map[string]*subscription
	slots         []*subscription // the same by dirty mark; nil where free
	ended         []ending        // subscriptions ended by the server, not told yet

	hints     map[string]hint
	hintCount int64 // counts all hints
	hintsTold int64 // the newest that was written

	rounds     int       // polls that were held to their end, one after the other
	shortHolds bool      // a long hold was cut once
	polls      time.Time // when the allowance of polls is used up

	lease    timer
	leaseEnd time.Time
}

func newSession(h *Hub, key sessionKey) *session {
	s := &session{
		hub: h, key: key,
		info:          SessionInfo{ID: rand.Text(), Principal: key.who},
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
)

// register puts c in charge, with exactly the topics it names and those that
// were subscribed to since the client last named any. All are marked, so
// whatever happens from now on is seen. It returns the request that c displaces,
// unless that is a poll and will be answered anyway, and the subscriptions that
// need authorisation.
func (s *session) register(c *conn) (result registration, old *conn, pending []*subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return overdue, nil, nil
	}
	if c.request.N < s.n {
		return overtaken, nil, nil
	}
	s.n, s.left = c.request.N, false
	if old = s.current.Swap(c); old != nil && old.request.Mode == modePoll {
		s.displaceLocked(old)
		old = nil
	}
	s.hub.wheel.stop(&s.lease)
	s.beginLocked(c)
	crowded := len(s.subscriptions)+len(c.request.Have) > s.hub.config.Limits.Topics
	for name, f := range s.subscriptions {
		if _, named := c.request.Have[name]; named {
			continue
		}
		if f.listed || crowded {
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
			pending = append(pending, f)
		}
	}
	s.ended = slices.DeleteFunc(s.ended, func(e ending) bool {
		_, named := c.request.Have[e.topic]
		return named // the answer tells afresh
	})
	return registered, old, pending
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
