package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"chatd/store"
	"chatd/store/rights"
)

// Whoever deletes their own message in time does not get it past those who keep
// order.
func TestWhatItsAuthorHasDeletedIsTakenOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	w.say(tea, ada, 4)
	own := []store.Deletion{w.deletes(ada, tea, 1), w.deletes(ada, tea, 2), w.deletes(ada, tea, 3)}
	_, err := w.UndoDeletion(w.ctx(), ada.ID, own[2].ID)
	w.ok(err)
	over, pending, err := w.DeleteMessage(w.ctx(), w.owner.ID, tea.ID, 1, "spam")
	w.ok(err)
	if over.Already || over.Count != 1 || over.UserID != ada.ID || !over.MayUndo || over.ID == own[0].ID || !slices.Contains(pending, ada.ID) {
		t.Errorf("the message is taken over: %+v, news on %v", over, pending)
	}
	purged, _, _, err := w.DeleteRecent(w.ctx(), w.owner.ID, ada.ID, tea.ID, time.Hour, "spam")
	w.ok(err)
	if len(purged) != 1 || purged[0].Count != 3 {
		t.Errorf("the purge: %+v, want messages 2, 3 and 4", purged)
	}
	for _, d := range own[:2] {
		if _, err := w.UndoDeletion(w.ctx(), ada.ID, d.ID); !errors.Is(err, store.ErrTakenOver) {
			t.Errorf("she takes back %d: %v, want ErrTakenOver", d.ID, err)
		}
	}
	if want := []int64{1, 2, 3, 4}; !slices.Equal(w.hidden(tea), want) {
		t.Errorf("hidden are %v, want %v", w.hidden(tea), want)
	}
	if want := []string{
		audit("messages-deleted", w.owner.ID, ada.ID, tea.ID, "spam"), audit("messages-deleted", w.owner.ID, ada.ID, tea.ID, "spam"),
	}; !slices.Equal(w.audits(), want) {
		t.Errorf("the audit log has %q, want %q", w.audits(), want)
	}
	if again, _, _, err := w.DeleteRecent(w.ctx(), w.owner.ID, ada.ID, tea.ID, time.Hour, "spam"); err != nil || len(again) != 0 {
		t.Errorf("purged again: %+v, %v", again, err)
	}
}

// To take back a deletion of what its author had deleted shows nobody what the
// author did not want to be seen.
func TestWhatIsTakenOverGoesBackToItsAuthor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	w.say(tea, ada, 3)
	kept, late := w.deletes(ada, tea, 1), w.deletes(ada, tea, 2)
	over, _, _, err := w.DeleteRecent(w.ctx(), w.owner.ID, ada.ID, tea.ID, time.Hour, "spam")
	w.ok(err)
	w.lapses(late.ID)
	if n := w.erases(); n != 0 {
		t.Errorf("%d are erased that somebody else has deleted too", n)
	}
	_, err = w.UndoDeletion(w.ctx(), w.owner.ID, over[0].ID)
	w.ok(err)
	if want := []int64{1, 2}; !slices.Equal(w.hidden(tea), want) {
		t.Errorf("hidden are %v, want %v", w.hidden(tea), want)
	}
	if n := w.number(`select (after->>'count')::int from audit_entries where action = 'messages-undeleted'`); n != 1 {
		t.Errorf("%d are there again, says the audit log, want 1", n)
	}
	if _, err := w.UndoDeletion(w.ctx(), ada.ID, late.ID); !errors.Is(err, store.ErrErased) {
		t.Errorf("she takes back what is over: %v", err)
	}
	if n := w.erases(); n != 1 {
		t.Errorf("%d are erased, want what she can take back no more", n)
	}
	_, err = w.UndoDeletion(w.ctx(), ada.ID, kept.ID)
	w.ok(err)
	w.holds(tea, "message 1", "", "message 3")
}

// To show one's own again is to write it.
func TestOnesOwnIsTakenBackByThoseWhoMayWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada)
	w.say(tea, ada, 2)
	d := w.deletes(ada, tea, 1)
	undo := func(want error) {
		t.Helper()
		if _, err := w.UndoDeletion(w.ctx(), ada.ID, d.ID); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	w.mutes(w.owner, ada, tea)
	_, err := w.UndoDeletion(w.ctx(), ada.ID, d.ID)
	if mute, ok := errors.AsType[*store.SanctionError](err); !ok || mute.Kind != store.SanctionMute {
		t.Errorf("muted: %v", err)
	}
	if late := w.deletes(ada, tea, 2); late.MayUndo {
		t.Error("muted, she is told that she may take it back")
	}
	_, err = w.EndMute(w.ctx(), w.owner.ID, ada.ID, tea.ID)
	w.ok(err)
	_, _, err = w.ChangeRoom(w.ctx(), w.owner.ID, tea.ID, store.RoomChange{State: ptr(rights.ReadOnly)})
	w.ok(err)
	undo(store.ErrReadOnly)
	_, _, err = w.ChangeRoom(w.ctx(), w.owner.ID, tea.ID, store.RoomChange{State: ptr(rights.Open), Archived: ptr(true)})
	w.ok(err)
	undo(store.ErrArchived)
	_, _, err = w.ChangeRoom(w.ctx(), w.owner.ID, tea.ID, store.RoomChange{Archived: ptr(false)})
	w.ok(err)
	undo(nil)
	undo(nil) // twice
}

// Nobody who keeps order gets their own messages past others who do.
func TestNobodyTakesBackWhatAnotherHasDeletedOfTheirs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mod, second := w.user("mod"), w.user("second")
	tea := w.room(store.RoomPublic, "tea", w.owner, mod, second)
	w.give(tea, mod, store.RoomModerator)
	w.give(tea, second, store.RoomModerator)
	w.say(tea, mod, 2)
	d := w.deletes(second, tea, 1)
	if _, err := w.UndoDeletion(w.ctx(), mod.ID, d.ID); !errors.Is(err, store.ErrTakenOver) {
		t.Errorf("%v, want ErrTakenOver", err)
	}
	if again := w.deletes(mod, tea, 1); !again.Already || again.MayUndo {
		t.Errorf("they delete it as well, and are told %+v", again)
	}
	if list, err := w.Deletions(w.ctx(), mod.ID, tea.ID); err != nil || len(list) != 0 {
		t.Errorf("their list has %+v, %v", list, err)
	}
	if want := []int64{1}; !slices.Equal(w.hidden(tea), want) {
		t.Errorf("hidden are %v, want %v", w.hidden(tea), want)
	}
	// The command line acts in the name of an owner.
	w.say(tea, w.owner, 1)
	late := w.deletes(mod, tea, 3)
	_, err := w.UndoDeletion(w.atTheCommandLine(), w.owner.ID, late.ID)
	w.ok(err)
	_, err = w.UndoDeletion(w.ctx(), w.owner.ID, d.ID)
	w.ok(err)
	w.holds(tea, "message 1", "message 2", "message 3")
}
