package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"chatd/store"
)

func TestHistoryIsPagedBothWaysWithoutGapsOrRepeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room, other := w.room(store.RoomPublic, "Tea", w.owner), w.room(store.RoomPublic, "Other", w.owner)
	for range 10 {
		w.say(room, w.owner, 9)
		w.say(other, w.owner, 1)
	}
	w.say(room, w.owner, 5) // 95 messages
	for _, limit := range []int{1, 7, 50, 95, 200} {
		var back, forth []int64
		page := store.HistoryPage{Limit: limit}
		for more := true; more; page.Before = back[0] {
			h := w.page(room, page)
			back, more = append(numbers(h), back...), h.More
		}
		page = store.HistoryPage{After: 1, Limit: limit}
		for more := true; more; page.After = forth[len(forth)-1] {
			h := w.page(room, page)
			forth, more = append(forth, numbers(h)...), h.More
		}
		if !slices.Equal(back, upTo(1, 95)) || !slices.Equal(forth, upTo(2, 95)) {
			t.Errorf("in pages of %d: back %v, forth %v", limit, back, forth)
		}
	}
}

func TestHistoryHasTheMessagesNearestToWhereItIsAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.say(room, w.owner, 300)
	for _, try := range []struct {
		page        store.HistoryPage
		first, last int64
		more        bool
	}{
		{store.HistoryPage{}, 251, 300, true},
		{store.HistoryPage{Limit: 10}, 291, 300, true},
		{store.HistoryPage{Limit: 5000}, 101, 300, true},
		{store.HistoryPage{Limit: -1}, 251, 300, true},
		{store.HistoryPage{Before: 100, Limit: 10}, 90, 99, true},
		{store.HistoryPage{Before: 11, Limit: 10}, 1, 10, false},
		{store.HistoryPage{Before: 5, Limit: 10}, 1, 4, false},
		{store.HistoryPage{Before: 1}, 1, 0, false},
		{store.HistoryPage{Before: -5}, 1, 0, false},
		{store.HistoryPage{Before: 1 << 62, Limit: 1}, 300, 300, true},
		{store.HistoryPage{After: 100, Limit: 10}, 101, 110, true},
		{store.HistoryPage{After: 290, Limit: 10}, 291, 300, false},
		{store.HistoryPage{After: 300}, 1, 0, false},
		{store.HistoryPage{After: -1, Limit: 2}, 1, 2, true},
	} {
		h := w.page(room, try.page)
		if !slices.Equal(numbers(h), upTo(try.first, try.last)) || h.More != try.more {
			t.Errorf("%+v: %v, more %v; want %d to %d, more %v", try.page, numbers(h), h.More, try.first, try.last, try.more)
		}
		if h.Position.Seq != 300 || h.Position.Epoch == 0 {
			t.Errorf("%+v: position %+v", try.page, h.Position)
		}
	}
	if _, err := w.History(w.ctx(), w.owner.ID, room.ID, store.HistoryPage{Before: 2, After: 1}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("both ways: %v, want ErrInvalid", err)
	}
}

func TestAMessageInHistoryIsComplete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	if h := w.page(room, store.HistoryPage{}); len(h.Messages) != 0 || h.More || h.Position.Epoch == 0 {
		t.Errorf("history of a new room = %+v", h)
	}
	w.exec(`update topics set head = 4 where id = $1`, room.ID)
	w.say(room, w.owner, 1)
	m := w.page(room, store.HistoryPage{}).Messages[0]
	if m.ID == 0 || m.RoomID != room.ID || m.Number != 1 || m.Seq != 5 || m.Body != "message 1" || len(m.ClientID) != 36 || m.CreatedAt.IsZero() {
		t.Errorf("message = %+v", m)
	}
	if a := m.Author; a.ID != w.owner.ID || a.Username != "owner" || a.DisplayName != "Owner" || a.Role != store.RoleOwner || a.Email != "" {
		t.Errorf("author = %+v", a)
	}
}

func TestHistoryEndsWithMembership(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	for kind, want := range map[store.RoomKind]error{store.RoomPublic: store.ErrNotMember, store.RoomPrivate: store.ErrNotFound} {
		room := w.room(kind, "A "+string(kind)+" room", w.owner, ada)
		w.say(room, w.owner, 1)
		_, err := w.History(w.ctx(), ada.ID, room.ID, store.HistoryPage{})
		w.ok(err)
		_, err = w.LeaveRoom(w.ctx(), ada.ID, room.ID)
		w.ok(err)
		if h, err := w.History(w.ctx(), ada.ID, room.ID, store.HistoryPage{}); !errors.Is(err, want) || len(h.Messages) != 0 {
			t.Errorf("%s: %+v, %v, want %v", kind, h, err, want)
		}
	}
}

// Here every event is a message, so a page that is valid at a position ends
// with the message of that seq.
func TestAPageAndItsPositionAreOfOneMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.say(room, w.owner, 1)
	errs := together(4, func(i int) error {
		for range 60 {
			if i == 0 {
				if err := w.trySay(room, w.owner, 1); err != nil {
					return err
				}
				continue
			}
			h, err := w.History(w.ctx(), w.owner.ID, room.ID, store.HistoryPage{Limit: 2})
			if err != nil {
				return err
			}
			if newest := h.Messages[len(h.Messages)-1]; newest.Seq != h.Position.Seq {
				return fmt.Errorf("the page ends with seq %d, its position is %d", newest.Seq, h.Position.Seq)
			}
		}
		return nil
	})
	w.ok(errors.Join(errs...))
}

// page is History for the owner.
func (w *world) page(room store.Room, page store.HistoryPage) store.History {
	w.t.Helper()
	h, err := w.History(w.ctx(), w.owner.ID, room.ID, page)
	w.ok(err)
	return h
}

func numbers(h store.History) []int64 {
	list := make([]int64, 0, len(h.Messages))
	for _, m := range h.Messages {
		list = append(list, m.Number)
	}
	return list
}

func upTo(first, last int64) []int64 {
	var list []int64
	for n := first; n <= last; n++ {
		list = append(list, n)
	}
	return list
}
