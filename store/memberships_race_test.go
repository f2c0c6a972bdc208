package store_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"chatd/store"
)

// Leaving must not wait for a send that is slow to commit, nor joining.
func TestChangesOfMembershipWaitForNoSend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPublic, "Tea", ada)
	w.say(room, ada, 1)
	defer w.holdRows(room, ada, bob, w.owner)()
	ctx, cancel := context.WithTimeout(w.ctx(), hangs)
	defer cancel()
	_, err := w.JoinRoom(ctx, bob.ID, room.ID)
	w.ok(err)
	_, err = w.Control().LeaveRoom(ctx, bob.ID, room.ID)
	w.ok(err)
	_, err = w.AddMember(ctx, ada.ID, bob.ID, room.ID)
	w.ok(err)
	_, err = w.RemoveMember(ctx, ada.ID, bob.ID, room.ID, "")
	w.ok(err)
	_, _, err = w.CreateRoom(ctx, ada.ID, store.NewRoom{Kind: store.RoomPublic, Name: "Coffee"})
	w.ok(err)
	_, _, err = w.OpenDirect(ctx, ada.ID, ids(bob))
	w.ok(err)
	_, _, err = w.SignUp(ctx, w.invite, store.NewUser{Username: "eve", DisplayName: "Eve", PasswordHash: "hash"})
	w.ok(err)
	_, moved, err := w.Control().MarkRead(ctx, ada.ID, room.ID, 1)
	if err != nil || !moved {
		t.Errorf("MarkRead: moved %v, %v", moved, err)
	}
}

func TestOthersSeeThatAMembershipEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "Tea", w.owner, ada)
	before, err := w.Look(w.ctx(), 0)
	w.ok(err)
	_, err = w.RemoveMember(w.ctx(), w.owner.ID, ada.ID, room.ID, "")
	w.ok(err)
	after, err := w.Look(w.ctx(), before.Next)
	w.ok(err)
	if want := (store.EndedMembership{RoomID: room.ID, UserID: ada.ID}); !slices.Contains(after.EndedMemberships, want) {
		t.Errorf("ended memberships = %v, want %v among them", after.EndedMemberships, want)
	}
	if !slices.Contains(after.PendingTopics, room.ID) || !slices.Contains(after.PendingTopics, ada.ID) {
		t.Errorf("pending topics = %v, want the room's and the user's", after.PendingTopics)
	}
}

func TestEachChangeOfMembershipCarriesItsTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "Tea", w.owner)
	last := int64(0)
	for i, change := range []func(context.Context, int64, int64) (store.Pending, error){w.JoinRoom, w.LeaveRoom, w.JoinRoom, w.LeaveRoom} {
		_, err := change(w.ctx(), ada.ID, room.ID)
		w.ok(err)
		tx := w.number(`select changed_tx from memberships where room_id = $1 and user_id = $2`, room.ID, ada.ID)
		if tx <= last {
			t.Errorf("change %d carries transaction %d, the one before %d", i, tx, last)
		}
		last = tx
	}
}

// However joins and leaves of one person overlap, the log tells them one after
// the other, and ends with how it is.
func TestAStormOfJoinsAndLeavesIsToldInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.forgetNews()
	var changes atomic.Int64
	errs := together(8, func(i int) error {
		for range 15 {
			change := w.JoinRoom
			if i%2 == 1 {
				change = w.LeaveRoom
			}
			pending, err := change(w.ctx(), ada.ID, room.ID)
			if err != nil {
				return err
			}
			if len(pending) > 0 {
				changes.Add(1)
			}
		}
		return nil
	})
	w.ok(errors.Join(errs...))
	news := w.news()
	if int64(len(news)) != 2*changes.Load() || len(news) == 0 {
		t.Fatalf("%d changes left %d news", changes.Load(), len(news))
	}
	for i := 0; i < len(news); i += 2 {
		want := []string{line("join", room.ID, ada.ID, room.ID, ada.ID), line("room-added", ada.ID, ada.ID, room.ID, ada.ID)}
		if i%4 == 2 {
			want = []string{line("leave", room.ID, ada.ID, room.ID, ada.ID), line("room-removed", ada.ID, ada.ID, room.ID, ada.ID)}
		}
		if !slices.Equal(news[i:i+2], want) {
			t.Fatalf("news %d = %v, want %v", i, news[i:i+2], want)
		}
	}
	_, err := w.RoomForMember(w.ctx(), ada.ID, room.ID)
	if in := err == nil; in != (changes.Load()%2 == 1) {
		t.Errorf("after %d changes a member: %v (%v)", changes.Load(), in, err)
	}
}
