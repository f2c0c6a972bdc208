package store_test

import (
	"errors"
	"slices"
	"testing"

	"chatd/store"
)

func TestARoleInARoomIsToldToTheRoomAndToItsBearer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPrivate, "Tea", ada, bob)
	for _, role := range []store.RoomRole{store.RoomModerator, store.RoomOwner, store.RoomMember} {
		w.forgetNews()
		member, pending, err := w.SetRoomRole(w.ctx(), ada.ID, bob.ID, room.ID, role)
		w.ok(err)
		if member.ID != bob.ID || member.RoomRole != role || member.JoinedAt.IsZero() || member.DisplayName != "bob" {
			t.Errorf("member = %+v, want bob as %s", member, role)
		}
		if want := (store.Pending{room.ID, bob.ID}); !slices.Equal(pending, want) {
			t.Errorf("pending = %v, want %v", pending, want)
		}
		want := []string{
			line("member-changed", room.ID, bob.ID, room.ID, ada.ID),
			line("room-role-changed", bob.ID, bob.ID, room.ID, ada.ID),
			line("decided", bob.ID, bob.ID, 0, ada.ID),
		}
		if news := w.news(); !slices.Equal(news, want) {
			t.Errorf("news = %v, want %v", news, want)
		}
		again, pending, err := w.SetRoomRole(w.ctx(), ada.ID, bob.ID, room.ID, role)
		if err != nil || again != member || len(pending) != 0 || len(w.news()) != 3 {
			t.Errorf("again: %+v, %v, %v, want no news", again, pending, err)
		}
		if entry, err := w.OverviewRoom(w.ctx(), bob.ID, room.ID); err != nil || entry.Role != role {
			t.Errorf("bob has it as %s, %v", entry.Role, err)
		}
	}
}

func TestTheEventsOfARoleSayWhoAndWhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPublic, "Tea", ada)
	_, err := w.AddMember(w.ctx(), ada.ID, bob.ID, room.ID)
	w.ok(err)
	_, pending, err := w.SetRoomRole(w.ctx(), ada.ID, bob.ID, room.ID, store.RoomModerator)
	w.ok(err)
	n.Number(pending...)
	w.untilHead(room.ID, 2)
	w.untilHead(bob.ID, 2)
	inRoom, own := w.log(room.ID), w.log(bob.ID)
	if e := inRoom[1]; e.Kind != store.EventMemberChanged || e.User.ID != bob.ID || e.Actor.ID != ada.ID {
		t.Errorf("in the room: %+v", e)
	}
	if e := own[1]; e.Kind != store.EventRoomRoleChanged || e.Room.ID != room.ID || e.Actor.ID != ada.ID {
		t.Errorf("on bob's topic: %+v", e)
	}
}

func TestARoleInARoomIsForThoseWhoAreInIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPublic, "Tea", ada, bob)
	_, err := w.LeaveRoom(w.ctx(), bob.ID, room.ID)
	w.ok(err)
	w.forgetNews()
	for _, nobody := range []int64{bob.ID, w.owner.ID, room.ID, 0, 1 << 60} {
		_, pending, err := w.SetRoomRole(w.ctx(), ada.ID, nobody, room.ID, store.RoomModerator)
		if !errors.Is(err, store.ErrNoSuchUser) || len(pending) != 0 {
			t.Errorf("user %d: %v, %v, want ErrNoSuchUser", nobody, pending, err)
		}
	}
	for _, role := range []store.RoomRole{"", "outside", "king", "guest"} {
		_, _, err := w.SetRoomRole(w.ctx(), ada.ID, ada.ID, room.ID, role)
		if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || invalid.Field != "role" {
			t.Errorf("role %q: %v, want an InvalidError of role", role, err)
		}
	}
	if news := w.news(); len(news) != 0 {
		t.Errorf("news = %v", news)
	}
}

func TestTheLastOwnerMayStepDownAndAnAdminFindsAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, admin := w.user("ada"), w.user("bob"), w.userAs(store.RoleAdmin, "admin")
	room := w.room(store.RoomPublic, "Tea", ada, bob)
	member, _, err := w.SetRoomRole(w.ctx(), ada.ID, ada.ID, room.ID, store.RoomMember)
	if err != nil || member.RoomRole != store.RoomMember {
		t.Errorf("stepping down: %+v, %v", member, err)
	}
	if _, _, err := w.SetRoomRole(w.ctx(), ada.ID, ada.ID, room.ID, store.RoomOwner); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("stepping up again: %v, want ErrForbidden", err)
	}
	if _, _, err := w.SetRoomRole(w.ctx(), admin.ID, bob.ID, room.ID, store.RoomOwner); err != nil {
		t.Errorf("an admin makes bob owner: %v", err)
	}
}

// A change of role is no end of a membership to other nodes.
func TestARoleDoesNotEndAMembership(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "Tea", w.owner, ada)
	before, err := w.Look(w.ctx(), 0)
	w.ok(err)
	_, _, err = w.SetRoomRole(w.ctx(), w.owner.ID, ada.ID, room.ID, store.RoomModerator)
	w.ok(err)
	after, err := w.Look(w.ctx(), before.Next)
	w.ok(err)
	if len(after.EndedMemberships) != 0 || !slices.Contains(after.PendingTopics, ada.ID) {
		t.Errorf("look = %+v", after)
	}
}
