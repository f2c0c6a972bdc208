package comet

import (
	"context"
	"sync"
	"time"
)

// The wheel has one slot for each tick; a timer further away than one round
// stays in its slot until its tick has come.
const (
	wheelTick  = 100 * time.Millisecond
	wheelSlots = 512
)

// timer is one entry of a wheel. Whoever embeds it decides what happens when
// it is due. All fields belong to the wheel.
type timer struct {
	next, prev *timer
	due        int64 // tick
	fire       func()
}

// wheel holds all timers of a hub, rounded up to the tick. It sleeps while it
// is empty.
type wheel struct {
	start time.Time
	poke  chan struct{} // one slot

	mu    sync.Mutex
	slots [wheelSlots]*timer
	tick  int64 // every timer due until this one has fired
	count int
}

func newWheel() *wheel {
	return &wheel{start: time.Now(), poke: make(chan struct{}, 1)}
}

// set makes t fire at the given time, and at no other.
func (w *wheel) set(t *timer, at time.Time) {
	due := int64((at.Sub(w.start) + wheelTick - 1) / wheelTick)
	w.mu.Lock()
	w.removeLocked(t)
	if w.count == 0 {
		w.tick = w.now()
	}
	t.due = max(due, w.tick+1)
	slot := &w.slots[t.due%wheelSlots]
	if t.next = *slot; t.next != nil {
		t.next.prev = t
	}
	*slot = t
	w.count++
	first := w.count == 1
	w.mu.Unlock()
	if first {
		select {
		case w.poke <- struct{}{}:
		default:
		}
	}
}

// stop removes t. It may be firing at this moment.
func (w *wheel) stop(t *timer) {
	w.mu.Lock()
	w.removeLocked(t)
	w.mu.Unlock()
}

func (w *wheel) removeLocked(t *timer) {
	if t.due == 0 {
		return
	}
	if t.prev != nil {
		t.prev.next = t.next
	} else {
		w.slots[t.due%wheelSlots] = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	}
	t.next, t.prev, t.due = nil, nil, 0
	w.count--
}

func (w *wheel) now() int64 { return int64(time.Since(w.start) / wheelTick) }

// run fires timers until ctx ends.
func (w *wheel) run(ctx context.Context) {
	tick := time.NewTimer(wheelTick)
	defer tick.Stop()
	for {
		if w.empty() {
			select {
			case <-w.poke:
			case <-ctx.Done():
				return
			}
		}
		tick.Reset(wheelTick)
		select {
		case <-tick.C:
			for _, t := range w.advance() {
				t.fire()
			}
		case <-ctx.Done():
			return
		}
	}
}

func (w *wheel) empty() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count == 0
}

// advance takes out the timers that are due by now.
func (w *wheel) advance() []*timer {
	var due []*timer
	w.mu.Lock()
	defer w.mu.Unlock()
	for now := w.now(); w.tick < now && w.count > 0; {
		w.tick++
		for t := w.slots[w.tick%wheelSlots]; t != nil; {
			next := t.next
			if t.due <= w.tick {
				w.removeLocked(t)
				due = append(due, t)
			}
			t = next
		}
	}
	return due
}
