package comet

import (
	"math/rand/v2"
	"time"
)

// returnSpread is the longest time over which clients come back after a drain.
const returnSpread = 5 * time.Second

// drainMargin is how long after its window a drain is surely over: the wheel
// rounds up, and the last answers are still to be written.
const drainMargin = 500 * time.Millisecond

// drain is how clients are sent away.
type drain struct {
	end    time.Time     // not before this should they come back
	spread time.Duration // over which they do
}

// newDrain returns a drain that lasts for the window.
func newDrain(start time.Time, window time.Duration) *drain {
	return &drain{end: start.Add(window + drainMargin), spread: min(window, returnSpread)}
}

// returnIn draws after how long a client that is sent away should come back.
// It may be called as soon as draining is set.
func (h *Hub) returnIn() time.Duration {
	d := h.draining.Load()
	return max(0, time.Until(d.end)) + rand.N(d.spread+1)
}
