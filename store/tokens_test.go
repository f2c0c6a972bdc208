package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"chatd/store"
)

// login makes a browser session without a session manager.
func (w *world) login(user store.User) string {
	w.t.Helper()
	var id string
	w.ok(w.sql.QueryRow(w.ctx(), `
		insert into sessions (id, token_hash, user_id, expires_at)
		select id, sha256(id::text::bytea), $1, now() + interval '1 day' from gen_random_uuid() id
		returning id`, user.ID).Scan(&id))
	return id
}

// token makes an access token that lives for a day, in a browser that is then
// forgotten.
func (w *world) token(user store.User, scope string) store.Token {
	w.t.Helper()
	session := w.login(user)
	token, err := w.CreateToken(w.ctx(), user.ID, session, store.NewToken{Name: "script", Scope: scope, TTL: 24 * time.Hour})
	w.ok(err)
	w.exec(`delete from sessions where id = $1`, session)
	return token
}

// names returns the names of tokens.
func names(tokens []store.Token) []string {
	var list []string
	for _, token := range tokens {
		list = append(list, token.Name)
	}
	return list
}

func TestATokenIsFoundByItsSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	made, err := w.CreateToken(w.ctx(), ada.ID, w.login(ada), store.NewToken{Name: "  deploy   bot ", Scope: store.ScopeRead, TTL: 90 * 24 * time.Hour})
	w.ok(err)
	if made.Name != "deploy bot" || made.Scope != store.ScopeRead || made.LastUsedAt != nil || made.ExpiresAt.Sub(made.CreatedAt) != 90*24*time.Hour {
		t.Errorf("made %+v", made)
	}
	if !strings.HasPrefix(made.Secret, "chatd_") || len(made.Secret) != len("chatd_")+52 {
		t.Errorf("its secret is %q", made.Secret)
	}
	login, err := w.TokenBySecret(w.ctx(), made.Secret)
	if want := (store.TokenLogin{ID: made.ID, UserID: ada.ID, Scope: store.ScopeRead, ExpiresAt: made.ExpiresAt}); err != nil || login != want {
		t.Errorf("TokenBySecret = %+v, %v, want %+v", login, err, want)
	}
	for _, wrong := range []string{"", "chatd_", made.Secret + "x", strings.ToLower(made.Secret), made.ID, "\x00\xff"} {
		if _, err := w.TokenBySecret(w.ctx(), wrong); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("TokenBySecret(%q): %v, want ErrNotFound", wrong, err)
		}
	}
	if stored := w.number(`select count(*) from sessions s where s::text like '%' || $1 || '%'`, made.Secret); stored != 0 {
		t.Error("the secret itself is in the database")
	}
	if again := w.token(ada, store.ScopeRead); again.Secret == made.Secret {
		t.Error("two tokens have one secret")
	}
}

func TestATokenNeedsANameAScopeAndAnEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	session := w.login(w.owner)
	good := store.NewToken{Name: "bot", Scope: store.ScopeReadWrite, TTL: time.Hour}
	for field, bad := range map[string][]func(*store.NewToken){
		"name": {
			func(n *store.NewToken) { n.Name = " " },
			func(n *store.NewToken) { n.Name = strings.Repeat("a", 81) },
			func(n *store.NewToken) { n.Name = "two\nlines" },
		},
		"scope": {
			func(n *store.NewToken) { n.Scope = "" },
			func(n *store.NewToken) { n.Scope = "admin" },
		},
		"expires_in_days": {
			func(n *store.NewToken) { n.TTL = 0 },
			func(n *store.NewToken) { n.TTL = -time.Hour },
			func(n *store.NewToken) { n.TTL = 3651 * 24 * time.Hour },
		},
	} {
		for i, change := range bad {
			token := good
			change(&token)
			_, err := w.CreateToken(w.ctx(), w.owner.ID, session, token)
			if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || invalid.Field != field {
				t.Errorf("%s %d: %v, want an InvalidError", field, i, err)
			}
		}
	}
}

func TestATokenIsMadeInABrowserThatIsSignedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, gone := w.user("ada"), w.user("gone")
	ended, expired, deactivated := w.login(ada), w.login(ada), w.login(gone)
	_, err := w.EndSession(w.ctx(), ended, "signed-out")
	w.ok(err)
	w.exec(`update sessions set expires_at = now() where id = $1`, expired)
	w.deactivate(gone)
	for name, by := range map[string]struct {
		user    int64
		session string
	}{
		"ended": {ada.ID, ended}, "expired": {ada.ID, expired}, "deactivated": {gone.ID, deactivated}, "nobody": {1 << 40, w.login(ada)},
		"somebody else's": {ada.ID, w.login(w.owner)}, "a token": {ada.ID, w.token(ada, store.ScopeReadWrite).ID},
		"unknown": {ada.ID, "00000000-0000-0000-0000-000000000000"}, "none": {ada.ID, ""},
	} {
		_, err := w.CreateToken(w.ctx(), by.user, by.session, store.NewToken{Name: "bot", Scope: store.ScopeRead, TTL: time.Hour})
		if !errors.Is(err, store.ErrSessionEnded) {
			t.Errorf("%s: %v, want ErrSessionEnded", name, err)
		}
	}
}

func TestATokenThatHasEndedSaysWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, gone := w.user("ada"), w.user("gone")
	revoked, expired, both, of := w.token(ada, store.ScopeRead), w.token(ada, store.ScopeRead), w.token(ada, store.ScopeRead), w.token(gone, store.ScopeRead)
	w.ok(w.RevokeToken(w.ctx(), ada.ID, revoked.ID))
	w.ok(w.RevokeToken(w.ctx(), ada.ID, both.ID))
	w.exec(`update sessions set expires_at = now() where id in ($1, $2)`, expired.ID, both.ID)
	w.deactivate(gone)
	for token, want := range map[store.Token]error{
		revoked: store.ErrTokenRevoked, both: store.ErrTokenRevoked, of: store.ErrTokenRevoked, expired: store.ErrTokenExpired,
	} {
		_, err := w.TokenBySecret(w.ctx(), token.Secret)
		if !errors.Is(err, want) || !errors.Is(err, store.ErrSessionEnded) {
			t.Errorf("%v, want %v, a kind of ErrSessionEnded", err, want)
		}
		if live, err := w.SessionLive(w.ctx(), token.ID); live || err != nil {
			t.Errorf("SessionLive = %v, %v", live, err)
		}
	}
	if tokens, err := w.Tokens(w.ctx(), ada.ID); err != nil || len(tokens) != 0 {
		t.Errorf("Tokens = %v, %v, want none", tokens, err)
	}
	w.exec(`update sessions set expires_at = now() - interval '61 minutes'`)
	_, err := w.DeleteExpiredSessions(w.ctx())
	w.ok(err)
	if _, err := w.TokenBySecret(w.ctx(), revoked.Secret); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after its tombstone is gone: %v, want ErrNotFound", err)
	}
}

func TestATokenIsRevokedByItsOwnerAlone(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada := b.user("ada")
	token := b.token(ada, store.ScopeReadWrite)
	_, session := b.signIn(ada)
	before, err := b.Look(b.ctx(), 0)
	b.ok(err)
	if err := b.RevokeToken(b.ctx(), b.owner.ID, token.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("by somebody else: %v, want ErrNotFound", err)
	}
	for _, id := range []string{session, "", "x", "00000000-0000-0000-0000-000000000000"} {
		if err := b.RevokeToken(b.ctx(), ada.ID, id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("RevokeToken(%q): %v, want ErrNotFound", id, err)
		}
	}
	for range 2 {
		b.ok(b.RevokeToken(b.ctx(), ada.ID, token.ID))
	}
	after, err := b.Look(b.ctx(), before.Next)
	b.ok(err)
	if want := (store.EndedSession{ID: token.ID, Reason: store.ReasonRevoked, UserID: ada.ID}); !slices.Contains(after.EndedSessions, want) {
		t.Errorf("others see %v, want %v among them", after.EndedSessions, want)
	}
}

func TestTokensAreListedNewestFirstWithTheirLastUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	w.token(w.owner, store.ScopeRead)
	for _, name := range []string{"first", "second"} {
		_, err := w.CreateToken(w.ctx(), ada.ID, w.login(ada), store.NewToken{Name: name, Scope: store.ScopeRead, TTL: time.Hour})
		w.ok(err)
	}
	tokens, err := w.Tokens(w.ctx(), ada.ID)
	w.ok(err)
	if !slices.Equal(names(tokens), []string{"second", "first"}) || tokens[0].LastUsedAt != nil || tokens[0].Secret != "" {
		t.Fatalf("tokens = %+v", tokens)
	}
	w.ok(w.TouchSession(w.ctx(), tokens[1].ID, "192.0.2.9"))
	w.ok(w.TouchSession(w.ctx(), tokens[1].ID, "192.0.2.10"))
	tokens, err = w.Tokens(w.ctx(), ada.ID)
	w.ok(err)
	used := tokens[1]
	if used.LastUsedAt == nil || used.Address != "192.0.2.9" || tokens[0].LastUsedAt != nil {
		t.Errorf("after its first use: %+v", tokens)
	}
	w.exec(`update sessions set last_used_at = last_used_at - interval '61 seconds', created_at = created_at - interval '1 hour'`)
	w.ok(w.TouchSession(w.ctx(), used.ID, "192.0.2.11"))
	tokens, err = w.Tokens(w.ctx(), ada.ID)
	w.ok(err)
	if tokens[1].Address != "192.0.2.11" {
		t.Errorf("after a minute: %+v", tokens[1])
	}
	if seen, err := w.User(w.ctx(), ada.ID); err != nil || seen.LastSeenAt != nil {
		t.Errorf("a script was taken for its owner: seen at %v, %v", seen.LastSeenAt, err)
	}
}

func TestACookieIsNoTokenAndATokenNoCookie(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	cookie, session := b.signIn(b.owner)
	token := b.token(b.owner, store.ScopeReadWrite)
	if b.signedIn(token.Secret) {
		t.Error("signed in with a token as cookie")
	}
	if _, err := b.TokenBySecret(b.ctx(), cookie); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a cookie as token: %v, want ErrNotFound", err)
	}
	b.ok(b.SessionStore().Delete(token.Secret))
	if err := b.EndOwnSession(b.ctx(), b.owner.ID, token.ID, "removed"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("EndOwnSession of a token: %v, want ErrNotFound", err)
	}
	ctx := b.load(cookie)
	data, err := b.manager.Codec.Encode(b.manager.Deadline(ctx), map[string]any{store.SessionUser: b.owner.ID})
	b.ok(err)
	if err := b.SessionStore().Commit(token.Secret, data, b.manager.Deadline(ctx)); !errors.Is(err, store.ErrSessionEnded) {
		t.Errorf("a token saved as a session: %v, want ErrSessionEnded", err)
	}
	ended, err := b.EndUserSessions(b.ctx(), b.owner.ID, "", "removed")
	if err != nil || !slices.Equal(ended, []string{session}) {
		t.Errorf("EndUserSessions = %v, %v, want the browser's alone", ended, err)
	}
	if _, err := b.TokenBySecret(b.ctx(), token.Secret); err != nil {
		t.Errorf("the token after all that: %v", err)
	}
}
