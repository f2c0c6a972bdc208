package store_test

import (
	"slices"
	"strings"
	"testing"

	"chatd/store"
)

// called are the names of rooms, in order; of one without a name its kind.
func called(rooms []store.AdminRoom) (names []string) {
	for _, r := range rooms {
		if r.Name == "" {
			r.Name = "(" + string(r.Kind) + ")"
		}
		names = append(names, r.Name)
	}
	return names
}

// adminRooms goes through all pages of the list.
func (w *world) adminRooms(page store.AdminRoomsPage) (found []store.AdminRoom) {
	w.t.Helper()
	for more := true; more; more = page.After != "" {
		rooms, next, err := w.AdminRooms(w.ctx(), w.owner.ID, page)
		w.ok(err)
		found, page.After = append(found, rooms...), next
	}
	return found
}

func TestAdministratorsSeeOfPrivateRoomsNoMoreThanCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben := w.user("ana"), w.user("ben")
	boats := w.room(store.RoomPublic, "Boats", ana, ben)
	secret := w.room(store.RoomPrivate, "Aardvarks", ana, ben)
	w.direct(ana, ben)
	w.exec(`update rooms set topic = 'sails', description = 'about it' where id in ($1, $2)`, boats.ID, secret.ID)
	w.say(secret, ana, 7)
	w.say(boats, ana, 3)
	w.ok(w.CountSizes(w.ctx()))

	rooms := w.adminRooms(store.AdminRoomsPage{Page: store.Page{Limit: 1}})
	if got := called(rooms); !slices.Equal(got, []string{"Boats", "general", "(private)"}) {
		t.Fatalf("the rooms are %q", got)
	}
	public, private := rooms[0], rooms[2]
	if public.Topic != "sails" || public.Members != 2 || public.Messages != 3 || public.Owners != 1 ||
		len(public.OwnedBy) != 1 || public.OwnedBy[0].Username != "ana" || public.LastMessageAt == nil {
		t.Errorf("the public one is %+v", public)
	}
	if private.ID != secret.ID || private.Members != 2 || private.Messages != 7 || private.Owners != 1 || private.LastMessageAt == nil ||
		private.Bytes != 7*int64(len("message 1")) || private.OwnedBy != nil || private.Topic+private.Description != "" {
		t.Errorf("the private one is %+v", private)
	}
	if found := w.adminRooms(store.AdminRoomsPage{Search: "aard"}); len(found) > 0 {
		t.Errorf("a search finds the private room by its name: %+v", found)
	}
	// Where a page ended tells no name either.
	for _, order := range []string{"name", "newest", "members", "messages", "bytes", "last-message"} {
		page := store.AdminRoomsPage{Order: order, Kind: store.RoomPrivate, Page: store.Page{Limit: 1}}
		w.room(store.RoomPrivate, "Zebras", ana)
		_, next, err := w.AdminRooms(w.ctx(), w.owner.ID, page)
		w.ok(err)
		name, _, err := store.CursorPlace("admin-rooms/"+order, next)
		if w.ok(err); strings.Contains(strings.ToLower(name), "aard") || strings.Contains(strings.ToLower(name), "zebra") {
			t.Errorf("by %s the place is %q", order, name)
		}
	}
}

func TestTheCommandLineSeesPrivateRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	w.room(store.RoomPrivate, "Aardvarks", ana)
	rooms, _, err := w.AdminRooms(store.FromCommandLine(w.ctx()), w.owner.ID, store.AdminRoomsPage{Search: "AARD"})
	w.ok(err)
	if len(rooms) != 1 || rooms[0].Name != "Aardvarks" || len(rooms[0].OwnedBy) != 1 {
		t.Errorf("it sees %+v", rooms)
	}
}

func TestRoomsAreFoundInEveryOrderAndState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben := w.user("ana"), w.user("ben")
	alpha := w.room(store.RoomPublic, "alpha", ana)
	beta := w.room(store.RoomPublic, "Beta", ana, ben)
	gamma := w.room(store.RoomPublic, "gamma", ana)
	gone := w.room(store.RoomPublic, "gone", ana)
	w.say(gamma, ana, 12)
	w.say(alpha, ana, 5)
	w.exec(`update messages set created_at = now() - interval '1 hour' where room_id = $1`, gamma.ID)
	w.exec(`update messages set body = repeat('é', 100) where room_id = $1`, alpha.ID)
	w.ok(w.CountSizes(w.ctx()))
	w.exec(`update rooms set archived_at = now() where id = $1`, beta.ID)
	w.exec(`update rooms set read_only = true where id = $1`, gamma.ID)
	w.exec(`update rooms set deleted_at = now() where id = $1`, gone.ID)
	for name, tt := range map[string]struct {
		page store.AdminRoomsPage
		want []string
	}{
		"by name":         {store.AdminRoomsPage{}, []string{"alpha", "Beta", "gamma", "general"}},
		"the newest":      {store.AdminRoomsPage{Order: "newest"}, []string{"gamma", "Beta", "alpha", "general"}},
		"by members":      {store.AdminRoomsPage{Order: "members"}, []string{"general", "Beta", "gamma", "alpha"}},
		"by messages":     {store.AdminRoomsPage{Order: "messages"}, []string{"gamma", "alpha", "Beta", "general"}},
		"by size":         {store.AdminRoomsPage{Order: "bytes"}, []string{"alpha", "gamma", "Beta", "general"}},
		"by last message": {store.AdminRoomsPage{Order: "last-message"}, []string{"alpha", "gamma", "Beta", "general"}},
		"archived":        {store.AdminRoomsPage{State: "archived"}, []string{"Beta"}},
		"read-only":       {store.AdminRoomsPage{State: "read-only"}, []string{"gamma"}},
		"deleted":         {store.AdminRoomsPage{State: store.RoomDeleted}, []string{"gone"}},
		"by a part":       {store.AdminRoomsPage{Search: "MA"}, []string{"gamma"}},
		"private":         {store.AdminRoomsPage{Kind: store.RoomPrivate}, nil},
	} {
		tt.page.Limit = 1
		if got := called(w.adminRooms(tt.page)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestSizesOfRoomsAreCountedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	boats, quiet := w.room(store.RoomPublic, "boats", ana), w.room(store.RoomPublic, "quiet", ana)
	size := func(room store.Room) int64 {
		t.Helper()
		w.ok(w.CountSizes(w.ctx()))
		return w.number(`select bytes from room_sizes where room_id = $1`, room.ID)
	}
	w.say(boats, ana, 9)
	if got := size(boats); got != 9*9 {
		t.Errorf("%d bytes, want 81", got)
	}
	// What was counted is not read again.
	w.exec(`update messages set body = repeat('x', 1000) where room_id = $1`, boats.ID)
	w.say(boats, ana, 1)
	if got := size(boats); got != 9*9+10 {
		t.Errorf("%d bytes, want 91", got)
	}
	// Unless the first ones are gone.
	w.exec(`delete from messages where room_id = $1 and number < 9`, boats.ID)
	w.exec(`update rooms set first_number = 9 where id = $1`, boats.ID)
	if got := size(boats); got != 1000+10 {
		t.Errorf("%d bytes, want 1010", got)
	}
	if got := size(quiet); got != 0 {
		t.Errorf("%d bytes in a room in which nobody wrote", got)
	}
}
