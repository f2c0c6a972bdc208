package store

import (
	"context"
	"fmt"
	"sync"
)

const (
	// skipsBeforeAlone is how often in a row a topic is skipped before it is
	// handled alone.
	skipsBeforeAlone = 3
	// waitersMax bounds the goroutines that wait for the locks of such topics.
	waitersMax = 4
)

// queue holds what waits for a commit: a lane for each topic that has sends or
// pending events. A lane is in one place at a time: ready for the next batch,
// stuck because its topic's lock is held elsewhere, or held by the goroutine
// that works on it.
type queue struct {
	// slots bounds the sends in the committer: one entry for each.
	slots chan struct{}
	// laneMax bounds the sends that wait in one lane, so that a room whose lock
	// is held elsewhere does not use up all slots.
	laneMax int
	// wake holds one entry while there may be ready lanes. Never closed.
	wake chan struct{}

	mu      sync.Mutex
	lanes   map[int64]*lane
	ready   []*lane
	stuck   []*lane
	waiters int // goroutines that work on stuck lanes
	closed  bool
	seen    map[sendKey]struct{} // scratch of take
}

// lane is what waits for one topic. Its fields are guarded by the queue's mu.
type lane struct {
	topic  int64
	sends  []*send // in the order of arrival
	kicked bool    // pending events wait
	slow   bool    // it was found to have slow mode; forgotten with the lane
	skips  int     // in a row
	placed bool    // ready, stuck or held
}

func newQueue(slots int) *queue {
	return &queue{
		slots:   make(chan struct{}, slots),
		laneMax: max(1, slots/2),
		wake:    make(chan struct{}, 1),
		lanes:   map[int64]*lane{},
		seen:    map[sendKey]struct{}{},
	}
}

// add puts a send at the end of its lane. When all slots are taken it waits
// for one until ctx ends. It refuses when the lane is full or the committer
// has ended.
func (q *queue) add(ctx context.Context, s *send) error {
	select {
	case q.slots <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("%w: too many messages wait: %w", ErrUnavailable, context.Cause(ctx))
	}
	if err := q.enter(s); err != nil {
		<-q.slots
		return err
	}
	return nil
}

func (q *queue) enter(s *send) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return fmt.Errorf("%w: chatd is stopping", ErrUnavailable)
	}
	l := q.laneLocked(s.RoomID)
	if len(l.sends) >= q.laneMax {
		return fmt.Errorf("%w: too many messages wait for this room", ErrUnavailable)
	}
	l.sends = append(l.sends, s)
	q.placeLocked(l)
	return nil
}

// finish answers a send, which is in no lane any more.
func (q *queue) finish(s *send, o outcome) {
	s.answer <- o
	<-q.slots
}

// kick marks topics that have pending events.
func (q *queue) kick(topics []int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	for _, topic := range topics {
		l := q.laneLocked(topic)
		l.kicked = true
		q.placeLocked(l)
	}
}

// hire reports whether another goroutine should work on stuck lanes, and
// counts it in.
func (q *queue) hire() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.stuck) == 0 || q.waiters == waitersMax {
		return false
	}
	q.waiters++
	return true
}

// settle gives the lanes of a batch back after an attempt; what their parts
// still hold is done next.
func (q *queue) settle(b *batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, p := range b.parts {
		switch {
		case p.skipped:
			p.lane.skips++
		case p.lane.skips >= skipsBeforeAlone:
			// Two nodes talk in this room: try with the others again, but only once.
			p.lane.skips = skipsBeforeAlone - 1
		default:
			p.lane.skips = 0
		}
		q.returnLocked(p)
		q.placeLocked(p.lane)
	}
}

// giveBack returns a batch that could not be attempted or failed. Its lanes
// are first in line again, in the same order.
func (q *queue) giveBack(b *batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting := q.ready
	q.ready = nil
	for _, p := range b.parts {
		q.returnLocked(p)
		q.placeLocked(p.lane)
	}
	q.ready = append(q.ready, waiting...)
}

// close ends the queue; everything in it is answered with ErrUnavailable. No
// lane may be held.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for _, l := range q.lanes {
		for _, s := range l.sends {
			q.finish(s, outcome{err: fmt.Errorf("%w: chatd is stopping", ErrUnavailable)})
		}
	}
	clear(q.lanes)
	q.ready, q.stuck = nil, nil
}

// returnLocked puts what is left of a part back into its lane.
func (q *queue) returnLocked(p part) {
	if len(p.sends) > 0 {
		p.lane.sends = append(p.sends, p.lane.sends...)
	}
	p.lane.kicked = p.lane.kicked || p.kicked
	p.lane.slow = p.slow
	p.lane.placed = false
}

func (q *queue) laneLocked(topic int64) *lane {
	l := q.lanes[topic]
	if l == nil {
		l = &lane{topic: topic}
		q.lanes[topic] = l
	}
	return l
}

// placeLocked puts a lane where it belongs: in one of the lists, or away when
// it is empty.
func (q *queue) placeLocked(l *lane) {
	switch {
	case l.placed:
		return
	case len(l.sends) == 0 && !l.kicked:
		delete(q.lanes, l.topic)
		return
	case l.skips >= skipsBeforeAlone:
		q.stuck = append(q.stuck, l)
	default:
		q.ready = append(q.ready, l)
	}
	l.placed = true
	select {
	case q.wake <- struct{}{}:
	default: // the loop knows
	}
}
