package store_test

import (
	"slices"
	"testing"

	"chatd/store"
)

// calls gives a room another name and makes it public or private.
func (w *world) calls(room store.Room, name string, kind store.RoomKind) {
	w.t.Helper()
	_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, store.RoomChange{Name: &name, Kind: &kind})
	w.ok(err)
}

// leaves ends somebody's own membership.
func (w *world) leaves(user store.User, room store.Room) {
	w.t.Helper()
	_, err := w.LeaveRoom(w.ctx(), user.ID, room.ID)
	w.ok(err)
}

// bans bans somebody from a room and takes it back.
func (w *world) bans(user store.User, room store.Room) {
	w.t.Helper()
	_, _, err := w.Ban(w.ctx(), w.owner.ID, user.ID, room.ID, store.Terms{})
	w.ok(err)
	_, err = w.EndBan(w.ctx(), w.owner.ID, user.ID, room.ID)
	w.ok(err)
}

// adds brings somebody into a room.
func (w *world) adds(user store.User, room store.Room) {
	w.t.Helper()
	_, err := w.AddMember(w.ctx(), w.owner.ID, user.ID, room.ID)
	w.ok(err)
}

// What a private room is called is for those in it, and for others the name that
// they knew.
func TestADecisionTellsTheNameThatThePersonKnew(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		kind store.RoomKind
		do   func(w *world, ada store.User, room store.Room)
		want []string
	}{
		"never in it": {store.RoomPrivate, func(w *world, ada store.User, room store.Room) {
			w.bans(ada, room)
		}, []string{`member-banned "" owner ""`, `ban-ended "" owner ""`}},
		"never in it, and it is public since under another name": {store.RoomPrivate, func(w *world, ada store.User, room store.Room) {
			w.bans(ada, room)
			w.calls(room, "two", store.RoomPublic)
			w.calls(room, "three", store.RoomPublic)
			w.bans(ada, room)
		}, []string{`member-banned "" owner ""`, `ban-ended "" owner ""`, `member-banned "three" owner ""`, `ban-ended "three" owner ""`}},
		"it was public": {store.RoomPublic, func(w *world, ada store.User, room store.Room) {
			w.bans(ada, room)
			w.calls(room, "two", store.RoomPublic)
		}, []string{`member-banned "one" owner ""`, `ban-ended "one" owner ""`}},
		"it was public and is private": {store.RoomPublic, func(w *world, ada store.User, room store.Room) {
			w.bans(ada, room)
			w.calls(room, "two", store.RoomPrivate)
		}, []string{`member-banned "" owner ""`, `ban-ended "" owner ""`}},
		"had left before it was renamed": {store.RoomPrivate, func(w *world, ada store.User, room store.Room) {
			w.adds(ada, room)
			w.calls(room, "two", store.RoomPrivate)
			w.leaves(ada, room)
			w.calls(room, "three", store.RoomPrivate)
			w.calls(room, "four", store.RoomPrivate)
			w.bans(ada, room)
		}, []string{`member-banned "two" owner ""`, `ban-ended "two" owner ""`}},
		"was banned out of it before it was renamed": {store.RoomPrivate, func(w *world, ada store.User, room store.Room) {
			w.adds(ada, room)
			w.bans(ada, room)
			w.calls(room, "two", store.RoomPrivate)
		}, []string{`member-banned "one" owner ""`, `ban-ended "one" owner ""`}},
		"is in it": {store.RoomPrivate, func(w *world, ada store.User, room store.Room) {
			w.adds(ada, room)
			w.mutes(w.owner, ada, room)
			w.calls(room, "two", store.RoomPrivate)
		}, []string{`member-muted "one" owner "too loud"`}},
		"came in later": {store.RoomPrivate, func(w *world, ada store.User, room store.Room) {
			w.bans(ada, room)
			w.calls(room, "two", store.RoomPrivate)
			w.adds(ada, room)
		}, []string{`member-banned "two" owner ""`, `ban-ended "two" owner ""`}},
		"came in later and left": {store.RoomPrivate, func(w *world, ada store.User, room store.Room) {
			w.bans(ada, room)
			w.calls(room, "two", store.RoomPrivate)
			w.adds(ada, room)
			w.leaves(ada, room)
			w.calls(room, "three", store.RoomPrivate)
		}, []string{`member-banned "two" owner ""`, `ban-ended "two" owner ""`}},
		"a guest who never was in it": {store.RoomPublic, func(w *world, ada store.User, room store.Room) {
			w.exec(`update users set role = 'guest' where id = $1`, ada.ID)
			w.bans(ada, room)
		}, []string{`member-banned "" owner ""`, `ban-ended "" owner ""`}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ada := w.user("ada")
			c.do(w, ada, w.room(c.kind, "one", w.owner))
			if got := w.told(ada); !slices.Equal(got, c.want) {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}
