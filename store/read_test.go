package store_test

import (
	"errors"
	"testing"

	"chatd/store"
)

func TestAReadPositionGoesNeitherBackNorBeyondTheLastMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.say(room, w.owner, 10)
	for _, step := range []struct {
		mark, now int64
		moved     bool
	}{{4, 4, true}, {4, 4, false}, {3, 4, false}, {-1, 4, false}, {0, 4, false}, {8, 8, true}, {1 << 62, 10, true}, {1 << 62, 10, false}} {
		now, moved, err := w.MarkRead(w.ctx(), w.owner.ID, room.ID, step.mark)
		if err != nil || now.Number != step.now || moved != step.moved {
			t.Errorf("mark %d: %+v, %v, %v; want %d, %v", step.mark, now, moved, err, step.now, step.moved)
		}
	}
}

func TestOfManyReadPositionsTheHighestStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.say(room, w.owner, 100)
	errs := together(8, func(i int) error {
		for n := range 12 {
			asked := int64(1 + (i*37+n*53)%100)
			now, _, err := w.MarkRead(w.ctx(), w.owner.ID, room.ID, asked)
			if err != nil {
				return err
			}
			if now.Number < asked {
				return errors.New("it went back")
			}
		}
		return nil
	})
	w.ok(errors.Join(errs...))
	highest := int64(0)
	for i := range 8 {
		for n := range 12 {
			highest = max(highest, int64(1+(i*37+n*53)%100))
		}
	}
	if now, _, err := w.MarkRead(w.ctx(), w.owner.ID, room.ID, 1); err != nil || now.Number != highest {
		t.Errorf("the position is %+v, %v, want %d", now, err, highest)
	}
}

func TestReadingIsNoChangeOfMembership(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.say(room, w.owner, 1)
	changed := func() int64 {
		return w.number(`select changed_tx from memberships where room_id = $1`, room.ID)
	}
	before := changed()
	_, _, err := w.MarkRead(w.ctx(), w.owner.ID, room.ID, 1)
	w.ok(err)
	if changed() != before {
		t.Error("other nodes would take it for one")
	}
}
