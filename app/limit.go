package app

import (
	"sync"
	"time"
)

// rateLimit lets each user (or address, or whatever K is) do something at a
// steady rate with bursts: a token bucket, kept as the one moment at which it
// will be full again (GCRA, ITU-T I.371).
type rateLimit[K comparable] struct {
	mu       sync.Mutex
	interval time.Duration // between two at the steady rate
	burst    time.Duration // how far ahead of the steady rate one may be
	full     map[K]time.Time
	sweep    time.Time
}

// newRateLimit allows one every interval, and burst at once after a pause.
func newRateLimit[K comparable](interval time.Duration, burst int) *rateLimit[K] {
	l := &rateLimit[K]{}
	l.Set(interval, burst)
	return l
}

// Set changes the rate. With another one everybody begins anew: what they have to
// wait for at the old rate may be far off.
func (l *rateLimit[K]) Set(interval time.Duration, burst int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if full := interval * time.Duration(burst); l.interval != interval || l.burst != full {
		l.interval, l.burst, l.full = interval, full, map[K]time.Time{}
	}
}

// Wait takes one token of who and returns 0, or returns how long to wait
// until there is one.
func (l *rateLimit[K]) Wait(who K) time.Duration {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweepLocked(now)
	full := l.full[who]
	if full.Before(now) {
		full = now
	}
	full = full.Add(l.interval)
	if wait := full.Sub(now) - l.burst; wait > 0 {
		return wait
	}
	l.full[who] = full
	return 0
}

// sweepLocked forgets full buckets once a minute.
func (l *rateLimit[K]) sweepLocked(now time.Time) {
	if now.Before(l.sweep) {
		return
	}
	l.sweep = now.Add(time.Minute)
	for who, full := range l.full {
		if full.Before(now) {
			delete(l.full, who)
		}
	}
}
