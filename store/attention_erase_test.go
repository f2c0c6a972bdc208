package store_test

import (
	"fmt"
	"testing"

	"chatd/store"
)

// belongings counts what belongs to messages and rooms, by table.
func (w *world) belongings(room store.Room) string {
	w.t.Helper()
	count := func(table string) int64 {
		return w.number(`select count(*) from `+table+` where room_id = $1`, room.ID)
	}
	return fmt.Sprint(count("reactions"), count("pins"), count("saved_messages"), count("drafts"))
}

// keeps puts something of each kind to the first n messages of a room.
func (w *world) keeps(by store.User, room store.Room, n int64) {
	w.t.Helper()
	for number := range n {
		w.reacts(by, room, number+1, "🎉", true)
		w.pins(by, room, number+1, true)
		_, err := w.SaveMessage(w.ctx(), by.ID, room.ID, number+1, true)
		w.ok(err)
	}
	w.ok(w.SaveDraft(w.ctx(), by.ID, room.ID, 0, "not yet"))
}

func TestWhatBelongsToAnErasedMessageGoesWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea := w.room(store.RoomPublic, "tea", w.owner)
	w.say(tea, w.owner, 3)
	w.keeps(w.owner, tea, 3)
	gone, back := w.deletes(w.owner, tea, 1), w.deletes(w.owner, tea, 2)
	if got := w.reactionsNow(w.owner, tea, 2); got != nil {
		t.Errorf("a deleted message tells of %q", got)
	}
	_, err := w.UndoDeletion(w.ctx(), w.owner.ID, back.ID)
	w.ok(err)
	if got := w.reactionsNow(w.owner, tea, 2); len(got) != 1 {
		t.Errorf("a message that is back tells of %q", got)
	}
	w.lapses(gone.ID)
	w.erases()
	if got := w.belongings(tea); got != "2 2 2 1" {
		t.Errorf("left: %s", got)
	}
	w.wantPinned("the others", w.owner, tea, 3, 2)
}

func TestWhatBelongsToOldMessagesGoesWithThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea, other := w.room(store.RoomPublic, "tea", w.owner), w.room(store.RoomPublic, "other", w.owner)
	for _, room := range []store.Room{tea, other} {
		w.say(room, w.owner, 5)
		w.keeps(w.owner, room, 5)
	}
	w.past(tea, 3, 40)
	_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, tea.ID, keep(ptr(30)))
	w.ok(err)
	w.retain()
	if got := w.belongings(tea); got != "2 2 2 1" {
		t.Errorf("left: %s", got)
	}
	if got := w.belongings(other); got != "5 5 5 1" {
		t.Errorf("left of the other room: %s", got)
	}
}

func TestNothingIsLeftOfAnErasedRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea, other := w.room(store.RoomPublic, "tea", w.owner), w.room(store.RoomPublic, "other", w.owner)
	for _, room := range []store.Room{tea, other} {
		w.say(room, w.owner, 3)
		w.keeps(w.owner, room, 3)
	}
	_, _, err := w.DeleteRoom(w.ctx(), w.owner.ID, tea.ID, "")
	w.ok(err)
	overview, err := w.Overview(w.ctx(), w.owner.ID)
	w.ok(err)
	if len(overview.Saved) != 3 || len(overview.Drafts) != 1 {
		t.Errorf("of a deleted room there is told: %v, %v", overview.Saved, overview.Drafts)
	}
	w.exec(`update rooms set deleted_at = now() - interval '100 days' where id = $1`, tea.ID)
	for more := true; more; {
		more, err = w.EraseDeletedRoom(w.ctx())
		w.ok(err)
	}
	if got := w.belongings(tea); got != "0 0 0 0" {
		t.Errorf("left: %s", got)
	}
	if got := w.belongings(other); got != "3 3 3 1" {
		t.Errorf("left of the other room: %s", got)
	}
}

func TestAllThatMessagesSaidBeforeIsErasedWithTheirRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea := w.room(store.RoomPublic, "tea", w.owner)
	w.say(tea, w.owner, 2)
	// More of one message than is erased at a time.
	w.exec(`
		insert into message_revisions (room_id, number, revision, body, at)
		select $1::bigint, 1, n, 'x', now() from generate_series(1, 5001) n
		union all
		select $1, 2, 1, 'y', now()`, tea.ID)
	_, _, err := w.DeleteRoom(w.ctx(), w.owner.ID, tea.ID, "")
	w.ok(err)
	w.exec(`update rooms set deleted_at = now() - interval '100 days' where id = $1`, tea.ID)
	for more := true; more; {
		more, err = w.EraseDeletedRoom(w.ctx())
		w.ok(err)
	}
	if left := w.number(`select count(*) from message_revisions where room_id = $1`, tea.ID); left != 0 {
		t.Errorf("left: %d", left)
	}
}
