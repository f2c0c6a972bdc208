package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/alexedwards/scs/v2"

	"chatd/comet"
	"chatd/store"
)

const sessionLifetime = 30 * 24 * time.Hour

// How long a request waits for the look-up of its session. On the reserved
// connections that is longer than a control request may hold one, so that a
// log-out gets through behind others that are stuck.
const (
	lookUpPatience        = 5 * time.Second
	controlLookUpPatience = 3 * time.Second
)

// A viewer is who makes a request: a user in a signed-in browser, or a script
// with a user's access token. What they may do is found out anew each time.
type viewer struct {
	user        int64
	session     string
	kind, scope string // as in the store
	expires     time.Time
}

// token reports whether it is a script with an access token.
func (v viewer) token() bool { return v.kind == store.KindToken }

func viewerOf(ctx context.Context) (viewer, bool) {
	v, ok := ctx.Value(viewerKey).(viewer)
	return v, ok
}

// userOf is the user behind a request that signedIn has let through.
func userOf(ctx context.Context) int64 {
	v, _ := viewerOf(ctx)
	return v.user
}

// newSessions returns the session manager for one of the store's pools. It is
// not made by scs.New, which starts a goroutine that nothing can end.
// IdleTimeout stays 0: otherwise each request would save its session. A
// look-up ends after patience.
func newSessions(through *store.Store, config Config, patience time.Duration) *scs.SessionManager {
	cookie := scs.SessionCookie{
		Name:     "chatd_session",
		HttpOnly: true,
		Path:     config.base() + "/",
		Persist:  true,
		SameSite: http.SameSiteLaxMode,
		Secure:   config.secure(),
	}
	switch {
	case config.secure() && config.base() == "":
		cookie.Name = "__Host-chatd_session"
	case config.secure(): // __Host- is for the whole host only
		cookie.Name = "__Secure-chatd_session"
	}
	return &scs.SessionManager{
		Store:    boundedSessions{through.SessionStore(), patience},
		Codec:    scs.GobCodec{},
		Lifetime: sessionLifetime,
		Cookie:   cookie,
	}
}

// boundedSessions ends each look-up of a session after a while. The bound is
// in here since scs hands its data on in the context that it was given: a
// bound on that would end every stream.
type boundedSessions struct {
	*store.SessionStore
	patience time.Duration
}

// FindCtx implements scs.CtxStore.
func (b boundedSessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	return b.SessionStore.FindCtx(ctx, token)
}

// A recognizer finds out who makes a request. It returns the request's context,
// ctx, with the viewer in it, if there is one.
type recognizer func(ctx context.Context, r *http.Request) (context.Context, error)

// lookUp recognizes by an access token or else by a session's cookie, which it
// looks up through one pool within patience.
func (a *App) lookUp(sessions *scs.SessionManager, through *store.Store, patience time.Duration) recognizer {
	return func(ctx context.Context, r *http.Request) (context.Context, error) {
		if secret, given := bearerToken(r); given {
			return a.loadToken(ctx, secret, through, patience)
		}
		return loadSession(ctx, r, sessions)
	}
}

// recognized finds out who makes a request, and remembers through a pool that
// their session was used, both within patience. It never saves a session: only
// startSession does.
func (a *App) recognized(who recognizer, through *store.Store, patience time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			deadline := time.Now().Add(patience)
			ctx, err := who(r.Context(), r)
			if err != nil {
				a.fail(w, r, err)
				return
			}
			if v, ok := viewerOf(ctx); ok && a.touches.Due(v.session) {
				a.touch(ctx, through, v.session, deadline)
			}
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// touch writes down that a session is in use. The request goes on without it.
func (a *App) touch(ctx context.Context, through *store.Store, session string, deadline time.Time) {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	if err := through.TouchSession(ctx, session, address(ctx)); err != nil {
		a.log.WarnContext(ctx, "the use of a session was not written down", slog.Any("error", err))
	}
}

// loadSession returns the request's context with its session in it, and with
// its viewer if there is one.
func loadSession(ctx context.Context, r *http.Request, sessions *scs.SessionManager) (context.Context, error) {
	ctx, err := sessions.Load(ctx, sessionToken(r, sessions))
	if err != nil {
		return nil, fmt.Errorf("load session: %w", err)
	}
	v := viewer{
		user: sessions.GetInt64(ctx, store.SessionUser), session: sessions.GetString(ctx, store.SessionID),
		kind: store.KindBrowser, scope: store.ScopeReadWrite, expires: sessions.Deadline(ctx),
	}
	if v.user != 0 {
		ctx = context.WithValue(ctx, viewerKey, v)
	}
	return ctx, nil
}

// sessionToken is what a request's cookie holds; empty when there is none.
func sessionToken(r *http.Request, sessions *scs.SessionManager) string {
	cookie, err := r.Cookie(sessions.Cookie.Name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// signedIn refuses requests without a live session.
func (a *App) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := viewerOf(r.Context()); !ok {
			a.fail(w, r, problem(http.StatusUnauthorized, signedOutDetail))
			return
		}
		if meant := r.Header.Get(userHeader); meant != "" && meant != strconv.FormatInt(userOf(r.Context()), 10) {
			a.fail(w, r, problem(http.StatusPreconditionFailed, "Somebody else is signed in in this browser by now. Load the page again."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// userHeader may name the id of the user whose request it is meant to be. A
// page sends it: in its browser somebody else may have signed in meanwhile, and
// what one has written must not become the words of the other.
const userHeader = "Chatd-User"

// expires is when the login behind a request of the hub's ends by itself.
func expires(r *http.Request) time.Time {
	v, _ := viewerOf(r.Context())
	return v.expires
}

// startSession signs the browser in as user, under a new token. A session the
// browser had before ends. Encoded is the hash of the password that was shown,
// if one was: when it is no longer the user's, the answer is ErrSessionEnded.
func (a *App) startSession(ctx context.Context, b Browser, user int64, encoded string) error {
	before, had := viewerOf(ctx)
	if err := a.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	a.sessions.Put(ctx, store.SessionID, newUUID())
	a.sessions.Put(ctx, store.SessionUser, user)
	a.sessions.Put(ctx, store.SessionUserAgent, b.r.UserAgent())
	a.sessions.Put(ctx, store.SessionAddress, address(ctx))
	if encoded != "" {
		a.sessions.Put(ctx, store.SessionPassword, encoded)
	}
	token, expiry, err := a.sessions.Commit(ctx)
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	a.sessions.WriteSessionCookie(ctx, b.w, token, expiry)
	if had {
		a.endLogins(before.user, []string{before.session}, comet.ReasonReplaced)
	}
	return nil
}

// newUUID is a random UUID (RFC 9562, version 4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
