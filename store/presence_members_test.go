package store_test

import (
	"slices"
	"testing"

	"chatd/store"
)

func TestOfSomeUsersThoseAreFoundWhoAreInARoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo, cleo, dan, eve := w.user("ana"), w.user("bo"), w.user("cleo"), w.user("dan"), w.user("eve")
	room := w.room(store.RoomPublic, "tea", ana, bo, cleo, dan)
	_, err := w.LeaveRoom(w.ctx(), cleo.ID, room.ID)
	w.ok(err)
	w.exec(`update users set deactivated_at = now() where id = $1`, dan.ID)
	asked := append(ids(ana, cleo, dan, eve), 1<<40)
	members, err := w.MembersOf(w.ctx(), room.ID, asked)
	if w.ok(err); !slices.Equal(members, ids(ana)) {
		t.Errorf("members are %v, want ana", members)
	}
	// What is no room has no members, whoever may follow it.
	for _, topic := range []int64{ana.ID, store.WorkspaceTopic, 0, 1 << 40} {
		members, err := w.MembersOf(w.ctx(), topic, asked)
		if w.ok(err); len(members) > 0 {
			t.Errorf("members of %d are %v", topic, members)
		}
	}
}
