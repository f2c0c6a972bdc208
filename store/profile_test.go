package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"chatd/store"
)

func TestAProfileTellsWhatOthersSeeOfIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	all, own := line("user-changed", store.WorkspaceTopic, ada.ID, 0, ada.ID), line("me-changed", ada.ID, ada.ID, 0, ada.ID)
	for _, step := range []struct {
		name        string
		change      store.Profile
		wantName    string
		wantAddress string
		news        []string
	}{
		{"nothing", store.Profile{}, "ada", "", nil},
		{"the same", store.Profile{DisplayName: new(" ada "), Email: new("")}, "ada", "", nil},
		{"a name", store.Profile{DisplayName: new("Ada  L.")}, "Ada L.", "", []string{all, own}},
		{"an address", store.Profile{Email: new("Ada@Example.org")}, "Ada L.", "Ada@Example.org", []string{own}},
		{"another spelling", store.Profile{Email: new("ada@example.org")}, "Ada L.", "ada@example.org", []string{own}},
		{"both", store.Profile{DisplayName: new("Ada"), Email: new("a@example.org")}, "Ada", "a@example.org", []string{all, own}},
		{"no address", store.Profile{Email: new(" ")}, "Ada", "", []string{own}},
	} {
		w.forgetNews()
		user, pending, err := w.ChangeProfile(w.ctx(), ada.ID, step.change)
		w.ok(err)
		if user.DisplayName != step.wantName || user.Email != step.wantAddress || user.Username != "ada" {
			t.Errorf("%s: %+v", step.name, user)
		}
		if news := w.news(); !slices.Equal(news, step.news) || len(pending) != len(step.news) {
			t.Errorf("%s: news = %v, pending %v, want %v", step.name, news, pending, step.news)
		}
		if stored, err := w.User(w.ctx(), ada.ID); err != nil || stored != user {
			t.Errorf("%s: stored %+v, %v, want %+v", step.name, stored, err, user)
		}
	}
}

func TestAProfileThatCannotBeHadChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, err := w.ChangeProfile(w.ctx(), w.owner.ID, store.Profile{Email: new("owner@example.org")})
	w.ok(err)
	ada := w.user("ada")
	w.forgetNews()
	for field, change := range map[string]store.Profile{
		"display_name": {DisplayName: new("\u200b"), Email: new("a@example.org")},
		"email":        {DisplayName: new("Ada"), Email: new("no address")},
	} {
		_, _, err := w.ChangeProfile(w.ctx(), ada.ID, change)
		if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || invalid.Field != field {
			t.Errorf("%s: %v, want an InvalidError of it", field, err)
		}
	}
	_, _, err = w.ChangeProfile(w.ctx(), ada.ID, store.Profile{DisplayName: new("Ada"), Email: new("OWNER@example.org")})
	if taken, ok := errors.AsType[*store.TakenError](err); !ok || taken.Field != "email" {
		t.Errorf("somebody's address: %v, want a TakenError", err)
	}
	if now, err := w.User(w.ctx(), ada.ID); err != nil || now.DisplayName != "ada" || now.Email != "" || len(w.news()) != 0 {
		t.Errorf("now %+v, %v, news %v", now, err, w.news())
	}
	w.deactivate(ada)
	for _, id := range []int64{ada.ID, 1 << 40} {
		if _, _, err := w.ChangeProfile(w.ctx(), id, store.Profile{DisplayName: new("Ada")}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("user %d: %v, want ErrNotFound", id, err)
		}
	}
}

func TestTwoChangesOfAProfileAtOnceBothCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for round := range 10 {
		name, email := fmt.Sprintf("Owner %d", round), fmt.Sprintf("owner%d@example.org", round)
		w.forgetNews()
		errs := together(2, func(i int) error {
			change := store.Profile{DisplayName: &name}
			if i == 1 {
				change = store.Profile{Email: &email}
			}
			_, _, err := w.ChangeProfile(w.ctx(), w.owner.ID, change)
			return err
		})
		w.ok(errors.Join(errs...))
		if now, err := w.User(w.ctx(), w.owner.ID); err != nil || now.DisplayName != name || now.Email != email {
			t.Fatalf("now %+v, %v, want %s, %s", now, err, name, email)
		}
		if news := w.news(); len(news) != 3 {
			t.Errorf("news = %v, want one for all and two for the owner", news)
		}
	}
}

// wantInvalidOrNotFound fails unless err is about this field; "" is ErrNotFound.
func (w *world) wantInvalidOrNotFound(err error, field string) {
	w.t.Helper()
	invalid, ok := errors.AsType[*store.InvalidError](err)
	switch {
	case field == "" && !errors.Is(err, store.ErrNotFound):
		w.t.Errorf("%v, want ErrNotFound", err)
	case field != "" && (!ok || invalid.Field != field):
		w.t.Errorf("%v, want an InvalidError of %s", err, field)
	}
}
