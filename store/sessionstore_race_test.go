package store_test

import (
	"errors"
	"testing"

	"chatd/store"
)

// The race that brings sessions back with stores that save by upsert.
func TestARequestThatSavesAfterTheLogOutRevivesNothing(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	token, id := b.signIn(b.owner)

	late := b.load(token)
	ended, err := b.EndSession(b.ctx(), id, "signed-out")
	if err != nil || !ended {
		t.Fatalf("EndSession = %v, %v", ended, err)
	}
	b.manager.Put(late, store.SessionAddress, "192.0.2.8")
	if _, _, err := b.manager.Commit(late); !errors.Is(err, store.ErrSessionEnded) {
		t.Errorf("the late save: %v, want ErrSessionEnded", err)
	}
	b.over(token, id, "signed-out")
}

func TestARequestThatRenewsAfterTheLogOutRevivesNothing(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	token, id := b.signIn(b.owner)

	late := b.load(token)
	_, err := b.EndSession(b.ctx(), id, "signed-out")
	b.ok(err)
	b.ok(b.manager.RenewToken(late))
	if _, _, err := b.manager.Commit(late); !errors.Is(err, store.ErrSessionEnded) {
		t.Errorf("the late renewal: %v, want ErrSessionEnded", err)
	}
	b.over(token, id, "signed-out")
	if live := b.number(`select count(*) from sessions where ended_at is null`); live != 0 {
		t.Errorf("%d sessions are live", live)
	}
}

func TestSavesDuringALogOutReviveNothing(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	for range 20 {
		token, id := b.signIn(b.owner)
		errs := together(9, func(i int) error {
			if i == 4 {
				_, err := b.EndSession(b.ctx(), id, "signed-out")
				return err
			}
			ctx, err := b.manager.Load(b.ctx(), token)
			if err != nil || b.manager.GetInt64(ctx, store.SessionUser) == 0 {
				return err
			}
			b.manager.Put(ctx, store.SessionAddress, "192.0.2.8")
			if _, _, err = b.manager.Commit(ctx); errors.Is(err, store.ErrSessionEnded) {
				return nil
			}
			return err
		})
		b.ok(errors.Join(errs...))
		b.over(token, id, "signed-out")
	}
}
