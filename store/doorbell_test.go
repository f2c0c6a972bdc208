package store_test

import (
	"context"
	"testing"
	"time"
)

// bell is a doorbell at work.
type bell struct {
	ring func()
	// heard holds an entry for each call of onConnect and onRing.
	heard chan time.Time
}

func (w *world) bell(node string) bell {
	w.t.Helper()
	b := bell{heard: make(chan time.Time, 10000)}
	heard := func() { b.heard <- time.Now() }
	d := w.NewDoorbell(node, heard, heard)
	b.ring = d.Ring
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	w.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			w.t.Errorf("the doorbell ended with: %v", err)
		}
	})
	return b
}

// hears waits for a ring.
func (b bell) hears(w *world) {
	w.t.Helper()
	select {
	case <-b.heard:
	case <-time.After(20 * time.Second):
		w.t.Fatal("nothing was heard")
	}
}

func TestARingIsHeardByTheOtherNodesOnly(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	a, b, c := w.bell("a"), w.bell("b"), w.bell("c")
	for _, d := range []bell{a, b, c} {
		d.hears(w) // it is connected
	}
	for range 20 {
		a.ring()
		b.hears(w)
		c.hears(w)
	}
	b.ring()
	a.hears(w) // before this it would have heard its own
	c.hears(w)
	if len(a.heard)+len(b.heard) != 0 {
		t.Errorf("a heard %d, b %d too many", len(a.heard), len(b.heard))
	}
}

func TestRingsAreBatched(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	a, b := w.bell("a"), w.bell("b")
	a.hears(w)
	b.hears(w)
	begin := time.Now()
	for time.Since(begin) < 100*time.Millisecond {
		a.ring()
	}
	spent := time.Since(begin)
	b.hears(w)
	a.ring()
	w.until("the last ring is heard", func() bool { return len(b.heard) > 0 })
	if got, most := len(b.heard)+1, int(spent/(5*time.Millisecond))+2; got > most {
		t.Errorf("%d rings in %v, want at most %d", got, spent, most)
	}
}

func TestALostDoorbellComesBackAndMakesTheNodeLook(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	a, b := w.bell("a"), w.bell("b")
	a.hears(w)
	b.hears(w)
	for range 3 {
		ended := w.number(`select count(pg_terminate_backend(pid)) from pg_stat_activity
			where datname = current_database() and application_name = 'chatd doorbell'`)
		if ended != 2 {
			t.Fatalf("%d doorbells were connected", ended)
		}
		a.ring() // not lost, but late
		a.hears(w)
		b.hears(w)
		w.until("both are connected", func() bool {
			return w.number(`select count(*) from pg_stat_activity
				where datname = current_database() and application_name = 'chatd doorbell'`) == 2
		})
		for len(b.heard) > 0 {
			<-b.heard
		}
		a.ring()
		b.hears(w)
	}
}
