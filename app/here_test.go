package app

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// quay is a database of large rooms.
type quay struct {
	here    map[int64]int
	members map[membership]bool
	counts  int
	asked   int
	failing error
	during  func()
}

func (q *quay) count(_ context.Context, room int64) (int, error) {
	q.counts++
	return q.here[room], q.failing
}

func (q *quay) may(_ context.Context, viewer, room int64) (bool, error) {
	q.asked++
	allowed := q.members[membership{room, viewer}]
	if q.during != nil {
		q.during()
	}
	return allowed, q.failing
}

func (q *quay) ask(t *testing.T, h *headcount) (viewers []int64, again time.Time) {
	t.Helper()
	viewers, again, err := h.Ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(viewers)
	return slices.Compact(viewers), again
}

func newQuay() (*quay, *headcount) {
	q := &quay{here: map[int64]int{7: 120}, members: map[membership]bool{{7, 11}: true, {7, 12}: true}}
	return q, newHeadcount(q.count, q.may)
}

func TestThoseInALargeRoomAreCountedForWhoeverIsInIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		if h.Allows(11, 7) || h.Allows(99, 7) {
			t.Fatal("allowed before it was asked")
		}
		if viewers, _ := q.ask(t, h); !slices.Equal(viewers, []int64{11}) {
			t.Fatalf("news for %v", viewers)
		}
		if n, known := h.Count(7); !known || n != 120 || !h.Allows(11, 7) || h.Allows(99, 7) {
			t.Errorf("%d, %v", n, known)
		}
		if q.ask(t, h); q.asked != 2 || q.counts != 1 {
			t.Errorf("asked %d times, counted %d times", q.asked, q.counts)
		}
	})
}

func TestARoomOfWhichNobodyMayKnowIsNotCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		h.Allows(99, 7)
		q.ask(t, h)
		h.Changed()
		if q.ask(t, h); q.counts != 0 {
			t.Errorf("counted %d times", q.counts)
		}
	})
}

func TestPeopleAreCountedAtMostEveryTwoSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		h.Allows(11, 7)
		q.ask(t, h)
		for i := range 100 { // five seconds of coming and going
			time.Sleep(50 * time.Millisecond)
			q.here[7] = 120 + i
			h.Changed()
			viewers, again := q.ask(t, h)
			if len(viewers) == 0 && (again.IsZero() || time.Until(again) > countEvery) {
				t.Fatalf("the next count is at %v", again)
			}
		}
		if q.counts != 3 {
			t.Errorf("counted %d times", q.counts)
		}
		time.Sleep(countEvery)
		if viewers, again := q.ask(t, h); !slices.Equal(viewers, []int64{11}) || !again.IsZero() {
			t.Errorf("in the end %v, %v", viewers, again)
		}
		if n, _ := h.Count(7); n != 219 {
			t.Errorf("there are %d", n)
		}
		time.Sleep(time.Hour)
		if q.ask(t, h); q.counts != 4 {
			t.Errorf("counted %d times though nothing has changed", q.counts)
		}
	})
}

func TestWhoLeavesALargeRoomIsToldNoMoreOfIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		h.Allows(11, 7)
		q.during = func() { // the answer was made before
			q.during = nil
			q.members[membership{7, 11}] = false
			h.Moved(7, 11)
		}
		q.ask(t, h)
		if len(h.due) == 0 {
			t.Fatal("an answer of before is the last one")
		}
		if q.ask(t, h); h.Allows(11, 7) {
			t.Fatal("still allowed")
		}
		q.members[membership{7, 11}] = true
		h.Moved(7, 11)
		if q.ask(t, h); !h.Allows(11, 7) {
			t.Error("not allowed again")
		}
	})
}

// A look tells of everything twice, and of what this node has done itself.
func TestNobodyMissesACountBecauseMembershipsAreToldOfAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		h.Allows(11, 7)
		q.ask(t, h)
		q.here[7] = 121
		h.Changed()
		h.Moved(7, 11)
		time.Sleep(countEvery)
		if viewers, _ := q.ask(t, h); !slices.Equal(viewers, []int64{11}) || !h.Allows(11, 7) {
			t.Errorf("news for %v", viewers)
		}
	})
}

func TestCountingGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		h.Allows(11, 7)
		h.Allows(12, 7)
		q.failing = errors.New("no database")
		for range 2 {
			if _, _, err := h.Ask(t.Context()); !errors.Is(err, q.failing) {
				t.Fatalf("%v", err)
			}
		}
		q.failing = nil
		time.Sleep(countEvery)
		if viewers, _ := q.ask(t, h); !slices.Equal(viewers, []int64{11, 12}) {
			t.Errorf("news for %v", viewers)
		}
	})
}

func TestRoomsThatNobodyLooksAtAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		h.Allows(11, 7)
		q.ask(t, h)
		time.Sleep(countKeep + time.Second)
		h.Changed()
		if q.ask(t, h); q.counts != 1 || len(h.rooms) != 0 {
			t.Errorf("counted %d times, %d rooms are kept", q.counts, len(h.rooms))
		}
	})
}
