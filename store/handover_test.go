package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"chatd/store"
)

// roleIn is somebody's role in a room, "" for none.
func (w *world) roleIn(room store.Room, user store.User) store.RoomRole {
	w.t.Helper()
	entry, err := w.OverviewRoom(w.ctx(), user.ID, room.ID)
	if errors.Is(err, store.ErrNotMember) || errors.Is(err, store.ErrNotFound) {
		return ""
	}
	w.ok(err)
	return entry.Role
}

func TestARoomIsHandedOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPrivate, "Tea", ada, bob)
	w.forgetNews()
	pending, err := w.HandOverRoom(w.ctx(), ada.ID, bob.ID, room.ID)
	if err != nil || !slices.Equal(pending, store.Pending{room.ID, ada.ID, bob.ID}) {
		t.Fatalf("%v, %v", pending, err)
	}
	if a, b := w.roleIn(room, ada), w.roleIn(room, bob); a != store.RoomMember || b != store.RoomOwner {
		t.Errorf("ada is %s, bob is %s", a, b)
	}
	want := []string{
		line("member-changed", room.ID, bob.ID, room.ID, ada.ID), line("room-role-changed", bob.ID, bob.ID, room.ID, ada.ID),
		line("member-changed", room.ID, ada.ID, room.ID, ada.ID), line("room-role-changed", ada.ID, ada.ID, room.ID, ada.ID),
		line("decided", bob.ID, bob.ID, 0, ada.ID),
	}
	if news := w.news(); !slices.Equal(news, want) {
		t.Errorf("news = %v\nwant   %v", news, want)
	}
	entries := []string{loggedAs(ada.ID, bob.ID, room.ID, "", fmt.Sprintf(`{"owner": %d}`, ada.ID), fmt.Sprintf(`{"owner": %d}`, bob.ID))}
	if got := w.logged(store.AuditRoomHandedOver); !slices.Equal(got, entries) {
		t.Errorf("entries = %q, want %q", got, entries)
	}
	if _, err := w.HandOverRoom(w.ctx(), ada.ID, bob.ID, room.ID); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("again: %v, want ErrForbidden", err)
	}
}

func TestOnlyTheOwnerOfARoomHandsItOverToSomebodyInIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, mod, admin, gone, gus := w.user("ada"), w.user("bob"), w.user("mod"), w.userAs(store.RoleAdmin, "admin"), w.user("gone"), w.guest("gus")
	room := w.room(store.RoomPublic, "Tea", ada, bob, mod, admin, gone, gus)
	w.give(room, mod, store.RoomModerator)
	w.deactivate(gone)
	for _, try := range []struct {
		by, to int64
		want   error
	}{
		{mod.ID, bob.ID, store.ErrForbidden}, {admin.ID, bob.ID, store.ErrForbidden}, {w.owner.ID, bob.ID, store.ErrForbidden},
		{ada.ID, w.owner.ID, store.ErrNoSuchUser}, {ada.ID, gone.ID, store.ErrNoSuchUser}, {ada.ID, 1 << 40, store.ErrNoSuchUser},
	} {
		if _, err := w.HandOverRoom(w.ctx(), try.by, try.to, room.ID); !errors.Is(err, try.want) {
			t.Errorf("%d to %d: %v, want %v", try.by, try.to, err, try.want)
		}
	}
	for _, to := range []int64{ada.ID, gus.ID} {
		_, err := w.HandOverRoom(w.ctx(), ada.ID, to, room.ID)
		if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || invalid.Field != "user_id" {
			t.Errorf("to %d: %v, want an InvalidError", to, err)
		}
	}
	if got := w.logged(store.AuditRoomHandedOver); len(got) != 0 || w.roleIn(room, ada) != store.RoomOwner {
		t.Errorf("entries = %q, ada is %s", got, w.roleIn(room, ada))
	}
}

func TestARoomIsHandedOverOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cleo := w.user("ada"), w.user("bob"), w.user("cleo")
	room := w.room(store.RoomPublic, "Tea", ada, bob, cleo)
	var done atomic.Int64
	errs := together(8, func(i int) error {
		to := bob
		if i%2 == 0 {
			to = cleo
		}
		_, err := w.HandOverRoom(w.ctx(), ada.ID, to.ID, room.ID)
		if err == nil {
			done.Add(1)
		}
		if errors.Is(err, store.ErrForbidden) {
			err = nil
		}
		return err
	})
	w.ok(errors.Join(errs...))
	owners := w.number(`select count(*) from memberships where room_id = $1 and role = 'owner'`, room.ID)
	if got := w.logged(store.AuditRoomHandedOver); done.Load() != 1 || owners != 1 || len(got) != 1 {
		t.Errorf("%d succeeded, %d owners, entries = %q", done.Load(), owners, got)
	}
}

func TestTheMachineGivesALostRoomAnOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, gus := w.user("ada"), w.user("bob"), w.guest("gus")
	room := w.room(store.RoomPrivate, "Tea", ada)
	_, err := w.LeaveRoom(w.ctx(), ada.ID, room.ID)
	w.ok(err)
	w.forgetNews()
	pending, err := w.AppointRoomOwner(w.ctx(), bob.ID, room.ID)
	if err != nil || !slices.Equal(pending, store.Pending{room.ID, bob.ID}) || w.roleIn(room, bob) != store.RoomOwner {
		t.Errorf("%v, %v, bob is %q", pending, err, w.roleIn(room, bob))
	}
	again, err := w.AppointRoomOwner(w.ctx(), bob.ID, room.ID)
	if err != nil || len(again) != 0 {
		t.Errorf("again: %v, %v", again, err)
	}
	want := []string{fmt.Sprintf(`command-line 0 %d %d  {"role": "member"} {"role": "owner"}`, bob.ID, room.ID)}
	if got := w.logged(store.AuditMemberRoleChanged); !slices.Equal(got, want) {
		t.Errorf("entries = %q, want %q", got, want)
	}
	if got := w.logged(store.AuditMemberAdded); len(got) != 1 {
		t.Errorf("entries = %q, want one", got)
	}
	w.deactivate(ada)
	for user, want := range map[int64]error{ada.ID: store.ErrNoSuchUser, 1 << 40: store.ErrNoSuchUser} {
		if _, err := w.AppointRoomOwner(w.ctx(), user, room.ID); !errors.Is(err, want) {
			t.Errorf("user %d: %v, want %v", user, err, want)
		}
	}
	if _, err := w.AppointRoomOwner(w.ctx(), gus.ID, room.ID); !errors.As(err, new(*store.InvalidError)) || w.roleIn(room, gus) != "" {
		t.Errorf("a guest: %v, is %q", err, w.roleIn(room, gus))
	}
	w.remove(bob, room)
	for id, want := range map[int64]error{room.ID: store.ErrNotFound, 1 << 40: store.ErrNotFound, w.direct(bob, w.owner).ID: store.ErrForbidden} {
		if _, err := w.AppointRoomOwner(w.ctx(), bob.ID, id); !errors.Is(err, want) {
			t.Errorf("room %d: %v, want %v", id, err, want)
		}
	}
}

func TestTheWorkspaceIsHandedOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	w.forgetNews()
	for _, try := range []struct {
		by, to int64
		hash   string
		want   error
	}{
		{ada.ID, w.owner.ID, "hash", store.ErrForbidden}, {w.owner.ID, 1 << 40, "hash", store.ErrNoSuchUser}, {w.owner.ID, ada.ID, "another", store.ErrConflict},
	} {
		if _, _, _, err := w.HandOverWorkspace(w.ctx(), try.by, try.to, try.hash); !errors.Is(err, try.want) {
			t.Errorf("%d to %d: %v, want %v", try.by, try.to, err, try.want)
		}
	}
	if _, _, _, err := w.HandOverWorkspace(w.ctx(), w.owner.ID, w.owner.ID, "hash"); !errors.As(err, new(*store.InvalidError)) {
		t.Errorf("to oneself: %v, want an InvalidError", err)
	}
	if news := w.news(); len(news) != 0 {
		t.Errorf("news = %v", news)
	}
	owner, admin, pending, err := w.HandOverWorkspace(w.ctx(), w.owner.ID, ada.ID, "hash")
	if err != nil || owner.ID != ada.ID || owner.Role != store.RoleOwner || admin.ID != w.owner.ID || admin.Role != store.RoleAdmin {
		t.Fatalf("%+v, %+v, %v", owner, admin, err)
	}
	if news := w.news(); len(news) != 5 || !slices.Equal(pending, store.Pending{store.WorkspaceTopic, ada.ID, w.owner.ID}) {
		t.Errorf("news = %v, pending = %v", news, pending)
	}
	want := []string{loggedAs(w.owner.ID, ada.ID, 0, "", fmt.Sprintf(`{"role": "member", "owner": %d}`, w.owner.ID), fmt.Sprintf(`{"role": "owner", "owner": %d}`, ada.ID))}
	if got := w.logged(store.AuditWorkspaceHandedOver); !slices.Equal(got, want) {
		t.Errorf("entries = %q, want %q", got, want)
	}
	if _, _, _, err := w.HandOverWorkspace(w.ctx(), w.owner.ID, ada.ID, "hash"); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("again: %v, want ErrForbidden", err)
	}
}

func TestTheWorkspaceIsHandedToSomebodyWhoCanSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	closed, suspended := w.user("closed"), w.user("suspended")
	w.deactivate(closed)
	w.exec(`update users set suspended_until = 'infinity' where id = $1`, suspended.ID)
	for _, to := range []store.User{closed, suspended} {
		if _, _, _, err := w.HandOverWorkspace(w.ctx(), w.owner.ID, to.ID, "hash"); !errors.Is(err, store.ErrNoSuchUser) {
			t.Errorf("%s: %v, want ErrNoSuchUser", to.Username, err)
		}
	}
}

// Who is to look after a room can do so: they can come in, and write.
func TestARoomIsHandedOverToWhoCanLookAfterIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPrivate, "Tea", ada, bob)
	w.suspend(bob)
	if _, err := w.HandOverRoom(w.ctx(), ada.ID, bob.ID, room.ID); !errors.Is(err, store.ErrNoSuchUser) {
		t.Errorf("to somebody suspended: %v, want ErrNoSuchUser", err)
	}
	if _, err := w.AppointRoomOwner(w.ctx(), bob.ID, room.ID); !errors.Is(err, store.ErrNoSuchUser) {
		t.Errorf("somebody suspended is appointed: %v, want ErrNoSuchUser", err)
	}
	// A role alone gives nothing away, and waits until they are back.
	if _, _, err := w.SetRoomRole(w.ctx(), ada.ID, bob.ID, room.ID, store.RoomModerator); err != nil {
		t.Errorf("a role for somebody suspended: %v", err)
	}
	if got := w.roleIn(room, ada); got != store.RoomOwner {
		t.Errorf("ada is %s", got)
	}
}

func TestWhoKeepsOrderInARoomIsMutedInItNoLonger(t *testing.T) {
	t.Parallel()
	for what, promote := range map[string]func(w *world, ada, bob store.User, room store.Room) error{
		"handed over": func(w *world, ada, bob store.User, room store.Room) error {
			_, err := w.HandOverRoom(w.ctx(), ada.ID, bob.ID, room.ID)
			return err
		},
		"owner": func(w *world, ada, bob store.User, room store.Room) error {
			_, _, err := w.SetRoomRole(w.ctx(), ada.ID, bob.ID, room.ID, store.RoomOwner)
			return err
		},
		"moderator": func(w *world, ada, bob store.User, room store.Room) error {
			_, _, err := w.SetRoomRole(w.ctx(), ada.ID, bob.ID, room.ID, store.RoomModerator)
			return err
		},
		"appointed": func(w *world, _, bob store.User, room store.Room) error {
			_, err := w.AppointRoomOwner(w.ctx(), bob.ID, room.ID)
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ada, bob := w.user("ada"), w.user("bob")
			room := w.room(store.RoomPrivate, "Tea", ada, bob)
			n := w.node()
			w.mutes(ada, bob, room)
			w.ok(promote(w, ada, bob, room))
			if _, err := n.Send(w.ctx(), message(room, bob, "here I am")); err != nil {
				t.Errorf("they write: %v", err)
			}
			if mutes, _, err := w.Mutes(w.ctx(), bob.ID, room.ID, store.Page{}); err != nil || len(mutes) != 0 {
				t.Errorf("%d are muted, %v", len(mutes), err)
			}
			if got := w.logged(store.AuditMuteEnded); len(got) != 1 {
				t.Errorf("entries %q, want one", got)
			}
		})
	}
}
