package app

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

const (
	here  = "192.0.2.1"
	there = "192.0.2.2"
)

// fail makes tries that fail and returns the wait before the next.
func fail(t *testing.T, th *Throttle, n int, account, address string) time.Duration {
	t.Helper()
	for i := range n {
		if wait := th.Try(account, address); wait > 0 {
			t.Fatalf("try %d has to wait %v", i+1, wait)
		}
	}
	return th.Try(account, address)
}

func TestWaitsGrowAfterTenFailedTries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		th := NewThrottle()
		wait := fail(t, th, 10, "ana", here)
		for _, want := range []time.Duration{2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900} {
			if want *= time.Second; wait != want {
				t.Fatalf("the wait is %v, want %v", wait, want)
			}
			time.Sleep(want - time.Nanosecond)
			if got := th.Try("ana", here); got != time.Nanosecond {
				t.Fatalf("just before its end the wait is %v", got)
			}
			time.Sleep(time.Nanosecond)
			wait = fail(t, th, 1, "ana", here)
		}
	})
}

func TestATryDuringTheWaitDoesNotMakeItLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		th := NewThrottle()
		fail(t, th, 10, "ana", here)
		for range 20 {
			th.Try("ana", here)
			time.Sleep(100 * time.Millisecond)
		}
		if wait := th.Try("ana", here); wait > 0 {
			t.Errorf("after two seconds the wait is %v", wait)
		}
	})
}

func TestNobodyElseWaitsForIt(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	fail(t, th, 10, "ana", here)
	if th.Try("ana", there) > 0 || th.Try("bo", here) > 0 {
		t.Error("another address, or another account, has to wait")
	}
}

func TestAllSpellingsOfOneAccountCountTogether(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	for i := range 10 {
		th.Try([]string{"ana", "ANA", " Ana ", "\uff21na"}[i%4], []string{here, "::ffff:" + here}[i%2])
	}
	if th.Try("ana", here) == 0 {
		t.Error("the eleventh try does not wait")
	}
	for i := range 10 {
		th.Try("ana", fmt.Sprintf("2001:db8:0:1::%x", i))
	}
	if th.Try("ana", "2001:db8:0:1:ffff::1%eth0") == 0 {
		t.Error("one network can try from each of its addresses")
	}
	if th.Try("ana", "2001:db8:0:2::1") > 0 {
		t.Error("another network has to wait")
	}
}

func TestASuccessForgetsTheFailures(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	for range 50 {
		for range 8 {
			if wait := th.Try("ana", here); wait > 0 {
				t.Fatalf("the wait is %v", wait)
			}
			th.Cancel("ana", here)
		}
		th.Try("ana", here)
		th.Succeeded("ana", here)
	}
	fail(t, th, 10, "ana", here)
}

func TestAnUncheckedTryDoesNotCount(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	for range 1000 {
		if wait := th.Try("ana", here); wait > 0 {
			t.Fatalf("the wait is %v", wait)
		}
		th.Cancel("ana", here)
	}
	th.Cancel("nobody", there)
	th.Succeeded("nobody", there)
}

func TestTriesAtTheSameTimeDoNotSlipThrough(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	var all sync.WaitGroup
	var let atomic.Int64
	for range 200 {
		all.Go(func() {
			if th.Try("ana", here) == 0 {
				let.Add(1)
			}
		})
	}
	all.Wait()
	if let.Load() != freeTries {
		t.Errorf("%d tries went through", let.Load())
	}
}

func TestOneAddressCannotTryManyAccountsEndlessly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		th := NewThrottle()
		tries, begin := 0, time.Now()
		for time.Since(begin) < time.Hour {
			if wait := th.Try(fmt.Sprint("account ", tries), here); wait > 0 {
				if wait > addressRefill {
					t.Fatalf("the wait is %v", wait)
				}
				time.Sleep(wait)
				continue
			}
			tries++
		}
		if want := addressTries + int(time.Hour/addressRefill) - 1; tries != want {
			t.Errorf("%d tries in an hour, want %d", tries, want)
		}
	})
}

func TestAnOfficeBehindOneAddressIsNotSlowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		th := NewThrottle()
		// A Monday morning: 1,000 people within ten minutes, each fifth mistypes.
		for i := range 1000 {
			account := fmt.Sprint("person ", i)
			if i%5 == 0 && th.Try(account, here) > 0 || th.Try(account, here) > 0 {
				t.Fatalf("person %d has to wait", i)
			}
			th.Succeeded(account, here)
			time.Sleep(600 * time.Millisecond)
		}
	})
}

func TestFailuresAreForgottenAfterAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		th := NewThrottle()
		fail(t, th, 10, "ana", here)
		time.Sleep(time.Hour)
		fail(t, th, 9, "ana", here)
		if len(th.entries) != 2 || th.recent.Len() != 2 {
			t.Errorf("%d entries are kept, %d in order", len(th.entries), th.recent.Len())
		}
		time.Sleep(time.Hour)
		if th.Try("bo", there); len(th.entries) != 2 {
			t.Errorf("%d entries are kept", len(th.entries))
		}
	})
}

func TestTheMemoryOfFailuresIsBounded(t *testing.T) {
	t.Parallel()
	th := NewThrottle()
	for i := range throttleEntries {
		th.Try("ana", fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))
	}
	if len(th.entries) != throttleEntries || th.recent.Len() != throttleEntries {
		t.Errorf("%d entries are kept, %d in order", len(th.entries), th.recent.Len())
	}
}
