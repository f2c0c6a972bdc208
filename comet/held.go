package comet

import (
	"slices"
	"sync"
)

// held knows the streams and long polls of each browser, so that they leave it
// a connection for everything else. Each comet session has one place: a request
// that takes charge of a session takes the place of the one before, whether or
// not that has ended yet.
type held struct {
	most int // of one login

	mu      sync.Mutex
	logins  map[string][]*conn // the oldest first
	count   int
	crowded int64
}

func newHeld(most int) *held { return &held{most: most, logins: make(map[string][]*conn)} }

// holds reports whether a request takes a place.
func (c *conn) holds() bool { return c.who.Browser && c.request.Mode != modePoll }

// inherit gives c the place of its session, if that has one. Requests of one
// session inherit in the order in which they take charge.
func (h *held) inherit(c *conn) {
	if !c.holds() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inheritLocked(c)
}

func (h *held) inheritLocked(c *conn) bool {
	mine := h.logins[c.who.Login]
	i := slices.IndexFunc(mine, func(o *conn) bool { return o.session == c.session })
	if i >= 0 {
		mine[i] = c
	}
	return i >= 0
}

// enter notes that c, which is in charge of its session, is held from now on. It
// returns the request that has to end for it.
func (h *held) enter(c *conn) (oldest *conn) {
	if !c.holds() {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.inheritLocked(c) {
		return nil
	}
	mine := h.logins[c.who.Login]
	if len(mine) >= h.most {
		oldest = mine[0]
		mine = slices.Delete(mine, 0, 1)
		h.count--
		h.crowded++
	}
	h.logins[c.who.Login] = append(mine, c)
	h.count++
	return oldest
}

// leave notes that c is over.
func (h *held) leave(c *conn) {
	if !c.holds() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	mine := h.logins[c.who.Login]
	i := slices.Index(mine, c)
	if i < 0 {
		return // another has its place
	}
	h.count--
	if len(mine) == 1 {
		delete(h.logins, c.who.Login)
		return
	}
	h.logins[c.who.Login] = slices.Delete(mine, i, i+1)
}

// figures fills in what Stats tells of it.
func (h *held) figures(s *Stats) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.Held, s.Crowded = h.count, h.crowded
}
