package store_test

import (
	"errors"
	"slices"
	"testing"

	"chatd/store"
)

func TestAResetLinkSetsAPasswordOnceAndEndsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	login := w.signIn(ana)
	first, err := w.CreateReset(w.ctx(), w.owner.ID, ana.ID)
	w.ok(err)
	reset, err := w.CreateReset(w.ctx(), w.owner.ID, ana.ID)
	w.ok(err)
	if _, err := w.ResetByToken(w.ctx(), first.Token); !errors.Is(err, store.ErrResetRevoked) {
		t.Errorf("the first link: %v, want ErrResetRevoked", err)
	}
	if _, err := w.ResetByToken(w.ctx(), "nonsense"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no link: %v", err)
	}
	found, err := w.ResetByToken(w.ctx(), reset.Token)
	if w.ok(err); found.User.Username != "ana" || found.Token != "" || !found.ExpiresAt.Equal(reset.ExpiresAt) {
		t.Errorf("it is %+v", found)
	}
	if n := w.number(`select count(*) from password_resets p where p::text like '%' || $1 || '%'`, reset.Token); n != 0 {
		t.Error("the token is in the database")
	}
	errs := together(5, func(int) error {
		_, _, err := w.UseReset(w.ctx(), reset.Token, "new hash")
		return err
	})
	used := slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err == nil })
	if len(used) != 4 || slices.ContainsFunc(used, func(err error) bool { return !errors.Is(err, store.ErrResetUsed) }) {
		t.Errorf("five at once: %v", errs)
	}
	hash, err := w.PasswordHash(w.ctx(), ana.ID)
	if live, _ := w.SessionLive(w.ctx(), login); err != nil || hash != "new hash" || live {
		t.Errorf("the hash is %q, %v; she is signed in: %v", hash, err, live)
	}
	if n := w.number(`select count(*) from audit_entries where user_id = $1 and (action = 'reset-link-made' and actor_id = $2 or action = 'password-reset' and actor_id = $1)`,
		ana.ID, w.owner.ID); n != 3 {
		t.Errorf("%d entries, want two links and one new password", n)
	}
	if n := w.number(`select count(*) from audit_entries e where e::text like '%' || $1 || '%' or e::text like '%hash%'`, reset.Token); n != 0 {
		t.Error("the audit log holds a secret")
	}
}

func TestAResetLinkIsMadeByWhoMayManageThePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, other, ana, cleo := w.userAs(store.RoleAdmin, "ada"), w.userAs(store.RoleAdmin, "bob"), w.user("ana"), w.user("cleo")
	w.deactivate(cleo)
	for _, tt := range []struct {
		name string
		by   int64
		user int64
		want error
	}{
		{"a member", ana.ID, cleo.ID, store.ErrForbidden},
		{"an admin for another", admin.ID, other.ID, store.ErrForbidden},
		{"an admin for the owner", admin.ID, w.owner.ID, store.ErrForbidden},
		{"for oneself", w.owner.ID, w.owner.ID, store.ErrInvalid},
		{"for nobody", admin.ID, 1 << 40, store.ErrNoSuchUser},
		{"for a closed account", admin.ID, cleo.ID, store.ErrDeactivated},
		{"an admin for a member", admin.ID, ana.ID, nil},
		{"the owner for an admin", w.owner.ID, admin.ID, nil},
	} {
		if _, err := w.CreateReset(w.ctx(), tt.by, tt.user); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	if n := w.number(`select count(*) from audit_entries where action = 'reset-link-made'`); n != 2 {
		t.Errorf("%d entries, want 2", n)
	}
}

func TestAResetLinkIsWorthWhatItsMakerMayDoNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.userAs(store.RoleAdmin, "ada")
	use := func(reset store.Reset, want error) {
		t.Helper()
		_, errShown := w.ResetByToken(w.ctx(), reset.Token)
		_, _, err := w.UseReset(w.ctx(), reset.Token, "a new hash")
		if !errors.Is(err, want) || !errors.Is(errShown, want) {
			t.Errorf("shown: %v, used: %v, want %v", errShown, err, want)
		}
	}
	for name, change := range map[string]string{
		"the person became an owner": `update users set role = 'owner' where username = $1`,
		"the person was closed":      `update users set deactivated_at = now() where username = $1`,
		"the maker is no admin":      `update users set role = 'member' where username = 'ada' and $1 <> ''`,
		"the maker was suspended":    `update users set suspended_until = 'infinity' where username = 'ada' and $1 <> ''`,
		"the person has another":     `update users set password_hash = 'other' where username = $1`,
		"the time is over":           `update password_resets set expires_at = now() where user_id = (select id from users where username = $1)`,
	} {
		t.Run(name, func(t *testing.T) {
			username := "p" + string(rune('a'+len(name)%26)) + name[len(name)-3:]
			person := w.user(username)
			reset, err := w.CreateReset(w.ctx(), admin.ID, person.ID)
			w.ok(err)
			switch name {
			case "the person has another":
				_, _, err := w.ResetPassword(w.ctx(), username, "by command line")
				w.ok(err)
				use(reset, store.ErrResetRevoked)
			case "the time is over":
				w.exec(change, username)
				use(reset, store.ErrResetExpired)
			default:
				w.exec(change, username)
				use(reset, store.ErrResetRevoked)
			}
			w.exec(`update users set role = 'admin', suspended_until = null where username = 'ada'`)
		})
	}
}

// What takes the link's worth away does so for good: nothing that is given back
// later brings it back.
func TestAResetLinkDoesNotComeBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		want error
		do   func(w *world, admin, person store.User)
	}{
		"the account is closed and opened": {store.ErrResetRevoked, func(w *world, _, person store.User) {
			_, _, _, err := w.Deactivate(w.ctx(), w.owner.ID, person.ID)
			w.ok(err)
			_, _, err = w.Reactivate(w.ctx(), w.owner.ID, person.ID)
			w.ok(err)
		}},
		"the person is suspended for a time": {store.ErrResetRevoked, func(w *world, _, person store.User) {
			_, _, err := w.Suspend(w.ctx(), w.owner.ID, person.ID, store.Terms{}, nil)
			w.ok(err)
			_, _, err = w.EndSuspension(w.ctx(), w.owner.ID, person.ID)
			w.ok(err)
		}},
		"the person is signed out": {store.ErrResetRevoked, func(w *world, _, person store.User) {
			_, err := w.SignOutUser(w.ctx(), w.owner.ID, person.ID, "removed")
			w.ok(err)
		}},
		"the person is an admin for a time": {store.ErrResetRevoked, func(w *world, _, person store.User) {
			for _, role := range []store.Role{store.RoleAdmin, store.RoleMember} {
				_, _, err := w.SetRole(w.ctx(), w.owner.ID, person.ID, role)
				w.ok(err)
			}
		}},
		"the maker is a member for a time": {store.ErrResetRevoked, func(w *world, admin, _ store.User) {
			for _, role := range []store.Role{store.RoleMember, store.RoleAdmin} {
				_, _, err := w.SetRole(w.ctx(), w.owner.ID, admin.ID, role)
				w.ok(err)
			}
		}},
		"the maker is suspended for a time": {store.ErrResetRevoked, func(w *world, admin, _ store.User) {
			_, _, err := w.Suspend(w.ctx(), w.owner.ID, admin.ID, store.Terms{}, nil)
			w.ok(err)
			_, _, err = w.EndSuspension(w.ctx(), w.owner.ID, admin.ID)
			w.ok(err)
		}},
		"the maker's account is closed and opened": {store.ErrResetRevoked, func(w *world, admin, _ store.User) {
			_, _, _, err := w.Deactivate(w.ctx(), w.owner.ID, admin.ID)
			w.ok(err)
			_, _, err = w.Reactivate(w.ctx(), w.owner.ID, admin.ID)
			w.ok(err)
		}},
		"the person is handed the workspace": {store.ErrResetRevoked, func(w *world, _, person store.User) {
			_, _, _, err := w.HandOverWorkspace(w.ctx(), w.owner.ID, person.ID, "hash")
			w.ok(err)
			_, _, err = w.SetRole(w.ctx(), person.ID, w.owner.ID, store.RoleOwner)
			w.ok(err)
			_, _, err = w.SetRole(w.ctx(), w.owner.ID, person.ID, store.RoleMember)
			w.ok(err)
		}},
		"the maker becomes an owner": {nil, func(w *world, admin, _ store.User) {
			_, _, err := w.SetRole(w.ctx(), w.owner.ID, admin.ID, store.RoleOwner)
			w.ok(err)
		}},
		"the person becomes a guest": {nil, func(w *world, _, person store.User) {
			_, _, err := w.SetRole(w.ctx(), w.owner.ID, person.ID, store.RoleGuest)
			w.ok(err)
		}},
		"somebody else is closed": {nil, func(w *world, _, _ store.User) {
			_, _, _, err := w.Deactivate(w.ctx(), w.owner.ID, w.user("other").ID)
			w.ok(err)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			admin, person := w.userAs(store.RoleAdmin, "ada"), w.user("pat")
			reset, err := w.CreateReset(w.ctx(), admin.ID, person.ID)
			w.ok(err)
			c.do(w, admin, person)
			if _, _, err := w.UseReset(w.ctx(), reset.Token, "a new hash"); !errors.Is(err, c.want) {
				t.Errorf("it is used: %v, want %v", err, c.want)
			}
		})
	}
}

// Those of the command line depend on nobody's rights, but on the account.
func TestAResetLinkOfTheCommandLineOutlivesChangesOfRoles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second := w.userAs(store.RoleOwner, "second")
	reset, err := w.CreateReset(w.atTheCommandLine(), w.owner.ID, second.ID)
	w.ok(err)
	for _, role := range []store.Role{store.RoleMember, store.RoleOwner} {
		_, _, err := w.SetRole(w.ctx(), w.owner.ID, second.ID, role)
		w.ok(err)
	}
	_, err = w.ResetByToken(w.ctx(), reset.Token)
	w.ok(err)
	_, _, err = w.Suspend(w.ctx(), w.owner.ID, second.ID, store.Terms{}, nil)
	w.ok(err)
	_, _, err = w.EndSuspension(w.ctx(), w.owner.ID, second.ID)
	w.ok(err)
	if _, err := w.ResetByToken(w.ctx(), reset.Token); !errors.Is(err, store.ErrResetRevoked) {
		t.Errorf("after a suspension: %v, want ErrResetRevoked", err)
	}
}
