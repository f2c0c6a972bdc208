package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

func TestOnlyTheOwnerMakesSeesAndRevokesInvites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	if _, err := w.CreateInvite(w.ctx(), ada.ID, time.Hour); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("CreateInvite: %v, want ErrForbidden", err)
	}
	if _, err := w.Invites(w.ctx(), ada.ID); !errors.Is(err, store.ErrForbidden) {
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
	second, err := w.CreateInvite(w.ctx(), w.owner.ID, 24*time.Hour)
	w.ok(err)
	if life := second.ExpiresAt.Sub(second.CreatedAt); life != 24*time.Hour {
		t.Errorf("it lives for %v, want a day", life)
	}
	w.user("ada")
	w.ok(w.RevokeInvite(w.ctx(), w.owner.ID, second.ID))
	invites, err := w.Invites(w.ctx(), w.owner.ID)
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

func TestAnInviteThatHasEndedSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	revoked, err := w.CreateInvite(w.ctx(), w.owner.ID, time.Hour)
	w.ok(err)
	w.ok(w.RevokeInvite(w.ctx(), w.owner.ID, revoked.ID))
	w.ok(w.RevokeInvite(w.ctx(), w.owner.ID, revoked.ID))
	expired, err := w.CreateInvite(w.ctx(), w.owner.ID, time.Microsecond)
	w.ok(err)
	for token, want := range map[string]error{
		revoked.Token:   store.ErrInviteRevoked,
		expired.Token:   store.ErrInviteExpired,
		"no such token": store.ErrNotFound,
		"":              store.ErrNotFound,
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
	if _, err := w.CreateInvite(w.ctx(), w.owner.ID, 0); !errors.Is(err, store.ErrInvalid) {
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
