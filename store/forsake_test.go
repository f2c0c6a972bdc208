package store_test

import (
	"errors"
	"slices"
	"testing"

	"chatd/store"
)

// Who leaves a room while it is deleted is not brought back into it.
func TestWhoLeavesADeletedRoomIsNotBroughtBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPrivate, "Tea", ada, bob)
	w.remove(ada, room)
	for range 2 {
		if pending, err := w.LeaveRoom(w.ctx(), bob.ID, room.ID); err != nil || len(pending) != 0 {
			t.Errorf("bob leaves: %v, %v", pending, err)
		}
	}
	if _, err := w.LostRoom(w.ctx(), bob.ID, room.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("he is told of it: %v", err)
	}
	_, members, _, err := w.UndeleteRoom(w.ctx(), ada.ID, room.ID, nil)
	w.ok(err)
	if !slices.Equal(members, ids(ada)) {
		t.Errorf("back are %v, want ada", members)
	}
	if _, err := w.OverviewRoom(w.ctx(), bob.ID, room.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("bob is in it: %v", err)
	}
}

// However a deletion is taken back while somebody leaves, they are out.
func TestWhoLeavesARoomThatComesBackIsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room := w.room(store.RoomPublic, "Tea", ada, bob)
	w.remove(ada, room)
	back := w.takeAway(`
		with back as (update rooms set deleted_at = null where id = $1)
		update memberships set left_at = null where room_id = $1 and left_at = (select deleted_at from rooms where id = $1)`, room.ID)
	errs := together(2, func(i int) error {
		if i == 0 {
			_, err := w.LeaveRoom(w.ctx(), bob.ID, room.ID)
			return err
		}
		if err := w.waitForBlocked(); err != nil {
			return err
		}
		return back.Commit(w.ctx())
	})
	w.ok(errors.Join(errs...))
	if got := w.roleIn(room, bob); got != "" {
		t.Errorf("bob is %s", got)
	}
	if got := w.roleIn(room, ada); got != store.RoomOwner {
		t.Errorf("ada is %q", got)
	}
}

// Of what was reported and decided in a room, and why, the audit log alone keeps
// what it has.
func TestWithARoomGoesWhatWasReportedAndDecidedInIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	room, other := w.room(store.RoomPublic, "Tea", w.owner, ada, bob), w.room(store.RoomPublic, "Coffee", w.owner, ada, bob)
	for _, r := range []store.Room{room, other} {
		w.say(r, ada, 3)
		w.reports(bob, r, 1)
		w.deletes(w.owner, r, 2)
		w.mutes(w.owner, ada, r)
	}
	w.remove(w.owner, room)
	w.aged(room, store.RoomGrace)
	for more := true; more; {
		var err error
		more, err = w.EraseDeletedRoom(w.ctx())
		w.ok(err)
	}
	for _, table := range []string{"reports", "deletions", "sanctions"} {
		left, kept := w.number(`select count(*) from `+table+` where room_id = $1`, room.ID), w.number(`select count(*) from `+table+` where room_id = $1`, other.ID)
		if left != 0 || kept != 1 {
			t.Errorf("%d %s are left; of another room %d", left, table, kept)
		}
	}
	if n := w.number(`select count(*) from deletion_messages`); n != 1 {
		t.Errorf("%d messages are listed, want that of the other room", n)
	}
}

func TestTheTextInASettledReportIsErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	w.say(tea, ada, 3)
	for number := int64(1); number <= 3; number++ {
		w.reports(bob, tea, number)
	}
	d := w.deletes(w.owner, tea, 1) // which is reported, and not settled
	w.lapses(d.ID)
	if n := w.erases(); n != 1 {
		t.Errorf("%d are erased", n)
	}
	list, _ := w.queue(w.owner, store.ReportsPage{})
	for _, r := range list[:2] { // of 3 and 2
		_, _, err := w.SettleReport(w.ctx(), w.owner.ID, r.ID, store.SettledActed)
		w.ok(err)
	}
	w.exec(`update reports set settled_at = settled_at - interval '91 days' where id = $1`, list[0].ID)
	w.exec(`update reports set created_at = created_at - interval '1 year'`)
	if n, err := w.EraseSettledReports(w.ctx()); err != nil || n != 1 {
		t.Errorf("the texts of %d are erased, %v", n, err)
	}
	list, open := w.queue(w.owner, store.ReportsPage{})
	var texts []string
	for _, r := range list {
		texts = append(texts, r.Body)
	}
	if want := []string{"", "message 2", "message 1"}; !slices.Equal(texts, want) || open != 1 {
		t.Errorf("the reports have %q, %d open, want %q", texts, open, want)
	}
}

// What a room takes up is what is in it, also once deleted messages are erased.
func TestErasedMessagesTakeUpNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada)
	const each = int64(len("message 1"))
	w.say(tea, ada, 4)
	w.ok(w.CountSizes(w.ctx()))
	w.say(tea, ada, 2)
	size := func() int64 { return w.number(`select bytes from room_sizes where room_id = $1`, tea.ID) }
	erase := func(number int64) {
		t.Helper()
		w.lapses(w.deletes(w.owner, tea, number).ID)
		if n := w.erases(); n != 1 {
			t.Errorf("%d are erased", n)
		}
	}
	erase(2)
	erase(6) // is not counted yet
	if got := size(); got != 3*each {
		t.Errorf("%d bytes, want those of 1, 3 and 4", got)
	}
	w.ok(w.CountSizes(w.ctx()))
	if got := size(); got != 4*each {
		t.Errorf("%d bytes, want those of 1, 3, 4 and 5", got)
	}
	erase(5)
	if got := size(); got != 3*each {
		t.Errorf("then %d bytes", got)
	}
}

// What is erased while sizes are counted would be counted, or be taken off without
// having been.
func TestNothingIsErasedWhileSizesAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea := w.room(store.RoomPublic, "tea", w.owner)
	w.say(tea, w.owner, 1)
	w.lapses(w.deletes(w.owner, tea, 1).ID)
	counting := w.takeAway(`select pg_advisory_xact_lock($1)`, store.FiguresLock)
	var erased int64
	errs := together(2, func(i int) (err error) {
		if i == 0 {
			erased, err = w.EraseDeleted(w.ctx())
			return err
		}
		return errors.Join(w.waitForBlocked(), counting.Rollback(w.ctx()))
	})
	if err := errors.Join(errs...); err != nil || erased != 1 {
		t.Errorf("%d are erased, %v", erased, err)
	}
}
