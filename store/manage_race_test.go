package store_test

import (
	"errors"
	"testing"
	"time"

	"chatd/store"
)

func TestHoweverOwnersActOnEachOtherAnOwnerIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const many = 4
	owners := []store.User{w.owner}
	for _, name := range []string{"second", "third", "fourth"} {
		owners = append(owners, w.userAs(store.RoleOwner, name))
	}
	for round := range 8 {
		w.exec(`update users set role = 'owner', deactivated_at = null where username = any ($1)`, []string{"owner", "second", "third", "fourth"})
		errs := together(2*many, func(i int) error {
			// Everybody acts on the next one, or on themselves.
			by, on := owners[i%many], owners[(i+round)%many]
			if i < many {
				_, _, err := w.SetRole(w.ctx(), by.ID, on.ID, store.RoleMember)
				return err
			}
			_, _, _, err := w.Deactivate(w.ctx(), by.ID, on.ID)
			return err
		})
		for i, err := range errs {
			if err != nil && !errors.Is(err, store.ErrLastOwner) && !errors.Is(err, store.ErrForbidden) {
				t.Errorf("round %d, %d: %v", round, i, err)
			}
		}
		if left := w.number(`select count(*) from users where role = 'owner' and deactivated_at is null`); left < 1 {
			t.Fatalf("round %d: no owner is left", round)
		}
	}
}

func TestNoSessionOutlivesADeactivation(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada := b.user("ada")
	for range 10 {
		_, live := b.signIn(ada)
		errs := together(8, func(i int) error {
			switch i % 4 {
			case 0:
				_, _, _, err := b.Deactivate(b.ctx(), b.owner.ID, ada.ID)
				return err
			case 1:
				return b.TouchSession(b.ctx(), live, "192.0.2.8")
			case 2:
				_, err := b.CreateToken(b.ctx(), ada.ID, live, store.NewToken{Name: "bot", Scope: store.ScopeRead, TTL: time.Hour})
				if errors.Is(err, store.ErrSessionEnded) {
					return nil
				}
				return err
			}
			ctx, err := b.manager.Load(b.ctx(), "")
			if err != nil {
				return err
			}
			b.manager.Put(ctx, store.SessionUser, ada.ID)
			if _, _, err = b.manager.Commit(ctx); errors.Is(err, store.ErrSessionEnded) {
				return nil
			}
			return err
		})
		b.ok(errors.Join(errs...))
		_, _, err := b.Reactivate(b.ctx(), b.owner.ID, ada.ID)
		b.ok(err)
		if live := b.number(`select count(*) from sessions where user_id = $1 and ended_at is null`, ada.ID); live != 0 {
			t.Fatalf("%d sessions came back with the account", live)
		}
		b.exec(`update sessions set last_used_at = now() - interval '2 minutes'`)
	}
}

func TestARoleThatIsTakenAwayMeanwhileGivesNoRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, ada := w.userAs(store.RoleAdmin, "admin"), w.user("ada")
	for range 10 {
		w.exec(`update users set role = 'admin' where id = $1`, admin.ID)
		w.exec(`update users set role = 'member' where id = $1`, ada.ID)
		errs := together(2, func(i int) error {
			if i == 0 {
				_, _, err := w.SetRole(w.ctx(), w.owner.ID, admin.ID, store.RoleMember)
				return err
			}
			_, _, err := w.SetRole(w.ctx(), admin.ID, ada.ID, store.RoleGuest)
			return err
		})
		w.ok(errs[0])
		if errs[1] != nil && !errors.Is(errs[1], store.ErrForbidden) {
			t.Errorf("by the admin: %v", errs[1])
		}
		if _, _, err := w.SetRole(w.ctx(), admin.ID, ada.ID, store.RoleGuest); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("afterwards: %v, want ErrForbidden", err)
		}
	}
}
