package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"

	"chatd/store"
)

// What people with an access token are told. Each of the first three answers
// comes with a challenge (RFC 6750).
const (
	unknownTokenDetail = "This access token is unknown. Make a new one in chatd, at your name."
	revokedTokenDetail = "This access token was revoked. Make a new one in chatd, at your name."
	expiredTokenDetail = "This access token has expired. Make a new one in chatd, at your name."
	readTokenDetail    = "This token may only read. Make one that may read and write."
	browserOnlyDetail  = "No access token may do this. Sign in in a browser for this."
	guessedTokenDetail = "There were too many unknown access tokens. Wait a little and try again."
)

// bearerToken returns the secret in the Authorization header, and whether there
// is one at all. Other schemes are not ours: a proxy that asks for a password
// of its own may leave it there.
func bearerToken(r *http.Request) (secret string, given bool) {
	for _, value := range r.Header.Values("Authorization") {
		scheme, rest, _ := strings.Cut(value, " ")
		if strings.EqualFold(scheme, "Bearer") {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

// loadToken returns the request's context with the viewer that an access token
// stands for. There is no browser's session in it: the cookie counts for
// nothing beside a token.
func (a *App) loadToken(ctx context.Context, secret string, through *store.Store, patience time.Duration) (context.Context, error) {
	// Guessing is hopeless, but costs a look-up each time. A script that goes
	// on with an old token is held back alone: the same guess again counts
	// little on its address. Scripts behind a guesser's address go on.
	sum := sha256.Sum256([]byte(secret))
	guess := "\x00token " + hex.EncodeToString(sum[:])
	if wait := a.guesses.Wait(guess, address(ctx)); wait > 0 && !a.worked.Lately(sum) {
		return nil, waitProblem(http.StatusTooManyRequests, guessedTokenDetail, wait)
	}
	found, err := lookUpToken(ctx, secret, through, patience)
	switch {
	case err == nil:
		a.worked.Note(sum)
		v := viewer{user: found.UserID, session: found.ID, kind: store.KindToken, scope: found.Scope, expires: found.ExpiresAt}
		return context.WithValue(ctx, viewerKey, v), nil
	case errors.Is(err, store.ErrNotFound):
		a.worked.Forget(sum)
		a.guesses.Failed(guess, address(ctx))
	}
	return nil, tokenProblem(err)
}

func lookUpToken(ctx context.Context, secret string, through *store.Store, patience time.Duration) (store.TokenLogin, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return through.TokenBySecret(ctx, secret)
}

// tokenProblem explains why an access token does not work.
func tokenProblem(err error) error {
	var p *Problem
	switch {
	case errors.Is(err, store.ErrNotFound):
		p = problem(http.StatusUnauthorized, unknownTokenDetail)
	case errors.Is(err, store.ErrTokenRevoked):
		p = problem(http.StatusUnauthorized, revokedTokenDetail)
	case errors.Is(err, store.ErrTokenExpired):
		p = problem(http.StatusUnauthorized, expiredTokenDetail)
	default:
		return err
	}
	p.challenge = `Bearer error="invalid_token"`
	return p
}

// endedToken explains to a script why its access token ended while a request
// with it was under way.
func endedToken(v viewer) error {
	if time.Now().After(v.expires) {
		return tokenProblem(store.ErrTokenExpired)
	}
	return tokenProblem(store.ErrTokenRevoked)
}

// writable lets tokens that may only read do nothing else.
func (a *App) writable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, _ := viewerOf(r.Context())
		if v.scope == store.ScopeRead && r.Method != http.MethodGet && r.Method != http.MethodHead {
			p := problem(http.StatusForbidden, readTokenDetail)
			p.challenge = `Bearer error="insufficient_scope", scope="read-write"`
			a.fail(w, r, p)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// inBrowser keeps access tokens away from the account itself, and from what
// outlives them: whoever finds one must not be able to take the account over,
// nor to stay when it is revoked.
func (a *App) inBrowser(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := requireBrowser(r.Context()); err != nil {
			a.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// requireBrowser is inBrowser for a part of a request.
func requireBrowser(ctx context.Context) error {
	if v, _ := viewerOf(ctx); v.token() {
		return problem(http.StatusForbidden, browserOnlyDetail)
	}
	return nil
}
