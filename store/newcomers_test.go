package store_test

import (
	"slices"
	"testing"

	"chatd/store"
)

func TestNewcomersComeIntoTheRoomsMeantForThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	general := w.number(`select id from rooms`)
	news, help, old := w.room(store.RoomPublic, "News", w.owner), w.room(store.RoomPublic, "Help", w.owner), w.room(store.RoomPublic, "Old", w.owner)
	set := func(room store.Room, change store.RoomChange) {
		_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, change)
		w.ok(err)
	}
	joins := func(name string, want ...int64) {
		t.Helper()
		if got := w.roomsOf(w.user(name)); !slices.Equal(got, want) {
			t.Errorf("%s is in %v, want %v", name, got, want)
		}
	}
	joins("ada", general)
	for _, room := range []store.Room{news, help, old} {
		set(room, store.RoomChange{Default: ptr(true)})
	}
	joins("bob", news.ID, help.ID, old.ID)
	set(old, store.RoomChange{Archived: ptr(true)})
	w.remove(w.owner, help)
	joins("cleo", news.ID)
	if gus := w.guest("gus", news); !slices.Equal(w.roomsOf(gus), []int64{news.ID}) {
		t.Errorf("a guest is in %v", w.roomsOf(gus))
	}
	set(news, store.RoomChange{Default: ptr(false)})
	joins("dora", general)
	w.exec(`update rooms set archived_at = now() where id = $1`, general)
	joins("emil", news.ID) // the first public room in which somebody can write
	w.exec(`update rooms set deleted_at = now() where kind = 'public'`)
	joins("fay")
}

// The rooms of an invite are those that are there when somebody comes.
func TestAnInviteLeadsToNoRoomThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kept, gone, archived := w.room(store.RoomPrivate, "Kept", w.owner), w.room(store.RoomPrivate, "Gone", w.owner), w.room(store.RoomPrivate, "Archived", w.owner)
	invite, err := w.CreateInvite(w.ctx(), w.owner.ID, store.NewInvite{TTL: 1e12, Role: store.RoleGuest, Rooms: []int64{kept.ID, gone.ID, archived.ID}})
	w.ok(err)
	w.remove(w.owner, gone)
	_, _, err = w.ChangeRoom(w.ctx(), w.owner.ID, archived.ID, store.RoomChange{Archived: ptr(true)})
	w.ok(err)
	found, err := w.InviteByToken(w.ctx(), invite.Token)
	if err != nil || !slices.Equal(found.Rooms, []int64{kept.ID}) {
		t.Errorf("it leads to %v, %v", found.Rooms, err)
	}
	gus, _, err := w.SignUp(w.ctx(), invite.Token, store.NewUser{Username: "gus", DisplayName: "gus", PasswordHash: "hash"})
	if err != nil || !slices.Equal(w.roomsOf(gus), []int64{kept.ID}) {
		t.Errorf("gus is in %v, %v", w.roomsOf(gus), err)
	}
}
