package app

import (
	"sync"
	"time"
)

// touches remembers when the use of each session was last written down, so
// that it is at most once a minute.
type touches struct {
	mu    sync.Mutex
	last  map[string]time.Time
	sweep time.Time
}

func newTouches() *touches { return &touches{last: map[string]time.Time{}} }

// Due reports whether the use of session is to be written down now.
func (t *touches) Due(session string) bool {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweepLocked(now)
	if now.Sub(t.last[session]) < time.Minute {
		return false
	}
	t.last[session] = now
	return true
}

// sweepLocked forgets sessions that are due anyway.
func (t *touches) sweepLocked(now time.Time) {
	if now.Before(t.sweep) {
		return
	}
	t.sweep = now.Add(10 * time.Minute)
	for session, last := range t.last {
		if now.Sub(last) >= time.Minute {
			delete(t.last, session)
		}
	}
}
