package comet

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestARingHoldsTheNewestEventsWithoutAHole merges random runs and compares
// with what can be said of any ring.
func TestARingHoldsTheNewestEventsWithoutAHole(t *testing.T) {
	limits := Limits{RingEvents: 20, RingBytes: 150}
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 0))
		var r ring
		newest := int64(0)
		for range 60 {
			var run []frame
			begin := 1 + rng.Int64N(60)
			for seq := begin; seq < begin+1+rng.Int64N(12); seq++ {
				run = append(run, frame{seq, fmt.Appendf(nil, "event %d", seq)})
			}
			newest = max(newest, run[len(run)-1].seq)
			r.merge(run, limits)
			checkRing(t, &r, newest, limits)
		}
	}
}

func checkRing(t *testing.T, r *ring, newest int64, limits Limits) {
	t.Helper()
	size := 0
	for i, f := range r.frames {
		if f.seq != r.first()+int64(i) || string(f.json) != fmt.Sprintf("event %d", f.seq) {
			t.Fatalf("place %d holds %d %q, the first is %d", i, f.seq, f.json, r.first())
		}
		size += len(f.json)
	}
	if size != r.bytes || len(r.frames) > limits.RingEvents || size > limits.RingBytes || r.last() != newest {
		t.Fatalf("%d frames to %d, %d bytes counted as %d; the newest is %d", len(r.frames), r.last(), size, r.bytes, newest)
	}
	for seq := r.first() - 2; seq <= newest+1; seq++ {
		if got := r.after(seq); len(got) > 0 && got[0].seq != seq+1 || len(got) == 0 && r.first() <= seq+1 && seq < newest {
			t.Fatalf("after %d: %v", seq, got)
		}
	}
}
