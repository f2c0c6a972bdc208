package comet

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAllThatLingerAtOnceGoOnTogetherWithinTheTime(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const longest = 5 * time.Millisecond
		l := newLull()
		ctx, cancel := context.WithCancel(t.Context())
		var running, waiting sync.WaitGroup
		running.Go(func() { l.run(ctx) })
		var mu sync.Mutex
		ends := make(map[time.Time]int)
		for i := range 500 {
			rng := rand.New(rand.NewPCG(uint64(i), 1))
			waiting.Go(func() {
				time.Sleep(time.Duration(rng.Int64N(int64(100 * time.Millisecond))))
				start := time.Now()
				l.wait(ctx, 1+time.Duration(rng.Int64N(int64(longest))))
				between(t, "the lull ended", time.Since(start), 0, longest)
				mu.Lock()
				defer mu.Unlock()
				ends[time.Now()]++
			})
		}
		waiting.Wait()
		if len(ends) > 100 {
			t.Errorf("500 connections were woken at %d moments within 100 ms", len(ends))
		}
		// Who goes away does not wait, and leaves the others nothing to wait for.
		gone, leave := context.WithCancel(ctx)
		waiting.Go(func() { l.wait(gone, longest) })
		synctest.Wait()
		start := time.Now()
		leave()
		waiting.Wait()
		if time.Since(start) != 0 {
			t.Errorf("it took %v", time.Since(start))
		}
		time.Sleep(longest)
		synctest.Wait()
		start = time.Now()
		l.wait(ctx, time.Millisecond)
		between(t, "the next lull", time.Since(start), time.Millisecond, time.Millisecond)
		cancel()
		running.Wait()
	})
}
