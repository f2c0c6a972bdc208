package app

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// A check takes a few hundredths of a second, so a place in this queue is
// about as long as hashWait.
const (
	hashWait         = 2 * time.Second
	waitersPerHasher = 64
)

// hashQueue lets only a few hashes run at the same time and makes the others
// wait for their turn. One network gets a part of the places alone, so that
// whoever sends many passwords keeps nobody else from signing in.
type hashQueue struct {
	// Static after construction.
	slots      chan struct{}
	maxWaiting int64
	maxOfOne   int64

	waiting atomic.Int64

	mu     sync.Mutex
	queued map[string]int64 // by network; no zeros
}

func newHashQueue(parallel int) hashQueue {
	places := int64(waitersPerHasher * parallel)
	return hashQueue{
		slots:      make(chan struct{}, parallel),
		maxWaiting: places,
		maxOfOne:   max(2, places/4),
		queued:     map[string]int64{},
	}
}

// enter waits for a free slot, which leave gives back.
func (q *hashQueue) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case q.slots <- struct{}{}:
		return nil
	default:
	}
	who := network(address(ctx))
	if !q.queue(who) {
		return ErrBusy
	}
	defer q.unqueue(who)
	timer := time.NewTimer(hashWait)
	defer timer.Stop()
	select {
	case q.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return ErrBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q *hashQueue) leave() { <-q.slots }

// queue takes a place for a network, if it may have one. What comes from no
// network, as from the command line, has no part of its own.
func (q *hashQueue) queue(who string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting.Load() >= q.maxWaiting || who != "" && q.queued[who] >= q.maxOfOne {
		return false
	}
	q.waiting.Add(1)
	q.queued[who]++
	return true
}

func (q *hashQueue) unqueue(who string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting.Add(-1)
	if q.queued[who]--; q.queued[who] == 0 {
		delete(q.queued, who)
	}
}
