package app

import (
	"sync"
	"time"
)

// rateLimit lets each user do something at a steady rate with bursts: a token
// bucket, kept as the one moment at which it will be full again (GCRA, ITU-T
// I.371).
type rateLimit struct {
	interval time.Duration // between two at the steady rate
	burst    time.Duration // how far ahead of the steady rate one may be

	mu    sync.Mutex
	full  map[int64]time.Time
	sweep time.Time
}

// newRateLimit allows perSecond, and burst at once after a pause.
func newRateLimit(perSecond, burst int) *rateLimit {
	interval := time.Second / time.Duration(perSecond)
	return &rateLimit{
		interval: interval,
		burst:    interval * time.Duration(burst),
		full:     map[int64]time.Time{},
	}
}

// Wait takes one token of user and returns 0, or returns how long to wait
// until there is one.
func (l *rateLimit) Wait(user int64) time.Duration {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweepLocked(now)
	full := l.full[user]
	if full.Before(now) {
		full = now
	}
	full = full.Add(l.interval)
	if wait := full.Sub(now) - l.burst; wait > 0 {
		return wait
	}
	l.full[user] = full
	return 0
}

// sweepLocked forgets full buckets once a minute.
func (l *rateLimit) sweepLocked(now time.Time) {
	if now.Before(l.sweep) {
		return
	}
	l.sweep = now.Add(time.Minute)
	for user, full := range l.full {
		if full.Before(now) {
			delete(l.full, user)
		}
	}
}
