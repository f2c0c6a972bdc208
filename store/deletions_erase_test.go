package store_test

import (
	"errors"
	"slices"
	"testing"

	"chatd/store"
)

// lapses ends the time in which a deletion can be taken back.
func (w *world) lapses(deletion int64) {
	w.t.Helper()
	w.exec(`update deletions set undo_until = now() where id = $1`, deletion)
}

func (w *world) erases() int64 {
	w.t.Helper()
	n, err := w.EraseDeleted(w.ctx())
	w.ok(err)
	return n
}

func TestTheTextIsErasedWhenTheTimeIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada)
	n := w.node()
	send := message(tea, ada, "secret")
	_, err := n.Send(w.ctx(), send)
	w.ok(err)
	w.say(tea, ada, 2)
	hers, his := w.deletes(ada, tea, 1), w.deletes(w.owner, tea, 2)
	if n := w.erases(); n != 0 {
		t.Errorf("%d were erased in time", n)
	}
	w.lapses(hers.ID)
	w.lapses(his.ID)
	if _, err := w.UndoDeletion(w.ctx(), w.owner.ID, his.ID); !errors.Is(err, store.ErrErased) || !errors.Is(err, store.ErrGone) {
		t.Errorf("taken back too late: %v", err)
	}
	if n := w.erases(); n != 2 {
		t.Errorf("%d were erased, want 2", n)
	}
	if n := w.erases(); n != 0 {
		t.Errorf("%d were erased again", n)
	}
	w.holds(tea, "", "", "message 3")
	if n := w.number(`select count(*) from messages where body = '' and erased_at is not null and deletion_id is not null`); n != 2 {
		t.Errorf("%d are empty", n)
	}
	if _, err := w.UndoDeletion(w.ctx(), ada.ID, hers.ID); !errors.Is(err, store.ErrErased) {
		t.Errorf("taken back after all: %v", err)
	}
	want := []string{audit("messages-deleted", w.owner.ID, ada.ID, tea.ID, "spam"), audit("messages-erased", 0, ada.ID, tea.ID, "")}
	if !slices.Equal(w.audits(), want) {
		t.Errorf("audit log %q, want %q", w.audits(), want)
	}
	if d := w.deletes(ada, tea, 1); !d.Already || d.MayUndo {
		t.Errorf("deleted once more: %+v", d)
	}
	again, err := n.Send(w.ctx(), send)
	w.ok(err)
	if !again.Repeated || !again.Message.Deleted || again.Message.Number != 1 {
		t.Errorf("sent again: %+v", again)
	}
}

// Whatever is first, a message is there whole or gone for good.
func TestADeletionIsTakenBackOrErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada)
	const rounds = 40
	w.say(tea, ada, rounds)
	back := 0
	for number := int64(1); number <= rounds; number++ {
		d := w.deletes(w.owner, tea, number)
		// Only one of the two finds that it is time.
		w.exec(`update deletions set undo_until = clock_timestamp() + interval '2 milliseconds' where id = $1`, d.ID)
		var undone error
		w.ok(errors.Join(together(2, func(i int) (err error) {
			if i == 0 {
				_, undone = w.UndoDeletion(w.ctx(), w.owner.ID, d.ID)
				return nil
			}
			for n := int64(0); n == 0 && err == nil && w.number(`select count(*) from deletions where id = $1 and undone_at is null`, d.ID) > 0; {
				n, err = w.EraseDeleted(w.ctx())
			}
			return err
		})...))
		whole := w.number(`select count(*) from messages where room_id = $1 and number = $2 and body <> '' and deletion_id is null and erased_at is null`, tea.ID, number) == 1
		gone := w.number(`select count(*) from messages where room_id = $1 and number = $2 and body = '' and deletion_id = $3 and erased_at is not null`, tea.ID, number, d.ID) == 1
		if whole == gone || whole != (undone == nil) || !whole && !errors.Is(undone, store.ErrErased) {
			t.Fatalf("whole: %t, gone: %t, the undoing: %v", whole, gone, undone)
		}
		if whole {
			back++
		}
	}
	t.Logf("%d of %d were taken back", back, rounds)
}
