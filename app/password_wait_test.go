package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestNoMoreHashesThanAllowedRunAtOnce(t *testing.T) {
	t.Parallel()
	const parallel, requests = 3, 60
	h := NewHasher(cheap, parallel)
	var running, most, done atomic.Int64
	derive := h.derive
	h.derive = func(password, salt []byte, p HashParams, length int) []byte {
		defer running.Add(-1)
		now := running.Add(1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		return derive(password, salt, p, length)
	}
	var all sync.WaitGroup
	for range requests {
		all.Go(func() {
			if _, err := h.Hash(t.Context(), "correct horse"); err != nil {
				t.Error(err)
			}
			done.Add(1)
		})
	}
	all.Wait()
	if most.Load() > parallel || done.Load() != requests {
		t.Errorf("%d hashes ran at once, %d were made", most.Load(), done.Load())
	}
}

// slow makes every hash take a second of fake time.
func slow(parallel int) *Hasher {
	h := NewHasher(cheap, parallel)
	h.derive = func(_, _ []byte, _ HashParams, length int) []byte {
		time.Sleep(time.Second)
		return make([]byte, length)
	}
	return h
}

func TestWaitersWaitTwoSecondsAndThenHearThatItIsBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := slow(1)
		begin := time.Now()
		var all sync.WaitGroup
		var made, busy atomic.Int64
		for range 10 {
			all.Go(func() {
				switch _, err := h.Hash(t.Context(), "correct horse"); {
				case err == nil:
					made.Add(1)
				case errors.Is(err, ErrBusy):
					busy.Add(1)
					if waited := time.Since(begin); waited != hashWait {
						t.Errorf("busy after %v", waited)
					}
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		// One at once, one after a second, perhaps one at the very end of the second.
		if made.Load() < 2 || made.Load() > 3 || made.Load()+busy.Load() != 10 {
			t.Errorf("%d were made, %d were busy", made.Load(), busy.Load())
		}
		if h.waiting.Load() != 0 || len(h.slots) != 0 {
			t.Errorf("%d still wait, %d slots are taken", h.waiting.Load(), len(h.slots))
		}
	})
}

func TestTheQueueIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := slow(1)
		begin := time.Now()
		var all sync.WaitGroup
		var atOnce atomic.Int64
		for range 1 + waitersPerHasher + 7 {
			all.Go(func() {
				if _, err := h.Hash(t.Context(), "correct horse"); errors.Is(err, ErrBusy) && time.Since(begin) == 0 {
					atOnce.Add(1)
				}
			})
		}
		all.Wait()
		if atOnce.Load() != 7 {
			t.Errorf("%d were turned away at once, want 7", atOnce.Load())
		}
	})
}

func TestOneNetworkTakesOnlyAPartOfTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := NewHasher(cheap, 1)
		h.derive = func(_, _ []byte, _ HashParams, length int) []byte {
			time.Sleep(50 * time.Millisecond)
			return make([]byte, length)
		}
		from := func(address string) error {
			_, _, err := h.Verify(context.WithValue(t.Context(), peerKey, address), "correct horse", "")
			return err
		}
		var all sync.WaitGroup
		var busy atomic.Int64
		for i := range 200 {
			all.Go(func() {
				if errors.Is(from(fmt.Sprintf("2001:db8::%x", i)), ErrBusy) {
					busy.Add(1)
				}
			})
		}
		synctest.Wait()
		if want := 200 - 1 - int64(waitersPerHasher/4); busy.Load() != want {
			t.Errorf("%d of one network were turned away, want %d", busy.Load(), want)
		}
		for i := range 8 {
			all.Go(func() {
				if err := from(fmt.Sprintf("192.0.2.%d", i)); err != nil {
					t.Errorf("from another network: %v", err)
				}
			})
		}
		all.Wait()
		if h.waiting.Load() != 0 || len(h.queued) != 0 {
			t.Errorf("%d still wait, %v", h.waiting.Load(), h.queued)
		}
	})
}

func TestAWaiterWhoLeavesIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := slow(1)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() { _, _ = h.Hash(t.Context(), "correct horse") })
		synctest.Wait()
		begin := time.Now()
		if _, _, err := h.Verify(ctx, "correct horse", ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if waited := time.Since(begin); waited != 300*time.Millisecond {
			t.Errorf("left after %v", waited)
		}
		if _, err := h.Hash(ctx, "correct horse"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a request that is over gets a hash: %v", err)
		}
		all.Wait()
	})
}

func TestTheNumberOfHashesFitsTheMachine(t *testing.T) {
	t.Parallel()
	if n := defaultParallelHashes(DefaultHashParams); n < 1 {
		t.Errorf("%d at once", n)
	}
	if n := defaultParallelHashes(HashParams{Memory: 1 << 31}); n != 1 {
		t.Errorf("%d at once although not even one fits", n)
	}
	for text, want := range map[string]int64{" 12 \n": 12 << 10, "max": 1<<63 - 1, "": 1<<63 - 1, "-3": 1<<63 - 1, "9223372036854775807": 1<<63 - 1} {
		if got := parseBytes([]byte(text), 1<<10); got != want {
			t.Errorf("%q is %d bytes", text, got)
		}
	}
}
