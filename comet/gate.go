package comet

import (
	"context"
	"sync"
)

// gate counts what is under way, data requests or reads, and can be closed for
// more of it.
type gate struct {
	mu     sync.Mutex
	inside int
	closed bool
	empty  chan struct{} // closed when the last one leaves; new with every first
}

// enter reports whether the request may go on; it must leave if so.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	if g.inside == 0 {
		g.empty = make(chan struct{})
	}
	g.inside++
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside--; g.inside == 0 {
		close(g.empty)
	}
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

func (g *gate) isClosed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}

// wait returns when nobody is inside or ctx ends.
func (g *gate) wait(ctx context.Context) {
	g.mu.Lock()
	inside, empty := g.inside, g.empty
	g.mu.Unlock()
	if inside == 0 {
		return
	}
	select {
	case <-empty:
	case <-ctx.Done():
	}
}
