package comet

import (
	"context"
	"sync"
	"time"
)

// lull is the clock of all connections that linger. Those that wait at the same
// time go on at the same time: when the rest of the first one's time is over,
// which is the longest that any of them waits. So one runtime timer serves
// everybody.
type lull struct {
	begun chan time.Duration // one slot: how long the lull is that has begun

	mu   sync.Mutex
	over chan struct{} // closed when the lull is; nil while nobody lingers
}

func newLull() *lull { return &lull{begun: make(chan time.Duration, 1)} }

// wait returns after at most rest, or when ctx ends.
func (l *lull) wait(ctx context.Context, rest time.Duration) {
	l.mu.Lock()
	if l.over == nil {
		l.over = make(chan struct{})
		l.begun <- rest // empty: the last lull is over
	}
	over := l.over
	l.mu.Unlock()
	select {
	case <-over:
	case <-ctx.Done():
	}
}

// run ends lulls until ctx ends.
func (l *lull) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for {
		select {
		case rest := <-l.begun:
			timer.Reset(rest)
		case <-ctx.Done():
			return
		}
		select {
		case <-timer.C:
			l.end()
		case <-ctx.Done():
			return
		}
	}
}

func (l *lull) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.over)
	l.over = nil
}
