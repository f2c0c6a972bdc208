package comet

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestNobodyIsAskedBackBeforeTheDrainIsOver(t *testing.T) {
	for rate, c := range map[int]struct{ window, spread time.Duration }{
		2000: {2 * time.Second, 2 * time.Second},
		8:    {10 * time.Second, 5 * time.Second},
		1:    {30 * time.Second, 5 * time.Second},
	} {
		t.Run(fmt.Sprint(c.window), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				const clients = 80
				w := newWorld(t, newMemoryLog(), func(config *Config) { config.Limits.DrainRate = rate })
				backs := make(chan time.Time, clients+1) // when each should come back
				var streams []*stream
				for i := range clients / 2 {
					s := w.user(fmt.Sprint("user", i)).stream(dataRequest{ID: "a"})
					s.want("listen-ack")
					streams = append(streams, s)
					go func() {
						events, next := w.user(fmt.Sprint("user", i)).poll(dataRequest{ID: "b", Mode: modePull})
						if in := events[len(events)-1].number("in"); in != next.Milliseconds() {
							t.Errorf("in %d, next %v", in, next)
						}
						backs <- time.Now().Add(next)
					}()
				}
				synctest.Wait()
				start := time.Now()
				time.AfterFunc(c.window/2, func() {
					_, next := w.user("late").poll(dataRequest{Mode: modePoll})
					backs <- time.Now().Add(next)
				})
				w.hub.Drain(t.Context())
				over := time.Since(start)
				for _, s := range streams {
					got := s.next()
					in := time.Duration(got[len(got)-1].number("in")) * time.Millisecond
					backs <- s.ended.Add(in)
				}
				first, last := time.Hour, time.Duration(0)
				for range clients + 1 {
					back := (<-backs).Sub(start)
					first, last = min(first, back), max(last, back)
				}
				if over > first {
					t.Errorf("the first is asked back after %v, the drain takes %v", first, over)
				}
				least := c.window + drainMargin
				between(t, "the first return", first, least-time.Millisecond, least+c.spread/4)
				between(t, "the last return", last, least+c.spread*3/4, least+c.spread)
				_, next := w.user("late").poll(dataRequest{Mode: modePoll})
				between(t, "a return after the drain", next, 0, c.spread+drainMargin+c.window/10)
			})
		})
	}
}
