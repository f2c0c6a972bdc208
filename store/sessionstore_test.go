package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"chatd/store"
)

// browser is somebody with a session manager on the world's store.
type browser struct {
	*world
	manager *scs.SessionManager
}

// browser does not use scs.New, whose default store starts a goroutine that
// cannot be stopped.
func (w *world) browser() browser {
	return browser{w, &scs.SessionManager{
		Store:    w.SessionStore(),
		Codec:    scs.GobCodec{},
		Lifetime: 24 * time.Hour,
		Cookie:   scs.SessionCookie{Name: "session", Path: "/"},
	}}
}

// signIn makes a session and returns its token and id.
func (b browser) signIn(user store.User) (token, id string) {
	b.t.Helper()
	ctx, err := b.manager.Load(b.ctx(), "")
	b.ok(err)
	b.manager.Put(ctx, store.SessionUser, user.ID)
	b.manager.Put(ctx, store.SessionUserAgent, "Test/1.0")
	b.manager.Put(ctx, store.SessionAddress, "192.0.2.7")
	token, _, err = b.manager.Commit(ctx)
	b.ok(err)
	return token, b.manager.GetString(b.load(token), store.SessionID)
}

// load is the beginning of a request.
func (b browser) load(token string) context.Context {
	b.t.Helper()
	ctx, err := b.manager.Load(b.ctx(), token)
	b.ok(err)
	return ctx
}

// signedIn says whether a request with the token is somebody's.
func (b browser) signedIn(token string) bool {
	b.t.Helper()
	return b.manager.GetInt64(b.load(token), store.SessionUser) != 0
}

func TestASessionIsFoundByItsTokenWithItsValues(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	token, id := b.signIn(b.owner)
	ctx := b.load(token)
	if user := b.manager.GetInt64(ctx, store.SessionUser); user != b.owner.ID {
		t.Errorf("user = %d, want %d", user, b.owner.ID)
	}
	if agent, address := b.manager.GetString(ctx, store.SessionUserAgent), b.manager.GetString(ctx, store.SessionAddress); agent != "Test/1.0" || address != "192.0.2.7" {
		t.Errorf("user agent and address = %q, %q", agent, address)
	}
	if left := time.Until(b.manager.Deadline(ctx)); left < 23*time.Hour || left > 24*time.Hour {
		t.Errorf("it lives for %v, want a day", left)
	}
	for _, wrong := range []string{"x", token + "x", strings.ToUpper(token), "\x00", "\xff"} {
		if b.signedIn(wrong) {
			t.Errorf("signed in with the token %q", wrong)
		}
	}
	record, err := b.Session(b.ctx(), id)
	b.ok(err)
	if record.UserID != b.owner.ID || record.UserAgent != "Test/1.0" || record.EndedAt != nil {
		t.Errorf("session = %+v", record)
	}
	if stored := b.number(`select count(*) from sessions s where s::text like '%' || $1 || '%'`, token); stored != 0 {
		t.Error("the token itself is in the database")
	}
}

// over checks that a session is over for good and says why.
func (b browser) over(token, id, reason string) {
	b.t.Helper()
	if b.signedIn(token) {
		b.t.Error("the old token is signed in")
	}
	if live, err := b.SessionLive(b.ctx(), id); err != nil || live {
		b.t.Errorf("SessionLive = %v, %v", live, err)
	}
	if record, err := b.Session(b.ctx(), id); err != nil || record.EndedAt == nil || record.EndReason != reason {
		b.t.Errorf("the record = %+v, %v; want ended: %s", record, err, reason)
	}
}

func TestARenewedTokenContinuesTheSessionUnderANewId(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	old, oldID := b.signIn(b.owner)
	ctx := b.load(old)
	b.ok(b.manager.RenewToken(ctx))
	renewed, _, err := b.manager.Commit(ctx)
	b.ok(err)
	if renewed == old {
		t.Fatal("the token is the same")
	}
	b.over(old, oldID, store.ReasonReplaced)
	after := b.load(renewed)
	if user, id := b.manager.GetInt64(after, store.SessionUser), b.manager.GetString(after, store.SessionID); user != b.owner.ID || id == oldID || id == "" {
		t.Errorf("renewed: user %d, session %q (before: %q)", user, id, oldID)
	}
	// A second save in the same request finds its own row.
	b.manager.Put(ctx, store.SessionAddress, "192.0.2.9")
	_, _, err = b.manager.Commit(ctx)
	b.ok(err)
	if live := b.number(`select count(*) from sessions where ended_at is null`); live != 1 {
		t.Errorf("%d sessions are live, want 1", live)
	}
	b.ok(b.manager.Destroy(ctx))
	if b.signedIn(renewed) {
		t.Error("a destroyed session is signed in")
	}
}

func TestSomebodyElseCanSignInInTheSameBrowser(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada := b.user("ada")
	old, oldID := b.signIn(b.owner)
	ctx := b.load(old)
	b.ok(b.manager.RenewToken(ctx))
	b.manager.Put(ctx, store.SessionUser, ada.ID)
	token, _, err := b.manager.Commit(ctx)
	b.ok(err)
	if user := b.manager.GetInt64(b.load(token), store.SessionUser); user != ada.ID {
		t.Errorf("signed in as %d, want %d", user, ada.ID)
	}
	b.over(old, oldID, store.ReasonReplaced)
}

func TestASessionKeepsItsUser(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada := b.user("ada")
	token, id := b.signIn(ada)
	ctx := b.load(token)
	b.manager.Put(ctx, store.SessionUser, b.owner.ID)
	if _, _, err := b.manager.Commit(ctx); !errors.Is(err, store.ErrSessionEnded) {
		t.Errorf("another user under the same token: %v, want ErrSessionEnded", err)
	}
	other := b.load("")
	b.manager.Put(other, store.SessionUser, b.owner.ID)
	b.manager.Put(other, store.SessionID, id)
	if _, _, err := b.manager.Commit(other); !errors.Is(err, store.ErrSessionEnded) {
		t.Errorf("another browser under the same id: %v, want ErrSessionEnded", err)
	}
	if user := b.manager.GetInt64(b.load(token), store.SessionUser); user != ada.ID {
		t.Errorf("the session is now of user %d, want %d", user, ada.ID)
	}
}

func TestADeactivatedUserHasNoSessions(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ada := b.user("ada")
	token, id := b.signIn(ada)
	b.deactivate(ada)
	if live, err := b.SessionLive(b.ctx(), id); b.signedIn(token) || live || err != nil {
		t.Errorf("signed in after deactivation; live %v, %v", live, err)
	}
	ctx := b.load("")
	b.manager.Put(ctx, store.SessionUser, ada.ID)
	if _, _, err := b.manager.Commit(ctx); !errors.Is(err, store.ErrSessionEnded) {
		t.Errorf("a new session: %v, want ErrSessionEnded", err)
	}
}

func TestASessionTakesWhateverBytesABrowserSends(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	ctx := b.load("")
	b.manager.Put(ctx, store.SessionUser, b.owner.ID)
	b.manager.Put(ctx, store.SessionUserAgent, "bad \xff\x00 bytes "+strings.Repeat("é", 1000))
	token, _, err := b.manager.Commit(ctx)
	b.ok(err)
	agent := b.manager.GetString(b.load(token), store.SessionUserAgent)
	if !strings.HasPrefix(agent, "bad \uFFFD bytes é") || len(agent) > 400 {
		t.Errorf("user agent = %d bytes: %q", len(agent), agent)
	}
}

func TestASessionRefusesValuesThatItCouldNotKeep(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	for name, put := range map[string]func(ctx context.Context){
		"no user":       func(context.Context) {},
		"unknown":       func(ctx context.Context) { b.manager.Put(ctx, "basket", "eggs") },
		"of wrong type": func(ctx context.Context) { b.manager.Put(ctx, store.SessionAddress, 7) },
	} {
		ctx := b.load("")
		if name != "no user" {
			b.manager.Put(ctx, store.SessionUser, b.owner.ID)
		}
		put(ctx)
		if _, _, err := b.manager.Commit(ctx); err == nil || errors.Is(err, store.ErrSessionEnded) {
			t.Errorf("%s: %v, want an error of the program", name, err)
		}
	}
	if err := b.SessionStore().Commit("token", []byte("no gob"), time.Now()); err == nil {
		t.Error("it saved data that it cannot read")
	}
}

func TestTheSessionStoreWorksWithoutAContext(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser()
	sessions := b.Control().SessionStore()
	data, err := scs.GobCodec{}.Encode(time.Now(), map[string]any{store.SessionUser: b.owner.ID})
	b.ok(err)
	b.ok(sessions.Commit("token", data, time.Now().Add(time.Hour)))
	if _, found, err := sessions.Find("token"); !found || err != nil {
		t.Errorf("Find = %v, %v", found, err)
	}
	b.ok(sessions.Delete("token"))
	b.ok(sessions.Delete("never there"))
	if _, found, err := sessions.Find("token"); found || err != nil {
		t.Errorf("Find after Delete = %v, %v", found, err)
	}
	b.ok(sessions.Commit("short", data, time.Now().Add(-time.Second)))
	if _, found, err := sessions.Find("short"); found || err != nil {
		t.Errorf("Find of an expired session = %v, %v", found, err)
	}
}
