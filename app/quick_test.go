package app

import (
	"testing"
	"time"
)

// atOnce is what happens at once may take. Whatever is missed is made up for two
// seconds later, when the node looks.
const atOnce = time.Second

// quickly tries something until it takes no longer than limit, and fails when it
// never does. A machine that stands still makes one try slow, a fault makes all
// of them slow. What is tried tells how long it took.
func quickly(t *testing.T, what string, limit time.Duration, try func(i int) time.Duration) {
	t.Helper()
	var all []time.Duration
	for i := range 5 {
		took := try(i)
		if took <= limit {
			return
		}
		all = append(all, took.Round(time.Millisecond))
	}
	t.Errorf("%s took %v, never as little as %v", what, all, limit)
}
