package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"chatd/store"
)

// deadlocks returns how many transactions the database has undone because they
// waited for each other. It closes the store: what a connection has counted is
// sure to be told when it ends.
func (w *world) deadlocks() int64 {
	w.t.Helper()
	w.Close()
	w.until("the store's connections have ended", func() bool {
		return w.number(`select count(*) from pg_stat_activity where datname = current_database() and application_name = 'chatd'`) == 0
	})
	return w.number(`select deadlocks from pg_stat_database where datname = current_database()`)
}

// Whoever comes in by an invite locks in the order in which all others lock, so
// nobody loses what they do in a room meanwhile.
func TestSignUpsAndActsOnARoomNeverWaitInACircle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	tea, coffee := w.room(store.RoomPublic, "Tea", w.owner, ada, bob), w.room(store.RoomPublic, "Coffee", ada, w.owner, bob)
	w.exec(`update rooms set is_default = true where id = $1`, coffee.ID)
	invite := w.invites(w.owner, store.RoleMember, tea, coffee)
	backwards := w.invites(w.owner, store.RoleMember, coffee, tea)
	o, room := w.owner.ID, tea.ID
	acts := []func(i, j int) error{
		func(i, j int) error { return w.trySignUp(invite, fmt.Sprintf("a%d-%d", i, j)) },
		func(i, j int) error { return w.trySignUp(backwards, fmt.Sprintf("b%d-%d", i, j)) },
		func(i, j int) error { return w.trySignUp(invite, fmt.Sprintf("c%d-%d", i, j)) },
		func(_, j int) error {
			_, _, err := w.ChangeRoom(w.ctx(), o, room, store.RoomChange{Topic: ptr(fmt.Sprint(j))})
			return err
		},
		func(_, j int) error {
			_, _, err := w.ChangeRoom(w.ctx(), o, coffee.ID, store.RoomChange{Description: ptr(fmt.Sprint(j))})
			return err
		},
		func(int, int) error {
			_, left := w.LeaveRoom(w.ctx(), o, room)
			_, joined := w.JoinRoom(w.ctx(), o, room)
			return errors.Join(left, joined)
		},
		func(int, int) error {
			_, _, muted := w.Mute(w.ctx(), o, bob.ID, room, store.Terms{})
			_, ended := w.EndMute(w.ctx(), o, bob.ID, room)
			return errors.Join(muted, ended)
		},
		func(_, j int) error {
			_, _, err := w.MarkRead(w.ctx(), o, coffee.ID, int64(j))
			return err
		},
	}
	const rounds = 15
	errs := together(len(acts), func(i int) error {
		for j := range rounds {
			if err := acts[i](i, j); err != nil {
				return fmt.Errorf("act %d, %d: %w", i, j, err)
			}
		}
		return nil
	})
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if n := w.number(`select count(*) from memberships where room_id = $1 and left_at is null`, coffee.ID); n != 3+3*rounds {
		t.Errorf("%d in the room that everybody new comes into, want %d", n, 3+3*rounds)
	}
	if n := w.deadlocks(); n != 0 {
		t.Errorf("the database has ended %d circles", n)
	}
}

// Whoever has invited somebody goes and reads as ever while that one has to wait.
func TestASignUpThatWaitsForARoomKeepsItsMakerFromNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea, coffee := w.room(store.RoomPrivate, "Tea", w.owner), w.room(store.RoomPublic, "Coffee", w.owner)
	w.say(tea, w.owner, 1)
	invite := w.invites(w.owner, store.RoleMember, tea)
	w.exec(`update rooms set is_default = true where id = $1`, coffee.ID)
	for _, room := range []store.Room{tea, coffee} {
		holding := w.takeAway(`select from rooms where id = $1 for no key update`, room.ID)
		errs := together(2, func(i int) error {
			if i == 0 {
				return w.trySignUp(invite, fmt.Sprint("new", room.ID))
			}
			if err := w.waitForBlocked(); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(w.ctx(), hangs)
			defer cancel()
			_, _, read := w.Control().MarkRead(ctx, w.owner.ID, tea.ID, 1)
			_, left := w.Control().LeaveRoom(ctx, w.owner.ID, tea.ID)
			return errors.Join(read, left, holding.Rollback(w.ctx()))
		})
		w.ok(errors.Join(errs...))
		w.exec(`update memberships set left_at = null, read_number = 0 where user_id = $1 and room_id = $2`, w.owner.ID, tea.ID)
	}
}
