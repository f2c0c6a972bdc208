package store_test

import (
	"errors"
	"slices"
	"testing"

	"chatd/store"
)

// guest makes a guest who is in some rooms.
func (w *world) guest(name string, rooms ...store.Room) store.User {
	w.t.Helper()
	guest := w.userAs(store.RoleGuest, name)
	for _, room := range rooms {
		w.addTo(room, guest)
	}
	return guest
}

func TestAGuestSeesThoseTheyShareARoomWithAndNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, eve, gone := w.user("ada"), w.user("bob"), w.user("eve"), w.user("gone")
	tea, coffee := w.room(store.RoomPublic, "Tea", ada, gone), w.room(store.RoomPrivate, "Coffee", bob, ada)
	w.room(store.RoomPublic, "Cocoa", eve)
	w.deactivate(gone)
	guest := w.guest("guest")
	see := func(when string, want ...store.User) {
		t.Helper()
		want = append(want, guest)
		visible, err := w.VisibleUsers(w.ctx(), guest.ID)
		w.ok(err)
		overview, err := w.Overview(w.ctx(), guest.ID)
		w.ok(err)
		for what, got := range map[string][]int64{"visible": visible, "overview": ids(overview.Users...)} {
			slices.Sort(got)
			wanted := ids(want...)
			if slices.Sort(wanted); !slices.Equal(got, wanted) {
				t.Errorf("%s, %s: %v, want %v", when, what, got, wanted)
			}
		}
	}
	see("in no room")
	w.addTo(tea, guest)
	see("with ada", ada)
	w.addTo(coffee, guest)
	see("with ada and bob", ada, bob)
	_, err := w.LeaveRoom(w.ctx(), ada.ID, tea.ID)
	w.ok(err)
	see("ada left one of two", ada, bob)
	_, err = w.RemoveMember(w.ctx(), bob.ID, ada.ID, coffee.ID, "")
	w.ok(err)
	see("ada left the other", bob)
	w.direct(eve, guest)
	see("eve wrote directly", bob, eve)
	_, err = w.LeaveRoom(w.ctx(), guest.ID, coffee.ID)
	w.ok(err)
	see("left bob's room", eve)

	everybody, err := w.VisibleUsers(w.ctx(), eve.ID)
	w.ok(err)
	slices.Sort(everybody)
	if want := ids(w.owner, ada, bob, eve, guest); !slices.Equal(everybody, want) {
		t.Errorf("a member sees %v, want everybody: %v", everybody, want)
	}
}

func TestAnOverviewShowsAGuestTheirRoomsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea := w.room(store.RoomPrivate, "Tea", ada)
	w.room(store.RoomPublic, "Coffee", ada)
	guest := w.guest("guest", tea)
	overview, err := w.Overview(w.ctx(), guest.ID)
	w.ok(err)
	if len(overview.Rooms) != 1 || overview.Rooms[0].ID != tea.ID || overview.Me.Role != store.RoleGuest {
		t.Errorf("overview = %+v", overview)
	}
}

func TestAGuestHasNoDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea := w.room(store.RoomPublic, "Tea", w.owner)
	guest := w.guest("guest", tea)
	for _, page := range []store.Page{{}, {After: store.PlaceCursor("directory", "z", 1<<40)}} {
		if rooms, _, err := w.Directory(w.ctx(), guest.ID, page); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("Directory: %v, %v, want ErrForbidden", rooms, err)
		}
	}
}

func TestAGuestFollowsTheirRoomsAndTheirOwnNews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea, coffee := w.room(store.RoomPublic, "Tea", w.owner), w.room(store.RoomPublic, "Coffee", w.owner)
	guest := w.guest("guest", tea)
	asked := []int64{store.WorkspaceTopic, tea.ID, coffee.ID, guest.ID, w.owner.ID, 1 << 50}
	positions, err := w.Positions(w.ctx(), guest.ID, asked)
	w.ok(err)
	if _, room := positions[tea.ID]; !room || len(positions) != 2 || positions[guest.ID].Epoch == 0 {
		t.Errorf("a guest follows %v, want room %d and their own topic %d", positions, tea.ID, guest.ID)
	}
	w.exec(`update users set role = 'member' where id = $1`, guest.ID)
	if positions, err = w.Positions(w.ctx(), guest.ID, asked); err != nil || len(positions) != 3 {
		t.Errorf("as a member: %v, %v, want the workspace too", positions, err)
	}
}

func TestAGuestWritesDirectlyToThoseTheySee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, eve := w.user("ada"), w.user("bob"), w.user("eve")
	tea := w.room(store.RoomPublic, "Tea", ada, bob)
	guest := w.guest("guest", tea)
	for name, others := range map[string][]int64{
		"a stranger": ids(eve), "somebody and a stranger": ids(ada, eve), "nobody there": {1 << 50},
	} {
		if _, pending, err := w.OpenDirect(w.ctx(), guest.ID, others); !errors.Is(err, store.ErrNoSuchUser) || len(pending) != 0 {
			t.Errorf("%s: %v, %v, want ErrNoSuchUser", name, pending, err)
		}
	}
	for _, others := range [][]store.User{{ada}, {ada, bob}, {guest}} {
		if _, pending, err := w.OpenDirect(w.ctx(), guest.ID, ids(others...)); err != nil || len(pending) == 0 {
			t.Errorf("with %v: %v, %v", ids(others...), pending, err)
		}
	}
	// Others may write first, and what was opened stays open.
	opened := w.direct(eve, guest)
	if again := w.direct(guest, eve); again != opened {
		t.Errorf("the guest has %+v, want %+v", again, opened)
	}
	_, err := w.LeaveRoom(w.ctx(), guest.ID, tea.ID)
	w.ok(err)
	if room, pending, err := w.OpenDirect(w.ctx(), guest.ID, ids(ada)); err != nil || len(pending) != 0 || room.Kind != store.RoomDirect {
		t.Errorf("with ada, again: %v, %v", pending, err)
	}
	if _, _, err := w.OpenDirect(w.ctx(), guest.ID, ids(ada, eve)); err != nil {
		t.Errorf("with ada and eve, both of whom they see by now: %v", err)
	}
}

func TestAGuestMakesNoRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	guest := w.guest("guest")
	for _, kind := range []store.RoomKind{store.RoomPublic, store.RoomPrivate} {
		_, pending, err := w.CreateRoom(w.ctx(), guest.ID, store.NewRoom{Kind: kind, Name: "Tea"})
		if !errors.Is(err, store.ErrForbidden) || len(pending) != 0 {
			t.Errorf("%s: %v, %v, want ErrForbidden", kind, pending, err)
		}
	}
	if n := w.number(`select count(*) from topics where kind = 'room'`); n != 1 {
		t.Errorf("%d room topics, want that of the first room", n)
	}
}

// Whoever becomes a guest keeps the rooms they are in and loses the others.
func TestAMemberWhoBecomesAGuestSeesOnlyTheirRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, eve := w.user("ada"), w.user("eve")
	tea := w.room(store.RoomPublic, "Tea", ada)
	coffee := w.room(store.RoomPublic, "Coffee", eve)
	w.exec(`update memberships set left_at = now() where room_id = $1`, w.firstRoom().ID)
	w.exec(`update users set role = 'guest' where id = $1`, ada.ID)
	if _, err := w.History(w.ctx(), ada.ID, tea.ID, store.HistoryPage{}); err != nil {
		t.Errorf("their own room: %v", err)
	}
	for what, err := range w.ask(ada, eve, coffee.ID) {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", what, err)
		}
	}
	// They own it no longer in effect: others look after it.
	if _, _, err := w.ChangeRoom(w.ctx(), ada.ID, tea.ID, rename("Mine")); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("changing it: %v, want ErrForbidden", err)
	}
}

func TestEventsSayWhoIsDeactivated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "Tea", w.owner, ada)
	n.say(room, ada, "goodbye")
	w.deactivate(ada)
	events := w.log(room.ID)
	if author := events[len(events)-1].Message.Author; author.ID != ada.ID || author.DeactivatedAt == nil {
		t.Errorf("in the log: %+v", author)
	}
	history := w.page(room, store.HistoryPage{})
	if author := history.Messages[0].Author; author.ID != ada.ID || author.DeactivatedAt == nil {
		t.Errorf("in the history: %+v", author)
	}
}
