package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"chatd/store"
)

func TestARoomBelongsToWhoMadeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	w.forgetNews()
	public, pending, err := w.CreateRoom(w.ctx(), ada.ID, store.NewRoom{Kind: store.RoomPublic, Name: "  Tea \u3000 time ", Description: "All\nabout  tea"})
	w.ok(err)
	if public.Name != "Tea time" || public.Description != "All about tea" || public.Kind != store.RoomPublic || public.CreatedBy != ada.ID {
		t.Errorf("room = %+v", public)
	}
	if want := (store.Pending{ada.ID, store.WorkspaceTopic}); !slices.Equal(pending, want) {
		t.Errorf("pending = %v, want %v", pending, want)
	}
	private, pending, err := w.CreateRoom(w.ctx(), ada.ID, store.NewRoom{Kind: store.RoomPrivate, Name: "Secret"})
	w.ok(err)
	if want := (store.Pending{ada.ID}); !slices.Equal(pending, want) {
		t.Errorf("pending = %v, want %v: nobody else may know", pending, want)
	}
	want := []string{
		line("room-added", ada.ID, 0, public.ID, ada.ID),
		line("room-created", store.WorkspaceTopic, 0, public.ID, ada.ID),
		line("room-added", ada.ID, 0, private.ID, ada.ID),
	}
	if news := w.news(); !slices.Equal(news, want) {
		t.Errorf("news = %v, want %v", news, want)
	}
	for _, room := range []store.Room{public, private} {
		found, err := w.OverviewRoom(w.ctx(), ada.ID, room.ID)
		w.ok(err)
		if found.Room != room || found.Role != store.RoomOwner || found.Position.Epoch == 0 {
			t.Errorf("ada has it as %+v", found)
		}
	}
}

func TestRoomNamesAreTheSameWhateverTheirCaseWidthAndSpaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.room(store.RoomPublic, "Tea time é", w.owner)
	for _, name := range []string{"tea time é", "TEA TIME É", " Tea \u3000  Time é ", "Ｔea time é", "tea\u00a0time e\u0301", "te\u200ba time é"} {
		_, _, err := w.CreateRoom(w.ctx(), w.owner.ID, store.NewRoom{Kind: store.RoomPublic, Name: name})
		if taken, ok := errors.AsType[*store.TakenError](err); !ok || taken.Field != "name" || !errors.Is(err, store.ErrConflict) {
			t.Errorf("%q: %v, want a TakenError", name, err)
		}
	}
	w.room(store.RoomPublic, "teatime é", w.owner)
	if topics := w.number(`select count(*) from topics where kind = 'room'`); topics != 3 {
		t.Errorf("there are %d room topics, want 3", topics)
	}
}

func TestPrivateRoomsMayHaveAnyNameThatAnotherRoomHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, kind := range []store.RoomKind{store.RoomPrivate, store.RoomPublic, store.RoomPrivate} {
		if room := w.room(kind, "Tea", w.owner); room.Name != "Tea" {
			t.Errorf("the room is %+v", room)
		}
	}
}

func TestOfManyRoomsOfOneNameOneIsMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.oneTook(together(10, func(i int) error {
		_, _, err := w.CreateRoom(w.ctx(), w.owner.ID, store.NewRoom{Kind: store.RoomPublic, Name: []string{"Tea", "tea"}[i%2]})
		return err
	}), "name")
}

func TestARoomNeedsAGoodName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"茶", "#random", strings.Repeat("é", 80), strings.Repeat("e\u0301", 80), "👩‍💻 work"} {
		if _, _, err := w.CreateRoom(w.ctx(), w.owner.ID, store.NewRoom{Kind: store.RoomPublic, Name: name}); errors.Is(err, store.ErrInvalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
	bad := map[string][]store.NewRoom{
		"kind":        {{Name: "x"}, {Kind: store.RoomDirect, Name: "x"}, {Kind: "secret", Name: "x"}},
		"description": {{Kind: store.RoomPublic, Name: "x", Description: strings.Repeat("x", 501)}, {Kind: store.RoomPublic, Name: "x", Description: "\xff"}},
	}
	for _, name := range []string{"", "  ", "\u200b", "\u3000", "a\x00b", "a\x07b", "a\nb", "a\tb", "a\u202eb", "\xff", strings.Repeat("é", 81)} {
		bad["name"] = append(bad["name"], store.NewRoom{Kind: store.RoomPublic, Name: name})
	}
	for field, rooms := range bad {
		for _, room := range rooms {
			_, _, err := w.CreateRoom(w.ctx(), w.owner.ID, room)
			if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || invalid.Field != field {
				t.Errorf("%+v: %v, want an InvalidError of %s", room, err, field)
			}
		}
	}
}

// Every way to ask for a private room answers as if it did not exist.
func TestAPrivateRoomDoesNotShowThatItExists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, eve := w.user("ada"), w.user("bob"), w.user("eve")
	private, direct := w.room(store.RoomPrivate, "Secret", ada, bob), w.direct(ada, bob)
	w.say(private, ada, 1)
	w.forgetNews()
	for _, room := range []int64{private.ID, direct.ID, direct.ID + 1000} {
		for name, err := range w.ask(eve, ada, room) {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s room %d: %v, want ErrNotFound", name, room, err)
			}
		}
	}
	// Not even the owner of the workspace looks into them.
	for name, err := range w.ask(w.owner, ada, private.ID) {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s by the workspace's owner: %v, want ErrNotFound", name, err)
		}
	}
	if news := w.news(); len(news) != 0 {
		t.Errorf("news = %v, want none", news)
	}
}

func TestAPublicRoomSaysThatItHasToBeJoined(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, eve := w.user("ada"), w.user("eve")
	public := w.room(store.RoomPublic, "Tea", ada)
	asked := w.ask(eve, ada, public.ID)
	for name, want := range map[string]error{
		"find": store.ErrNotMember, "overview": store.ErrNotMember, "history": store.ErrNotMember, "members": store.ErrNotMember,
		"mark read": store.ErrNotMember, "add": store.ErrNotMember, "remove": store.ErrForbidden, "leave": nil, "join": nil,
	} {
		if err, ok := asked[name]; !ok || !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}

// ask tries everything that a user may want of a room; other is who they try
// to add and remove.
func (w *world) ask(user, other store.User, room int64) map[string]error {
	asked := map[string]error{}
	_, asked["find"] = w.RoomForMember(w.ctx(), user.ID, room)
	_, asked["overview"] = w.OverviewRoom(w.ctx(), user.ID, room)
	_, asked["history"] = w.History(w.ctx(), user.ID, room, store.HistoryPage{})
	_, _, asked["members"] = w.Members(w.ctx(), user.ID, room, store.MembersPage{})
	_, _, asked["mark read"] = w.MarkRead(w.ctx(), user.ID, room, 1)
	_, asked["add"] = w.AddMember(w.ctx(), user.ID, other.ID, room)
	_, asked["remove"] = w.RemoveMember(w.ctx(), user.ID, other.ID, room, "")
	_, asked["leave"] = w.LeaveRoom(w.ctx(), user.ID, room)
	_, asked["join"] = w.JoinRoom(w.ctx(), user.ID, room)
	return asked
}
