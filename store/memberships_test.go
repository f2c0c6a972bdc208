package store_test

import (
	"errors"
	"slices"
	"testing"

	"chatd/store"
)

func TestJoiningTwiceIsJoiningOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.forgetNews()
	pending, err := w.JoinRoom(w.ctx(), ada.ID, room.ID)
	w.ok(err)
	if want := (store.Pending{room.ID, ada.ID}); !slices.Equal(pending, want) {
		t.Errorf("pending = %v, want %v", pending, want)
	}
	if pending, err = w.JoinRoom(w.ctx(), ada.ID, room.ID); err != nil || len(pending) != 0 {
		t.Errorf("the second time: %v, %v, want nothing", pending, err)
	}
	want := []string{
		line("join", room.ID, ada.ID, room.ID, ada.ID),
		line("room-added", ada.ID, ada.ID, room.ID, ada.ID),
	}
	if news := w.news(); !slices.Equal(news, want) {
		t.Errorf("news = %v, want %v", news, want)
	}
}

func TestLeavingTwiceIsLeavingOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	for _, room := range []store.Room{w.room(store.RoomPublic, "Tea", w.owner, ada), w.room(store.RoomPrivate, "Secret", w.owner, ada)} {
		w.forgetNews()
		pending, err := w.LeaveRoom(w.ctx(), ada.ID, room.ID)
		w.ok(err)
		if want := (store.Pending{room.ID, ada.ID}); !slices.Equal(pending, want) {
			t.Errorf("pending = %v, want %v", pending, want)
		}
		if pending, err = w.LeaveRoom(w.ctx(), ada.ID, room.ID); err != nil || len(pending) != 0 {
			t.Errorf("the second time: %v, %v, want nothing", pending, err)
		}
		want := []string{
			line("leave", room.ID, ada.ID, room.ID, ada.ID),
			line("room-removed", ada.ID, ada.ID, room.ID, ada.ID),
		}
		if news := w.news(); !slices.Equal(news, want) {
			t.Errorf("news = %v, want %v", news, want)
		}
	}
}

func TestTheLastOwnerMayLeave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "Tea", ada)
	_, err := w.LeaveRoom(w.ctx(), ada.ID, room.ID)
	w.ok(err)
	_, err = w.JoinRoom(w.ctx(), ada.ID, room.ID)
	w.ok(err)
	again, err := w.OverviewRoom(w.ctx(), ada.ID, room.ID)
	w.ok(err)
	if again.Role != store.RoomMember {
		t.Errorf("came back as %s, want member", again.Role)
	}
}

func TestSomebodyNewHasNothingUnreadAndSomebodyBackWhatTheyMissed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	for _, room := range []store.Room{w.room(store.RoomPublic, "Tea", w.owner), w.room(store.RoomPrivate, "Secret", w.owner)} {
		w.say(room, w.owner, 5)
		enter := func() store.OverviewRoom {
			_, err := w.AddMember(w.ctx(), w.owner.ID, ada.ID, room.ID)
			w.ok(err)
			entry, err := w.OverviewRoom(w.ctx(), ada.ID, room.ID)
			w.ok(err)
			return entry
		}
		if entry := enter(); entry.ReadNumber != 5 || entry.LastNumber != 5 {
			t.Errorf("%s, new: read %d of %d", room.Name, entry.ReadNumber, entry.LastNumber)
		}
		_, err := w.LeaveRoom(w.ctx(), ada.ID, room.ID)
		w.ok(err)
		w.say(room, w.owner, 2)
		if entry := enter(); entry.ReadNumber != 5 || entry.LastNumber != 7 {
			t.Errorf("%s, back: read %d of %d", room.Name, entry.ReadNumber, entry.LastNumber)
		}
	}
}

func TestAMemberAddsOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, gone := w.user("ada"), w.user("bob"), w.user("gone")
	w.deactivate(gone)
	for _, room := range []store.Room{w.room(store.RoomPublic, "Tea", w.owner, ada), w.room(store.RoomPrivate, "Secret", w.owner, ada)} {
		w.forgetNews()
		pending, err := w.AddMember(w.ctx(), ada.ID, bob.ID, room.ID)
		if err != nil || len(pending) != 2 {
			t.Fatalf("AddMember = %v, %v", pending, err)
		}
		if pending, err := w.AddMember(w.ctx(), ada.ID, bob.ID, room.ID); err != nil || len(pending) != 0 {
			t.Errorf("the second time: %v, %v, want nothing", pending, err)
		}
		want := []string{
			line("join", room.ID, bob.ID, room.ID, ada.ID),
			line("room-added", bob.ID, bob.ID, room.ID, ada.ID),
		}
		if news := w.news(); !slices.Equal(news, want) {
			t.Errorf("news = %v, want %v", news, want)
		}
		for _, nobody := range []int64{gone.ID, room.ID, 1 << 40} {
			if _, err := w.AddMember(w.ctx(), ada.ID, nobody, room.ID); !errors.Is(err, store.ErrNoSuchUser) {
				t.Errorf("adding %d: %v, want ErrNoSuchUser", nobody, err)
			}
		}
	}
}

func TestADirectRoomKeepsItsMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, eve := w.user("ada"), w.user("bob"), w.user("eve")
	room := w.direct(ada, bob)
	w.forgetNews()
	for name, change := range map[string]func() (store.Pending, error){
		"join":   func() (store.Pending, error) { return w.JoinRoom(w.ctx(), ada.ID, room.ID) },
		"leave":  func() (store.Pending, error) { return w.LeaveRoom(w.ctx(), ada.ID, room.ID) },
		"add":    func() (store.Pending, error) { return w.AddMember(w.ctx(), ada.ID, eve.ID, room.ID) },
		"remove": func() (store.Pending, error) { return w.RemoveMember(w.ctx(), ada.ID, bob.ID, room.ID, "") },
	} {
		if pending, err := change(); !errors.Is(err, store.ErrForbidden) || len(pending) != 0 {
			t.Errorf("%s: %v, %v, want ErrForbidden", name, pending, err)
		}
	}
	members, _, err := w.Members(w.ctx(), bob.ID, room.ID, store.MembersPage{})
	w.ok(err)
	if len(members) != 2 || len(w.news()) != 0 {
		t.Errorf("members = %+v, news = %v", members, w.news())
	}
}

func TestWhoMayRemoveMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, admin, plain, moderator, out := w.user("ada"), w.user("admin"), w.user("plain"), w.user("moderator"), w.user("out")
	w.exec(`update users set role = 'admin' where id = $1`, admin.ID)
	public := w.room(store.RoomPublic, "Tea", ada, plain, moderator)
	private := w.room(store.RoomPrivate, "Secret", ada, plain, moderator, admin)
	w.exec(`update memberships set role = 'moderator' where user_id = $1`, moderator.ID)
	for _, try := range []struct {
		by   store.User
		room store.Room
		want error
	}{
		{ada, public, nil}, {ada, private, nil},
		{admin, public, nil}, {admin, private, nil},
		{w.owner, public, nil}, {w.owner, private, store.ErrNotFound},
		{plain, public, store.ErrForbidden}, {plain, private, store.ErrForbidden},
		{moderator, public, nil}, {moderator, private, nil},
		{out, public, store.ErrForbidden}, {out, private, store.ErrNotFound},
	} {
		bob := w.user("bob-" + try.by.Username + "-" + string(try.room.Kind))
		_, err := w.AddMember(w.ctx(), ada.ID, bob.ID, try.room.ID)
		w.ok(err)
		w.forgetNews()
		pending, err := w.RemoveMember(w.ctx(), try.by.ID, bob.ID, try.room.ID, "")
		if !errors.Is(err, try.want) {
			t.Errorf("%s removes from a %s room: %v, want %v", try.by.Username, try.room.Kind, err, try.want)
		}
		if try.want != nil {
			if len(pending) != 0 || len(w.news()) != 0 {
				t.Errorf("%s: something happened: %v %v", try.by.Username, pending, w.news())
			}
			continue
		}
		want := []string{
			line("leave", try.room.ID, bob.ID, try.room.ID, try.by.ID),
			line("room-removed", bob.ID, bob.ID, try.room.ID, try.by.ID),
			line("decided", bob.ID, bob.ID, 0, try.by.ID),
		}
		if news := w.news(); !slices.Equal(news, want) {
			t.Errorf("news = %v, want %v", news, want)
		}
		if pending, err := w.RemoveMember(w.ctx(), try.by.ID, bob.ID, try.room.ID, ""); err != nil || len(pending) != 0 {
			t.Errorf("the second time: %v, %v, want nothing", pending, err)
		}
	}
}

// As muting and banning them does, it takes the right to remove moderators.
func TestOwnersAndAdminsOfTheWorkspaceAreRemovedAsModeratorsAre(t *testing.T) {
	t.Parallel()
	for _, kind := range []store.RoomKind{store.RoomPublic, store.RoomPrivate} {
		for _, role := range []store.Role{store.RoleOwner, store.RoleAdmin, store.RoleMember, store.RoleGuest} {
			for _, archived := range []bool{false, true} {
				w := newWorld(t)
				ada, moderator, target := w.user("ada"), w.user("moderator"), w.userAs(role, "target")
				room := w.room(kind, "Tea", ada, moderator, target)
				w.give(room, moderator, store.RoomModerator)
				w.exec(`update rooms set archived_at = case when $2 then now() end where id = $1`, room.ID, archived)
				var want error
				if role == store.RoleOwner || role == store.RoleAdmin {
					want = store.ErrForbidden
				}
				pending, err := w.RemoveMember(w.ctx(), moderator.ID, target.ID, room.ID, "")
				if !errors.Is(err, want) || (len(pending) == 0) != (want != nil) {
					t.Errorf("%s, archived %v: a moderator removes an %s: %v, %v, want %v", kind, archived, role, pending, err, want)
				}
				pending, err = w.RemoveMember(w.ctx(), ada.ID, target.ID, room.ID, "")
				if err != nil || (len(pending) == 0) != (want == nil) {
					t.Errorf("%s, archived %v: the owner of the room removes an %s: %v, %v", kind, archived, role, pending, err)
				}
				// Nobody is left to be removed: that is for moderators to find out too.
				if pending, err := w.RemoveMember(w.ctx(), moderator.ID, target.ID, room.ID, ""); err != nil || len(pending) != 0 {
					t.Errorf("%s, archived %v: the moderator removes an %s who is gone: %v, %v", kind, archived, role, pending, err)
				}
			}
		}
	}
}
