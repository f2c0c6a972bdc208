package app

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"chatd/comet"
	"chatd/store"
)

// How long a log-out whose outcome is unknown is tried again.
const (
	signOutPatience = 8 * time.Second
	signOutTry      = 3 * time.Second
	signOutRetry    = 100 * time.Millisecond
)

// signOut is the log-out. It answers only after the session's end is
// committed; then every stream of the session ends, here and on other nodes.
// All of it runs on the reserved connections, so it never waits behind data.
// Signing out twice is fine.
func (a *App) signOut(w http.ResponseWriter, r *http.Request) { a.signOutTo(w, r, "/sign-in") }

// signOutTo is the log-out of somebody whose browser then goes to a page.
func (a *App) signOutTo(w http.ResponseWriter, r *http.Request, page string) {
	if _, given := bearerToken(r); given {
		a.fail(w, r, problem(http.StatusForbidden, "An access token does not sign out. Revoke it instead, in chatd at your name."))
		return
	}
	ctx, err := loadSession(r.Context(), r, a.controlSessions)
	if err != nil {
		a.fail(w, r, a.stillSignedIn(r.Context(), err))
		return
	}
	if v, ok := viewerOf(ctx); ok {
		if err := a.endSession(ctx, v); err != nil {
			a.fail(w, r, err)
			return
		}
	}
	a.controlSessions.WriteSessionCookie(ctx, w, "", time.Time{})
	w.Header().Set("Cache-Control", "no-store")
	if prefersJSON(r) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, a.at(page), http.StatusSeeOther)
}

// endSession marks the session ended and tells everybody. It goes on when the
// browser hangs up. When it is unknown whether the database has done it, it
// tries again, since ending twice is ending once.
func (a *App) endSession(ctx context.Context, v viewer) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signOutPatience)
	defer cancel()
	unknown := false
	for {
		err := a.tryEndSession(ctx, v.session)
		if err == nil {
			a.endLogins(v.user, []string{v.session}, comet.ReasonSignedOut)
			return nil
		}
		if !unknown && store.Unchanged(err) {
			return a.stillSignedIn(ctx, err)
		}
		unknown = true
		if !pause(ctx, signOutRetry) {
			return a.maybeSignedOut(ctx, err)
		}
	}
}

func (a *App) tryEndSession(ctx context.Context, session string) error {
	ctx, cancel := context.WithTimeout(ctx, signOutTry)
	defer cancel()
	_, err := a.store.Control().EndSession(ctx, session, string(comet.ReasonSignedOut))
	return err
}

// stillSignedIn is the answer when it is certain that the session goes on.
func (a *App) stillSignedIn(ctx context.Context, err error) error {
	a.logSignOut(ctx, err)
	return waitProblem(http.StatusServiceUnavailable,
		"You are still signed in: the database cannot be reached just now. Try again in a moment.", 2*time.Second)
}

// maybeSignedOut is the answer when nobody knows.
func (a *App) maybeSignedOut(ctx context.Context, err error) error {
	a.logSignOut(ctx, err)
	return waitProblem(http.StatusServiceUnavailable,
		"The database did not say whether you are signed out. Try again in a moment, to be certain.", 2*time.Second)
}

func (a *App) logSignOut(ctx context.Context, err error) {
	a.log.ErrorContext(ctx, "log-out failed", slog.String("request_id", requestID(ctx)), slog.Any("error", err))
}

// pause waits, unless ctx ends before.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func prefersJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}
