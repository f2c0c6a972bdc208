package store_test

import (
	"math"
	"testing"
	"time"

	"chatd/store"
	"chatd/store/rights"
)

// Of a room with a long history only what is recent is read: the way down to
// where it begins, and what was said since.
func TestRecentMessagesAreFoundInALongHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPublic, "Long", w.owner, ada, bob)
	const long, recent = 200_000, 300
	w.say(room, bob, long)
	w.exec(`update messages set created_at = now() - interval '30 days'`)
	w.say(room, ada, recent/3)
	w.say(room, bob, 2*recent/3)
	w.exec(`vacuum analyze`)
	for since, want := range map[string]int64{"1 hour": long + 1, "1 year": 1, "0 seconds": long + recent + 1} {
		if first := w.number(store.FirstSince, room.ID, since); first != want {
			t.Errorf("since %s: from number %d, want %d", since, first, want)
		}
	}
	w.exec(`update rooms set first_number = 1000 where id = $1`, room.ID) // of the others nothing is kept
	if first := w.number(store.FirstSince, room.ID, "1 year"); first != 1000 {
		t.Errorf("of what is kept: from number %d", first)
	}
	for _, mode := range []string{"custom", "generic"} {
		p := w.explain(mode, store.FirstSince, room.ID, "3600 seconds")
		if p.scans("messages") || p.pages() > 150 {
			t.Errorf("%s, where to begin: %d pages, scans messages: %t", mode, p.pages(), p.scans("messages"))
		}
		t.Logf("%s, where to begin: %d pages", mode, p.pages())
		p = w.explain(mode, store.RoomsToDeleteInStatement, w.owner.ID, ada.ID, rights.DeleteMessage.Grant(), "3600 seconds")
		if p.scans("messages") || p.pages() > 100 {
			t.Errorf("%s, which rooms: %d pages, scans messages: %t", mode, p.pages(), p.scans("messages"))
		}
	}
	// Statements that change something are planned for their arguments.
	p := w.explain("custom", store.HideMessages, room.ID, ada.ID, long+1, math.MaxInt64, "3600 seconds", w.owner.ID, "", 10*time.Minute, store.MaxDeletion)
	if p.scans("messages") || p.pages() > 20*recent {
		t.Errorf("hiding %d messages: %d pages, scans messages: %t", recent/3, p.pages(), p.scans("messages"))
	}
	t.Logf("hiding %d messages: %d pages", recent/3, p.pages())
	if n := w.number(`select count(*) from deletion_messages`); n != recent/3 {
		t.Errorf("%d were hidden, want %d", n, recent/3)
	}
	for _, mode := range []string{"custom", "generic"} {
		if p := w.explain(mode, store.UndoDeletionStatement, 1); p.scans("messages") {
			t.Errorf("undoing, %s: messages are scanned", mode)
		}
	}
	w.exec(`update deletions set undo_until = now(), undone_at = null`)
	for _, mode := range []string{"custom", "generic"} {
		if p := w.explain(mode, store.EraseDeletion+` where id = $1`, 1); p.scans("messages") {
			t.Errorf("erasing, %s: messages are scanned", mode)
		}
	}
}
