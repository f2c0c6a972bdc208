package app

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chatd/store"
	"chatd/store/storetest"
)

func cookieKey(p *person) loginKey {
	return loginKey{store.KindBrowser, sha256.Sum256([]byte(p.sessionCookie().Value))}
}

func secretKey(secret string) loginKey {
	return loginKey{store.KindToken, sha256.Sum256([]byte(secret))}
}

// remembers reports whether the node holds a login, be it good or not.
func (w *world) remembers(key loginKey) bool {
	w.app.known.mu.Lock()
	defer w.app.known.mu.Unlock()
	_, held := w.app.known.logins[key]
	return held
}

func (w *world) knows(key loginKey) bool {
	_, _, known := w.app.known.Find(key)
	return known
}

// repolls asks once, at once, and returns the answer.
func (l *listener) repolls() answer {
	l.t.Helper()
	return l.do("POST", "/comet/data", string(l.request("refresh", "poll", "poll")))
}

// known is a listener of somebody who is recognized without the database.
func (p *person) known(key loginKey) *listener {
	p.t.Helper()
	p.eventually("the doorbell is connected, which forgets everybody", func() bool {
		_, drops, _ := p.app.known.Find(loginKey{})
		return drops > 0
	})
	l := p.listener()
	p.eventually("known", func() bool {
		if got := l.repolls(); got.StatusCode != http.StatusOK {
			p.t.Fatalf("%s: %s", got.Status, got.body)
		}
		return p.knows(key)
	})
	return l
}

func TestRequestsThatComeAgainAreRecognizedWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	w, cut := newCutWorld(t, store.Config{})
	ana := w.owner()
	_, secret := ana.newToken("read")
	for name, c := range map[string]struct {
		who *person
		key loginKey
	}{
		"cookie": {ana, cookieKey(ana)},
		"token":  {ana.script(secret), secretKey(secret)},
	} {
		hash := c.key.digest[:]
		cut.asked.Store(0)
		cut.counted.Store(&hash)
		l := c.who.known(c.key)
		if cut.asked.Load() == 0 {
			t.Fatalf("%s: look-ups are not counted", name)
		}
		cut.asked.Store(0)
		for range 100 {
			if got := l.repolls(); got.StatusCode != http.StatusOK {
				t.Fatalf("%s: %s: %s", name, got.Status, got.body)
			}
		}
		if n := cut.asked.Load(); n != 0 {
			t.Errorf("%s: %d look-ups", name, n)
		}
		// The rest of chatd looks up as ever.
		l.must(http.StatusOK, "GET", "/api/v1/me", nil, nil)
		l.control(map[string]any{"op": "ping"})
		if n := cut.asked.Load(); n != 2 {
			t.Errorf("%s: %d look-ups for the API and control, want 2", name, n)
		}
	}
}

func TestWhateverEndsALoginMakesItUnknownAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for name, end := range map[string]func(lost, phone *person){
		"log-out": func(lost, _ *person) { lost.must(http.StatusSeeOther, "POST", "/logout", nil, nil) },
		"sign-in anew": func(lost, _ *person) {
			lost.must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody(lost.me.Username, password), nil)
		},
		"everywhere": func(_, phone *person) { phone.must(http.StatusNoContent, "DELETE", "/api/v1/sessions", nil, nil) },
		"by an owner": func(lost, _ *person) {
			ana.must(http.StatusNoContent, "DELETE", userPath(lost.me.ID)+"/sessions", nil, nil)
		},
		"deactivation": func(lost, _ *person) {
			ana.must(http.StatusOK, "PATCH", userPath(lost.me.ID), map[string]any{"deactivated": true}, nil)
		},
		"a new password": func(_, phone *person) {
			phone.must(http.StatusOK, "PUT", "/api/v1/me/password", map[string]any{"current_password": password, "new_password": "another good one"}, nil)
		},
		"the other browser": func(_, phone *person) {
			for _, s := range phone.sessionList() {
				if !s.Current {
					phone.must(http.StatusNoContent, "DELETE", "/api/v1/sessions/"+s.ID, nil, nil)
				}
			}
		},
	} {
		lost := ana.brings("ben-" + newUUID()[:8])
		phone := lost.signsInAgain()
		key, token := cookieKey(lost), lost.sessionCookie().Value
		l := lost.known(key)
		end(lost, phone)
		if w.remembers(key) {
			t.Errorf("%s: still remembered", name)
		}
		old := *l
		old.person = w.withToken(token)
		if got := old.repolls(); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: then %s: %s", name, got.Status, got.body)
		}
	}
}

func TestWhateverEndsATokenMakesItUnknownAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for name, end := range map[string]func(p *person, id string){
		"revocation": func(p *person, id string) { p.must(http.StatusNoContent, "DELETE", "/api/v1/tokens/"+id, nil, nil) },
		"deactivation": func(p *person, _ string) {
			ana.must(http.StatusOK, "PATCH", userPath(p.me.ID), map[string]any{"deactivated": true}, nil)
		},
		"by an owner": func(p *person, _ string) {
			ana.must(http.StatusNoContent, "DELETE", userPath(p.me.ID)+"/sessions", nil, nil)
		},
	} {
		ben := ana.brings("ben-" + newUUID()[:8])
		id, secret := ben.newToken("read")
		l := ben.script(secret).known(secretKey(secret))
		end(ben, id)
		if w.remembers(secretKey(secret)) {
			t.Errorf("%s: still remembered", name)
		}
		checkProblem(t, l.repolls(), http.StatusUnauthorized, "revoked")
	}
}

func TestAnotherRoleMakesAUserUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	l := ben.known(cookieKey(ben))
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"role": "guest"}, nil)
	if w.remembers(cookieKey(ben)) {
		t.Error("still remembered")
	}
	if got := l.repolls(); got.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", got.Status, got.body)
	}
}

// The look-up has found the session live, and its answer is under way.
func TestALookUpThatALogOutOvertakesIsNotRemembered(t *testing.T) {
	t.Parallel()
	w, cut := newCutWorld(t, store.Config{})
	ana := w.owner()
	l, key := ana.listener(), cookieKey(ana)
	old := *l
	old.person = w.withToken(ana.sessionCookie().Value)

	later := make(chan struct{})
	release := sync.OnceFunc(func() { close(later) })
	t.Cleanup(release)
	cut.later.Store(&later)
	hash := key.digest[:]
	cut.needle.Store(&hash)
	var late sync.WaitGroup
	request := old.person.request("POST", "/comet/data", string(old.request("refresh", "poll", "poll")))
	late.Go(func() {
		if resp, err := old.client.Do(request); err != nil {
			t.Error(err)
		} else {
			_ = resp.Body.Close()
		}
	})
	w.eventually("the look-up is answered", func() bool { return cut.cuts.Load() == 1 })
	ana.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	release()
	late.Wait()

	if w.remembers(key) {
		t.Error("remembered")
	}
	if got := old.repolls(); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("then %s: %s", got.Status, got.body)
	}
}

func TestALoginThatEndsOnAnotherNodeBecomesUnknown(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	id, secret := ana.newToken("read")
	for name, c := range map[string]struct {
		key       loginKey
		elsewhere *person
		end       func()
	}{
		"log-out": {cookieKey(ben), there.withToken(ben.sessionCookie().Value), func() {
			ben.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
		}},
		"revocation": {secretKey(secret), ana.script(secret), func() {
			ana.must(http.StatusNoContent, "DELETE", "/api/v1/tokens/"+id, nil, nil)
		}},
	} {
		c.elsewhere.world, c.elsewhere.me = there, ana.me
		l := c.elsewhere.known(c.key)
		c.end()
		there.eventually(name+" is felt on the other node", func() bool { return l.repolls().StatusCode == http.StatusUnauthorized })
		if there.remembers(c.key) {
			t.Errorf("%s: still remembered", name)
		}
	}
}

func TestNobodyIsKnownWhereLooksFail(t *testing.T) {
	t.Parallel()
	w, cut := newCutWorld(t, store.Config{})
	ana := w.owner()
	l := ana.known(cookieKey(ana))
	cut.off()
	w.eventually("unknown", func() bool { return !w.knows(cookieKey(ana)) })
	if !w.remembers(cookieKey(ana)) {
		t.Error("it was forgotten: this tests something else")
	}
	checkProblem(t, l.repolls(), http.StatusServiceUnavailable, "database cannot be reached")
}

func TestNobodyIsKnownWhenTheDatabaseIsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ana.known(cookieKey(ana))
	w.app.reconnected()
	if w.remembers(cookieKey(ana)) {
		t.Error("still remembered")
	}
}

func TestAKnownCookieIsNoTokenAndCountsForNothingBesideOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	_, secret := ana.newToken("read")
	script := ana.script(secret)
	script.known(secretKey(secret))
	ana.known(cookieKey(ana))
	his := ben.known(cookieKey(ben))
	cookie := func(p *person) string { return "chatd_session=" + p.sessionCookie().Value }
	for name, c := range map[string]struct {
		header http.Header
		status int
	}{
		"a token as a cookie":       {http.Header{"Cookie": {"chatd_session=" + secret}}, http.StatusUnauthorized},
		"a cookie as a token":       {http.Header{"Authorization": {"Bearer " + ana.sessionCookie().Value}}, http.StatusUnauthorized},
		"a wrong token and cookie":  {http.Header{"Authorization": {"Bearer nonsense"}, "Cookie": {cookie(ana)}}, http.StatusUnauthorized},
		"an empty token and cookie": {http.Header{"Authorization": {"Bearer"}, "Cookie": {cookie(ana)}}, http.StatusUnauthorized},
		"a wrong cookie first":      {http.Header{"Cookie": {"chatd_session=nonsense; " + cookie(ana)}}, http.StatusUnauthorized},
		"a wrong cookie last":       {http.Header{"Cookie": {cookie(ana) + "; chatd_session=nonsense"}}, http.StatusOK},
		"a proxy's password":        {http.Header{"Authorization": {"Basic YmVuOmJlbg=="}, "Cookie": {cookie(ana)}}, http.StatusOK},
	} {
		p := w.visitor()
		p.header = c.header
		body := string(his.request("listen", "poll", "poll"))
		if got := p.do("POST", "/comet/data", body); got.StatusCode != c.status {
			t.Errorf("%s: %s: %s", name, got.Status, got.body)
		}
	}
	// Who is who: his cookie beside her token is her.
	both := ben.request("POST", "/comet/data", nil)
	both.Header.Set("Authorization", "Bearer "+secret)
	both.Header.Set("Cookie", cookie(ben))
	found := w.app.loginKeyOf(both)
	if v, _, known := w.app.known.Find(found); !known || v.user != ana.me.ID || !v.token() {
		t.Errorf("his cookie beside her token is %+v", v)
	}
	ana.must(http.StatusMethodNotAllowed, "HEAD", "/comet/data", nil, nil)
}

func TestTheUseOfAKnownLoginIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	id, secret := ana.newToken("read")
	used := func() bool {
		tokens, err := w.store.Tokens(t.Context(), ana.me.ID)
		if err != nil || len(tokens) != 1 {
			t.Fatalf("%+v, %v", tokens, err)
		}
		return tokens[0].LastUsedAt != nil
	}
	w.app.touches.Due(id) // as if its use had been written down just now
	l := ana.script(secret).known(secretKey(secret))
	if used() {
		t.Fatal("written down before the minute is over")
	}
	w.app.touches.mu.Lock()
	clear(w.app.touches.last) // now it is
	w.app.touches.mu.Unlock()
	if got := l.repolls(); got.StatusCode != http.StatusOK || !w.knows(secretKey(secret)) {
		t.Fatalf("%s: %s", got.Status, got.body)
	}
	if !used() {
		t.Error("not written down")
	}
}

func TestKnownLoginsAreForgottenInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		known := newKnownLogins()
		key := func(n int) loginKey { return loginKey{store.KindBrowser, tokenDigest{byte(n), byte(n >> 8)}} }
		note := func(n int, expires time.Duration) {
			_, drops, _ := known.Find(key(n))
			known.Note(key(n), viewer{user: int64(n), session: userName(int64(n)), expires: time.Now().Add(expires)}, drops)
		}
		check := func(n int, want bool, what string) {
			t.Helper()
			if v, _, got := known.Find(key(n)); got != want || got && v.user != int64(n) || !got && v != (viewer{}) {
				t.Errorf("%s: %v %+v", what, got, v)
			}
		}
		note(1, time.Hour)
		check(1, false, "before the first look")
		known.Looked(time.Now())
		check(1, true, "after it")
		time.Sleep(knownUnseen - 1)
		check(1, true, "two looks failed")
		time.Sleep(time.Nanosecond)
		check(1, false, "three looks failed")
		known.Looked(time.Now().Add(-knownUnseen))
		check(1, false, "a look has taken that long")

		known.Looked(time.Now().Add(time.Hour)) // all of them succeed
		note(2, 10*time.Second)
		time.Sleep(10 * time.Second)
		check(2, false, "its time is over")
		note(3, time.Hour)
		time.Sleep(knownFor - 1)
		check(3, true, "just before a minute")
		time.Sleep(time.Nanosecond)
		check(3, false, "after a minute")
		note(4, time.Hour)
		if len(known.logins) != 1 || len(known.keys) != 1 {
			t.Errorf("%d and %d are kept, want 1", len(known.logins), len(known.keys))
		}

		_, drops, _ := known.Find(key(5))
		known.Forget([]string{"4"})
		check(4, false, "forgotten")
		known.Note(key(5), viewer{user: 5, session: "5", expires: time.Now().Add(time.Hour)}, drops)
		check(5, false, "looked up before somebody was forgotten")
		note(5, time.Hour)
		note(6, time.Hour)
		known.ForgetUser(5)
		check(5, false, "the user is forgotten")
		check(6, true, "another user")
		known.ForgetAll()
		check(6, false, "everybody is forgotten")
		if len(known.logins) != 0 || len(known.keys) != 0 {
			t.Errorf("%d and %d are kept", len(known.logins), len(known.keys))
		}
		for n := range 2 * knownEntries {
			note(n, time.Hour)
			check(n, true, "one of many")
		}
		if len(known.logins) != knownEntries || len(known.keys) != knownEntries {
			t.Errorf("%d and %d are kept", len(known.logins), len(known.keys))
		}
	})
}
