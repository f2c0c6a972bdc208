package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"chatd/store"
)

// hash is the stored hash of somebody's password.
func (w *world) hash(user store.User) string {
	w.t.Helper()
	hash, err := w.PasswordHash(w.ctx(), user.ID)
	w.ok(err)
	return hash
}

func TestAChangedPasswordEndsTheOtherBrowsers(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada := b.user("ada")
	here, hereID := b.signIn(ada)
	there, thereID := b.signIn(ada)
	others, _ := b.signIn(b.owner)
	token := b.token(ada, store.ScopeRead)
	ended, err := b.ChangePassword(b.ctx(), ada.ID, "hash", "new", hereID)
	if err != nil || !slices.Equal(ended, []string{thereID}) {
		t.Fatalf("ChangePassword = %v, %v, want %v", ended, err, thereID)
	}
	b.over(there, thereID, store.ReasonPasswordChanged)
	if !b.signedIn(here) || !b.signedIn(others) {
		t.Error("another session ended too")
	}
	if _, err := b.TokenBySecret(b.ctx(), token.Secret); err != nil {
		t.Errorf("the token: %v", err)
	}
	if hash := b.hash(ada); hash != "new" {
		t.Errorf("the hash is %q", hash)
	}
	ended, err = b.ChangePassword(b.ctx(), ada.ID, "new", "newer", hereID)
	if err != nil || len(ended) != 0 || !b.signedIn(here) {
		t.Errorf("ChangePassword = %v, %v, want none", ended, err)
	}
}

func TestAPasswordChangeThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada, gone := b.user("ada"), b.user("gone")
	session, sessionID := b.signIn(ada)
	_, goneID := b.signIn(gone)
	b.deactivate(gone)
	for name, change := range map[string]func() error{
		"another password": func() error { _, err := b.ChangePassword(b.ctx(), ada.ID, "other", "new", sessionID); return err },
		"deactivated":      func() error { _, err := b.ChangePassword(b.ctx(), gone.ID, "hash", "new", goneID); return err },
		"nobody":           func() error { _, err := b.ChangePassword(b.ctx(), 1<<40, "hash", "new", sessionID); return err },
	} {
		if err := change(); !errors.Is(err, store.ErrConflict) {
			t.Errorf("%s: %v, want ErrConflict", name, err)
		}
	}
	ended, expired := b.login(ada), b.login(ada)
	_, err := b.EndSession(b.ctx(), ended, "signed-out")
	b.ok(err)
	b.exec(`update sessions set expires_at = now() where id = $1`, expired)
	for name, keep := range map[string]string{
		"none": "", "no session": "no session", "unknown": "00000000-0000-0000-0000-000000000000", "ended": ended, "expired": expired,
		"somebody else's": b.login(b.owner), "a token": b.token(ada, store.ScopeReadWrite).ID,
	} {
		if _, err := b.ChangePassword(b.ctx(), ada.ID, "hash", "new", keep); !errors.Is(err, store.ErrSessionEnded) {
			t.Errorf("%s: %v, want ErrSessionEnded", name, err)
		}
	}
	if hash := b.hash(ada); hash != "hash" || !b.signedIn(session) {
		t.Errorf("the hash is %q, the session is live: %v", hash, b.signedIn(session))
	}
	if _, err := b.PasswordHash(b.ctx(), gone.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("PasswordHash of a deactivated user: %v, want ErrNotFound", err)
	}
}

// Whoever took the session over has a reset against them, and it holds the row.
func TestASessionThatIsEndedMeanwhileChangesNoPassword(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada := b.user("ada")
	keep := b.login(ada)
	ending := b.takeAway(`select from users where id = $1 for update`, ada.ID)
	errs := together(2, func(i int) error {
		if i == 0 {
			_, err := b.ChangePassword(b.ctx(), ada.ID, "hash", "new", keep)
			return err
		}
		if err := b.waitForBlocked(); err != nil {
			return err
		}
		if _, err := b.EndSession(b.ctx(), keep, "signed-out"); err != nil {
			return err
		}
		return ending.Commit(b.ctx())
	})
	b.ok(errs[1])
	if !errors.Is(errs[0], store.ErrSessionEnded) || b.hash(ada) != "hash" {
		t.Errorf("%v, the hash is %q, want ErrSessionEnded", errs[0], b.hash(ada))
	}
}

func TestOfTwoPasswordChangesAtOnceOneWins(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	keep := b.login(b.owner)
	for round := range 5 {
		old := b.hash(b.owner)
		token, id := b.signIn(b.owner)
		errs := together(6, func(i int) error {
			_, err := b.ChangePassword(b.ctx(), b.owner.ID, old, fmt.Sprintf("new %d.%d", round, i), keep)
			return err
		})
		var won []int
		for i, err := range errs {
			if err == nil {
				won = append(won, i)
			} else if !errors.Is(err, store.ErrConflict) {
				t.Errorf("change %d: %v, want ErrConflict", i, err)
			}
		}
		if len(won) != 1 {
			t.Fatalf("%v won, want one", won)
		}
		if want := fmt.Sprintf("new %d.%d", round, won[0]); b.hash(b.owner) != want {
			t.Errorf("the hash is %q, want %q", b.hash(b.owner), want)
		}
		b.over(token, id, store.ReasonPasswordChanged)
	}
}

func TestASignInWithTheOldPasswordDoesNotComeAfterTheChange(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	signIn := func(hash string) (string, error) {
		ctx, err := b.manager.Load(b.ctx(), "")
		if err != nil {
			return "", err
		}
		b.manager.Put(ctx, store.SessionUser, b.owner.ID)
		b.manager.Put(ctx, store.SessionPassword, hash)
		token, _, err := b.manager.Commit(ctx)
		return token, err
	}
	keep := b.login(b.owner)
	for round := range 10 {
		old, next := b.hash(b.owner), fmt.Sprintf("new %d", round)
		tokens := make([]string, 6)
		errs := together(len(tokens), func(i int) (err error) {
			if i == 3 {
				_, err = b.ChangePassword(b.ctx(), b.owner.ID, old, next, keep)
				return err
			}
			if tokens[i], err = signIn(old); errors.Is(err, store.ErrSessionEnded) {
				tokens[i], err = "", nil
			}
			return err
		})
		b.ok(errors.Join(errs...))
		for _, token := range tokens {
			if token != "" && b.signedIn(token) {
				t.Fatal("signed in with the old password")
			}
		}
		if _, err := signIn(old); !errors.Is(err, store.ErrSessionEnded) {
			t.Errorf("later: %v, want ErrSessionEnded", err)
		}
		token, err := signIn(next)
		b.ok(err)
		if !b.signedIn(token) {
			t.Error("the new password does not sign in")
		}
	}
}

func TestARehashGivesWayToAChange(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	token, _ := b.signIn(b.owner)
	b.ok(b.Rehash(b.ctx(), b.owner.ID, "hash", "hash, dearer"))
	if hash := b.hash(b.owner); hash != "hash, dearer" || !b.signedIn(token) {
		t.Errorf("the hash is %q, the session is live: %v", hash, b.signedIn(token))
	}
	b.ok(b.Rehash(b.ctx(), b.owner.ID, "hash", "late"))
	if hash := b.hash(b.owner); hash != "hash, dearer" {
		t.Errorf("after a late one the hash is %q", hash)
	}
}

func TestAResetPasswordEndsEverythingOfThePerson(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada, _, err := b.SignUp(b.ctx(), b.invite, store.NewUser{Username: "ada", DisplayName: "Ada", Email: "ada@example.org", PasswordHash: "hash"})
	b.ok(err)
	others, _ := b.signIn(b.owner)
	for i, login := range []string{" ADA ", "Ada@Example.org"} {
		browser, browserID := b.signIn(ada)
		token := b.token(ada, store.ScopeRead)
		hash := fmt.Sprintf("reset %d", i)
		user, ended, err := b.ResetPassword(b.ctx(), login, hash)
		b.ok(err)
		want := []string{browserID, token.ID}
		slices.Sort(want)
		slices.Sort(ended)
		if user.ID != ada.ID || !slices.Equal(ended, want) {
			t.Errorf("ResetPassword(%q) = user %d, ended %v, want %v", login, user.ID, ended, want)
		}
		b.over(browser, browserID, store.ReasonPasswordChanged)
		if _, err := b.TokenBySecret(b.ctx(), token.Secret); !errors.Is(err, store.ErrTokenRevoked) {
			t.Errorf("the token: %v, want ErrTokenRevoked", err)
		}
		if b.hash(ada) != hash {
			t.Errorf("the hash is %q", b.hash(ada))
		}
	}
	if !b.signedIn(others) || b.hash(b.owner) != "hash" {
		t.Error("somebody else was touched")
	}
}

func TestAPasswordIsResetForActivePeopleOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone := w.user("gone")
	w.deactivate(gone)
	for login, want := range map[string]error{
		"gone": store.ErrDeactivated, "nobody": store.ErrNotFound, "": store.ErrNotFound, "@": store.ErrNotFound, "\x00": store.ErrNotFound,
	} {
		if _, _, err := w.ResetPassword(w.ctx(), login, "new"); !errors.Is(err, want) {
			t.Errorf("ResetPassword(%q): %v, want %v", login, err, want)
		}
	}
	if n := w.number(`select count(*) from users where password_hash = 'new'`); n != 0 {
		t.Errorf("%d passwords were reset", n)
	}
}
