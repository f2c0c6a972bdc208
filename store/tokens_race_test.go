package store_test

import (
	"errors"
	"sync/atomic"
	"testing"

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
