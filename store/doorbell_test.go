package store_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatd/store"
)

// bell is a doorbell at work.
type bell struct {
	ring func()
	say  func(word string) bool
	// heard holds an entry for each call of onConnect and onRing.
	heard chan time.Time
	// words holds those of onWord.
	words chan string
}

func (w *world) bell(node string) bell {
	w.t.Helper()
	b := bell{heard: make(chan time.Time, 10000), words: make(chan string, 10000)}
	heard := func() { b.heard <- time.Now() }
	d := w.NewDoorbell(node, heard, heard, func(word string) { b.words <- word })
	b.ring, b.say = d.Ring, d.Say
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
	b.hears(w)
	a.ring()
	w.until("the last ring is heard", func() bool { return len(b.heard) > 0 })
	got, spent := len(b.heard)+1, time.Since(begin) // in this order: what is counted has been sent by then
	if most := int(spent/(5*time.Millisecond)) + 2; got > most {
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

// listens waits for a word.
func (b bell) listens(w *world) string {
	w.t.Helper()
	select {
	case word := <-b.words:
		return word
	case <-time.After(20 * time.Second):
		w.t.Fatal("no word was heard")
		return ""
	}
}

func TestWordsAreHeardByTheOtherNodesInOrderAndMakeNobodyLook(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	a, b, c := w.bell("a"), w.bell("b"), w.bell("c")
	for _, d := range []bell{a, b, c} {
		d.hears(w) // it is connected
	}
	long := strings.Repeat("w", store.MaxWord)
	words := []string{"one", "two words", " {\"room\":7} ", "Ünï", long, "b", "last"}
	for _, word := range words {
		if !a.say(word) {
			t.Errorf("%.20q is refused", word)
		}
	}
	for _, d := range []bell{b, c} {
		for _, want := range words {
			if got := d.listens(w); got != want {
				t.Errorf("heard %.20q, want %.20q", got, want)
			}
		}
	}
	b.say("answer")
	if got := a.listens(w); got != "answer" { // before this it would have heard its own
		t.Errorf("a heard %q", got)
	}
	a.ring()
	b.hears(w)
	if len(b.heard)+len(a.heard)+len(a.words)+len(b.words) != 0 {
		t.Error("words rang, or somebody heard themselves")
	}
	for _, none := range []string{"", long + "w", "\xff", "a\x00b"} {
		if a.say(none) {
			t.Errorf("%.20q is accepted", none)
		}
	}
}

func TestAFloodOfWordsKeepsTheNewest(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	a, b := w.bell("a"), w.bell("b")
	a.hears(w)
	b.hears(w)
	for i := range 5000 {
		a.say(strconv.Itoa(i))
	}
	var last int
	for last < 4999 {
		n, err := strconv.Atoi(b.listens(w))
		if w.ok(err); n < last {
			t.Fatalf("%d came after %d", n, last)
		}
		last = n
	}
}
