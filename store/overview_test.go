package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"chatd/store"
)

func TestAnOverviewHasEverythingAPageShowsFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, gone := w.user("ada"), w.user("bob"), w.user("gone")
	public, private, direct := w.room(store.RoomPublic, "Tea", ada, bob), w.room(store.RoomPrivate, "Secret", bob, ada), w.direct(bob, ada)
	w.room(store.RoomPrivate, "Others", bob)
	left := w.room(store.RoomPublic, "Left", ada)
	_, err := w.LeaveRoom(w.ctx(), ada.ID, left.ID)
	w.ok(err)
	w.deactivate(gone)
	w.say(private, bob, 4)
	_, _, err = w.MarkRead(w.ctx(), ada.ID, private.ID, 3)
	w.ok(err)
	w.exec(`update topics set head = 7 where id = $1`, ada.ID)
	w.exec(`update topics set head = 9 where id = $1`, store.WorkspaceTopic)

	o, err := w.Overview(w.ctx(), ada.ID)
	w.ok(err)
	if o.Me.ID != ada.ID || o.Workspace.Name != "Test" {
		t.Errorf("me = %+v, workspace = %+v", o.Me, o.Workspace)
	}
	if o.UserPosition.Seq != 7 || o.WorkspacePosition.Seq != 9 || o.UserPosition.Epoch == 0 || o.WorkspacePosition.Epoch == 0 {
		t.Errorf("positions = %+v, %+v", o.UserPosition, o.WorkspacePosition)
	}
	var rooms []int64
	for _, room := range o.Rooms {
		rooms = append(rooms, room.ID)
		single, err := w.OverviewRoom(w.ctx(), ada.ID, room.ID)
		if err != nil || single.Room != room.Room || single.Position != room.Position || !slices.Equal(single.Members, room.Members) {
			t.Errorf("one room = %+v, %v; in the overview %+v", single, err, room)
		}
	}
	if want := []int64{w.firstRoom().ID, public.ID, private.ID, direct.ID}; !slices.Equal(rooms, want) {
		t.Fatalf("rooms = %v, want %v", rooms, want)
	}
	if r := o.Rooms[1]; r.Role != store.RoomOwner || r.LastMessageAt != nil || r.Members != nil || r.Name != "Tea" {
		t.Errorf("public = %+v", r)
	}
	if r := o.Rooms[2]; r.Role != store.RoomMember || r.LastMessageAt == nil || r.LastNumber != 4 || r.ReadNumber != 3 || r.Position.Seq != 4 {
		t.Errorf("private = %+v", r)
	}
	if r := o.Rooms[3]; r.Kind != store.RoomDirect || r.Name != "" || !slices.Equal(r.Members, ids(ada, bob)) {
		t.Errorf("direct = %+v", r)
	}
	if len(o.Users) != 3 || o.Users[0].ID != ada.ID {
		t.Errorf("users = %+v, want the three who are here", o.Users)
	}
	for _, nobody := range []int64{gone.ID, public.ID, 0} {
		if _, err := w.Overview(w.ctx(), nobody); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Overview of %d: %v, want ErrNotFound", nobody, err)
		}
	}
}

// A transaction writes to a room and to two topics that other statements read;
// no overview sees only a part of it.
func TestAnOverviewIsOneSnapshot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.firstRoom().ID
	errs := together(4, func(i int) error {
		for range 60 {
			if i == 0 {
				if _, err := w.sql.Exec(w.ctx(), `update topics set head = head + 1 where id = any ($1)`, []int64{room, w.owner.ID, store.WorkspaceTopic}); err != nil {
					return err
				}
				continue
			}
			o, err := w.Overview(w.ctx(), w.owner.ID)
			if err != nil {
				return err
			}
			if seq := o.Rooms[0].Position.Seq; seq != o.UserPosition.Seq || seq != o.WorkspacePosition.Seq {
				return fmt.Errorf("an overview saw a part of a transaction: %d, %d, %d", seq, o.UserPosition.Seq, o.WorkspacePosition.Seq)
			}
		}
		return nil
	})
	w.ok(errors.Join(errs...))
}

func TestTheDirectoryHasThePublicRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	w.room(store.RoomPublic, "tea", ada, bob)
	w.room(store.RoomPublic, "Coffee", bob)
	w.room(store.RoomPrivate, "Secret", ada)
	w.direct(ada, bob)
	empty := w.room(store.RoomPublic, "empty", ada)
	_, err := w.LeaveRoom(w.ctx(), ada.ID, empty.ID)
	w.ok(err)
	rooms, _, err := w.Directory(w.ctx(), ada.ID, store.Page{})
	w.ok(err)
	type entry struct {
		name    string
		members int
		joined  bool
	}
	var got []entry
	for _, r := range rooms {
		got = append(got, entry{r.Name, r.Members, r.Joined})
	}
	if want := []entry{{"Coffee", 1, false}, {"empty", 0, false}, {"general", 3, true}, {"tea", 2, true}}; !slices.Equal(got, want) {
		t.Errorf("directory = %v, want %v", got, want)
	}
}

func TestMembersAreThoseWhoAreInTheRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, gone := w.user("ada"), w.user("bob"), w.user("gone")
	room := w.room(store.RoomPrivate, "Secret", bob, ada, gone)
	_, err := w.LeaveRoom(w.ctx(), gone.ID, room.ID)
	w.ok(err)
	members, _, err := w.Members(w.ctx(), ada.ID, room.ID, store.MembersPage{})
	w.ok(err)
	if len(members) != 2 || members[0].ID != ada.ID || members[0].RoomRole != store.RoomMember || members[1].ID != bob.ID || members[1].RoomRole != store.RoomOwner {
		t.Errorf("members = %+v", members)
	}
	if _, _, err := w.Members(w.ctx(), gone.ID, room.ID, store.MembersPage{}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Members for somebody who left: %v, want ErrNotFound", err)
	}
}
