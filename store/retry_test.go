package store_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"chatd/store"
)

func TestAChangeThatTheDatabaseGaveUpIsMadeAgain(t *testing.T) {
	t.Parallel()
	other := errors.New("other")
	for name, c := range map[string]struct {
		errs  []error
		runs  int
		wants error
	}{
		"fine":            {[]error{nil}, 1, nil},
		"another error":   {[]error{other, nil}, 1, other},
		"a deadlock":      {[]error{undone("40P01"), nil}, 2, nil},
		"out of order":    {[]error{undone("40001"), undone("40001"), undone("40P01"), nil}, 4, nil},
		"then an error":   {[]error{undone("40P01"), other}, 2, other},
		"again and again": {[]error{undone("40P01"), undone("40P01"), undone("40P01"), undone("40P01"), nil}, 4, store.ErrUnavailable},
	} {
		runs := 0
		err := store.Retry(func() error { runs++; return c.errs[runs-1] })
		if !errors.Is(err, c.wants) || runs != c.runs {
			t.Errorf("%s: %v after %d runs, want %v after %d", name, err, runs, c.wants, c.runs)
		}
	}
}

func undone(state string) error {
	return fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: state, Message: "undone"})
}

// Two people exchange their addresses: each holds what the other waits for. The
// second of them is played by hand and looks for circles late, so that the
// first one loses.
func TestPeopleExchangeTheirAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	for name, change := range map[string]func() error{
		"profile": func() error {
			_, _, err := w.ChangeProfile(w.ctx(), ada.ID, store.Profile{Email: new("bob@example.org")})
			return err
		},
		"transaction": func() error {
			return store.Transact(w.ctx(), w.Store, `update users set email = 'bob@example.org', email_key = 'bob@example.org' where id = $1`, ada.ID)
		},
	} {
		for w.bobLoses(ada, bob, change) {
			t.Log("the machine is slow; once more")
		}
		if now, err := w.User(w.ctx(), ada.ID); err != nil || now.Email != "bob@example.org" {
			t.Errorf("%s: ada has %q, %v", name, now.Email, err)
		}
	}
}

// bobLoses gives bob's address to ada by change, and reports whether the
// database gave up bob's transaction instead.
func (w *world) bobLoses(ada, bob store.User, change func() error) (lost bool) {
	w.t.Helper()
	w.addresses(ada, bob)
	bobs := w.takeAway(`update users set email = null, email_key = null where id = $1`, bob.ID)
	_, err := bobs.Exec(w.ctx(), `set local deadlock_timeout = '5s'`)
	w.ok(err)
	errs := together(2, func(i int) error {
		if i == 0 {
			return change()
		}
		if err := w.waitForBlocked(); err != nil {
			return err
		}
		_, err := bobs.Exec(w.ctx(), `update users set last_seen_at = now() where id = $1`, ada.ID)
		if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "40P01" {
			lost = true
			return bobs.Rollback(w.ctx())
		}
		if err != nil {
			return err
		}
		return bobs.Commit(w.ctx())
	})
	w.ok(errs[1])
	if !lost {
		w.ok(errs[0])
	}
	return lost
}

// addresses gives people their first addresses.
func (w *world) addresses(users ...store.User) {
	w.t.Helper()
	w.exec(`update users set email = null, email_key = null where id = any ($1)`, ids(users...))
	w.exec(`update users set email = username || '@example.org', email_key = username || '@example.org' where id = any ($1)`, ids(users...))
}

func TestNoExchangeOfAddressesFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := []store.User{w.user("ada"), w.user("bob")}
	for range 3 {
		w.addresses(people...)
		for i, err := range together(2, func(i int) error {
			_, _, err := w.ChangeProfile(w.ctx(), people[i].ID, store.Profile{Email: new([]string{"bob", "ada"}[i] + "@example.org")})
			return err
		}) {
			if taken, ok := errors.AsType[*store.TakenError](err); err != nil && (!ok || taken.Field != "email") {
				t.Errorf("%d: %v, want nothing worse than a TakenError", i, err)
			}
		}
	}
}
