package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"chatd/store"
)

func TestALoginIsAUserNameOrAnEmailAddressWhateverTheCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{
		Username: "Ada.Lovelace", DisplayName: "Ada", Email: "Ada@Example.org", PasswordHash: "secret",
	})
	w.ok(err)
	if ada.Username != "Ada.Lovelace" || ada.Email != "Ada@Example.org" || ada.Role != store.RoleMember {
		t.Errorf("signed up as %+v", ada)
	}
	for _, login := range []string{"Ada.Lovelace", "ada.lovelace", " ADA.LOVELACE ", "Ａｄａ.Lovelace", "ada@example.org", "ADA@EXAMPLE.ORG "} {
		user, hash, err := w.UserByLogin(w.ctx(), login)
		if err != nil || user.ID != ada.ID || hash != "secret" {
			t.Errorf("UserByLogin(%q) = %+v, %q, %v", login, user, hash, err)
		}
	}
	for _, login := range []string{"", "ada", "ada@example.com", "@", "lovelace@", "ada.lovelace@", "\x00", "ada\x00.lovelace", "\xff\xfe", "' or true --", "ada_lovelace", "ada%"} {
		if _, _, err := w.UserByLogin(w.ctx(), login); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("UserByLogin(%q): %v, want ErrNotFound", login, err)
		}
	}
}

func TestADeactivatedUserCannotSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	w.deactivate(ada)
	if _, _, err := w.UserByLogin(w.ctx(), "ada"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("UserByLogin: %v, want ErrNotFound", err)
	}
	found, err := w.User(w.ctx(), ada.ID)
	if err != nil || found.DeactivatedAt == nil {
		t.Errorf("User = %+v, %v; the record should stay", found, err)
	}
	if _, err := w.User(w.ctx(), 1<<40); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("User of nobody: %v, want ErrNotFound", err)
	}
}

func TestASignUpTellsTheWorkspaceAndTheFirstRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	general := w.firstRoom()
	w.say(general, w.owner, 3)
	ada, pending, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: "ada", DisplayName: "  Ada   L. ", PasswordHash: "hash"})
	w.ok(err)
	if ada.DisplayName != "Ada L." {
		t.Errorf("display name = %q", ada.DisplayName)
	}
	want := []string{
		line("user-added", store.WorkspaceTopic, ada.ID, 0, ada.ID),
		line("join", general.ID, ada.ID, general.ID, ada.ID),
	}
	if news := w.news(); !slices.Equal(news, want) {
		t.Errorf("news = %v, want %v", news, want)
	}
	slices.Sort(pending)
	if want := (store.Pending{store.WorkspaceTopic, general.ID}); !slices.Equal(pending, want) {
		t.Errorf("pending = %v, want %v", pending, want)
	}
	room, err := w.OverviewRoom(w.ctx(), ada.ID, general.ID)
	w.ok(err)
	if room.LastNumber != 3 || room.ReadNumber != 3 {
		t.Errorf("a new member has read %d of %d, want all", room.ReadNumber, room.LastNumber)
	}
}

func TestOfManySignUpsWithOneNameOneSucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	spellings := []string{"ada", "Ada", "ADA", "Ａｄａ", "aDa"}
	errs := together(10, func(i int) error {
		_, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: spellings[i%len(spellings)], DisplayName: "Ada", PasswordHash: "hash"})
		return err
	})
	w.oneTook(errs, "username")

	errs = together(10, func(i int) error {
		email := []string{"bob@example.org", "Bob@Example.Org"}[i%2]
		_, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: fmt.Sprintf("bob%d", i), DisplayName: "Bob", Email: email, PasswordHash: "hash"})
		return err
	})
	w.oneTook(errs, "email")

	if uses := w.number(`select uses from invites`); uses != 2 {
		t.Errorf("the invite counts %d uses, want 2", uses)
	}
	if topics := w.number(`select count(*) from topics where kind = 'user'`); topics != 3 {
		t.Errorf("there are %d user topics, want 3", topics)
	}
}

// oneTook checks that one of the errors is nil and the others say that the
// field is taken.
func (w *world) oneTook(errs []error, field string) {
	w.t.Helper()
	succeeded := 0
	for i, err := range errs {
		taken, ok := errors.AsType[*store.TakenError](err)
		switch {
		case err == nil:
			succeeded++
		case !ok || taken.Field != field:
			w.t.Errorf("attempt %d: %v, want a TakenError of %s", i, err, field)
		}
	}
	if succeeded != 1 {
		w.t.Errorf("%d attempts succeeded, want 1", succeeded)
	}
}

// firstRoom is the room that SetUp made.
func (w *world) firstRoom() store.Room {
	w.t.Helper()
	room, err := w.RoomForMember(w.ctx(), w.owner.ID, w.number(`select min(id) from rooms`))
	w.ok(err)
	return room
}
