package app

import (
	"context"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"chatd/store"
)

// knownLogins remembers who is behind the cookies and access tokens that were
// looked up a short while ago. Requests to the data channel come again with
// each answer, and are recognized by it without the database.
//
// Nobody is known for longer than an open stream of theirs would last: what
// ends streams here forgets their logins first, also when a look tells of it.
// When looks fail, and the end of a login on another node may have been
// missed, nobody is known.
type knownLogins struct {
	mu     sync.Mutex
	logins map[loginKey]knownLogin
	keys   map[string]loginKey // by session: each has one cookie or token
	drops  int64               // how often somebody was forgotten
	looked time.Time           // when the last look began that has succeeded
	sweep  time.Time
}

const (
	knownFor     = time.Minute // after the look-up
	knownEntries = 20_000
	// knownUnseen is how long after the beginning of a look its answer will do.
	knownUnseen = 3 * lookEvery
)

// loginKey is what a request shows to be recognized. A cookie is not taken for
// a token, nor a token for a cookie.
type loginKey struct {
	kind   string // as in the store
	digest tokenDigest
}

type knownLogin struct {
	viewer viewer
	until  time.Time
}

func newKnownLogins() *knownLogins {
	return &knownLogins{logins: map[loginKey]knownLogin{}, keys: map[string]loginKey{}}
}

// Find returns the viewer behind key, if it is known. Else drops is for Note,
// after the look-up that has to follow.
func (k *knownLogins) Find(key loginKey) (v viewer, drops int64, known bool) {
	now := time.Now()
	k.mu.Lock()
	defer k.mu.Unlock()
	login, found := k.logins[key]
	if !found || !now.Before(login.until) || now.Sub(k.looked) >= knownUnseen {
		return viewer{}, k.drops, false
	}
	return login.viewer, k.drops, true
}

// Note remembers a viewer who was looked up. When somebody was forgotten since
// the look-up began, it may have been this login, and it is not remembered.
func (k *knownLogins) Note(key loginKey, v viewer, drops int64) {
	now := time.Now()
	until := now.Add(knownFor)
	if v.expires.Before(until) {
		until = v.expires
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sweepLocked(now)
	if drops != k.drops {
		return
	}
	if _, noted := k.logins[key]; !noted && len(k.logins) >= knownEntries {
		k.evictLocked()
	}
	k.logins[key] = knownLogin{viewer: v, until: until}
	k.keys[v.session] = key
}

// Forget forgets the logins of sessions that have ended.
func (k *knownLogins) Forget(sessions []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drops++
	for _, session := range sessions {
		if key, known := k.keys[session]; known {
			k.removeLocked(key)
		}
	}
}

// ForgetUser forgets all logins of a user.
func (k *knownLogins) ForgetUser(user int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drops++
	for key, login := range k.logins {
		if login.viewer.user == user {
			k.removeLocked(key)
		}
	}
}

// ForgetAll forgets everybody.
func (k *knownLogins) ForgetAll() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drops++
	clear(k.logins)
	clear(k.keys)
}

// Looked tells that a look has succeeded, after the logins were forgotten that
// it found ended.
func (k *knownLogins) Looked(began time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.looked = began
}

// sweepLocked removes logins that are known no more.
func (k *knownLogins) sweepLocked(now time.Time) {
	if now.Before(k.sweep) {
		return
	}
	k.sweep = now.Add(knownFor)
	for key, login := range k.logins {
		if !now.Before(login.until) {
			k.removeLocked(key)
		}
	}
}

// evictLocked removes any one login.
func (k *knownLogins) evictLocked() {
	for key := range k.logins {
		k.removeLocked(key)
		return
	}
}

func (k *knownLogins) removeLocked(key loginKey) {
	delete(k.keys, k.logins[key].viewer.session)
	delete(k.logins, key)
}

// knownFirst looks up only those who are not known here.
func (a *App) knownFirst(lookUp recognizer) recognizer {
	return func(ctx context.Context, r *http.Request) (context.Context, error) {
		key := a.loginKeyOf(r)
		v, drops, known := a.known.Find(key)
		if known {
			return context.WithValue(ctx, viewerKey, v), nil
		}
		ctx, err := lookUp(ctx, r)
		if err != nil {
			return nil, err
		}
		if v, ok := viewerOf(ctx); ok {
			a.known.Note(key, v, drops)
		}
		return ctx, nil
	}
}

// loginKeyOf goes by what a look-up would go by.
func (a *App) loginKeyOf(r *http.Request) loginKey {
	kind := store.KindToken
	secret, given := bearerToken(r)
	if !given {
		kind, secret = store.KindBrowser, sessionToken(r, a.sessions)
	}
	return loginKey{kind: kind, digest: sha256.Sum256([]byte(secret))}
}
