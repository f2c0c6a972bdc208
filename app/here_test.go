package app

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"chatd/presence"
)

// quay is a database of large rooms.
type quay struct {
	here    map[int64]int
	who     map[int64]int64 // marks of these people
	members map[membership]bool
	counts  int
	asked   int
	failing error // of everything
	mute    error // of the questions who is a member
	broken  int64 // a room that cannot be counted
	hangs   int64 // a room that cannot be asked about at all
	during  func()
}

func (q *quay) count(ctx context.Context, room int64) (int, int64, error) {
	q.counts++
	if room == q.hangs {
		<-ctx.Done()
		return 0, 0, ctx.Err()
	}
	if room == q.broken {
		return 0, 0, errors.New("a broken room")
	}
	return q.here[room], q.who[room], q.failing
}

func (q *quay) membersOf(ctx context.Context, room int64, users []int64) (members []int64, err error) {
	q.asked++
	if room == q.hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	for _, user := range users {
		if q.members[membership{room, user}] {
			members = append(members, user)
		}
	}
	if q.during != nil {
		q.during()
	}
	return members, errors.Join(q.failing, q.mute)
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
	q := &quay{here: map[int64]int{7: 120}, who: map[int64]int64{7: 1}, members: map[membership]bool{{7, 11}: true, {7, 12}: true}}
	return q, newHeadcount(q.count, q.membersOf)
}

func TestARoomThatHangsKeepsNoOtherWaitingForLong(t *testing.T) {
	t.Parallel()
	for range 20 { // one or the other is asked about first
		synctest.Test(t, func(t *testing.T) {
			q, h := newQuay()
			q.members[membership{8, 11}] = true
			h.Allows(11, 7)
			h.Allows(11, 8)
			q.ask(t, h) // both are watched
			time.Sleep(countEvery)
			h.Moved(7, 11)
			h.Moved(8, 11)
			q.hangs, q.here[7] = 8, 121
			began := time.Now()
			viewers, _, err := h.Ask(t.Context())
			if here, _ := h.Count(7); err == nil || here.Count != 121 || !slices.Contains(viewers, 11) {
				t.Errorf("%d are here, news for %v: %v", here.Count, viewers, err)
			}
			if took := time.Since(began); took > 3*time.Second { // one for each question
				t.Errorf("the other waited %v", took)
			}
			q.hangs = 0
			time.Sleep(countEvery)
			q.here[8] = 130
			if _, again := q.ask(t, h); !again.IsZero() {
				t.Errorf("asked again at %v", again)
			}
			if here, known := h.Count(8); !known || here.Count != 130 || !h.Allows(11, 8) {
				t.Errorf("%d are here of the room that hung", here.Count)
			}
		})
	}
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
		if here, known := h.Count(7); !known || here.Count != 120 || !h.Allows(11, 7) || h.Allows(99, 7) {
			t.Errorf("%+v, %v", here, known)
		}
		if q.ask(t, h); q.asked != 1 || q.counts != 1 {
			t.Errorf("asked %d times, counted %d times", q.asked, q.counts)
		}
	})
}

// The list of those who are here follows them.
func TestAsManyOthersAreNews(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		h.Allows(11, 7)
		q.ask(t, h)
		for who, news := range []bool{false, false, true, false} { // the first two are who they were
			q.who[7] = int64(max(1, min(who, 2)))
			h.Changed()
			time.Sleep(countEvery)
			if viewers, _ := q.ask(t, h); slices.Equal(viewers, []int64{11}) != news {
				t.Errorf("%d: news for %v", who, viewers)
			}
		}
		if here, _ := h.Count(7); here != (presence.Here{Count: 120, Mark: 2}) {
			t.Errorf("here are %+v", here)
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
		if here, _ := h.Count(7); here.Count != 219 {
			t.Errorf("there are %d", here.Count)
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

// Ten thousand streams come back at once.
func TestOfAllViewersOfARoomItIsAskedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		for viewer := range int64(2 * hereQuestions) {
			h.Allows(viewer+1, 7)
		}
		if viewers, _ := q.ask(t, h); q.asked != 1 || !slices.Equal(viewers, []int64{11, 12}) {
			t.Errorf("asked %d times, news for %v", q.asked, viewers)
		}
		if len(h.rooms[7].viewers) != hereQuestions {
			t.Errorf("asked about %d viewers", len(h.rooms[7].viewers))
		}
		if h.Allows(2*hereQuestions, 7); h.waiting != 1 {
			t.Errorf("%d viewers wait", h.waiting)
		}
	})
}

func TestThoseWhoAreHereAreCountedAlsoWhileNobodySaysWhoMayKnow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		h.Allows(11, 7)
		q.ask(t, h)
		q.mute = errors.New("no answer")
		h.Allows(12, 7)
		q.here[7] = 121
		h.Changed()
		time.Sleep(countEvery)
		if viewers, _, err := h.Ask(t.Context()); !errors.Is(err, q.mute) || !slices.Equal(viewers, []int64{11}) {
			t.Errorf("news for %v, %v", viewers, err)
		}
		q.mute = nil
		if q.ask(t, h); !h.Allows(12, 7) {
			t.Error("it was not asked again who may know")
		}
	})
}

func TestARoomThatCannotBeCountedKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		q.broken = 1000
		for room := range int64(20) {
			q.here[room+990], q.members[membership{room + 990, 11}] = 7, true
			h.Allows(11, room+990)
		}
		if _, _, err := h.Ask(t.Context()); err == nil {
			t.Fatal("no error")
		}
		for room := range int64(20) {
			if _, known := h.Count(room + 990); known == (room+990 == q.broken) {
				t.Errorf("of room %d the number is known: %v", room+990, known)
			}
		}
		q.broken = 0
		time.Sleep(countEvery)
		q.ask(t, h)
		if _, known := h.Count(1000); !known {
			t.Error("it was not counted again")
		}
	})
}

func TestRoomsThatNobodyLooksAtAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		h.Allows(11, 7) // may know
		h.Allows(11, 8) // may not
		q.ask(t, h)
		for range 2 { // people come and go, and nobody asks
			h.Changed()
			time.Sleep(countKeep/2 + time.Second)
		}
		h.Changed()
		counts := q.counts
		if q.ask(t, h); q.counts != counts || len(h.rooms) != 0 {
			t.Errorf("counted %d times, %d rooms are kept", q.counts, len(h.rooms))
		}
	})
}

// A stream asks only when there may be news.
func TestARoomOnAScreenIsCountedAlsoAfterAQuietHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q, h := newQuay()
		h.Allows(11, 7)
		q.ask(t, h)
		for n := range 3 {
			time.Sleep(time.Hour)
			q.here[7] = 200 + n
			h.Changed()
			if viewers, _ := q.ask(t, h); !slices.Equal(viewers, []int64{11}) || !h.Allows(11, 7) {
				t.Fatalf("after %d quiet hours there is news for %v", n+1, viewers)
			}
		}
		time.Sleep(time.Hour)
		q.here[7] = 300
		h.Moved(7, 99) // somebody joins, for whom nobody else is woken
		if viewers, _ := q.ask(t, h); !slices.Equal(viewers, []int64{11}) {
			t.Fatalf("somebody who joins is news for %v", viewers)
		}
	})
}
