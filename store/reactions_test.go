package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"chatd/store"
	"chatd/store/rights"
)

// reacts puts an emoji to a message, or takes it back, and returns what is there
// then, as "emoji count people".
func (w *world) reacts(by store.User, room store.Room, number int64, emoji string, on bool) []string {
	w.t.Helper()
	all, _, err := w.React(w.ctx(), by.ID, room.ID, number, emoji, on)
	w.ok(err)
	return reactions(all)
}

func reactions(all []store.Reaction) (list []string) {
	for _, r := range all {
		list = append(list, fmt.Sprint(r.Emoji, r.Count, r.UserIDs))
	}
	return list
}

// reactionsNow are those of a message as its readers see them.
func (w *world) reactionsNow(user store.User, room store.Room, number int64) []string {
	w.t.Helper()
	message, err := w.Message(w.ctx(), user.ID, room.ID, number)
	w.ok(err)
	return reactions(message.Reactions)
}

func TestReactionsStandInTheOrderOfTheirFirstUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	w.say(tea, ada, 2)
	w.reacts(bob, tea, 1, "🎉", true)
	w.reacts(ada, tea, 1, "👍", true)
	w.reacts(ada, tea, 1, "🎉", true)
	want := []string{fmt.Sprint("🎉", 2, ids(bob, ada)), fmt.Sprint("👍", 1, ids(ada))}
	if got := w.reacts(ada, tea, 1, "🎉", true); !slices.Equal(got, want) {
		t.Errorf("twice: %q, want %q", got, want)
	}
	if got := w.reactionsNow(bob, tea, 1); !slices.Equal(got, want) {
		t.Errorf("the message has %q, want %q", got, want)
	}
	if got := w.reactionsNow(bob, tea, 2); got != nil {
		t.Errorf("the other one has %q", got)
	}
	w.reacts(bob, tea, 1, "🎉", false)
	want = []string{fmt.Sprint("👍", 1, ids(ada)), fmt.Sprint("🎉", 1, ids(ada))}
	if got := w.reacts(bob, tea, 1, "🎉", false); !slices.Equal(got, want) {
		t.Errorf("taken back: %q, want %q", got, want)
	}
}

// Whoever reads the log later is told of the reactions as they are then, and of
// nothing when the message is deleted.
func TestReactionsAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada)
	n := w.node()
	n.say(tea, ada, "hello")
	w.numbered(n)
	before := int64(len(w.events(tea.ID)))
	for range 2 {
		_, pending, err := w.React(w.ctx(), ada.ID, tea.ID, 1, "🎉", true)
		w.ok(err)
		n.Number(pending...)
	}
	w.numbered(n)
	events := w.events(tea.ID)
	last := events[len(events)-1]
	if int64(len(events)) != before+1 || last.Kind != store.EventReactionsChanged || last.Message.Number != 1 || len(last.Message.Reactions) != 1 {
		t.Fatalf("the log ends with %+v, at %d", last, len(events))
	}
	n.mu.Lock()
	heard := n.heard[tea.ID][len(n.heard[tea.ID])-1]
	n.mu.Unlock()
	if heard.Kind != store.EventReactionsChanged || !slices.Equal(reactions(heard.Message.Reactions), []string{fmt.Sprint("🎉", 1, ids(ada))}) {
		t.Errorf("heard %+v", heard)
	}
	w.deletes(ada, tea, 1)
	if kind := w.events(tea.ID)[before].Kind; kind != store.EventSkip {
		t.Errorf("of a deleted message: %s", kind)
	}
}

func TestOnlyWhoMayReactDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, eve := w.user("ada"), w.user("bob"), w.user("eve")
	tea, secret := w.room(store.RoomPublic, "tea", w.owner, ada, bob), w.room(store.RoomPrivate, "secret", w.owner, ada)
	w.say(tea, ada, 2)
	w.say(secret, ada, 1)
	w.reacts(bob, tea, 1, "🎉", true)
	w.mutes(w.owner, bob, tea)
	w.deletes(ada, tea, 2)
	state := func(s rights.State) {
		t.Helper()
		_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, tea.ID, store.RoomChange{State: &s})
		w.ok(err)
	}
	for _, try := range []struct {
		by     store.User
		room   store.Room
		number int64
		want   error
	}{
		{eve, tea, 1, store.ErrNotMember}, {eve, secret, 1, store.ErrNotFound}, {bob, tea, 1, store.ErrForbidden},
		{ada, tea, 2, store.ErrDeleted}, {ada, tea, 7, store.ErrNotFound},
	} {
		_, pending, err := w.React(w.ctx(), try.by.ID, try.room.ID, try.number, "👍", true)
		if !errors.Is(err, try.want) || len(pending) > 0 {
			t.Errorf("%s reacts to %d of %s: %v, want %v", try.by.Username, try.number, try.room.Name, err, try.want)
		}
	}
	// Whoever is muted may still take back what they did.
	if got := w.reacts(bob, tea, 1, "🎉", false); got != nil {
		t.Errorf("taken back by the muted: %q", got)
	}
	state(rights.ReadOnly)
	w.reacts(ada, tea, 1, "👍", true)
	_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, tea.ID, store.RoomChange{Archived: ptr(true)})
	w.ok(err)
	if _, _, err := w.React(w.ctx(), ada.ID, tea.ID, 1, "👍", false); !errors.Is(err, store.ErrArchived) {
		t.Errorf("in an archived room: %v", err)
	}
}

func TestAMessageHasSoManyReactionsAndTellsSoManyPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea := w.room(store.RoomPublic, "tea", w.owner)
	w.say(tea, w.owner, 1)
	for i := range store.MaxReactions {
		w.reacts(w.owner, tea, 1, fmt.Sprint("e", i), true)
	}
	if _, _, err := w.React(w.ctx(), w.owner.ID, tea.ID, 1, "one more", true); !errors.Is(err, store.ErrTooManyReactions) {
		t.Errorf("one more: %v", err)
	}
	w.reacts(w.owner, tea, 1, "e7", true) // there already
	w.exec(`
		with t as (insert into topics (kind) select 'user' from generate_series(1, 60) returning id),
		u as (insert into users (id, username, username_key, display_name, password_hash) select id, 'u' || id, 'u' || id, 'User', '' from t returning id)
		insert into reactions (room_id, number, emoji, user_id) select $1, 1, 'e0', id from u`, tea.ID)
	message, err := w.Message(w.ctx(), w.owner.ID, tea.ID, 1)
	w.ok(err)
	if r := message.Reactions[0]; len(message.Reactions) != store.MaxReactions || r.Emoji != "e0" || r.Count != 61 || len(r.UserIDs) != store.MaxReactors || r.UserIDs[0] != w.owner.ID {
		t.Errorf("%d reactions, the first %+v", len(message.Reactions), r)
	}
	for _, wrong := range []string{"", string(make([]byte, 41))} {
		if _, _, err := w.React(w.ctx(), w.owner.ID, tea.ID, 1, wrong, true); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
