package presence_test

import (
	"fmt"
	"strings"
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
		a.open("one", 1)
		w.pass(time.Second)
		v.sees(b, "1")
		b.open("two", 2)
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
		a.open("one", 1)
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
		n.open("one", 1)
		w.pass(time.Second)
		for _, revision := range []string{"", "x", "1", "1.", ".1", "1.x", "1.-1", "7.1", "1.99999999999999999999", "-1.-1", "1.1", "1.1~", "1.1~~-", "1.0~x~"} {
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
			n.open(fmt.Sprint(i), i+1)
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
		n.open("one", 1)
		n.open("two", 2)
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
		const people, spells = 9000, 4 // nobody comes and goes within a batch
		for i := range spells {
			for user := range int64(people) {
				if i%2 == 0 {
					n.open(fmt.Sprint(user), user+1)
				} else {
					n.Closed(fmt.Sprint(user), lease)
				}
			}
			w.pass(time.Second)
			v.poll(n)
		}
		if len(v.states) != 0 || len(v.notices) != people*spells || v.snapshots != 1 {
			t.Errorf("who followed has %d states, %d notices, %d snapshots", len(v.states), len(v.notices), v.snapshots)
		}
		if late.poll(n); len(late.states) != 0 || len(late.notices) != 0 || late.snapshots != 2 {
			t.Errorf("who came late has %d states, %d notices, %d snapshots", len(late.states), len(late.notices), late.snapshots)
		}
	})
}

func TestEveryRevisionOfTheRingGetsWhatFollowsIt(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		const people = 100
		known := w.viewer()
		known.poll(n)
		for i := range int64(people) {
			n.open(fmt.Sprint(i), i+1)
		}
		w.pass(time.Second)
		for range 2 {
			for from := range people {
				v := w.viewer()
				v.revision = strings.Replace(known.revision, "1.0~", fmt.Sprint("1.", from, "~"), 1)
				if v.poll(n); len(v.notices) != people-from || v.snapshots != 0 {
					t.Fatalf("from %d the viewer got %d notices and %d snapshots", from, len(v.notices), v.snapshots)
				}
			}
		}
	})
}

func TestNothingIsToldBeforeTheFirstLook(t *testing.T) {
	tracker := presence.New(presence.Config{Circles: newRooms()})
	if event, next := tracker.Since(presence.Viewer{User: 1}, "3.4"); event != nil || next != "3.4" {
		t.Errorf("got %s and %q", event, next)
	}
}

func TestTheEventIsWhatTheProtocolSays(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		v := w.viewer()
		v.poll(n)
		n.open("three", 3)
		n.open("five", 5)
		w.pass(time.Second)
		changes := w.db.Changes() // in one batch or two
		v.poll(n)
		want := fmt.Sprintf(`{"event":"presence","revision":%q,"snapshot":false,"states":{"3":"online","5":"online"},`+
			`"notices":[{"user":"3","notice":"signed-in","time":%d},{"user":"5","notice":"signed-in","time":%d}]}`, v.revision, changes[0].At.UnixMilli(), changes[1].At.UnixMilli())
		if v.last != want {
			t.Errorf("event is %s, want %s", v.last, want)
		}
		w.rooms.here[70] = 12
		v = w.viewer()
		v.Room = 70
		v.poll(n)
		want = fmt.Sprintf(`{"event":"presence","revision":%q,"snapshot":true,"states":{"3":"online","5":"online"},"notices":[],"here":{"70":12}}`, v.revision)
		if v.last != want {
			t.Errorf("snapshot is %s, want %s", v.last, want)
		}
	})
}

func FuzzSinceTakesAnyRevision(f *testing.F) {
	f.Add("")
	f.Add("1.0")
	f.Add("1.0~x~y-4")
	f.Add("9223372036854775808.1~~")
	f.Fuzz(func(t *testing.T, revision string) {
		inWorld(t, 0, func(w *world) {
			n := w.start()
			v := w.viewer()
			v.Room = 70
			v.revision = revision
			v.poll(n)
			next := v.revision
			if v.last == "" && next != revision || v.last != "" && !strings.HasPrefix(next, "1.0~") {
				t.Errorf("got %s and %q", v.last, next)
			}
		})
	})
}
