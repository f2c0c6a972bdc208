package presence_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"chatd/presence"
	"chatd/presence/presencetest"
)

func TestAPollerSeesEveryNoticeOnceAlsoAfterANodeChange(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a, b := w.start(), w.start()
		v := w.viewer()
		v.sees(a)
		a.Opened("one", 1)
		w.pass(time.Second)
		v.sees(b, "1")
		b.Opened("two", 2)
		a.Closed("one", presence.SignedOut)
		w.pass(time.Second)
		v.sees(a, "2")
		w.pass(time.Second)
		v.sees(b, "2")
		want := fmt.Sprint([]string{"1 signed-in", "1 signed-out", "2 signed-in"})
		if got := fmt.Sprint(v.notices); got != want && got != fmt.Sprint([]string{"1 signed-in", "2 signed-in", "1 signed-out"}) {
			t.Errorf("viewer got %v", got)
		}
		if v.snapshots != 1 {
			t.Errorf("viewer got %d snapshots", v.snapshots)
		}
	})
}

func TestANodeThatIsBehindTakesNothingBack(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a, b := w.start(), w.start()
		b.db.Suffer(func(write bool) presencetest.Trouble {
			if write {
				return presencetest.None
			}
			return presencetest.Refused
		})
		a.Opened("one", 1)
		w.pass(time.Second)
		v := w.viewer()
		v.sees(a, "1")
		v.sees(b, "1")
		b.db.Mend()
		w.pass(time.Second)
		v.sees(b, "1")
		if len(v.notices) != 0 || v.snapshots != 1 {
			t.Errorf("viewer got %v and %d snapshots", v.notices, v.snapshots)
		}
	})
}

func TestForeignRevisionsGetASnapshot(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		n.Opened("one", 1)
		w.pass(time.Second)
		for _, revision := range []string{"", "x", "1", "1.", ".1", "1.x", "1.-1", "7.1", "1.99999999999999999999", "-1.-1"} {
			v := w.viewer()
			v.revision = revision
			if v.sees(n, "1"); v.snapshots != 1 {
				t.Errorf("revision %q got %d snapshots", revision, v.snapshots)
			}
		}
	})
}

func TestARestoredDatabaseGivesEverybodyASnapshot(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		for i := range int64(5) {
			n.Opened(fmt.Sprint(i), i+1)
		}
		w.pass(time.Second)
		v := w.viewer()
		v.sees(n, "1", "2", "3", "4", "5")
		w.db.Restore(2)
		n.Closed("0", presence.SignedOut)
		w.pass(15 * time.Second)
		v.sees(n, "2", "3", "4", "5")
		if v.snapshots != 2 {
			t.Errorf("viewer got %d snapshots, want 2", v.snapshots)
		}
	})
}

func TestSomebodyWhoComesBackLateIsSparedOldNotices(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		v := w.viewer()
		v.sees(n)
		n.Opened("one", 1)
		n.Opened("two", 2)
		w.pass(time.Second)
		n.Closed("two", lease)
		w.pass(6 * time.Minute)
		v.sees(n, "1")
		if len(v.notices) != 0 || v.snapshots != 2 {
			t.Errorf("viewer got %v and %d snapshots", v.notices, v.snapshots)
		}
	})
}

func TestMoreChangesThanTheRingHoldsGiveASnapshot(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		v, late := w.viewer(), w.viewer()
		v.poll(n)
		late.poll(n)
		for i := range 6000 {
			n.Opened(fmt.Sprint(i), int64(i+1))
			if i == 3000 {
				w.pass(time.Second)
				v.poll(n)
			}
		}
		w.pass(time.Second)
		v.poll(n)
		late.poll(n)
		if len(v.states) != 6000 || len(v.notices) != 6000 || v.snapshots != 1 {
			t.Errorf("who followed has %d states, %d notices, %d snapshots", len(v.states), len(v.notices), v.snapshots)
		}
		if len(late.states) != 6000 || len(late.notices) != 0 || late.snapshots != 2 {
			t.Errorf("who came late has %d states, %d notices, %d snapshots", len(late.states), len(late.notices), late.snapshots)
		}
	})
}

func TestEveryRevisionOfTheRingGetsWhatFollowsIt(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		const people = 100
		for i := range int64(people) {
			n.Opened(fmt.Sprint(i), i+1)
		}
		w.pass(time.Second)
		for range 2 {
			for from := range people {
				v := w.viewer()
				v.revision = fmt.Sprint("1.", from)
				if v.poll(n); len(v.notices) != people-from || v.snapshots != 0 {
					t.Fatalf("from %d the viewer got %d notices and %d snapshots", from, len(v.notices), v.snapshots)
				}
			}
		}
	})
}

func TestNothingIsToldBeforeTheFirstLook(t *testing.T) {
	tracker := presence.New(presence.Config{})
	if event, next := tracker.Since(1, "3.4"); event != nil || next != "3.4" {
		t.Errorf("got %s and %q", event, next)
	}
}

func TestOnlyVisiblePeopleAreTold(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.startWith(func(int64) presence.Sight {
			return presence.Sight{Sees: func(user int64) bool { return user != 2 }, Mark: "a"}
		})
		v := w.viewer()
		v.sees(n)
		n.Opened("two", 2)
		w.pass(time.Second)
		before := v.revision
		if v.poll(n) || v.revision == before {
			t.Errorf("an invisible change was told, or its revision %q kept", v.revision)
		}
		n.Opened("one", 1)
		w.pass(time.Second)
		v.sees(n, "1")
		w.viewer().sees(n, "1")
		if got := fmt.Sprint(v.notices); got != "[1 signed-in]" {
			t.Errorf("viewer got %v", got)
		}
	})
}

func TestAnotherSightBeginsWithASnapshot(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		hidden, mark := int64(2), "a"
		n := w.startWith(func(int64) presence.Sight {
			if mark == "" {
				return presence.Sight{}
			}
			return presence.Sight{Sees: func(user int64) bool { return user != hidden }, Mark: mark}
		})
		n.Opened("one", 1)
		n.Opened("two", 2)
		w.pass(time.Second)
		v := w.viewer()
		v.sees(n, "1")
		hidden, mark = 1, "b" // nothing else has happened
		v.sees(n, "2")
		if v.poll(n) {
			t.Error("the same sight was told again")
		}
		mark = "" // now everybody is visible
		v.sees(n, "1", "2")
		hidden, mark = 1, "b"
		v.sees(n, "2")
	})
}

func TestTheEventIsWhatTheProtocolSays(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		_, revision := n.Since(1, "")
		n.Opened("three", 3)
		w.pass(time.Second)
		event, next := n.Since(1, revision)
		at := w.db.Changes()[0].At.UnixMilli()
		want := fmt.Sprintf(`{"revision":%q,"snapshot":false,"states":{"3":"online"},"notices":[{"user":"3","notice":"signed-in","time":%d}]}`, next, at)
		if string(event) != want {
			t.Errorf("event is %s, want %s", event, want)
		}
		event, _ = n.Since(1, "")
		if want := fmt.Sprintf(`{"revision":%q,"snapshot":true,"states":{"3":"online"},"notices":[]}`, next); string(event) != want {
			t.Errorf("snapshot is %s, want %s", event, want)
		}
	})
}

func FuzzSinceTakesAnyRevision(f *testing.F) {
	f.Add("")
	f.Add("1.0")
	f.Add("9223372036854775808.1")
	f.Fuzz(func(t *testing.T, revision string) {
		inWorld(t, 0, func(w *world) {
			n := w.start()
			event, next := n.Since(1, revision)
			if event != nil && !json.Valid(event) || event == nil && next != revision {
				t.Errorf("got %s and %q", event, next)
			}
		})
	})
}
