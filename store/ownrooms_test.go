package store_test

import (
	"errors"
	"slices"
	"testing"

	"chatd/store"
)

func TestOwnRoomsAreThoseOfTheOverview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, gone := w.user("ada"), w.user("bob"), w.user("gone")
	w.room(store.RoomPublic, "Tea", ada, bob)
	w.direct(bob, ada)
	secret := w.room(store.RoomPrivate, "Secret", bob)
	w.say(secret, bob, 3)
	left := w.room(store.RoomPublic, "Left", ada)
	_, err := w.LeaveRoom(w.ctx(), ada.ID, left.ID)
	w.ok(err)
	w.exec(`update topics set head = 7 where id = $1`, ada.ID)
	for _, user := range []store.User{ada, bob} {
		o, err := w.Overview(w.ctx(), user.ID)
		w.ok(err)
		var want []store.OwnRoom
		for _, r := range o.Rooms {
			want = append(want, store.OwnRoom{ID: r.ID, Name: r.Name, Position: r.Position})
		}
		rooms, own, err := w.OwnRooms(w.ctx(), user.ID)
		if err != nil || own != o.UserPosition || !slices.Equal(rooms, want) {
			t.Errorf("%s: %+v at %+v, %v; want %+v at %+v", user.Username, rooms, own, err, want, o.UserPosition)
		}
	}
	w.exec(`update memberships set left_at = now() where user_id = $1`, gone.ID)
	if rooms, own, err := w.OwnRooms(w.ctx(), gone.ID); err != nil || len(rooms) != 0 || own.Epoch == 0 {
		t.Errorf("without rooms: %+v at %+v, %v", rooms, own, err)
	}
	w.deactivate(gone)
	if _, _, err := w.OwnRooms(w.ctx(), gone.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("deactivated: %v", err)
	}
}

func TestNamesOfRoomsAreTheSameWithoutRegardToCaseAndSpace(t *testing.T) {
	t.Parallel()
	if store.RoomNameKey("Tea Time") != store.RoomNameKey(" tea  TIME") || store.RoomNameKey("Tea") == store.RoomNameKey("Teas") {
		t.Error("names are compared in another way than rooms are")
	}
}
