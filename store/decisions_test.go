package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

// told are the decisions that somebody is told: "action room by reason".
func (w *world) told(user store.User) []string {
	w.t.Helper()
	decisions, _, err := w.Decisions(w.ctx(), user.ID)
	w.ok(err)
	var told []string
	for _, d := range decisions {
		by := "nobody"
		if d.By != nil {
			by = d.By.Username
		}
		told = append(told, fmt.Sprintf("%s %q %s %q", d.Action, d.RoomName, by, d.Reason))
	}
	return told
}

// isTold marks decisions as told, and returns whether there was something new.
func (w *world) isTold(user, upTo int64) bool {
	w.t.Helper()
	pending, err := w.DecisionsTold(w.ctx(), user, upTo)
	w.ok(err)
	return len(pending) > 0
}

func TestPeopleAreToldWhatOthersDecidedAboutThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	public, private := w.room(store.RoomPublic, "tea", w.owner, ada), w.room(store.RoomPrivate, "secret", w.owner, ada, bob)
	never := w.room(store.RoomPrivate, "never", w.owner)
	w.mutes(w.owner, ada, public)
	_, err := w.EndMute(w.ctx(), w.owner.ID, ada.ID, public.ID)
	w.ok(err)
	_, err = w.RemoveMember(w.ctx(), w.owner.ID, ada.ID, private.ID, "not here")
	w.ok(err)
	_, _, err = w.Ban(w.atTheCommandLine(), w.owner.ID, ada.ID, public.ID, store.Terms{})
	w.ok(err)
	_, _, err = w.Ban(w.ctx(), w.owner.ID, ada.ID, never.ID, store.Terms{})
	w.ok(err)
	_, _, err = w.SetRole(w.ctx(), w.owner.ID, ada.ID, store.RoleAdmin)
	w.ok(err)
	// What they do themselves they need not be told.
	_, err = w.LeaveRoom(w.ctx(), bob.ID, private.ID)
	w.ok(err)
	// A name that was given since is nobody's business who is out.
	renamed := "other secret"
	_, _, err = w.ChangeRoom(w.ctx(), w.owner.ID, private.ID, store.RoomChange{Name: &renamed})
	w.ok(err)
	want := []string{
		`member-muted "tea" owner "too loud"`, `mute-ended "tea" owner ""`, `member-removed "secret" owner "not here"`,
		`member-banned "tea" nobody ""`, `member-banned "" owner ""`, `user-role-changed "" owner ""`,
	}
	if got := w.told(ada); !slices.Equal(got, want) {
		t.Errorf("she is told %q, want %q", got, want)
	}
	if got := append(w.told(bob), w.told(w.owner)...); len(got) != 0 {
		t.Errorf("others are told %q", got)
	}
	decisions, _, err := w.Decisions(w.ctx(), ada.ID)
	w.ok(err)
	if !w.isTold(ada.ID, decisions[3].ID) {
		t.Error("her other browsers do not learn that she was told")
	}
	if w.isTold(ada.ID, decisions[3].ID) || w.isTold(ada.ID, decisions[1].ID) { // again, and an older page
		t.Error("her other browsers learn what they know")
	}
	w.isTold(bob.ID, decisions[5].ID)
	if got := w.told(ada); !slices.Equal(got, want[4:]) {
		t.Errorf("then she is told %q", got)
	}
	// Nobody is marked as told what is yet to come.
	w.isTold(ada.ID, 1<<50)
	w.isTold(bob.ID, 1<<50)
	for _, user := range []store.User{ada, bob} {
		_, err = w.AddMember(w.ctx(), w.owner.ID, user.ID, private.ID)
		w.ok(err)
		w.mutes(w.owner, user, private)
		if got := w.told(user); !slices.Equal(got, []string{`member-muted "other secret" owner "too loud"`}) {
			t.Errorf("at last %s is told %q", user.Username, got)
		}
	}
}

func TestManyDecisionsAreToldInParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	w.exec(`
		insert into audit_entries (origin, actor_id, action, user_id, reason)
		select 'person', $1, 'user-signed-out', $2, i::text from generate_series(1, 250) i`, w.owner.ID, ada.ID)
	for part := range 3 {
		decisions, more, err := w.Decisions(w.ctx(), ada.ID)
		w.ok(err)
		if first := decisions[0].Reason; first != fmt.Sprint(part*store.MaxDecisions+1) || more != (part < 2) {
			t.Errorf("part %d begins with %s, more: %v", part, first, more)
		}
		w.isTold(ada.ID, decisions[len(decisions)-1].ID)
	}
	if left := w.told(ada); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}

// Somebody suspended is told when they are back.
func TestWhoComesBackIsToldOfTheirSuspension(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	_, _, err := w.Suspend(w.ctx(), w.owner.ID, ada.ID, store.Terms{Reason: "spam", Until: within(time.Hour)}, nil)
	w.ok(err)
	if got := w.told(ada); len(got) != 0 {
		t.Errorf("meanwhile: %q", got)
	}
	_, _, err = w.EndSuspension(w.ctx(), w.owner.ID, ada.ID)
	w.ok(err)
	if got := w.told(ada); !slices.Equal(got, []string{`user-suspended "" owner "spam"`, `suspension-ended "" owner ""`}) {
		t.Errorf("told %q", got)
	}
}
