package store_test

import (
	"errors"
	"slices"
	"testing"

	"chatd/store"
	"chatd/store/rights"
)

// pins pins a message, or unpins it.
func (w *world) pins(by store.User, room store.Room, number int64, on bool) {
	w.t.Helper()
	_, err := w.PinMessage(w.ctx(), by.ID, room.ID, number, on)
	w.ok(err)
}

// pinned are the numbers of what is pinned, the newest pin first.
func (w *world) pinned(user store.User, room store.Room) (numbers []int64) {
	w.t.Helper()
	pins, err := w.Pins(w.ctx(), user.ID, room.ID)
	w.ok(err)
	for _, p := range pins {
		if p.Message.RoomID != room.ID || p.Message.Body == "" || !p.Message.Pinned || p.User.ID == 0 || p.At.IsZero() {
			w.t.Errorf("a pin is %+v", p)
		}
		numbers = append(numbers, p.Message.Number)
	}
	return numbers
}

func (w *world) wantPinned(what string, user store.User, room store.Room, want ...int64) {
	w.t.Helper()
	if got := w.pinned(user, room); !slices.Equal(got, want) {
		w.t.Errorf("%s: pinned are %v, want %v", what, got, want)
	}
}

func TestPinsAreThereForEverybodyTheNewestFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea, pair := w.room(store.RoomPublic, "tea", w.owner, ada), w.direct(w.owner, ada)
	w.say(tea, ada, 3)
	w.say(pair, ada, 1)
	n := w.node()
	w.wantPinned("nothing yet", ada, tea)
	w.pins(w.owner, tea, 3, true)
	w.pins(w.owner, tea, 1, true)
	w.pins(w.owner, tea, 3, true)
	w.wantPinned("two", ada, tea, 1, 3)
	w.pins(ada, pair, 1, true)
	w.wantPinned("a direct room", w.owner, pair, 1)
	w.pins(w.owner, tea, 3, false)
	w.pins(w.owner, tea, 3, false)
	w.wantPinned("unpinned", ada, tea, 1)
	w.numbered(n)
	var told []bool
	for _, e := range w.events(tea.ID) {
		if e.Kind == store.EventPinsChanged {
			told = append(told, e.Message.Pinned)
			if e.Actor == nil || e.Actor.ID != w.owner.ID {
				t.Errorf("who did it: %+v", e.Actor)
			}
		}
	}
	if !slices.Equal(told, []bool{false, true, false}) {
		t.Errorf("told %v: that of 3, of 1, of 3 again, each as it is now", told)
	}
	if len(w.wrote(func() { w.pins(w.owner, tea, 2, true) })) > 0 {
		t.Error("it is in the audit log")
	}
	for _, try := range []struct {
		by     store.User
		room   store.Room
		number int64
		want   error
	}{{ada, tea, 2, store.ErrForbidden}, {w.user("eve"), tea, 1, store.ErrForbidden}, {w.owner, tea, 9, store.ErrNotFound}} {
		if _, err := w.PinMessage(w.ctx(), try.by.ID, try.room.ID, try.number, true); !errors.Is(err, try.want) {
			t.Errorf("%s pins %d: %v, want %v", try.by.Username, try.number, err, try.want)
		}
	}
	if _, err := w.Pins(w.ctx(), w.user("gil").ID, tea.ID); !errors.Is(err, store.ErrNotMember) {
		t.Errorf("an outsider asks: %v", err)
	}
}

func TestADeletedMessageIsNotPinnedUntilThatIsTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tea := w.room(store.RoomPublic, "tea", w.owner)
	w.say(tea, w.owner, store.MaxPins+2)
	for i := range store.MaxPins {
		w.pins(w.owner, tea, int64(i+1), true)
	}
	over := func() error {
		_, err := w.PinMessage(w.ctx(), w.owner.ID, tea.ID, store.MaxPins+1, true)
		return err
	}
	if err := over(); !errors.Is(err, store.ErrTooManyPins) || !errors.Is(err, store.ErrConflict) {
		t.Errorf("one more: %v", err)
	}
	w.pins(w.owner, tea, 5, true) // there already
	d := w.deletes(w.owner, tea, 5)
	if got := w.pinned(w.owner, tea); len(got) != store.MaxPins-1 || slices.Contains(got, 5) {
		t.Errorf("%d are pinned: %v", len(got), got)
	}
	if message, err := w.Message(w.ctx(), w.owner.ID, tea.ID, 5); err != nil || message.Pinned {
		t.Errorf("the deleted one: %+v, %v", message, err)
	}
	if _, err := w.PinMessage(w.ctx(), w.owner.ID, tea.ID, 5, false); !errors.Is(err, store.ErrDeleted) {
		t.Errorf("unpin the deleted one: %v", err)
	}
	_, err := w.UndoDeletion(w.ctx(), w.owner.ID, d.ID)
	w.ok(err)
	if got := w.pinned(w.owner, tea); len(got) != store.MaxPins || !slices.Contains(got, 5) {
		t.Errorf("%d are pinned once it is back: %v", len(got), got)
	}
	d = w.deletes(w.owner, tea, 5)
	w.ok(over()) // which takes its place
	_, err = w.UndoDeletion(w.ctx(), w.owner.ID, d.ID)
	w.ok(err)
	if got := w.pinned(w.owner, tea); len(got) != store.MaxPins || slices.Contains(got, 5) {
		t.Errorf("%d are pinned once it is back too late: %v", len(got), got)
	}
	if message, err := w.Message(w.ctx(), w.owner.ID, tea.ID, 5); err != nil || message.Deleted || message.Pinned {
		t.Errorf("the one that is back too late: %+v, %v", message, err)
	}
}

func TestWhoMayNotWriteDoesNotPin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	secret, pair := w.room(store.RoomPrivate, "secret", w.owner, ada), w.direct(w.owner, ada)
	w.say(secret, w.owner, 2)
	w.say(pair, w.owner, 1)
	w.pins(ada, secret, 1, true)
	refused := func(what string, on bool, want error) {
		t.Helper()
		var muted *store.SanctionError
		_, err := w.PinMessage(w.ctx(), ada.ID, secret.ID, 1, on)
		if !errors.Is(err, want) || errors.As(err, &muted) != (what == "muted") {
			t.Errorf("%s, pins: %t: %v", what, on, err)
		}
	}
	w.mutes(w.owner, ada, secret)
	refused("muted", true, store.ErrForbidden)
	refused("muted", false, store.ErrForbidden)
	w.pins(ada, pair, 1, true)
	w.wantPinned("muted", w.owner, secret, 1)
	_, err := w.EndMute(w.ctx(), w.owner.ID, ada.ID, secret.ID)
	w.ok(err)
	w.pins(ada, secret, 2, true)
	state := rights.ReadOnly
	_, _, err = w.ChangeRoom(w.ctx(), w.owner.ID, secret.ID, store.RoomChange{State: &state})
	w.ok(err)
	refused("only reads", true, store.ErrForbidden)
	refused("only reads", false, store.ErrForbidden)
}
