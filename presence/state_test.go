package presence_test

import (
	"fmt"
	"testing"
	"time"

	"chatd/presence"
	"chatd/presence/presencetest"
)

func TestAPersonIsAwayWhenAllTheirDevicesAreIdle(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a, b := w.start(), w.start()
		v := w.viewer()
		a.open("phone", 1)
		b.open("laptop", 1)
		w.pass(time.Second)
		v.sees(a, "1")
		a.touch("phone", false)
		w.pass(time.Second)
		v.sees(a, "1")
		b.touch("laptop", false)
		w.pass(990 * time.Millisecond)
		v.sees(a, "1")
		w.pass(70 * time.Millisecond)
		v.sees(a, "1 away")
		a.Opened(presence.Connected{ID: "third", User: 1, Device: "plain", Idle: true})
		w.pass(time.Second)
		v.sees(b, "1 away")
		b.Closed("laptop", presence.SignedOut)
		w.pass(time.Second)
		v.sees(b, "1 away")
		a.touch("phone", true)
		w.pass(60 * time.Millisecond) // at once
		v.sees(b, "1")
		if a.State(1) != presence.StateOnline || a.State(2) != presence.StateOffline || a.Online() != 1 {
			t.Errorf("the node says %s, %s and %d", a.State(1), a.State(2), a.Online())
		}
		w.expect("1 signed-in")
	})
}

// A client that says now this and now that, as fast as it can.
func TestOthersAreNotToldOfEachTimeThatAClientSaysOtherwise(t *testing.T) {
	for _, say := range map[string]func(n *node, idle bool){
		"activity":       func(n *node, idle bool) { n.touch("a", !idle) },
		"a data request": func(n *node, idle bool) { n.Opened(presence.Connected{ID: "a", User: 1, Idle: idle}) },
	} {
		inWorld(t, 0, func(w *world) {
			n := w.start()
			n.Opened(presence.Connected{ID: "a", User: 1})
			w.pass(time.Second)
			before, calls := len(w.db.Changes()), n.db.Calls()
			for i := range 160 {
				say(n, i%2 == 0)
				w.pass(25 * time.Millisecond)
			}
			if got := len(w.db.Changes()) - before; got != 0 {
				t.Errorf("others are told of %d changes", got)
			}
			if got := n.db.Calls() - calls; got > 3 {
				t.Errorf("%d calls in 4 s", got)
			}
			say(n, true)
			for range 20 { // it says so again and again
				w.pass(50 * time.Millisecond)
				say(n, true)
			}
			w.pass(60 * time.Millisecond)
			if got := w.db.Changes()[before:]; len(got) != 1 || got[0].State != presence.StateAway {
				t.Errorf("others are told %v", got)
			}
			for range 100 {
				say(n, false)
				say(n, true)
				w.pass(40 * time.Millisecond)
			}
			if got := w.db.Changes()[before:]; len(got) != 2 || got[1].State != presence.StateOnline {
				t.Errorf("others are told %v", got)
			}
			say(n, true)
			n.Closed("a", lease)
			w.pass(time.Minute)
			w.expect("1 signed-in", "1 went-offline")
		})
	}
}

func TestSomebodyMayComeAndGoIdle(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		v := w.viewer()
		v.sees(n)
		n.Opened(presence.Connected{ID: "a", User: 1, Device: "browser", Idle: true})
		w.pass(time.Second)
		v.sees(n, "1 away")
		n.Closed("a", lease)
		w.pass(time.Second)
		v.sees(n)
		v.heard("1 signed-in", "1 went-offline")
	})
}

func TestTheInvisibleLookAsIfTheyWereGone(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		v := w.viewer()
		n.open("a", 1)
		w.pass(time.Second)
		v.sees(n, "1")
		w.choose(1, "invisible", 0)
		w.pass(time.Second)
		v.sees(n)
		v.heard("1 went-offline")
		n.touch("a", false)
		n.open("b", 1)
		w.pass(time.Second)
		n.touch("a", true)
		n.Closed("b", presence.SignedOut)
		w.pass(time.Minute)
		if v.poll(n) {
			t.Errorf("something was told of somebody invisible: %s", v.last)
		}
		w.choose(1, "automatic", 0)
		w.pass(time.Second)
		v.sees(n, "1")
		w.choose(1, "invisible", 0)
		n.Closed("a", presence.SignedOut)
		w.pass(time.Minute)
		n.open("c", 1)
		w.pass(time.Minute)
		v.sees(n)
		v.heard("1 signed-in", "1 went-offline")
	})
}

func TestDoNotDisturbIsShownWithoutANotice(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		v := w.viewer()
		w.choose(1, "do-not-disturb", 0)
		v.sees(n)
		n.open("a", 1)
		w.pass(time.Second)
		v.sees(n, "1 do-not-disturb")
		n.touch("a", false)
		w.choose(1, "automatic", 0)
		w.pass(time.Second + 60*time.Millisecond)
		v.sees(n, "1 away")
		w.choose(1, "do-not-disturb", 0)
		w.pass(time.Second)
		v.sees(n, "1 do-not-disturb")
		n.Closed("a", presence.SignedOut)
		w.pass(time.Second)
		v.sees(n)
		v.heard("1 signed-in", "1 signed-out")
	})
}

func TestAChoiceEndsByTheClockOfTheDatabase(t *testing.T) {
	for _, skew := range []time.Duration{-time.Hour, 0, time.Hour} {
		inWorld(t, skew, func(w *world) {
			a, b := w.start(), w.start()
			a.open("a", 1)
			b.open("b", 2)
			w.choose(1, "do-not-disturb", 10*time.Minute)
			w.choose(2, "invisible", 10*time.Minute)
			w.pass(10*time.Minute - time.Second)
			v := w.viewer()
			v.sees(a, "1 do-not-disturb")
			w.pass(3*time.Second + 300*time.Millisecond)
			v.sees(b, "1", "2")
			v.heard("2 signed-in")
			calls := a.db.Calls()
			w.pass(time.Minute)
			if got := a.db.Calls() - calls; got > 37 {
				t.Errorf("%d calls in a minute after the choices have ended", got)
			}
		})
	}
}

func TestAChoiceThatEndsWhileTheDatabaseIsAwayEndsAfterItsReturn(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		n.open("a", 1)
		w.choose(1, "invisible", 30*time.Second)
		w.pass(20 * time.Second)
		n.db.Cut(presencetest.Unheard)
		w.pass(20 * time.Second)
		n.db.Mend()
		w.pass(3 * time.Second)
		w.viewer().sees(n, "1")
	})
}

func TestWhatTheDevicesAreLikeGoesAlongWithARenewal(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		const people = 300
		for i := range people {
			n.open(fmt.Sprint("s", i), int64(i+1))
		}
		w.pass(12 * time.Second)
		calls := n.db.Calls()
		for range 10 {
			for i := range people {
				n.Updated(fmt.Sprint("s", i), presence.Update{Transport: "iframe", RoundTrip: time.Duration(100+i) * time.Millisecond})
			}
			w.pass(2 * time.Second)
		}
		if got := n.db.Calls() - calls; got > 10+2 {
			t.Errorf("%d calls in 20 s, want a look every 2 s and a renewal every 10 s", got)
		}
		want := presence.Session{
			Row: 8, User: 8, Login: "login of s7", Device: "browser", Transport: "iframe", RoundTrip: 107 * time.Millisecond,
		}
		got := w.db.Sessions(8)
		if len(got) != 1 {
			t.Fatalf("the database has %v", got)
		}
		want.Row = got[0].Row
		if got[0] != want {
			t.Errorf("the database has %v, want %v", got[0], want)
		}
		n.Updated("s7", presence.Update{RoundTrip: 109 * time.Millisecond}) // hardly another one
		n.Updated("s7", presence.Update{})
		n.Updated("unheard of", presence.Update{Idle: new(true)})
		w.pass(30 * time.Second)
		if got := w.db.Sessions(8); got[0] != want {
			t.Errorf("the database has %v, want %v", got[0], want)
		}
		n.Updated("s7", presence.Update{RoundTrip: 200*time.Millisecond + 300*time.Microsecond, Transport: "pull"})
		w.pass(21 * time.Second)
		want.RoundTrip, want.Transport = 200*time.Millisecond, "pull"
		if got := w.db.Sessions(8); got[0] != want {
			t.Errorf("the database has %v, want %v", got[0], want)
		}
	})
}

func TestWhatTheDevicesAreLikeIsToldAlsoWhileSettlingNeverRests(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		n.open("a", 1)
		w.pass(time.Second)
		n.Updated("a", presence.Update{Transport: "iframe"})
		for i := range 200 { // a busy node renews all the time
			n.open(fmt.Sprint("s", i), 2)
			w.pass(100 * time.Millisecond)
		}
		if got := w.db.Sessions(1); got[0].Transport != "iframe" {
			t.Errorf("the database has %v", got)
		}
	})
}

func TestAnUpdateDuringAFailureIsNotLost(t *testing.T) {
	for _, trouble := range []presencetest.Trouble{presencetest.Refused, presencetest.Unheard, presencetest.Hangs} {
		inWorld(t, 0, func(w *world) {
			n := w.start()
			n.open("a", 1)
			w.pass(time.Second)
			n.db.Cut(trouble)
			n.touch("a", false)
			n.Updated("a", presence.Update{Transport: "iframe"})
			w.pass(2 * time.Second)
			n.touch("a", true)
			w.pass(2 * time.Second)
			n.touch("a", false)
			n.db.Mend()
			w.pass(10 * time.Second)
			w.viewer().sees(n, "1 away")
			if got := w.db.Sessions(1); got[0].Transport != "iframe" {
				t.Errorf("the database has %v", got)
			}
		})
	}
}

func TestWhoIsBehindTwiceIsToldWithARenewal(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		n.open("slow", 1)
		n.open("quick", 2)
		w.pass(time.Second)
		calls := n.db.Calls()
		lags := func(slow, quick int) {
			t.Helper()
			for user, want := range map[int64]int{1: slow, 2: quick} {
				if got := w.db.Sessions(user); len(got) != 1 || got[0].Lag != want {
					t.Errorf("the database has %v, want a lag of %d", got, want)
				}
			}
		}
		n.lags.Store(&map[string]int{"slow": 7, "quick": 1})
		w.pass(11 * time.Second)
		lags(0, 0) // for a moment everybody is behind
		n.lags.Store(&map[string]int{"slow": 9})
		w.pass(10 * time.Second)
		lags(7, 0)
		n.lags.Store(&map[string]int{"slow": 100})
		w.pass(20 * time.Second)
		lags(100, 0)
		n.lags.Store(&map[string]int{})
		w.pass(10 * time.Second)
		lags(0, 0)
		if got := n.db.Calls() - calls; got > 51/2+51/10+3 {
			t.Errorf("%d calls in 51 s, want a look every 2 s and a renewal every 10 s", got)
		}
	})
}
