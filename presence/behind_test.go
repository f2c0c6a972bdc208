package presence_test

import (
	"fmt"
	"testing"
	"time"

	"chatd/presence"
	"chatd/presence/presencetest"
)

// stranger shares no room with the viewer of these tests, friend does.
const (
	friend   = 1
	stranger = 2
)

// quiet is a node and somebody who shares a room with a friend alone, who is
// not here.
func (w *world) quiet() (*node, *viewer) {
	delete(w.rooms.members, lobby)
	w.rooms.set(10, friend, onlooker)
	n, v := w.start(), w.viewer()
	v.sees(n)
	return n, v
}

// visit lets a stranger come and go within ten seconds.
func (w *world) visit(n *node, name string) {
	n.open(name, stranger)
	w.pass(5 * time.Second)
	n.Closed(name, presence.SignedOut)
	w.pass(5 * time.Second)
}

// meet makes sure that the viewer is told that their friend signs in.
func (w *world) meet(n *node, v *viewer) {
	w.t.Helper()
	n.open("friend", friend)
	w.pass(time.Second)
	v.sees(n, "1")
	v.heard("1 signed-in")
	if v.snapshots != 1 {
		w.t.Errorf("viewer got %d snapshots, want 1", v.snapshots)
	}
}

func TestNoNoticeIsLostInAQuietCircleOfABusyWorkspace(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n, v := w.quiet()
		events := 0
		for i := range 120 { // 20 minutes
			w.visit(n, fmt.Sprint(i))
			if v.poll(n) {
				events++
				want := fmt.Sprintf(`{"event":"presence","revision":%q,"snapshot":false,"states":{},"notices":[]}`, v.revision)
				if v.last != want {
					t.Fatalf("told %s, want %s", v.last, want)
				}
			}
		}
		if events < 10 || events > 12 {
			t.Errorf("the viewer was moved on %d times in 20 minutes", events)
		}
		w.meet(n, v)
	})
}

func TestAConnectionIsMovedOnBeforeItsRevisionIsTooOld(t *testing.T) {
	for name, away := range map[string]bool{"nothing happens": false, "the database is away": true} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, 0, func(w *world) {
				n, v := w.quiet()
				w.visit(n, "once")
				v.ask(n) // too soon to be moved on
				if away {
					n.db.Cut(presencetest.Refused)
				}
				woken, events := n.wakes.Load(), 0
				for range 600 { // 10 minutes
					w.pass(time.Second)
					if wakes := n.wakes.Load(); wakes > woken {
						woken = wakes
						if v.ask(n) {
							events++
						}
					}
				}
				if events != 1 {
					t.Errorf("the viewer was moved on %d times, want once", events)
				}
				n.db.Mend()
				w.pass(10 * time.Second)
				w.meet(n, v) // with a new request
			})
		})
	}
}

func TestAViewerIsMovedOnInAStormOfStrangers(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n, v := w.quiet()
		events := 0
		for i := range int64(10_000) {
			n.open(fmt.Sprint(i), 10_000+i)
			if i%1000 == 0 {
				w.pass(time.Second)
				if v.poll(n) {
					events++
				}
			}
		}
		w.pass(time.Second)
		if events != 3 {
			t.Errorf("the viewer was moved on %d times, want 3", events)
		}
		w.meet(n, v)
	})
}

func TestSomebodyWhoComesIntoTheCircleWhileItIsAskedForIsNotMissed(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n, v := w.quiet()
		w.rooms.torn = func() {
			w.rooms.set(10, friend, stranger, onlooker)
			n.open("stranger", stranger)
			w.pass(time.Second)
			n.open("friend", friend)
			w.pass(time.Second)
		}
		v.poll(n)
		v.sees(n, "1", "2")
		v.heard("2 signed-in", "1 signed-in")
	})
}

func TestAScreenThatIsShownAgainIsToldAgain(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n, v := w.quiet()
		n.open("stranger", stranger)
		w.pass(time.Second)
		for range 2 {
			v.People = []int64{stranger}
			if !v.ask(n) || v.states["2"] != presence.StateOnline {
				t.Fatalf("the screen was told as %q", v.last)
			}
			v.People = nil
			if v.ask(n) {
				t.Fatalf("an empty screen was told as %s", v.last)
			}
			clear(v.states)
		}
	})
}
