package store_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"chatd/store"
)

func TestATokenPostsUntilItEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	n := w.node()
	for name, end := range map[string]func(store.Token){
		"revoked": func(token store.Token) { w.ok(w.RevokeToken(w.ctx(), ada.ID, token.ID)) },
		"expired": func(token store.Token) { w.exec(`update sessions set expires_at = now() where id = $1`, token.ID) },
	} {
		token := w.token(ada, store.ScopeReadWrite)
		send := message(room, ada, name)
		send.SessionID = token.ID
		_, err := n.Send(w.ctx(), send)
		w.ok(err)
		end(token)
		send.ClientID = clientID()
		if _, err := n.Send(w.ctx(), send); !errors.Is(err, store.ErrSessionEnded) {
			t.Errorf("%s: %v, want ErrSessionEnded", name, err)
		}
	}
}

func TestATokenThatIsRevokedWhileItPostsPostsNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "tea", w.owner, ada)
	n := w.node()
	var stored atomic.Int64
	for range 10 {
		token := w.token(ada, store.ScopeReadWrite)
		post := func() error {
			send := message(room, ada, "hello")
			send.SessionID = token.ID
			_, err := n.Send(w.ctx(), send)
			if err == nil {
				stored.Add(1)
			}
			return err
		}
		errs := together(8, func(i int) error {
			if i == 0 {
				return w.RevokeToken(w.ctx(), ada.ID, token.ID)
			}
			if err := post(); !errors.Is(err, store.ErrSessionEnded) {
				return err
			}
			return nil
		})
		w.ok(errors.Join(errs...))
		if err := post(); !errors.Is(err, store.ErrSessionEnded) {
			t.Fatalf("after the revocation: %v, want ErrSessionEnded", err)
		}
	}
	if got := int64(len(bodies(w.log(room.ID)))); got != stored.Load() {
		t.Errorf("%d messages are stored, %d were acknowledged", got, stored.Load())
	}
}

func TestASessionThatIsBeingEndedMakesNoToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	const (
		reset = `update users set password_hash = 'reset' where id = $1`
		end   = `update sessions set ended_at = now(), end_reason = 'signed-out', ended_tx = 1 where user_id = $1 and ended_at is null`
	)
	for name, ending := range map[string][]string{"reset": {reset, end}, "sign-out": {end}} {
		session := w.login(ada)
		taking := w.takeAway(ending[0], ada.ID)
		errs := together(2, func(i int) error {
			if i == 0 {
				_, err := w.CreateToken(w.ctx(), ada.ID, session, store.NewToken{Name: "bot", Scope: store.ScopeRead, TTL: time.Hour})
				return err
			}
			if err := w.waitForBlocked(); err != nil {
				return err
			}
			for _, sql := range ending[1:] {
				if _, err := taking.Exec(w.ctx(), sql, ada.ID); err != nil {
					return err
				}
			}
			return taking.Commit(w.ctx())
		})
		w.ok(errs[1])
		if !errors.Is(errs[0], store.ErrSessionEnded) {
			t.Errorf("%s: %v, want ErrSessionEnded", name, errs[0])
		}
	}
	if tokens, err := w.Tokens(w.ctx(), ada.ID); err != nil || len(tokens) != 0 {
		t.Errorf("tokens = %v, %v, want none", tokens, err)
	}
}

func TestNobodyHasMoreThanAHundredTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	session := w.login(ada)
	w.exec(`
		insert into sessions (id, kind, token_hash, user_id, name, scope, expires_at)
		select gen_random_uuid(), 'token', sha256(i::text::bytea), $1, 'bot ' || i, 'read', now() + interval '1 day'
		from generate_series(1, $2) i`, ada.ID, store.MaxTokens-2)
	make := func(i int) error {
		_, err := w.CreateToken(w.ctx(), ada.ID, session, store.NewToken{Name: fmt.Sprint("more ", i), Scope: store.ScopeRead, TTL: time.Hour})
		return err
	}
	made := 0
	for i, err := range together(6, make) {
		if err == nil {
			made++
		} else if !errors.Is(err, store.ErrTooManyTokens) || !errors.Is(err, store.ErrConflict) {
			t.Errorf("%d: %v, want ErrTooManyTokens", i, err)
		}
	}
	if made != 2 {
		t.Errorf("%d more were made, want 2", made)
	}
	tokens, err := w.Tokens(w.ctx(), ada.ID)
	w.ok(err)
	w.ok(w.RevokeToken(w.ctx(), ada.ID, tokens[0].ID))
	w.exec(`update sessions set expires_at = now() where id = $1`, tokens[1].ID)
	w.ok(make(7))
	w.ok(make(8))
	w.token(w.owner, store.ScopeRead)
}
