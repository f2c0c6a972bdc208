package presence_test

import (
	"fmt"
	"testing"
	"time"

	"chatd/presence"
)

const lease = presence.Reason("lease")

func TestTheFirstDeviceSignsInAndTheLastOneOut(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		n.open("phone", 1)
		w.pass(time.Second)
		w.expect("1 signed-in")
		n.open("laptop", 1)
		w.pass(time.Second)
		n.Closed("phone", presence.SignedOut)
		w.pass(time.Second)
		w.expect("1 signed-in")
		n.Closed("laptop", presence.SignedOut)
		w.pass(time.Second)
		w.expect("1 signed-in", "1 signed-out")
	})
}

func TestAnEndedLeaseIsAPersonGoneOffline(t *testing.T) {
	for why, notice := range map[presence.Reason]string{
		lease: "went-offline", "left": "went-offline", "expired": "went-offline",
		presence.Removed: "signed-out", presence.Revoked: "signed-out", presence.PasswordChanged: "signed-out", presence.Deactivated: "signed-out",
	} {
		inWorld(t, 0, func(w *world) {
			n := w.start()
			n.open("a", 1)
			w.pass(time.Second)
			n.Closed("a", why)
			w.pass(100 * time.Millisecond)
			w.expect("1 signed-in", "1 "+notice)
		})
	}
}

func TestAReloadWithinTheGraceIsNoNotice(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		n.open("before", 1)
		w.pass(time.Second)
		n.open("after", 1) // the page is back before the lease of the old one ends
		w.pass(9 * time.Second)
		n.Closed("before", lease)
		w.pass(time.Minute)
		w.expect("1 signed-in")
	})
}

func TestANodeChangeIsNoNotice(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a, b := w.start(), w.start()
		a.open("at a", 1)
		w.pass(time.Second)
		b.open("at b", 1)
		w.pass(15 * time.Second)
		a.Closed("at a", lease)
		w.pass(time.Minute)
		w.expect("1 signed-in")
	})
}

func TestANewLoginOfTheSameBrowserIsNoNotice(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		n.open("old login", 1)
		n.open("other", 2)
		w.pass(time.Second)
		n.Closed("old login", presence.Replaced)
		n.Closed("other", presence.Replaced) // and never comes back
		w.pass(3 * time.Second)
		n.open("new login", 1)
		w.pass(time.Minute)
		w.expect("1 signed-in", "2 signed-in", "2 went-offline")
	})
}

func TestALogOutDoesNotWaitForAReplacedLogin(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		n.open("old login", 1)
		w.pass(time.Second)
		n.Closed("old login", presence.Replaced)
		n.open("new login", 1)
		w.pass(time.Second)
		n.Closed("new login", presence.SignedOut)
		w.pass(time.Second)
		w.expect("1 signed-in", "1 signed-out")
	})
}

func TestPeopleOfADeadNodeGoOfflineWhenItsLeaseEnds(t *testing.T) {
	for _, skew := range []time.Duration{-time.Hour, 0, time.Hour} {
		inWorld(t, skew, func(w *world) {
			a, b := w.start(), w.start()
			a.open("a", 1)
			b.open("b", 2)
			w.pass(time.Minute)
			a.kill()
			w.pass(19 * time.Second)
			w.expect("1 signed-in", "2 signed-in")
			w.pass(13*time.Second + 10*time.Millisecond)
			w.expect("1 signed-in", "2 signed-in", "1 went-offline")
		})
	}
}

func TestPeopleOfAKilledNodeWhoComeBackWithinItsLeaseCauseNoNotice(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a := w.start()
		a.open("a", 1)
		a.open("gone for good", 2)
		w.pass(time.Minute)
		v := w.viewer()
		v.sees(a, "1", "2")
		a.kill()
		w.pass(2 * time.Second)
		again := w.start()
		v.sees(again, "1", "2")
		w.pass(5 * time.Second)
		again.open("a again", 1)
		w.pass(26 * time.Second)
		w.expect("1 signed-in", "2 signed-in", "2 went-offline")
		v.sees(again, "1")
		if v.snapshots != 1 {
			t.Errorf("the restart cost %d snapshots, want the first one only", v.snapshots)
		}
		w.pass(time.Minute)
		w.expect("1 signed-in", "2 signed-in", "2 went-offline")
	})
}

func TestPeopleMayComeBackFor30SecondsAfterEverythingWasDown(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a := w.start()
		a.open("a", 1)
		a.open("gone for good", 2)
		w.pass(time.Minute)
		a.kill()
		w.pass(10 * time.Minute)
		again := w.start()
		w.pass(20 * time.Second)
		again.open("a again", 1)
		w.pass(9 * time.Second)
		w.expect("1 signed-in", "2 signed-in")
		w.pass(3 * time.Second)
		w.expect("1 signed-in", "2 signed-in", "2 went-offline")
	})
}

// The lease of the node that was down ends before or after the start.
func TestPeopleMayComeBackFor30SecondsAfterTheStart(t *testing.T) {
	for _, down := range []time.Duration{5 * time.Second, 20 * time.Second, 26 * time.Second, 29 * time.Second, 31 * time.Second, 40 * time.Second} {
		inWorld(t, 0, func(w *world) {
			a := w.start()
			a.open("a", 1)
			a.open("gone for good", 2)
			w.pass(time.Minute)
			a.kill()
			w.pass(down)
			again := w.start()
			w.pass(25 * time.Second)
			again.open("a again", 1)
			w.pass(4 * time.Second)
			w.expect("1 signed-in", "2 signed-in")
			w.pass(4 * time.Second)
			w.expect("1 signed-in", "2 signed-in", "2 went-offline")
		})
	}
}

func TestAGracefulStopLeavesTheLease(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a, b := w.start(), w.start()
		a.open("stays", 1)
		a.open("signs out at the last moment", 2)
		w.pass(time.Second)
		a.Closed("stays", presence.Shutdown)
		a.Closed("signs out at the last moment", presence.SignedOut)
		a.stop()
		w.pass(5 * time.Second)
		b.open("back", 1)
		w.pass(time.Minute)
		w.expect("1 signed-in", "2 signed-in", "2 signed-out")
	})
}

func TestChangesAreShownWithinTensOfMilliseconds(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a, b := w.start(), w.start()
		w.pass(3210 * time.Millisecond)
		v, far := w.viewer(), w.viewer()
		v.sees(a)
		far.sees(b)
		a.open("a", 1)
		w.pass(60 * time.Millisecond)
		v.sees(a, "1")
		far.sees(b, "1")
	})
}

func TestALostDoorbellCostsAtMostTwoSeconds(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a, b := w.start(), w.start()
		w.nodes = w.nodes[:1] // b hears no ring
		defer b.stop()
		a.open("a", 1)
		w.pass(2*time.Second + 10*time.Millisecond)
		w.viewer().sees(b, "1")
	})
}

func TestAStormWakesViewersFourTimesASecondAndWritesInBatches(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		w.pass(time.Second)
		wakes, calls := n.wakes.Load(), n.db.Calls()
		const people, seconds = 5000, 10
		for i := range people {
			n.open(fmt.Sprint("s", i), int64(i+1))
			w.pass(seconds * time.Second / people)
		}
		w.pass(time.Second)
		if got := n.wakes.Load() - wakes; got > 4*seconds+5 {
			t.Errorf("viewers were woken %d times in %d s", got, seconds)
		}
		if got := n.db.Calls() - calls; got > 60*seconds {
			t.Errorf("%d calls to the database in %d s", got, seconds)
		}
		if got := len(w.db.Changes()); got != people {
			t.Errorf("%d people came online, want %d", got, people)
		}
	})
}

func TestAnIdleNodeMakesFewCalls(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		for i := range 100 {
			n.open(fmt.Sprint("s", i), int64(i+1))
		}
		w.pass(time.Second)
		calls := n.db.Calls()
		w.pass(time.Minute)
		if got := n.db.Calls() - calls; got > 30+6+1 {
			t.Errorf("%d calls a minute, want a look every 2 s and a renewal every 10 s", got)
		}
	})
}
