package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

func TestOwnersAndAdminsMakeSeeAndRevokeInvites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, ada := w.userAs(store.RoleAdmin, "admin"), w.user("ada")
	made, err := w.CreateInvite(w.ctx(), admin.ID, store.NewInvite{TTL: time.Hour})
	w.ok(err)
	if invites, _, err := w.Invites(w.ctx(), admin.ID, store.Page{}); err != nil || len(invites) != 2 || invites[0].CreatedBy.ID != admin.ID {
		t.Errorf("an admin sees %+v, %v", invites, err)
	}
	w.ok(w.RevokeInvite(w.ctx(), admin.ID, made.ID))
	if _, err := w.CreateInvite(w.ctx(), ada.ID, store.NewInvite{TTL: time.Hour}); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("CreateInvite: %v, want ErrForbidden", err)
	}
	if _, _, err := w.Invites(w.ctx(), ada.ID, store.Page{}); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("Invites: %v, want ErrForbidden", err)
	}
	invite, err := w.InviteByToken(w.ctx(), w.invite)
	w.ok(err)
	for _, id := range []int64{invite.ID, invite.ID + 1000} {
		if err := w.RevokeInvite(w.ctx(), ada.ID, id); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("RevokeInvite(%d): %v, want ErrForbidden", id, err)
		}
	}
	if err := w.RevokeInvite(w.ctx(), w.owner.ID, invite.ID+1000); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("RevokeInvite of none: %v, want ErrNotFound", err)
	}
}

func TestInvitesAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second, err := w.CreateInvite(w.ctx(), w.owner.ID, store.NewInvite{TTL: 24 * time.Hour})
	w.ok(err)
	if life := second.ExpiresAt.Sub(second.CreatedAt); life != 24*time.Hour {
		t.Errorf("it lives for %v, want a day", life)
	}
	w.user("ada")
	w.ok(w.RevokeInvite(w.ctx(), w.owner.ID, second.ID))
	invites, _, err := w.Invites(w.ctx(), w.owner.ID, store.Page{})
	w.ok(err)
	if len(invites) != 2 || invites[0].ID != second.ID {
		t.Fatalf("invites = %+v, want two, the newest first", invites)
	}
	if invites[0].RevokedAt == nil || invites[0].Uses != 0 {
		t.Errorf("the second = %+v, want revoked and unused", invites[0])
	}
	if invites[1].RevokedAt != nil || invites[1].Uses != 1 || invites[1].CreatedBy.DisplayName != "Owner" {
		t.Errorf("the first = %+v, want live and used once", invites[1])
	}
	if invites[1].Token != "" {
		t.Error("a token was stored")
	}
}

func TestInvitesAreListedPageByPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 4 {
		_, err := w.CreateInvite(w.ctx(), w.owner.ID, store.NewInvite{TTL: time.Hour})
		w.ok(err)
	}
	for _, limit := range []int{1, 2, 5} {
		var ids []int64
		page := store.Page{Limit: limit}
		for {
			invites, next, err := w.Invites(w.ctx(), w.owner.ID, page)
			w.ok(err)
			for _, invite := range invites {
				ids = append(ids, invite.ID)
			}
			if page.After = next; next == "" {
				break
			}
		}
		if len(ids) != 5 || !slices.IsSortedFunc(ids, func(a, b int64) int { return int(b - a) }) {
			t.Errorf("pages of %d: %v, want five, the newest first", limit, ids)
		}
	}
}

func TestAnInviteLeadsToRoomsThatItsMakerMayAddPeopleTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, ada := w.userAs(store.RoleAdmin, "admin"), w.user("ada")
	public, secret := w.room(store.RoomPublic, "tea", w.owner), w.room(store.RoomPrivate, "secret", w.owner)
	shared, direct := w.room(store.RoomPrivate, "shared", w.owner, admin), w.direct(w.owner, admin)
	invite := func(by store.User, role store.Role, rooms ...int64) error {
		_, err := w.CreateInvite(w.ctx(), by.ID, store.NewInvite{TTL: time.Hour, Role: role, Rooms: rooms})
		return err
	}
	w.ok(invite(admin, store.RoleGuest, public.ID, shared.ID))
	w.ok(invite(w.owner, store.RoleMember, secret.ID))
	for name, rooms := range map[string][]int64{
		"unknown": {1 << 40}, "negative": {-1}, "private to others": {secret.ID}, "direct": {direct.ID}, "one of two": {public.ID, secret.ID},
	} {
		err := invite(admin, store.RoleMember, rooms...)
		if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || invalid.Field != "room_ids" {
			t.Errorf("%s: %v, want an InvalidError", name, err)
		}
	}
	if err := invite(admin, store.RoleGuest); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a guest without a room: %v, want ErrInvalid", err)
	}
	if err := invite(w.owner, store.RoleAdmin); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("an invite for admins: %v, want ErrInvalid", err)
	}
	if err := invite(ada, store.RoleMember, secret.ID); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("by a member: %v, want ErrForbidden", err)
	}
	invites, _, err := w.Invites(w.ctx(), admin.ID, store.Page{})
	w.ok(err)
	if len(invites) != 3 || len(invites[0].Rooms) != 0 || !slices.Equal(invites[1].Rooms, []int64{public.ID, shared.ID}) || invites[1].Role != store.RoleGuest {
		t.Errorf("the admin sees %+v, want no room that is private to others", invites)
	}
}

func TestAnInviteThatHasEndedSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	revoked, err := w.CreateInvite(w.ctx(), w.owner.ID, store.NewInvite{TTL: time.Hour})
	w.ok(err)
	w.ok(w.RevokeInvite(w.ctx(), w.owner.ID, revoked.ID))
	w.ok(w.RevokeInvite(w.ctx(), w.owner.ID, revoked.ID))
	expired, err := w.CreateInvite(w.ctx(), w.owner.ID, store.NewInvite{TTL: time.Microsecond})
	w.ok(err)
	for token, want := range map[string]error{
		revoked.Token:   store.ErrInviteRevoked,
		expired.Token:   store.ErrInviteExpired,
		"no such token": store.ErrNotFound,
		"\x00\xff":      store.ErrNotFound,
	} {
		if _, err := w.InviteByToken(w.ctx(), token); !errors.Is(err, want) {
			t.Errorf("InviteByToken(%q): %v, want %v", token, err, want)
		}
		_, _, err := w.SignUp(w.ctx(), token, store.NewUser{Username: "ada", DisplayName: "Ada", PasswordHash: "hash"})
		if !errors.Is(err, want) {
			t.Errorf("SignUp(%q): %v, want %v", token, err, want)
		}
		if gone := !errors.Is(want, store.ErrNotFound); errors.Is(err, store.ErrGone) != gone {
			t.Errorf("SignUp(%q): %v, is ErrGone should be %v", token, err, gone)
		}
	}
	if _, err := w.CreateInvite(w.ctx(), w.owner.ID, store.NewInvite{TTL: 0}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("an invite of no time: %v, want ErrInvalid", err)
	}
}

func TestARevokedInviteLetsNobodyInAfterwards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invite, err := w.InviteByToken(w.ctx(), w.invite)
	w.ok(err)
	revoked := make(chan struct{})
	errs := together(12, func(i int) error {
		if i == 6 {
			defer close(revoked)
			return w.RevokeInvite(w.ctx(), w.owner.ID, invite.ID)
		}
		if i > 6 {
			<-revoked
		}
		_, _, err := w.SignUp(w.ctx(), w.invite, store.NewUser{Username: fmt.Sprintf("user%d", i), DisplayName: "User", PasswordHash: "hash"})
		return err
	})
	w.ok(errs[6])
	for i, err := range errs[7:] {
		if !errors.Is(err, store.ErrInviteRevoked) {
			t.Errorf("a sign-up after the revocation: %d: %v", i+7, err)
		}
	}
	let := int64(6 - len(slices.DeleteFunc(errs[:6], func(err error) bool { return err == nil })))
	if uses, users := w.number(`select uses from invites`), w.number(`select count(*) - 1 from users`); uses != let || users != let {
		t.Errorf("%d got in, %d uses counted, %d users made", let, uses, users)
	}
}

func TestAnInviteIsGoodForExactlySoManyAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invite, err := w.CreateInvite(w.ctx(), w.owner.ID, store.NewInvite{TTL: time.Hour, MaxUses: 3})
	w.ok(err)
	if invite.MaxUses != 3 || invite.Uses != 0 {
		t.Errorf("it is %+v", invite)
	}
	signUp := func(name string) error {
		_, _, err := w.SignUp(w.ctx(), invite.Token, store.NewUser{Username: name, DisplayName: name, PasswordHash: "hash"})
		return err
	}
	// A sign-up that fails uses nothing up.
	if err := signUp("owner"); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a taken name: %v", err)
	}
	made := 0
	for _, err := range together(8, func(i int) error { return signUp(fmt.Sprint("p", i)) }) {
		switch {
		case err == nil:
			made++
		case !errors.Is(err, store.ErrInviteUsedUp):
			t.Errorf("%v, want ErrInviteUsedUp", err)
		}
	}
	if people := w.number(`select count(*) from users where username like 'p_'`); made != 3 || people != 3 {
		t.Errorf("%d have signed up, and there are %d", made, people)
	}
	if _, err := w.InviteByToken(w.ctx(), invite.Token); !errors.Is(err, store.ErrInviteUsedUp) {
		t.Errorf("the link says %v", err)
	}
	w.ok(w.RevokeInvite(w.ctx(), w.owner.ID, invite.ID))
	if err := signUp("late"); !errors.Is(err, store.ErrInviteRevoked) {
		t.Errorf("after it was revoked: %v", err)
	}
	if _, err := w.CreateInvite(w.ctx(), w.owner.ID, store.NewInvite{TTL: time.Hour, MaxUses: -1}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("for less than none: %v", err)
	}
}
