package store_test

import (
	"fmt"
	"slices"
	"testing"

	"chatd/store"
)

// past makes the first n messages of a room so many days old, and a little more.
func (w *world) past(room store.Room, n, days int) {
	w.t.Helper()
	w.exec(`update messages set created_at = now() - make_interval(days => $3, mins => 1) where room_id = $1 and number <= $2`, room.ID, n, days)
}

// retain erases what is overdue, as a node does, and returns how many messages of
// which rooms.
func (w *world) retain() map[int64]int64 {
	w.t.Helper()
	erased := map[int64]int64{}
	rooms, err := w.OverdueRooms(w.ctx(), 0)
	w.ok(err)
	for _, room := range rooms {
		for more := true; more; {
			var n int64
			n, more, err = w.EraseOldMessages(w.ctx(), room)
			w.ok(err)
			erased[room] += n
		}
	}
	return erased
}

func TestOldMessagesAreErasedAsTheRoomOrTheWorkspaceSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	short, standard, forever, direct := w.room(store.RoomPublic, "Short", w.owner), w.room(store.RoomPrivate, "Standard", w.owner),
		w.room(store.RoomPublic, "Forever", w.owner), w.direct(w.owner, w.user("ada"))
	for _, room := range []store.Room{short, standard, forever, direct} {
		w.say(room, w.owner, 10)
		w.past(room, 6, 31)
		w.past(room, 4, 100)
	}
	for room, days := range map[int64]int{short.ID: 30, forever.ID: 0} {
		_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room, keep(&days))
		w.ok(err)
	}
	if erased := w.retain(); len(erased) != 1 || erased[short.ID] != 6 {
		t.Errorf("the workspace keeps everything: erased %v", erased)
	}
	w.exec(`update workspace set retention_days = 90`)
	if erased := w.retain(); len(erased) != 2 || erased[standard.ID] != 4 || erased[direct.ID] != 4 {
		t.Errorf("the workspace keeps 90 days: erased %v", erased)
	}
	if erased := w.retain(); len(erased) != 0 {
		t.Errorf("again: erased %v", erased)
	}
	want := []string{
		fmt.Sprintf(`chatd 0 0 %d  {"messages": 6} {"retention_days": 30}`, short.ID),
		fmt.Sprintf(`chatd 0 0 %d  {"messages": 4} {"retention_days": 90}`, standard.ID),
		fmt.Sprintf(`chatd 0 0 %d  {"messages": 4} {"retention_days": 90}`, direct.ID),
	}
	if got := w.logged(store.AuditMessagesErased); !slices.Equal(got, want) {
		t.Errorf("entries = %q\nwant      %q", got, want)
	}
	page, err := w.History(w.ctx(), w.owner.ID, short.ID, store.HistoryPage{Before: 9, Limit: 10})
	if err != nil || len(page.Messages) != 2 || page.Messages[0].Number != 7 || page.More {
		t.Errorf("its history begins with %+v, %v", page.Messages, err)
	}
	if first := w.number(`select first_number from rooms where id = $1`, short.ID); first != 7 {
		t.Errorf("first number %d, want 7", first)
	}
}

// A message that is kept keeps those after it, whatever the clock said then.
func TestOnlyTheFrontOfARoomIsErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.say(room, w.owner, 6)
	w.past(room, 6, 40)
	w.exec(`update messages set created_at = now() where room_id = $1 and number = 3`, room.ID)
	_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, keep(ptr(30)))
	w.ok(err)
	if erased := w.retain(); erased[room.ID] != 2 {
		t.Errorf("erased %v, want 2", erased)
	}
}

func TestWhatIsErasedCountsAsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPublic, "Tea", w.owner, ada, bob)
	w.say(room, w.owner, 10)
	_, _, err := w.MarkRead(w.ctx(), ada.ID, room.ID, 2)
	w.ok(err)
	_, _, err = w.MarkRead(w.ctx(), bob.ID, room.ID, 8)
	w.ok(err)
	w.past(room, 6, 40)
	_, _, err = w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, keep(ptr(30)))
	w.ok(err)
	w.retain()
	unread := func(who store.User) int64 {
		entry, err := w.OverviewRoom(w.ctx(), who.ID, room.ID)
		w.ok(err)
		return entry.LastNumber - entry.ReadNumber
	}
	if a, b := unread(ada), unread(bob); a != 4 || b != 2 {
		t.Errorf("unread: ada %d, bob %d, want 4 and 2", a, b)
	}
	if now, moved, err := w.MarkRead(w.ctx(), ada.ID, room.ID, 4); err != nil || now.Number != 6 || !moved {
		t.Errorf("marking what is gone: %+v, %v, %v", now, moved, err)
	}
	if now, moved, err := w.MarkRead(w.ctx(), ada.ID, room.ID, 3); err != nil || now.Number != 6 || moved {
		t.Errorf("marking less: %+v, %v, %v", now, moved, err)
	}
	// The last one goes, too, and then somebody writes again.
	w.past(room, 10, 40)
	w.retain()
	if a, b := unread(ada), unread(bob); a != 0 || b != 0 {
		t.Errorf("unread of nothing: ada %d, bob %d", a, b)
	}
	w.say(room, w.owner, 1)
	if a, b := unread(ada), unread(bob); a != 1 || b != 1 {
		t.Errorf("unread of the newest: ada %d, bob %d", a, b)
	}
	page, err := w.History(w.ctx(), ada.ID, room.ID, store.HistoryPage{})
	if err != nil || len(page.Messages) != 1 || page.Messages[0].Number != 11 {
		t.Errorf("history = %+v, %v", page.Messages, err)
	}
}

func TestErasedMessagesAreNotToldAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.say(room, w.owner, 5)
	w.past(room, 3, 40)
	_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, keep(ptr(30)))
	w.ok(err)
	before, err := w.Look(w.ctx(), 0)
	w.ok(err)
	if untold, err := w.Untold(w.ctx(), room.ID); err != nil || len(untold) != 0 {
		t.Errorf("before: %+v, %v", untold, err)
	}
	w.retain()
	untold, err := w.Untold(w.ctx(), room.ID)
	if err != nil || len(untold) != 1 || untold[0].RoomID != room.ID || !slices.Equal(untold[0].Seqs, []int64{1, 2, 3}) {
		t.Errorf("untold = %+v, %v", untold, err)
	}
	page, err := w.EventsAfter(w.ctx(), room.ID, 0, 10)
	w.ok(err)
	for _, e := range page.Events {
		want := store.EventMessage
		if e.Seq <= 3 {
			want = store.EventSkip
		}
		if e.Kind != want || e.Kind == store.EventSkip && e.Message != nil {
			t.Errorf("event %d is %+v, want %s", e.Seq, e, want)
		}
	}
	look, err := w.Look(w.ctx(), before.Next)
	w.ok(err)
	if !slices.Equal(look.ChangedRooms, []int64{room.ID}) {
		t.Errorf("a look tells of %v", look.ChangedRooms)
	}
}

func TestManyOldMessagesAreErasedPieceByPiece(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.say(room, w.owner, 11_000)
	w.past(room, 10_500, 40)
	_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, keep(ptr(30)))
	w.ok(err)
	// Several nodes at once: each message goes once, and is counted once.
	errs := together(4, func(int) error {
		for {
			_, more, err := w.EraseOldMessages(w.ctx(), room.ID)
			if err != nil || !more {
				return err
			}
		}
	})
	for _, err := range errs {
		w.ok(err)
	}
	w.retain() // what a node left to another that was just done
	counted := w.number(`select sum((before ->> 'messages')::bigint) from audit_entries where action = 'messages-erased'`)
	left, first := w.number(`select count(*) from messages where room_id = $1`, room.ID), w.number(`select first_number from rooms where id = $1`, room.ID)
	if counted != 10_500 || left != 500 || first != 10_501 {
		t.Errorf("%d counted, %d left, first %d", counted, left, first)
	}
	if got := w.logged(store.AuditMessagesErased); len(got) != 3 {
		t.Errorf("entries = %q, want one for each piece", got)
	}
}

// Sends go on while old messages are erased.
func TestErasingHoldsUpNobodyWhoWrites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.node()
	room := w.room(store.RoomPublic, "Tea", w.owner)
	tx, err := w.sql.Begin(w.ctx())
	w.ok(err)
	_, err = tx.Exec(w.ctx(), `select from rooms where id = $1 for no key update`, room.ID)
	w.ok(err)
	n.say(room, w.owner, "hello")
	if _, _, err := w.MarkRead(w.ctx(), w.owner.ID, room.ID, 1); err != nil {
		t.Errorf("marking: %v", err)
	}
	if _, err := w.LeaveRoom(w.ctx(), w.owner.ID, room.ID); err != nil {
		t.Errorf("leaving: %v", err)
	}
	if erased, more, err := w.EraseOldMessages(w.ctx(), room.ID); err != nil || erased != 0 || more {
		t.Errorf("a room that somebody is at: %d, %v, %v", erased, more, err)
	}
	w.ok(tx.Rollback(w.ctx()))
}

func TestTheRoomsToEraseAreFoundWithoutReadingTheirMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.say(room, w.owner, 100_000)
	w.exec(`
		with t as (insert into topics (kind) select 'room' from generate_series(1, 2000) returning id)
		insert into rooms (id, kind, name, name_key, created_by) select id, 'public', 'Room ' || id, 'room ' || id, $1 from t`, w.owner.ID)
	w.exec(`update workspace set retention_days = 30`)
	w.exec(`analyze`)
	for _, mode := range []string{"custom", "generic"} {
		p := w.explain(mode, store.OverdueRoomsPage, 0, 500)
		if p.scans("messages") || p.pages() > 2003*6 {
			t.Errorf("%s: %d pages, scans messages: %v", mode, p.pages(), p.scans("messages"))
		}
		t.Logf("%s: %d pages", mode, p.pages())
	}
	if rooms, err := w.OverdueRooms(w.ctx(), 0); err != nil || len(rooms) != 0 {
		t.Errorf("rooms = %v, %v", rooms, err)
	}
}
