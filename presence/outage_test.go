package presence_test

import (
	"fmt"
	"testing"
	"time"

	"chatd/presence"
	"chatd/presence/presencetest"
)

func TestADatabaseThatIsAwayShowsNobodyOffline(t *testing.T) {
	for _, trouble := range []presencetest.Trouble{presencetest.Refused, presencetest.Unheard, presencetest.Late, presencetest.Hangs} {
		for _, away := range []time.Duration{20 * time.Second, 5 * time.Minute} {
			t.Run(fmt.Sprint(trouble, away), func(t *testing.T) {
				inWorld(t, 0, func(w *world) {
					a, b := w.start(), w.start()
					a.open("a", 1)
					b.open("b", 2)
					w.pass(time.Minute)
					v := w.viewer()
					v.sees(a, "1", "2")
					a.db.Cut(trouble)
					b.db.Cut(trouble)
					w.pass(away)
					v.sees(a, "1", "2")
					a.open("came while it was away", 3)
					a.db.Mend()
					w.pass(3 * time.Second)
					b.db.Mend() // finds its way back a little later
					w.pass(2 * time.Minute)
					w.expect("1 signed-in", "2 signed-in", "3 signed-in")
					v.sees(a, "1", "2", "3")
					v.sees(b, "1", "2", "3")
				})
			})
		}
	}
}

func TestANodeThatDiedWithTheDatabaseIsFoundDead30SecondsAfterItsReturn(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a, b := w.start(), w.start()
		a.open("a", 1)
		w.pass(time.Minute)
		b.db.Cut(presencetest.Refused)
		a.kill()
		w.pass(time.Minute)
		b.db.Mend()
		w.pass(29 * time.Second)
		w.expect("1 signed-in")
		w.pass(4 * time.Second)
		w.expect("1 signed-in", "1 went-offline")
	})
}

func TestANodeThatWasCutOffComesBackWithItsPeople(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a, b := w.start(), w.start()
		a.open("a", 1)
		a.open("leaves meanwhile", 2)
		w.pass(time.Minute)
		a.db.Cut(presencetest.Hangs)
		w.pass(time.Minute)
		w.expect("1 signed-in", "2 signed-in", "1 went-offline", "2 went-offline")
		a.Closed("leaves meanwhile", lease)
		a.db.Mend()
		w.pass(10 * time.Second)
		v := w.viewer()
		v.sees(a, "1")
		v.sees(b, "1")
	})
}

func TestAWriteThatArrivesLateOpensNobodyAgain(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		w.pass(time.Second)
		n.db.Cut(presencetest.Late)
		n.open("a", 1)
		w.pass(10 * time.Millisecond)
		n.db.Mend()
		w.pass(10 * time.Second)
		n.Closed("a", lease)
		w.pass(5 * time.Minute)
		w.expect("1 signed-in", "1 went-offline")
		w.viewer().sees(n)
	})
}

func TestOnlyTheClockOfTheDatabaseCounts(t *testing.T) {
	for _, skew := range []time.Duration{-time.Hour, time.Hour} {
		inWorld(t, skew, func(w *world) {
			a, b := w.start(), w.start()
			a.open("a", 1)
			b.open("b", 2)
			w.pass(10 * time.Minute)
			w.expect("1 signed-in", "2 signed-in")
			b.Closed("b", presence.SignedOut)
			w.pass(time.Second)
			last := w.db.Changes()[2]
			if behind := time.Since(last.At.Add(-skew)); behind < 0 || behind > time.Second {
				t.Errorf("with a skew of %v the notice is dated %v", skew, last.At)
			}
		})
	}
}

func TestAClockThatJumpsTakesNobodyOffline(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a, b := w.start(), w.start()
		a.open("a", 1)
		w.pass(7 * time.Second)
		b.open("b", 2)
		// At all distances from a look and a renewal.
		for i := range time.Duration(60) {
			w.db.SetClock((i%3 - 1) * time.Hour)
			w.pass(31*time.Second + i*530*time.Millisecond)
			a.open(fmt.Sprint("another tab ", i), 1) // renews
			w.pass(10*time.Second - i*170*time.Millisecond)
		}
		w.expect("1 signed-in", "2 signed-in")
	})
}
