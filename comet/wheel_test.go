package comet

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

func TestATimerFiresOnceWithinATickOfItsTime(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWheel()
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { w.run(ctx) })
		rng := rand.New(rand.NewPCG(1, 1))
		type alarm struct {
			timer
			due   time.Time // zero: must not fire
			fired []time.Time
		}
		alarms := make([]*alarm, 300)
		for i := range alarms {
			a := &alarm{}
			a.fire = func() { a.fired = append(a.fired, time.Now()) }
			alarms[i] = a
		}
		for range 2000 {
			a := alarms[rng.IntN(len(alarms))]
			switch {
			case len(a.fired) > 0:
			case rng.IntN(4) == 0:
				w.stop(&a.timer)
				a.due = time.Time{}
			default:
				a.due = time.Now().Add(time.Duration(rng.IntN(180_000)) * time.Millisecond)
				w.set(&a.timer, a.due)
			}
			time.Sleep(time.Duration(rng.IntN(60)) * time.Millisecond)
		}
		time.Sleep(4 * time.Minute)
		cancel()
		running.Wait()
		for i, a := range alarms {
			if a.due.IsZero() != (len(a.fired) == 0) || len(a.fired) > 1 {
				t.Fatalf("alarm %d fired %d times, due %v", i, len(a.fired), a.due)
			}
			if len(a.fired) == 1 {
				between(t, "an alarm fired", a.fired[0].Sub(a.due), 0, 2*wheelTick)
			}
		}
		if w.count != 0 {
			t.Errorf("%d timers are left", w.count)
		}
	})
}
