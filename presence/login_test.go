package presence_test

import (
	"testing"
	"time"

	"chatd/presence"
	"chatd/presence/presencetest"
)

func TestALogOutIsOneAlsoOfWhatADeadNodeHadOpen(t *testing.T) {
	for why, notices := range map[presence.Reason][]string{
		presence.SignedOut: {"1 signed-in", "1 signed-out"},
		presence.Revoked:   {"1 signed-in", "1 signed-out"},
		presence.Replaced:  {"1 signed-in"},
		"expired":          {"1 signed-in"},
	} {
		inWorld(t, 0, func(w *world) {
			dead, other := w.start(), w.start()
			dead.open("tab", 1)
			w.pass(time.Second)
			dead.kill()
			other.LoginEnded(1, "login of another", why)
			w.pass(100 * time.Millisecond)
			w.expect("1 signed-in")
			other.LoginEnded(1, "login of tab", why)
			w.pass(100 * time.Millisecond)
			w.expect(notices...)
		})
	}
}

func TestALogOutWhileTheDatabaseIsAwayIsToldLater(t *testing.T) {
	for _, trouble := range []presencetest.Trouble{presencetest.Refused, presencetest.Unheard, presencetest.Late} {
		inWorld(t, 0, func(w *world) {
			dead, other := w.start(), w.start()
			dead.open("tab", 1)
			w.pass(time.Second)
			dead.kill()
			other.db.Cut(trouble)
			other.LoginEnded(1, "login of tab", presence.SignedOut)
			w.pass(5 * time.Second)
			other.db.Mend()
			w.pass(2 * time.Second)
			w.expect("1 signed-in", "1 signed-out")
		})
	}
}

// The browser signed in again: what its old login has open lingers here. The new
// page was at a node that died.
func TestALogOutOfADeadNodeDoesNotWaitForAReplacedLogin(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n, dead := w.start(), w.start()
		n.open("old", 1)
		w.pass(time.Second)
		n.Closed("old", presence.Replaced)
		dead.open("new", 1)
		w.pass(time.Second)
		dead.kill()
		n.LoginEnded(1, "login of new", presence.SignedOut)
		w.pass(time.Second)
		w.expect("1 signed-in", "1 signed-out")
	})
}

// The old page is at another node, and lingers there.
func TestALogOutElsewhereDoesNotWaitForAReplacedLogin(t *testing.T) {
	for why, notices := range map[presence.Reason][]string{
		presence.SignedOut: {"1 signed-in", "1 signed-out"},
		presence.Replaced:  {"1 signed-in"},
		"expired":          {"1 signed-in"},
	} {
		inWorld(t, 0, func(w *world) {
			n, other := w.start(), w.start()
			n.open("old", 1)
			w.pass(time.Second)
			n.Closed("old", presence.Replaced)
			n.LoginEndedElsewhere(2, why)
			other.LoginEnded(1, "login of new", why)
			w.pass(time.Second)
			w.expect("1 signed-in")
			n.LoginEndedElsewhere(1, why) // with the doorbell
			w.pass(time.Second)
			w.expect(notices...)
		})
	}
}

func TestALogOutWithManyTabsIsOneNotice(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n := w.start()
		for _, tab := range []string{"one", "two"} {
			n.Opened(presence.Connected{ID: tab, User: 1, Login: "login", Device: "browser"})
		}
		w.pass(time.Second)
		n.LoginEnded(1, "login", presence.SignedOut)
		w.pass(time.Second) // the hub is slow
		n.Closed("one", presence.SignedOut)
		n.Closed("two", presence.SignedOut)
		w.pass(time.Second)
		w.expect("1 signed-in", "1 signed-out")
		n.Opened(presence.Connected{ID: "three", User: 1, Login: "a later login", Device: "browser"})
		w.pass(time.Minute)
		w.expect("1 signed-in", "1 signed-out", "1 signed-in")
	})
}
