package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"chatd/store"
	"chatd/store/rights"
)

// rename is a change of name alone.
func rename(name string) store.RoomChange { return store.RoomChange{Name: &name} }

// seal makes a room read-only, or opens it.
func seal(readOnly bool) store.RoomChange {
	state := rights.Open
	if readOnly {
		state = rights.ReadOnly
	}
	return store.RoomChange{State: &state}
}

func TestAChangedRoomIsToldToItsMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	for _, kind := range []store.RoomKind{store.RoomPublic, store.RoomPrivate} {
		room := w.room(kind, "Tea", ada, bob)
		w.forgetNews()
		name, description, state := "  Coffee \u3000 time", "All\nabout  coffee", rights.Members
		changed, pending, err := w.ChangeRoom(w.ctx(), ada.ID, room.ID, store.RoomChange{Name: &name, Description: &description, State: &state})
		w.ok(err)
		want := room
		want.Name, want.Description, want.State = "Coffee time", "All about coffee", rights.Members
		topics, told := store.Pending{room.ID}, []string{line("room-changed", room.ID, 0, room.ID, ada.ID)}
		if kind == store.RoomPublic { // the directory shows it
			topics, told = append(topics, store.WorkspaceTopic), append(told, line("room-listed", store.WorkspaceTopic, 0, room.ID, ada.ID))
		}
		if changed != want || !slices.Equal(pending, topics) {
			t.Errorf("changed to %+v, %v\nwant       %+v, %v", changed, pending, want, topics)
		}
		if news := w.news(); !slices.Equal(news, told) {
			t.Errorf("news = %v, want %v", news, told)
		}
		if entry, err := w.OverviewRoom(w.ctx(), bob.ID, room.ID); err != nil || entry.Room != want {
			t.Errorf("bob has it as %+v, %v", entry.Room, err)
		}
		_, _, err = w.ChangeRoom(w.ctx(), ada.ID, room.ID, rename("done with "+string(kind)))
		w.ok(err)
	}
}

func TestEachPartOfARoomChangesAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := w.room(store.RoomPublic, "Tea", w.owner)
	text, empty := "Green and black", ""
	for i, change := range []store.RoomChange{
		{Description: &text}, seal(true), rename("Coffee"), rename("COFFEE"), seal(false), {Description: &empty},
	} {
		if change.Name != nil {
			want.Name = *change.Name
		}
		if change.Description != nil {
			want.Description = *change.Description
		}
		if change.State != nil {
			want.State = *change.State
		}
		changed, pending, err := w.ChangeRoom(w.ctx(), w.owner.ID, want.ID, change)
		if err != nil || changed != want || len(pending) != 2 {
			t.Errorf("change %d: %+v, %v, %v\nwant %+v", i, changed, pending, err, want)
		}
	}
}

func TestWhatChangesNothingInARoomIsNoNews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.forgetNews()
	version := func() int64 {
		return w.number(`select xmin::text::bigint from rooms where id = $1`, room.ID)
	}
	before := version()
	same := room.Description
	for i, change := range []store.RoomChange{{}, rename(" Tea "), seal(false), {Description: &same}} {
		found, pending, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, change)
		if err != nil || found != room || len(pending) != 0 {
			t.Errorf("change %d: %+v, %v, %v; want %+v as before", i, found, pending, err, room)
		}
	}
	if news := w.news(); len(news) != 0 || version() != before {
		t.Errorf("news = %v, the row was written: %v", news, version() != before)
	}
}

func TestARenamedRoomFollowsTheRulesOfNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.room(store.RoomPublic, "Coffee", w.owner)
	public, private := w.room(store.RoomPublic, "Tea", w.owner), w.room(store.RoomPrivate, "Secret", w.owner)
	for _, name := range []string{"coffee", " COFFEE ", "Ｃoffee"} {
		_, pending, err := w.ChangeRoom(w.ctx(), w.owner.ID, public.ID, rename(name))
		if taken, ok := errors.AsType[*store.TakenError](err); !ok || taken.Field != "name" || len(pending) != 0 {
			t.Errorf("%q for a public room: %v, %v, want a TakenError", name, pending, err)
		}
		if changed, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, private.ID, rename(name)); err != nil || changed.Kind != store.RoomPrivate {
			t.Errorf("%q for a private room: %v", name, err)
		}
	}
	long := strings.Repeat("x", 501)
	for field, change := range map[string]store.RoomChange{"name": rename(" "), "description": {Description: &long}} {
		_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, public.ID, change)
		if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || invalid.Field != field {
			t.Errorf("%v, want an InvalidError of %s", err, field)
		}
	}
	if entry, err := w.OverviewRoom(w.ctx(), w.owner.ID, public.ID); err != nil || entry.Room != public {
		t.Errorf("it is %+v, %v, want %+v", entry.Room, err, public)
	}
}

func TestOfManyRoomsThatTakeOneNameOneHasIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var rooms []store.Room
	for i := range 8 {
		rooms = append(rooms, w.room(store.RoomPublic, fmt.Sprint("room ", i), w.owner))
	}
	w.forgetNews()
	w.oneTook(together(len(rooms), func(i int) error {
		_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, rooms[i].ID, rename("Tea"))
		return err
	}), "name")
	if news := w.news(); len(news) != 2 {
		t.Errorf("news = %v, want those of one", news)
	}
	if entries := w.logged("room-changed"); len(entries) != 1 {
		t.Errorf("entries = %v, want one", entries)
	}
}

func TestOfManyEqualChangesOneIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.forgetNews()
	var told atomic.Int64
	errs := together(8, func(int) error {
		changed, pending, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, seal(true))
		told.Add(int64(len(pending)))
		if err == nil && changed.State != rights.ReadOnly {
			err = errors.New("it is still open")
		}
		return err
	})
	w.ok(errors.Join(errs...))
	if news := w.news(); len(news) != 2 || told.Load() != 2 {
		t.Errorf("news = %v, told %d times, want the room and the workspace once", news, told.Load())
	}
	if entries := w.logged("room-changed"); len(entries) != 1 {
		t.Errorf("entries = %v, want one", entries)
	}
}

// Everything that shows a room shows whether it is read-only.
func TestAReadOnlyRoomIsShownAsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	room := w.room(store.RoomPublic, "Tea", w.owner)
	ada := w.user("ada")
	_, pending, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, seal(true))
	w.ok(err)
	n.Number(pending...)
	w.untilHead(room.ID, 1)
	_, err = w.AddMember(w.ctx(), w.owner.ID, ada.ID, room.ID)
	w.ok(err)
	found, err := w.RoomForMember(w.ctx(), ada.ID, room.ID)
	w.ok(err)
	entry, err := w.OverviewRoom(w.ctx(), ada.ID, room.ID)
	w.ok(err)
	overview, err := w.Overview(w.ctx(), ada.ID)
	w.ok(err)
	listed, _, err := w.Directory(w.ctx(), ada.ID, store.Page{})
	w.ok(err)
	for what, state := range map[string]rights.State{
		"room": found.State, "entry": entry.State,
		"overview":  overview.Rooms[slices.IndexFunc(overview.Rooms, func(r store.OverviewRoom) bool { return r.ID == room.ID })].State,
		"directory": listed[slices.IndexFunc(listed, func(r store.DirectoryRoom) bool { return r.ID == room.ID })].State,
	} {
		if state != rights.ReadOnly {
			t.Errorf("%s does not show it", what)
		}
	}
	events := w.log(room.ID)
	if e := events[0]; e.Kind != store.EventRoomChanged || e.Room == nil || e.Room.State != rights.ReadOnly || e.Room.Name != "Tea" {
		t.Errorf("the log begins with %+v", e)
	}
	if overview.Rooms[0].State != rights.Open || listed[0].State != rights.Open {
		t.Error("the first room is shown as read-only too")
	}
}
