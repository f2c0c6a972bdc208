package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"chatd/store"
)

// everyone has somebody of each role, besides the owner.
func (w *world) everyone() map[store.Role]store.User {
	w.t.Helper()
	people := map[store.Role]store.User{}
	for _, role := range []store.Role{store.RoleOwner, store.RoleAdmin, store.RoleMember, store.RoleGuest} {
		people[role] = w.userAs(role, "the-"+string(role))
	}
	return people
}

// Whom each role may manage, and to what.
func TestARoleIsGivenByThoseWhoMayManageTheOldAndTheNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := w.everyone()
	target := w.user("target")
	manages := map[store.Role][]store.Role{
		store.RoleOwner: {store.RoleOwner, store.RoleAdmin, store.RoleMember, store.RoleGuest},
		store.RoleAdmin: {store.RoleMember, store.RoleGuest},
	}
	for role, person := range by {
		for before := range by {
			for after := range by {
				w.exec(`update users set role = $2 where id = $1`, target.ID, before)
				user, pending, err := w.SetRole(w.ctx(), person.ID, target.ID, after)
				allowed := slices.Contains(manages[role], before) && slices.Contains(manages[role], after)
				what := fmt.Sprintf("%s makes %s %s", role, before, after)
				switch {
				case allowed && (err != nil || user.Role != after || (len(pending) > 0) != (before != after)):
					t.Errorf("%s: %s, %v, %v", what, user.Role, pending, err)
				case !allowed && role == store.RoleGuest && !errors.Is(err, store.ErrNoSuchUser):
					t.Errorf("%s: %v, want ErrNoSuchUser", what, err)
				case !allowed && role != store.RoleGuest && !errors.Is(err, store.ErrForbidden):
					t.Errorf("%s: %v, want ErrForbidden", what, err)
				}
				if now, err := w.User(w.ctx(), target.ID); err != nil || !allowed && now.Role != before {
					t.Errorf("%s: is now %s, %v", what, now.Role, err)
				}
			}
		}
	}
	if _, _, err := w.SetRole(w.ctx(), w.owner.ID, target.ID, "king"); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("an unknown role: %v, want ErrInvalid", err)
	}
	for _, id := range []int64{0, 1 << 40} {
		if _, _, err := w.SetRole(w.ctx(), w.owner.ID, id, store.RoleGuest); !errors.Is(err, store.ErrNoSuchUser) {
			t.Errorf("of nobody: %v, want ErrNoSuchUser", err)
		}
	}
}

func TestANewRoleIsNewsForAllAndForThePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	w.forgetNews()
	for range 2 {
		_, _, err := w.SetRole(w.ctx(), w.owner.ID, ada.ID, store.RoleAdmin)
		w.ok(err)
	}
	want := []string{
		line("user-changed", store.WorkspaceTopic, ada.ID, 0, w.owner.ID),
		line("me-changed", ada.ID, ada.ID, 0, w.owner.ID),
		line("decided", ada.ID, ada.ID, 0, w.owner.ID),
	}
	if news := w.news(); !slices.Equal(news, want) {
		t.Errorf("news = %v, want %v", news, want)
	}
}

func TestADeactivationEndsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada := b.user("ada")
	browser, browserID := b.signIn(ada)
	others, _ := b.signIn(b.owner)
	token := b.token(ada, store.ScopeRead)
	b.forgetNews()
	closed, ended, pending, err := b.Deactivate(b.ctx(), b.owner.ID, ada.ID)
	b.ok(err)
	want := []string{browserID, token.ID}
	slices.Sort(want)
	slices.Sort(ended)
	if closed.DeactivatedAt == nil || !slices.Equal(ended, want) || !slices.Equal(pending, store.Pending{store.WorkspaceTopic, ada.ID}) {
		t.Errorf("Deactivate = %+v, %v, %v", closed, ended, pending)
	}
	b.over(browser, browserID, store.ReasonDeactivated)
	if !b.signedIn(others) {
		t.Error("somebody else was signed out")
	}
	again, ended, pending, err := b.Deactivate(b.ctx(), b.owner.ID, ada.ID)
	if err != nil || len(ended)+len(pending) != 0 || !again.DeactivatedAt.Equal(*closed.DeactivatedAt) {
		t.Errorf("again: %+v, %v, %v, %v", again, ended, pending, err)
	}

	opened, _, err := b.Reactivate(b.ctx(), b.owner.ID, ada.ID)
	if err != nil || opened.DeactivatedAt != nil || opened.Role != store.RoleMember {
		t.Errorf("Reactivate = %+v, %v", opened, err)
	}
	if _, pending, err := b.Reactivate(b.ctx(), b.owner.ID, ada.ID); err != nil || len(pending) != 0 {
		t.Errorf("again: %v, %v", pending, err)
	}
	b.over(browser, browserID, store.ReasonDeactivated)
	if _, err := b.TokenBySecret(b.ctx(), token.Secret); !errors.Is(err, store.ErrTokenRevoked) {
		t.Errorf("the token after the return: %v, want ErrTokenRevoked", err)
	}
	if back, _ := b.signIn(ada); !b.signedIn(back) {
		t.Error("cannot sign in after the return")
	}
	if room, err := b.OverviewRoom(b.ctx(), ada.ID, b.firstRoom().ID); err != nil || room.Role != store.RoomMember {
		t.Errorf("the membership after the return: %+v, %v", room, err)
	}
	changed := line("user-changed", store.WorkspaceTopic, ada.ID, 0, b.owner.ID)
	told := line("me-changed", ada.ID, ada.ID, 0, b.owner.ID)
	if news := b.news(); !slices.Equal(news, []string{changed, told, changed, told}) {
		t.Errorf("news = %v", news)
	}
}

func TestOnlyThoseWhoMayManageSomebodyCloseTheirAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := w.everyone()
	member, admin := w.user("target"), w.userAs(store.RoleAdmin, "chief")
	acts := map[string]func(by, user int64) error{
		"deactivate": func(by, user int64) error { _, _, _, err := w.Deactivate(w.ctx(), by, user); return err },
		"reactivate": func(by, user int64) error { _, _, err := w.Reactivate(w.ctx(), by, user); return err },
		"sign out":   func(by, user int64) error { _, err := w.SignOutUser(w.ctx(), by, user, "removed"); return err },
	}
	for what, act := range acts {
		for role, wants := range map[store.Role][2]error{
			store.RoleOwner:  {nil, nil},
			store.RoleAdmin:  {nil, store.ErrForbidden},
			store.RoleMember: {store.ErrForbidden, store.ErrForbidden},
			store.RoleGuest:  {store.ErrNoSuchUser, store.ErrNoSuchUser},
		} {
			for i, target := range []store.User{member, admin} {
				if err := act(by[role].ID, target.ID); !errors.Is(err, wants[i]) {
					t.Errorf("%s: %s on %s: %v, want %v", what, role, target.Role, err, wants[i])
				}
			}
		}
	}
	w.deactivate(by[store.RoleAdmin])
	for what, act := range acts {
		if err := act(by[store.RoleAdmin].ID, member.ID); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("%s by somebody deactivated: %v, want ErrForbidden", what, err)
		}
	}
}

func TestSigningSomebodyOutEndsTheirBrowsersAndTokens(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada := b.user("ada")
	browser, browserID := b.signIn(ada)
	token := b.token(ada, store.ScopeRead)
	others, _ := b.signIn(b.owner)
	ended, err := b.SignOutUser(b.ctx(), b.owner.ID, ada.ID, "removed")
	b.ok(err)
	if len(ended) != 2 || !slices.Contains(ended, browserID) || !slices.Contains(ended, token.ID) {
		t.Errorf("ended %v, want %v and %v", ended, browserID, token.ID)
	}
	b.over(browser, browserID, "removed")
	if !b.signedIn(others) {
		t.Error("somebody else was signed out")
	}
	if again, _ := b.signIn(ada); !b.signedIn(again) {
		t.Error("cannot sign in again")
	}
}

func TestTheLastActiveOwnerStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second := w.userAs(store.RoleOwner, "second")
	_, _, _, err := w.Deactivate(w.ctx(), second.ID, second.ID)
	w.ok(err)
	for name, act := range map[string]func() error{
		"demote":     func() error { _, _, err := w.SetRole(w.ctx(), w.owner.ID, w.owner.ID, store.RoleAdmin); return err },
		"deactivate": func() error { _, _, _, err := w.Deactivate(w.ctx(), w.owner.ID, w.owner.ID); return err },
	} {
		if err := act(); !errors.Is(err, store.ErrLastOwner) || !errors.Is(err, store.ErrConflict) {
			t.Errorf("%s: %v, want ErrLastOwner", name, err)
		}
	}
	_, _, err = w.Reactivate(w.ctx(), w.owner.ID, second.ID)
	w.ok(err)
	_, _, err = w.SetRole(w.ctx(), w.owner.ID, w.owner.ID, store.RoleAdmin)
	w.ok(err)
	if _, _, err := w.SetRole(w.ctx(), w.owner.ID, second.ID, store.RoleAdmin); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("by the former owner: %v, want ErrForbidden", err)
	}
}
