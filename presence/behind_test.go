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
		if events < 16 || events > 18 { // every 66 s
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

// A node dies, and all its people change at once.
func TestAViewerWhoIsBehindLosesNoNoticeWhenManyChangeAtOnce(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		n, v := w.quiet()
		dies := w.start()
		const many = 6000
		dies.open("friend", friend)
		w.pass(time.Second)
		v.sees(n, "1")
		for user := range int64(many) {
			dies.open(fmt.Sprint(user), 1000+user)
		}
		w.pass(time.Second)
		v.poll(n) // is moved on
		for user := range int64(2000) {
			n.open(fmt.Sprint("another ", user), 20_000+user)
		}
		w.pass(time.Second)
		v.poll(n) // and not yet again
		v.heard("1 signed-in")
		dies.kill()
		w.pass(40 * time.Second)
		v.sees(n)
		v.heard("1 went-offline")
		if v.snapshots != 1 {
			t.Errorf("the viewer got %d snapshots", v.snapshots)
		}
	})
}

// crowdBehind are quiet viewers.
const crowdBehind = 210

func TestViewersAreMovedOnOneAfterTheOther(t *testing.T) {
	for name, again := range map[string]time.Duration{"nothing happens": 0, "somebody comes now and then": 50 * time.Second} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, 0, func(w *world) {
				n, _ := w.quiet()
				all := make([]*viewer, crowdBehind)
				for i := range all {
					all[i] = w.viewerOf(100 + int64(i))
					all[i].poll(n)
				}
				w.visit(n, "once")
				woken, moved := n.wakes.Load(), 0
				for second := range 120 {
					if again > 0 && second > 0 && second%int(again.Seconds()) == 0 {
						n.open(fmt.Sprint(second), 2000+int64(second))
					}
					w.pass(time.Second)
					wakes := n.wakes.Load()
					if wakes == woken {
						continue
					}
					woken = wakes
					events := 0
					for _, v := range all {
						if v.ask(n) {
							events++
						}
					}
					if moved += events; events > crowdBehind/10 {
						t.Errorf("after %d s %d viewers are moved on at once", second, events)
					}
				}
				if moved != crowdBehind {
					t.Errorf("%d viewers of %d were moved on", moved, crowdBehind)
				}
			})
		})
	}
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
