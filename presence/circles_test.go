package presence_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatd/presence"
)

func TestAViewerIsToldOfThoseWhoShareASmallRoom(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		w.rooms.set(lobby)
		w.rooms.set(10, 1, 2)
		w.rooms.set(11, 2, 3)
		n := w.start()
		one, two, nobody := w.viewerOf(1), w.viewerOf(2), w.viewerOf(4)
		for _, v := range []*viewer{one, two, nobody} {
			v.sees(n)
		}
		for user, session := range []string{"", "a", "b", "c"} {
			if session != "" {
				n.open(session, int64(user))
			}
		}
		w.pass(time.Second)
		if nobody.poll(n) {
			t.Errorf("a change outside of the circle was told: %s", nobody.last)
		}
		one.sees(n, "1", "2")
		two.sees(n, "1", "2", "3")
		one.heard("2 signed-in")
		two.heard("1 signed-in", "3 signed-in")
		w.viewerOf(1).sees(n, "1", "2")
	})
}

// heard compares the notices that a viewer got.
func (v *viewer) heard(want ...string) {
	v.t.Helper()
	if !slices.Equal(v.notices, want) {
		v.t.Fatalf("%d got the notices %q, want %q", v.User, v.notices, want)
	}
	v.notices = nil
}

func TestSomebodyInSeveralRoomsWithTheViewerIsToldOnce(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		w.rooms.set(10, 1, 2)
		w.rooms.set(11, 1, 2, 3)
		n := w.start()
		v := w.viewerOf(1)
		v.People = []int64{2, 2}
		v.sees(n)
		n.open("a", 2)
		w.pass(time.Second)
		v.sees(n, "2")
		v.heard("2 signed-in")
		if got := strings.Count(v.last, `"2":`); got != 1 {
			t.Errorf("the state is told %d times: %s", got, v.last)
		}
	})
}

func TestNobodyGetsTheirOwnNoticeButTheirState(t *testing.T) {
	for _, circle := range [][]int64{{1, 2}, nil} {
		inWorld(t, 0, func(w *world) {
			w.rooms.set(lobby, circle...)
			n := w.start()
			v := w.viewerOf(1)
			v.sees(n)
			n.open("a", 1)
			w.pass(time.Second)
			v.sees(n, "1")
			w.choose(1, "invisible", 0)
			w.pass(time.Second)
			v.sees(n)
			v.heard()
		})
	}
}

func TestAnotherCircleBeginsWithASnapshotAndMissesNoNotice(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		w.rooms.set(lobby, 1, 2)
		n := w.start()
		n.open("two", 2)
		n.open("three", 3)
		w.pass(time.Second)
		v := w.viewerOf(1)
		v.sees(n, "2")
		w.rooms.set(lobby, 1, 3) // and nothing else has happened
		v.sees(n, "3")
		if v.poll(n) {
			t.Error("the same circle was told again")
		}
		n.open("four", 4)
		n.Closed("three", presence.SignedOut)
		w.pass(time.Second)
		w.rooms.set(lobby, 1, 3, 4)
		v.sees(n, "4")
		v.heard("3 signed-out", "4 signed-in")
		if v.snapshots != 3 {
			t.Errorf("viewer got %d snapshots, want 3", v.snapshots)
		}
	})
}

// Nothing was told to the viewer for a minute, so their revision is from before.
func TestNoticesOfSomebodyNewBeginWhenTheyCameIntoTheCircle(t *testing.T) {
	inWorld(t, time.Hour, func(w *world) {
		n, v := w.quiet()
		w.rooms.set(11, friend, onlooker)
		for i := range 3 {
			w.visit(n, fmt.Sprint(i))
			v.ask(n)
		}
		n.open("stays", stranger)
		w.pass(3 * time.Second)
		w.rooms.enter(w.db.Now(), 11, friend, stranger, onlooker)
		v.sees(n, "2")
		v.heard()
		n.Closed("stays", presence.SignedOut)
		w.pass(time.Second)
		w.rooms.enter(w.db.Now(), 12, stranger, onlooker) // they meet anew, but not for the first time
		v.sees(n)
		v.heard("2 signed-out")
		// And when it is the viewer who comes.
		n.open("again", stranger)
		w.pass(time.Second)
		late := w.viewerOf(3)
		late.revision = v.revision
		w.rooms.enter(w.db.Now(), 11, 3, friend, stranger, onlooker)
		late.sees(n, "2")
		late.heard()
	})
}

func TestSomebodyWhoLeavesAndReturnsToTheCircleIsNotMissed(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		w.rooms.set(lobby, 1, 2)
		n := w.start()
		v, other := w.viewerOf(1), w.viewerOf(3)
		v.sees(n)
		w.rooms.set(lobby, 1)
		n.open("two", 2)
		w.pass(time.Second)
		other.poll(n)
		w.rooms.set(lobby, 1, 2)
		v.sees(n, "2")
		v.heard("2 signed-in")
	})
}

func TestAViewerWhoseCircleIsNotKnownYetMissesNothing(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		w.rooms.set(lobby, 1, 2)
		n := w.start()
		v := w.viewerOf(1)
		v.sees(n)
		before := v.revision
		n.open("two", 2)
		w.pass(time.Second)
		for _, unknown := range []int64{1, lobby} { // the viewer, or only the room
			w.rooms.unknown = map[int64]bool{unknown: true}
			if v.poll(n) || v.revision != before {
				t.Errorf("got %s and %q", v.last, v.revision)
			}
		}
		w.rooms.unknown = nil
		v.sees(n, "2")
		v.heard("2 signed-in")
	})
}

func TestPeopleOnTheScreenAreToldWithoutNotices(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		w.rooms.set(lobby, 1, 2)
		n := w.start()
		n.open("three", 3)
		w.pass(time.Second)
		v := w.viewerOf(1)
		v.sees(n)
		v.People = []int64{3, 4}
		v.sees(n, "3")
		if !strings.Contains(v.last, `"4":"offline"`) || v.snapshots != 1 {
			t.Errorf("the screen was told as %s", v.last)
		}
		n.open("four", 4)
		n.open("five", 5)
		w.pass(time.Second)
		v.sees(n, "3", "4")
		n.Closed("three", lease)
		w.pass(time.Second)
		v.sees(n, "4")
		v.heard()
		v.People = nil
		n.Closed("four", lease)
		w.pass(time.Second)
		if v.poll(n) {
			t.Errorf("told of somebody who is not on the screen: %s", v.last)
		}
		again := w.viewerOf(1)
		again.People = []int64{3, 5}
		again.sees(n, "5")
		if strings.Contains(again.last, `"3"`) {
			t.Errorf("a snapshot has somebody who is offline: %s", again.last)
		}
	})
}

func TestGuestsAreToldOnlyOfPeopleWhomTheySee(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		w.rooms.set(lobby, 1, 2)
		w.rooms.sees[1] = func(user int64) bool { return user == 3 }
		n := w.start()
		for i, session := range []string{"two", "three", "four"} {
			n.open(session, int64(i+2))
		}
		w.pass(time.Second)
		v := w.viewerOf(1)
		v.People = []int64{3, 4, 4}
		v.sees(n, "2", "3")
		v.People = []int64{4, 3}
		v.sees(n, "2", "3")
		n.Closed("four", lease)
		w.pass(time.Second)
		if v.poll(n) {
			t.Errorf("a guest was told %s", v.last)
		}
	})
}

func TestTheCountOfTheRoomOnTheScreenIsToldWhenItIsAnotherOne(t *testing.T) {
	inWorld(t, 0, func(w *world) {
		a, b := w.start(), w.start()
		v := w.viewer()
		expect := func(n *node, told bool, want int) {
			t.Helper()
			if got := v.poll(n); got != told || v.here["70"] != want {
				t.Errorf("told %v: %v, want %v: %d", got, v.here, told, want)
			}
		}
		v.poll(a)
		v.Room = 70
		expect(a, false, 0) // nobody has counted yet
		w.rooms.here[70] = 12
		expect(a, true, 12)
		expect(a, false, 12)
		expect(b, false, 12)
		w.rooms.here[70] = 13
		expect(b, true, 13)
		if !strings.Contains(v.last, `"states":{}`) || v.snapshots != 1 {
			t.Errorf("the count came as %s", v.last)
		}
		w.rooms.who[70] = 1 // as many others
		expect(a, true, 13)
		expect(b, false, 13)
		v.People = []int64{2, 3}
		if v.poll(b); strings.Contains(v.last, `"here"`) {
			t.Errorf("the same count comes with other people: %s", v.last)
		}
		delete(w.rooms.here, 70)
		expect(a, false, 13)
		w.rooms.here[70] = 13
		expect(a, false, 13)
		v.Room = 71
		w.rooms.here[71] = 0
		expect(a, true, 0)
		if _, ok := v.here["71"]; !ok {
			t.Error("an empty room has no count")
		}
	})
}

func TestCirclesOfThoseWhoChangedAreLoadedBeforeViewersAreTold(t *testing.T) {
	for _, failing := range []error{nil, errors.New("the rooms cannot be read")} {
		inWorld(t, 0, func(w *world) {
			w.rooms.failing = failing
			n := w.start()
			v := w.viewer()
			v.sees(n)
			n.open("a", 1)
			n.open("b", 2)
			w.pass(time.Second)
			n.Closed("a", lease)
			w.pass(time.Second)
			if !slices.Equal(w.rooms.loaded, []int64{1, 2, 1}) {
				t.Errorf("loaded %v", w.rooms.loaded)
			}
			v.sees(n, "2") // nobody waits for a circle for ever
		})
	}
}
