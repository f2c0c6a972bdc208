package comet

import (
	"fmt"
	"testing"
	"time"
)

func TestTheReadersOfALoginShareTheirPace(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		one, two := user{w, "ann", "one"}, user{w, "ann", "two"}
		start := time.Now()
		for range 120 {
			_, next := one.poll(dataRequest{Mode: modePoll})
			time.Sleep(next)
		}
		between(t, "120 polls were answered", time.Since(start), 9900*time.Millisecond, 11*time.Second)
		if _, next := two.poll(dataRequest{Mode: modePoll}); next != 0 {
			t.Errorf("another login waits for %v", next)
		}
		if _, next := one.poll(dataRequest{ID: "a", Mode: modePoll}); next != 0 {
			t.Errorf("a session waits for %v", next)
		}
	})
}

func TestAPaceThatIsKeptIsForgotten(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := newPace(10)
		for i := range 10_000 {
			p.pause(sessionKey{id: fmt.Sprint(i)}, time.Now())
			time.Sleep(10 * time.Millisecond)
		}
		if n := len(p.used); n > 120 {
			t.Errorf("%d are remembered", n)
		}
	})
}
