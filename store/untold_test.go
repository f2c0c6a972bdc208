package store_test

import (
	"slices"
	"testing"

	"chatd/store"
)

// What the workspace's topic has told of a public room must be told no longer when
// it is private or deleted, and may be again later.
func TestTheWorkspaceIsToldOfPublicRoomsOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	room := w.room(store.RoomPublic, "Tea", w.owner)
	n.Number(store.WorkspaceTopic)
	w.untilHead(store.WorkspaceTopic, 1)
	numbered := int64(1)
	change := func(change store.RoomChange) {
		t.Helper()
		_, pending, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, change)
		w.ok(err)
		n.Number(pending...)
		numbered++
		w.untilHead(store.WorkspaceTopic, numbered)
	}
	check := func(when string, want ...store.EventKind) {
		t.Helper()
		page, err := w.EventsAfter(w.ctx(), store.WorkspaceTopic, 0, 100)
		w.ok(err)
		var kinds []store.EventKind
		var skipped []int64
		for _, e := range page.Events {
			kinds = append(kinds, e.Kind)
			if e.Kind == store.EventSkip {
				skipped = append(skipped, e.Seq)
			}
			if e.Kind != store.EventSkip && e.Kind != store.EventRoomUnlisted && (e.Room == nil || e.Room.Name != "Coffee" && e.Room.Name != "Tea") {
				t.Errorf("%s: event %d is %+v", when, e.Seq, e)
			}
		}
		if !slices.Equal(kinds, want) {
			t.Errorf("%s: %v, want %v", when, kinds, want)
		}
		untold, err := w.Untold(w.ctx(), room.ID)
		w.ok(err)
		var seqs []int64
		for _, u := range untold {
			if u.RoomID != store.WorkspaceTopic || u.Epoch != page.Epoch {
				t.Errorf("%s: untold %+v", when, u)
			}
			seqs = append(seqs, u.Seqs...)
		}
		if !slices.Equal(seqs, skipped) {
			t.Errorf("%s: untold %v, the log skips %v", when, seqs, skipped)
		}
	}
	const created, listed, unlisted, skip = store.EventRoomCreated, store.EventRoomListed, store.EventRoomUnlisted, store.EventSkip
	change(rename("Coffee"))
	check("public", created, listed)
	change(store.RoomChange{Kind: ptr(store.RoomPrivate)})
	check("private", skip, skip, unlisted)
	change(store.RoomChange{Kind: ptr(store.RoomPublic)})
	check("public again", created, listed, unlisted, listed)
	_, pending, err := w.DeleteRoom(w.ctx(), w.owner.ID, room.ID, "")
	w.ok(err)
	n.Number(pending...)
	w.untilHead(store.WorkspaceTopic, 5)
	check("deleted", skip, skip, unlisted, skip, unlisted)
}
