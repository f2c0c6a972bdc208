package store_test

import (
	"errors"
	"testing"

	"chatd/store"
)

func TestTheCommandLineActsInTheRightOfAnotherOwnerIfItCan(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	if _, err := w.ActingOwner(w.ctx(), 0); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("without anybody: %v", err)
	}
	w = newWorld(t)
	actor := func(other store.User) int64 {
		t.Helper()
		id, err := w.ActingOwner(w.ctx(), other.ID)
		w.ok(err)
		return id
	}
	second := w.userAs(store.RoleOwner, "second")
	if got := actor(store.User{}); got != w.owner.ID {
		t.Errorf("%d acts, want the first owner", got)
	}
	if got := actor(w.owner); got != second.ID {
		t.Errorf("%d acts on the first owner, want the second", got)
	}
	w.exec(`update users set suspended_until = 'infinity' where id = $1`, second.ID)
	if got := actor(w.owner); got != w.owner.ID {
		t.Errorf("%d acts, want the only owner who can", got)
	}
}

func TestAnAccountMadeForSomebodyIsLikeOneThatTheyMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.userAs(store.RoleAdmin, "ada")
	w.forgetNews()
	ctx := store.FromCommandLine(w.ctx())
	ben, pending, err := w.MakeUser(ctx, w.owner.ID, store.NewUser{Username: "ben", DisplayName: "Ben", PasswordHash: "hash"}, store.RoleMember)
	w.ok(err)
	if n := w.number(`select count(*) from memberships where user_id = $1`, ben.ID); n != 1 || len(pending) != 2 {
		t.Errorf("he is in %d rooms, and the news are %v: %q", n, pending, w.news())
	}
	guest, _, err := w.MakeUser(ctx, w.owner.ID, store.NewUser{Username: "gus", DisplayName: "Gus", PasswordHash: "hash"}, store.RoleGuest)
	w.ok(err)
	if n := w.number(`select count(*) from memberships where user_id = $1`, guest.ID); n != 0 {
		t.Errorf("the guest is in %d rooms", n)
	}
	if n := w.number(`select count(*) from audit_entries where action = 'user-added' and origin = 'command-line' and actor_id is null and user_id in ($1, $2)`, ben.ID, guest.ID); n != 2 {
		t.Errorf("%d entries in the log", n)
	}
	for name, tt := range map[string]struct {
		by   int64
		user string
		role store.Role
		want error
	}{
		"an admin makes an owner":   {admin.ID, "x", store.RoleOwner, store.ErrForbidden},
		"a member makes a member":   {ben.ID, "x", store.RoleMember, store.ErrForbidden},
		"the name is taken":         {w.owner.ID, "BEN", store.RoleMember, store.ErrConflict},
		"the name cannot be a name": {w.owner.ID, "b n", store.RoleMember, store.ErrInvalid},
	} {
		_, _, err := w.MakeUser(ctx, tt.by, store.NewUser{Username: tt.user, DisplayName: "X", PasswordHash: "hash"}, tt.role)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

func TestRoomsAreFoundByIDOrByName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	public := w.room(store.RoomPublic, "Boats", ana)
	private := w.room(store.RoomPrivate, "boats", ana)
	erased := w.room(store.RoomPrivate, "boats", ana)
	w.direct(ana, w.owner)
	w.exec(`update rooms set deleted_at = now(), erased_at = now() where id = $1`, erased.ID)
	for word, want := range map[string][]int64{
		"BOATS": {public.ID, private.ID}, " boats ": {public.ID, private.ID}, "boat": nil, "": nil, "1": nil,
		list([]int64{private.ID}): {private.ID}, list([]int64{erased.ID}): nil,
	} {
		rooms, err := w.RoomsCalled(w.ctx(), word)
		w.ok(err)
		var found []int64
		for _, r := range rooms {
			found = append(found, r.ID)
			if r.Name == "" || len(r.OwnedBy) != 1 || r.OwnedBy[0].ID != ana.ID {
				t.Errorf("found %+v", r)
			}
		}
		if list(found) != list(want) {
			t.Errorf("%q: %v, want %v", word, found, want)
		}
	}
}
