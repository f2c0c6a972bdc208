package app

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestSendsMayBurstAndThenGoAtASteadyRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limit := newRateLimit[int64](time.Second/20, 40)
		for i := range 40 {
			if wait := limit.Wait(1); wait != 0 {
				t.Fatalf("send %d of a burst has to wait %v", i, wait)
			}
		}
		if wait := limit.Wait(1); wait != 50*time.Millisecond {
			t.Fatalf("after the burst: wait %v, want 50ms", wait)
		}
		if wait := limit.Wait(2); wait != 0 {
			t.Fatalf("somebody else has to wait %v", wait)
		}
		for range 100 {
			time.Sleep(50 * time.Millisecond)
			if wait := limit.Wait(1); wait != 0 {
				t.Fatalf("at the steady rate: wait %v", wait)
			}
		}
		time.Sleep(time.Hour)
		for range 40 {
			if limit.Wait(1) != 0 {
				t.Fatal("no burst after a pause")
			}
		}
		if limit.Wait(1) == 0 {
			t.Fatal("a long pause saved more than one burst")
		}
		if len(limit.full) != 1 {
			t.Fatalf("%d buckets are kept, want only the one in use", len(limit.full))
		}
	})
}

func TestASessionsUseIsWrittenAtMostOnceAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		touches := newTouches()
		due := 0
		for range 180 {
			if touches.Due("a") {
				due++
			}
			time.Sleep(time.Second)
		}
		if due != 3 {
			t.Fatalf("due %d times in three minutes, want 3", due)
		}
		time.Sleep(time.Hour)
		touches.Due("b")
		if len(touches.last) != 1 {
			t.Fatalf("%d sessions are remembered, want 1", len(touches.last))
		}
	})
}
