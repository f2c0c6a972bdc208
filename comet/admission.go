package comet

import (
	"container/list"
	"context"
	"net/http"
	"sync"
	"time"
)

// admission lets data requests ask their questions in the order in which they
// have come, a few at a time. So whatever comes back at once after a restart,
// the database answers everybody it can in time, and the others are told when
// to come again.
type admission struct {
	// Static after construction.
	most    int           // that are inside
	queue   int           // that wait
	limit   time.Duration // how long they do
	wheel   *wheel
	overdue timer // of the first that waits

	mu      sync.Mutex
	inside  int
	waiting list.List // of *turn, the first to come in front
	watched bool      // the timer is set
	refused int64
}

// turn is a request that waits. Its fields are written with admission.mu held,
// before settled is closed.
type turn struct {
	until    time.Time
	settled  chan struct{}
	admitted bool
}

func newAdmission(config *Config, w *wheel) *admission {
	a := &admission{
		most: config.Limits.Opens, queue: config.Limits.OpensWaiting,
		limit: config.Times.Admit, wheel: w,
	}
	a.overdue.fire = a.refuseOverdue
	return a
}

// admit returns when the request may ask its questions; release, which says that
// it has, is nil with a problem. A request whose ctx ends meanwhile gets a
// problem too. While the hub stops there is nothing to ask: it sends everybody
// away.
func (h *Hub) admit(ctx context.Context) (release func(), p *problem) {
	if h.draining.Load() != nil {
		return func() {}, nil
	}
	a := h.admission
	if p := a.enter(ctx); p != nil {
		return nil, p
	}
	if ctx.Err() != nil {
		a.leave()
		return nil, unavailable()
	}
	return a.leave, nil
}

func (a *admission) enter(ctx context.Context) *problem {
	a.mu.Lock()
	if a.inside < a.most {
		a.inside++
		a.mu.Unlock()
		return nil
	}
	if a.waiting.Len() >= a.queue {
		defer a.mu.Unlock()
		return a.refuseLocked()
	}
	mine := &turn{until: time.Now().Add(a.limit), settled: make(chan struct{})}
	place := a.waiting.PushBack(mine)
	a.watchLocked()
	a.mu.Unlock()

	select {
	case <-mine.settled:
	case <-ctx.Done():
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case mine.admitted:
		return nil
	case ctx.Err() != nil:
		a.waiting.Remove(place) // no harm when it has been removed
		return unavailable()
	default:
		return a.refuseLocked()
	}
}

// leave gives the place to the one that has waited longest.
func (a *admission) leave() {
	a.mu.Lock()
	defer a.mu.Unlock()
	first := a.waiting.Front()
	if first == nil {
		a.inside--
		return
	}
	a.settleLocked(first, true)
}

func (a *admission) settleLocked(place *list.Element, admitted bool) {
	next := a.waiting.Remove(place).(*turn)
	next.admitted = admitted
	close(next.settled)
}

// refuseOverdue is called by the wheel. All wait equally long, so the first in
// the queue are the first whose time is over.
func (a *admission) refuseOverdue() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.watched = false
	for now := time.Now(); ; {
		first := a.waiting.Front()
		if first == nil || now.Before(first.Value.(*turn).until) {
			break
		}
		a.settleLocked(first, false)
	}
	a.watchLocked()
}

// watchLocked sees to it that the timer fires when the first one's time is
// over. It may fire earlier, for one that has been admitted since.
func (a *admission) watchLocked() {
	if first := a.waiting.Front(); first != nil && !a.watched {
		a.watched = true
		a.wheel.set(&a.overdue, first.Value.(*turn).until)
	}
}

// refuseLocked tells to come back, the later the more are waiting.
func (a *admission) refuseLocked() *problem {
	a.refused++
	backlog := retrySpread - 2*time.Second
	backlog = backlog * time.Duration(a.waiting.Len()) / time.Duration(a.queue)
	return &problem{
		status: http.StatusServiceUnavailable, code: "busy",
		detail: "The server is busy right now. Please try again in a moment.",
		retry:  2*time.Second + backlog,
	}
}

// figures fills in what Stats tells of it.
func (a *admission) figures(s *Stats) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s.Opens, s.OpensWaiting, s.OpensRefused = a.inside, a.waiting.Len(), a.refused
}
