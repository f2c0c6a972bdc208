package store_test

import (
	"errors"
	"fmt"
	"testing"

	"chatd/store"
)

func TestOnlyOwnersAndModeratorsWriteInAReadOnlyRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ada, moderator, plain, out := w.user("ada"), w.user("moderator"), w.user("plain"), w.user("out")
	admin, adminOut, guest := w.userAs(store.RoleAdmin, "admin"), w.userAs(store.RoleAdmin, "admin-out"), w.userAs(store.RoleGuest, "guest")
	for _, kind := range []store.RoomKind{store.RoomPublic, store.RoomPrivate} {
		room := w.room(kind, "News", ada, moderator, plain, admin, guest)
		w.give(room, moderator, store.RoomModerator)
		_, _, err := w.ChangeRoom(w.ctx(), ada.ID, room.ID, seal(true))
		w.ok(err)
		outside, adminOutside := store.ErrNotFound, store.ErrNotFound
		if kind == store.RoomPublic { // an admin who joins it may write
			outside, adminOutside = store.ErrForbidden, store.ErrNotMember
		}
		for _, try := range []struct {
			by   store.User
			want error
		}{
			{ada, nil}, {moderator, nil}, {admin, nil},
			{plain, store.ErrReadOnly}, {guest, store.ErrReadOnly}, {out, outside}, {adminOut, adminOutside},
		} {
			if _, err := n.Send(w.ctx(), message(room, try.by, "hello")); !same(err, try.want) {
				t.Errorf("%s room, %s: %v, want %v", kind, try.by.Username, err, try.want)
			}
		}
		_, _, err = w.ChangeRoom(w.ctx(), ada.ID, room.ID, seal(false))
		w.ok(err)
		n.say(room, plain, "open again")
		w.log(room.ID)
	}
}

// Good sends of a batch are stored whatever becomes of the others.
func TestARefusedSendRefusesNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ada, plain := w.user("ada"), w.user("plain")
	open, sealed := w.room(store.RoomPublic, "Tea", ada, plain), w.room(store.RoomPublic, "News", ada, plain)
	_, _, err := w.ChangeRoom(w.ctx(), ada.ID, sealed.ID, seal(true))
	w.ok(err)
	errs := together(60, func(i int) error {
		room, by := open, plain
		if i%2 == 0 {
			room = sealed
		}
		if i%3 == 0 {
			by = ada
		}
		_, err := n.Send(w.ctx(), message(room, by, "hello"))
		if room == open || by == ada {
			return err
		}
		if !errors.Is(err, store.ErrReadOnly) {
			return fmt.Errorf("send %d was not refused: %w", i, err)
		}
		return nil
	})
	w.ok(errors.Join(errs...))
	if inOpen, inSealed := len(bodies(w.log(open.ID))), len(bodies(w.log(sealed.ID))); inOpen != 30 || inSealed != 10 {
		t.Errorf("%d and %d messages, want 30 and 10", inOpen, inSealed)
	}
}

// A send that waits for the room's lock is judged when it has it.
func TestASendIsJudgedByTheRightsOfTheMomentItIsStored(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		do   func(w *world, room store.Room, ada store.User) error
		want error
	}{
		"the room becomes read-only": {func(w *world, room store.Room, _ store.User) error {
			_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, seal(true))
			return err
		}, store.ErrReadOnly},
		"the room is opened again": {func(w *world, room store.Room, _ store.User) error {
			for _, readOnly := range []bool{true, false} {
				if _, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, seal(readOnly)); err != nil {
					return err
				}
			}
			return nil
		}, nil},
		"the author is removed": {func(w *world, room store.Room, ada store.User) error {
			_, err := w.RemoveMember(w.ctx(), w.owner.ID, ada.ID, room.ID, "")
			return err
		}, store.ErrNotMember},
		"a guest is removed": {func(w *world, room store.Room, ada store.User) error {
			w.exec(`update users set role = 'guest' where id = $1`, ada.ID)
			_, err := w.RemoveMember(w.ctx(), w.owner.ID, ada.ID, room.ID, "")
			return err
		}, store.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			n := w.node()
			ada := w.user("ada")
			room := w.room(store.RoomPublic, "Tea", w.owner, ada)
			release := w.hold(room.ID)
			sent := n.begin(message(room, ada, "hello"))
			w.untilWaiting(1)
			w.ok(change.do(w, room, ada))
			release()
			if _, err := sent.end(); !same(err, change.want) {
				t.Errorf("%v, want %v", err, change.want)
			}
			if stored := len(bodies(w.log(room.ID))); (stored == 1) != (change.want == nil) {
				t.Errorf("%d messages are stored", stored)
			}
		})
	}
}

// What was stored before the room became read-only is still a repeat.
func TestARepeatIsToldInAReadOnlyRoomToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "Tea", w.owner, ada)
	in := message(room, ada, "hello")
	first, err := n.Send(w.ctx(), in)
	w.ok(err)
	_, _, err = w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, seal(true))
	w.ok(err)
	if again, err := n.Send(w.ctx(), in); err != nil || !again.Repeated || again.Message.ID != first.Message.ID {
		t.Errorf("again: %+v, %v", again, err)
	}
}
