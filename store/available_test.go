package store_test

import (
	"errors"
	"testing"

	"chatd/store"
)

func TestAnAccountThatCouldNotBeMadeIsNotAvailable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	email := "bo@example.org"
	_, _, err := w.ChangeProfile(w.ctx(), w.user("bo").ID, store.Profile{Email: &email})
	w.ok(err)
	good := store.NewUser{Username: "cy", DisplayName: "Cy", Email: "cy@example.org"}
	w.ok(w.Available(w.ctx(), good))
	good.Email = ""
	w.ok(w.Available(w.ctx(), good))
	for field, account := range map[string]store.NewUser{
		"username":     {Username: "BO", DisplayName: "Cy"},
		"email":        {Username: "cy", DisplayName: "Cy", Email: "BO@example.org"},
		"display_name": {Username: "cy", DisplayName: " "},
	} {
		err := w.Available(w.ctx(), account)
		taken, isTaken := errors.AsType[*store.TakenError](err)
		invalid, isInvalid := errors.AsType[*store.InvalidError](err)
		if (!isTaken || taken.Field != field) && (!isInvalid || invalid.Field != field) {
			t.Errorf("%+v: %v", account, err)
		}
	}
	// It looks like a name that somebody has, or is none.
	for _, name := range []string{"b0", "", "a b"} {
		if w.Available(w.ctx(), store.NewUser{Username: name, DisplayName: "x"}) == nil {
			t.Errorf("%q is available", name)
		}
	}
}

func TestAllSpellingsOfALoginHaveOneKey(t *testing.T) {
	t.Parallel()
	for spelling, same := range map[string]string{
		"ANA": "ana", " \uff21na ": "ana", "Straße": "STRASSE", "Ana@Example.org": "ana@example.org", "\uff21na@example.org": "ana@example.org",
	} {
		if key := store.LoginKey(spelling); key == "" || key != store.LoginKey(same) {
			t.Errorf("%q has the key %q, %q has %q", spelling, key, same, store.LoginKey(same))
		}
	}
	if store.LoginKey("ana") == store.LoginKey("ana@example.org") || store.LoginKey("no name!") != "" {
		t.Error("two logins have one key, or what is none has one")
	}
}
