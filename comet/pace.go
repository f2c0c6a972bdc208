package comet

import (
	"maps"
	"sync"
	"time"
)

// pollBurst is how many polls may come at once before they are slowed.
const pollBurst = 20

// pace tells clients when to poll next, so that none comes more often than the
// allowed rate. The polls of a comet session count together, and those that all
// the readers of a login make.
type pace struct {
	each time.Duration // static: the least time between two polls

	mu    sync.Mutex
	used  map[sessionKey]time.Time // when the allowance of polls is used up
	sweep time.Time                // not before this is what has passed forgotten
}

func newPace(rate int) *pace {
	return &pace{each: time.Second / time.Duration(rate), used: make(map[sessionKey]time.Time)}
}

// paceKey is what the polls of c are counted under. No session has an empty id.
func (c *conn) paceKey() sessionKey {
	if c.request.Reader {
		return sessionKey{c.who, ""}
	}
	return c.session.key
}

// pause notes a poll and returns how long its client should wait before the
// next.
func (p *pace) pause(key sessionKey, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !now.Before(p.sweep) {
		maps.DeleteFunc(p.used, func(_ sessionKey, until time.Time) bool { return until.Before(now) })
		p.sweep = now.Add(time.Second)
	}
	until := p.used[key]
	if until.Before(now) {
		until = now
	}
	until = until.Add(p.each)
	p.used[key] = until
	return min(max(0, until.Sub(now)-pollBurst*p.each), time.Second)
}
