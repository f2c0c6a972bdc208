package store_test

import (
	"errors"
	"fmt"
	"testing"

	"chatd/store"
)

// forgetSkeletons makes the names as they were before there were skeletons.
func (w *world) forgetSkeletons() {
	w.t.Helper()
	w.exec(`update users set username_skeleton = null`)
}

// oldName makes an account as a chatd did that knew no skeletons.
func (w *world) oldName(name string) {
	w.t.Helper()
	w.exec(`
		with t as (insert into topics (kind) values ('user') returning id)
		insert into users (id, username, username_key, display_name, password_hash)
		select id, $1, $2, $1, 'hash' from t`, name, store.UsernameKey(name))
}

func TestTheOldestOfNamesThatLookAlikeKeepsTheLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	url := w.sql.Config().ConnString()
	w.user("ada")
	for _, name := range []string{"paypal", "paypaI", "аdа", "bob"} {
		w.oldName(name)
	}
	w.forgetSkeletons()
	for range 2 {
		w.ok(store.Migrate(w.ctx(), url))
		for name, has := range map[string]int64{"owner": 1, "ada": 1, "paypal": 1, "paypaI": 0, "аdа": 0, "bob": 1} {
			if got := w.number(`select count(username_skeleton) from users where username = $1`, name); got != has {
				t.Errorf("%q has %d skeletons, want %d", name, got, has)
			}
		}
	}
	for _, login := range []string{"paypal", "paypaI", "аdа"} {
		if user, _, err := w.UserByLogin(w.ctx(), login); err != nil || user.Username != login {
			t.Errorf("sign in as %q: %+v, %v", login, user, err)
		}
	}
	_, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: "b0b", DisplayName: "x", PasswordHash: "hash"})
	if taken, ok := errors.AsType[*store.TakenError](err); !ok || taken.Field != "username" {
		t.Errorf("a new name that looks like an old one: %v, want a TakenError", err)
	}
}

func TestSkeletonsAreFilledInWhilePeopleSignUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	url := w.sql.Config().ConnString()
	const many = 1500 // more than one statement fills in
	w.exec(`
		with t as (insert into topics (kind) select 'user' from generate_series(1, $1) returning id)
		insert into users (id, username, username_key, display_name, password_hash)
		select id, 'n' || id, 'n' || id, 'N', 'hash' from t`, many)
	w.forgetSkeletons()
	errs := together(8, func(i int) error {
		if i%2 == 0 {
			return store.Migrate(w.ctx(), url)
		}
		_, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: fmt.Sprintf("0wne%c", 'q'+i), DisplayName: "x", PasswordHash: "hash"})
		if errors.Is(err, store.ErrConflict) {
			return nil
		}
		return err
	})
	w.ok(errors.Join(errs...))
	w.ok(store.Migrate(w.ctx(), url))
	if n := w.number(`select count(*) from users where username_skeleton is null`); n > 1 {
		t.Errorf("%d names have no skeleton", n)
	}
}
