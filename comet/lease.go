package comet

import (
	"maps"
	"slices"
	"time"
)

// cleanRounds is how many polls must have been held to their end, one after the
// other, before longer holds are tried.
const cleanRounds = 3

// show tells Presence of the session, once.
func (s *session) show() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead || s.shown {
		return
	}
	s.shown = true
	s.hub.notifier.opened(s.info)
	s.tellLocked(Activity{Transport: s.transport, RoundTrip: s.roundTrip})
}

// detach ends the charge of c; the client has to come back within the lease.
// Nobody can come back to the session of a reader, so that is over.
func (s *session) detach(c *conn, lease time.Duration) {
	s.mu.Lock()
	delete(s.displaced, c)
	idle := s.current.CompareAndSwap(c, nil) && !s.dead
	switch {
	case idle && c.request.Reader:
		s.finishLocked(ReasonLeft)
	case idle:
		s.leaseLocked(lease)
	}
	s.mu.Unlock()
	if idle && c.request.Reader {
		s.hub.registry.remove(s)
	}
}

// waitFor gives a client that has joined time for its first data request.
func (s *session) waitFor(lease time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current.Load() == nil && !s.dead {
		s.leaseLocked(lease)
	}
}

func (s *session) leaseLocked(lease time.Duration) {
	if s.left {
		lease = s.hub.config.Times.LostLease
	}
	now := time.Now()
	s.idleSince.Store(now.UnixNano())
	s.leaseEnd = now.Add(lease)
	s.hub.wheel.set(&s.lease, s.leaseEnd)
}

// leave is the goodbye. It is only a hint: a client that comes back within the
// lease has never been away.
func (s *session) leave() (c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return nil
	}
	s.left = true
	c = s.current.Swap(nil)
	s.leaseLocked(s.hub.config.Times.LostLease)
	return c
}

// leaseEnded is called by the wheel.
func (s *session) leaseEnded() {
	s.mu.Lock()
	over := !s.dead && s.current.Load() == nil && !time.Now().Before(s.leaseEnd)
	if over {
		reason := ReasonLease
		if s.left {
			reason = ReasonLeft
		}
		s.finishLocked(reason)
	}
	s.mu.Unlock()
	if over {
		s.hub.registry.remove(s)
	}
}

// finish ends the session for good, and its requests with last.
func (s *session) finish(reason Reason, last finale) {
	s.mu.Lock()
	if s.dead {
		s.mu.Unlock()
		return
	}
	s.finishLocked(reason)
	open := slices.Collect(maps.Keys(s.displaced))
	if c := s.current.Load(); c != nil {
		open = append(open, c)
	}
	s.mu.Unlock()
	s.hub.registry.remove(s)
	for _, c := range open {
		c.finish(last)
	}
}

func (s *session) finishLocked(reason Reason) {
	s.dead = true
	s.hints, s.ended = nil, nil
	for _, f := range s.subscriptions {
		s.dropLocked(f)
	}
	s.watches.dropAllLocked()
	s.hub.wheel.stop(&s.lease)
	if s.shown {
		s.hub.notifier.closed(s.info, reason)
	}
}

// heldOut notes that a poll was held to its end.
func (s *session) heldOut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rounds++
}

// heldFor notes that a poll was cut after the given time. When a short hold
// would have been over by then, something in between does not bear long ones.
func (s *session) heldFor(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heldForLocked(d)
}

func (s *session) heldForLocked(d time.Duration) {
	s.rounds = 0
	if d > s.hub.config.Times.HoldMax {
		s.shortHolds = true
	}
}
