package app

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatd/store"
)

func TestATokenThatMayOnlyReadChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general")
	_, secret := ana.newToken("read")
	script := ana.script(secret)
	script.must(http.StatusOK, "GET", "/api/v1/overview", nil, nil)
	script.must(http.StatusOK, "HEAD", "/api/v1/overview", nil, nil)
	script.must(http.StatusOK, "GET", "/api/v1/workspace", nil, nil)
	script.streams("ndjson").control(map[string]any{"op": "ping"})
	for _, c := range []struct{ method, path string }{
		{"POST", roomPath(room.ID) + "/messages"},
		{"PUT", roomPath(room.ID) + "/read"},
		{"DELETE", roomPath(room.ID) + "/membership"},
		{"POST", "/api/v1/rooms"},
		{"PATCH", "/api/v1/me"},
	} {
		got := script.do(c.method, c.path, `{"body":"x"}`)
		checkProblem(t, got, http.StatusForbidden, "may only read")
		if !strings.Contains(got.Header.Get("WWW-Authenticate"), "insufficient_scope") {
			t.Errorf("%v", got.Header)
		}
	}
}

func TestNoTokenManagesTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for _, scope := range []string{"read", "read-write"} {
		id, secret := ana.newToken(scope)
		script := ana.script(secret)
		for _, c := range []struct {
			method, path string
			body         any
		}{
			{"PUT", "/api/v1/me/password", map[string]any{"current_password": password, "new_password": "another one"}},
			{"GET", "/api/v1/sessions", nil},
			{"DELETE", "/api/v1/sessions", nil},
			{"DELETE", "/api/v1/sessions/" + id, nil},
			{"GET", "/api/v1/tokens", nil},
			{"POST", "/api/v1/tokens", map[string]any{"name": "another", "scope": "read-write"}},
			{"DELETE", "/api/v1/tokens/" + id, nil},
			{"POST", "/api/v1/sign-in", signInBody("ana", password)},
			{"PATCH", "/api/v1/workspace", map[string]any{"sign_up": "open"}},
		} {
			checkProblem(t, script.do(c.method, c.path, c.body), http.StatusForbidden, "in a browser")
		}
		checkProblem(t, script.do("POST", "/logout", nil), http.StatusForbidden, "Revoke it")
		script.must(http.StatusOK, "GET", "/api/v1/me", nil, nil)
	}
	_, secret := ana.newToken("read-write")
	script := ana.script(secret)
	ben := ana.brings("ben")
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"PATCH", userPath(ben.me.ID), map[string]any{"role": "owner"}},
		{"PATCH", userPath(ben.me.ID), map[string]any{"deactivated": true}},
		{"DELETE", userPath(ana.me.ID) + "/sessions", nil},
		{"POST", "/api/v1/invites", map[string]any{}},
	} {
		checkProblem(t, script.do(c.method, c.path, c.body), http.StatusForbidden, "in a browser")
	}
	script.must(http.StatusOK, "GET", "/api/v1/invites", nil, nil)
	script.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"display_name": "Ana B."}, nil)
	checkProblem(t, script.do("PATCH", "/api/v1/me", map[string]any{"email": "eve@example.org", "current_password": password}),
		http.StatusForbidden, "in a browser")
}

func TestTokensThatNoLongerWorkSayWhy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	id, revoked := ana.newToken("read")
	for range 2 {
		ana.must(http.StatusNoContent, "DELETE", "/api/v1/tokens/"+id, nil, nil)
	}
	expired := w.brief(ana, time.Microsecond)
	for secret, says := range map[string]string{
		revoked:                     "revoked",
		expired.Secret:              "expired",
		"chatd_nonsense":            "unknown",
		"":                          "unknown",
		ana.sessionCookie().Value:   "unknown", // a cookie is no token
		"x" + revoked:               "unknown",
		strings.ToLower(revoked):    "unknown",
		revoked + " " + "something": "unknown",
	} {
		for _, c := range []struct{ method, path string }{
			{"GET", "/api/v1/overview"}, {"GET", "/api/v1/workspace"}, {"POST", "/comet/data"}, {"POST", "/comet/control"},
		} {
			got := ana.script(secret).do(c.method, c.path, `{}`)
			checkProblem(t, got, http.StatusUnauthorized, says)
			if !strings.HasPrefix(got.Header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%q: %v", secret, got.Header)
			}
		}
	}
}

func TestATokenIsNoCookieAndBesideOneTheCookieCountsForNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	_, secret := ana.newToken("read")
	if w.withToken(secret).state().SignedIn {
		t.Error("a token was taken for a cookie")
	}
	ben.header.Set("Authorization", "bearer "+secret) // in Ben's own browser
	var me Me
	ben.must(http.StatusOK, "GET", "/api/v1/me", nil, &me)
	if me.ID != ana.me.ID {
		t.Errorf("the cookie won: %+v", me)
	}
	ben.header.Set("Authorization", "Bearer nonsense")
	ben.must(http.StatusUnauthorized, "GET", "/api/v1/me", nil, nil)
	// A proxy's own sign-in is none of ours.
	ben.header.Set("Authorization", "Basic YmVuOmJlbg==")
	ben.must(http.StatusOK, "GET", "/api/v1/me", nil, &me)
	if me.ID != ben.me.ID {
		t.Errorf("with a proxy's password Ben is %+v", me)
	}
}

func TestTokensDoNotHelpOtherSites(t *testing.T) {
	t.Parallel()
	w := newWorld(t, publicURL("http://chat.example.org"))
	ana := w.owner()
	room := ana.room("general")
	_, secret := ana.newToken("read-write")
	for name, header := range map[string]http.Header{
		"a forged origin": {"Origin": {"http://evil.example"}},
		"no origin":       {"Origin": {"null"}},
		"cross-site":      {"Sec-Fetch-Site": {"cross-site"}},
		"a forged host":   {"Origin": {"http://evil.example"}, "X-Forwarded-Host": {"evil.example"}},
	} {
		script := ana.script(secret)
		for k, v := range header {
			script.header[k] = v
		}
		for _, path := range []string{roomPath(room.ID) + "/messages", "/comet/data", "/comet/control", "/logout"} {
			if got := script.do("POST", path, `{"body":"x"}`); got.StatusCode != http.StatusForbidden || !strings.Contains(got.body, "another site") {
				t.Errorf("%s: %s: %s %s", name, path, got.Status, got.body)
			}
		}
	}
	script := ana.script(secret)
	script.header.Set("Host", "elsewhere.example")
	script.must(http.StatusCreated, "POST", roomPath(room.ID)+"/messages", map[string]any{"body": "x"}, nil)
}

func TestGuessingTokensIsSlowAndHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trustLoopback)
	ana := w.owner()
	_, secret := ana.newToken("read")
	eve := ana.script("chatd_guess")
	eve.header.Set("X-Forwarded-For", "203.0.113.66")
	refused := 0
	for i := range addressTries + 5 {
		eve.header.Set("Authorization", "Bearer chatd_"+userName(int64(i)))
		got := eve.do("GET", "/api/v1/me", nil)
		if got.StatusCode == http.StatusTooManyRequests && got.Header.Get("Retry-After") != "" {
			refused++
		}
	}
	if refused == 0 {
		t.Fatal("she may guess for ever")
	}
	// Not even a right guess is looked at now.
	eve.header.Set("Authorization", "Bearer "+secret)
	eve.must(http.StatusTooManyRequests, "GET", "/api/v1/me", nil, nil)
	script := ana.script(secret)
	script.header.Set("X-Forwarded-For", "203.0.113.9")
	script.must(http.StatusOK, "GET", "/api/v1/me", nil, nil)
	// People behind her address still sign in.
	eve.header.Del("Authorization")
	eve.must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
}

func TestGuessingTokensHoldsUpNoScriptThatHasWorkedFromTheSameAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	_, secret := ana.newToken("read")
	script := ana.script(secret)
	script.must(http.StatusOK, "GET", "/api/v1/me", nil, nil)
	for i := range addressTries {
		w.app.guesses.Failed("guess "+userName(int64(i)), "127.0.0.1")
	}
	ana.script("chatd_guess").must(http.StatusTooManyRequests, "GET", "/api/v1/me", nil, nil)
	script.must(http.StatusOK, "GET", "/api/v1/me", nil, nil)
}

func TestTokensThatHaveWorkedAreForgottenInTimeAndWhenTheyAreMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		worked := newWorkedTokens()
		worked.Note(tokenDigest{1})
		time.Sleep(workedGeneration + time.Hour)
		if !worked.Lately(tokenDigest{1}) || worked.Lately(tokenDigest{2}) {
			t.Error("forgotten after half a day, or another one is known")
		}
		time.Sleep(workedGeneration)
		if worked.Lately(tokenDigest{1}) {
			t.Error("known after a day")
		}
		worked.Note(tokenDigest{1})
		time.Sleep(2 * workedGeneration)
		if worked.Lately(tokenDigest{1}) {
			t.Error("known after a day in which nothing was asked")
		}
		worked.Note(tokenDigest{3})
		worked.Forget(tokenDigest{3})
		if worked.Lately(tokenDigest{3}) {
			t.Error("a token that is gone is known")
		}
		for i := range 3 * workedEntries {
			worked.Note(tokenDigest{4, byte(i), byte(i >> 8), byte(i >> 16)})
		}
		if n := len(worked.young) + len(worked.old); n > 2*workedEntries {
			t.Errorf("%d are kept", n)
		}
	})
}

func TestAScriptWhoseTokenEndsWhileItSendsIsToldSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	late := viewer{user: ana.me.ID, session: newUUID(), kind: store.KindToken, scope: store.ScopeReadWrite}
	in := &postMessageInput{RoomPath: RoomPath{Room: ana.room("general").ID}}
	in.Body.Body = "still there?"
	for says, expires := range map[string]time.Time{
		revokedTokenDetail: time.Now().Add(time.Hour), expiredTokenDetail: time.Now().Add(-time.Second),
	} {
		late.expires = expires
		ctx := context.WithValue(t.Context(), viewerKey, late)
		_, err := w.app.postMessage(ctx, in)
		p := w.app.problemOf(ctx, err)
		if p.Status != http.StatusUnauthorized || p.Detail != says || !strings.Contains(p.GetHeaders().Get("WWW-Authenticate"), "invalid_token") {
			t.Errorf("%d %s %v, want %s", p.Status, p.Detail, p.GetHeaders(), says)
		}
	}
}

func TestAScriptTakesNoPlaceFromABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	_, secret := ana.newToken("read")
	_, other := ana.newToken("read")
	for range 16 {
		ana.script(secret).streams("ndjson")
	}
	l := ana.script(secret).listener()
	checkProblem(t, l.do("POST", "/comet/data", string(l.request("listen", "pull", "long-poll"))), http.StatusTooManyRequests, "Too many")
	ana.streams("ndjson")
	ana.script(other).streams("ndjson")
}

func TestAScriptWithAnOldTokenHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	throttle := NewThrottle()
	waited := false
	for range 10 * addressTries {
		if throttle.Wait("old", "203.0.113.9") > 0 {
			waited = true
			continue
		}
		throttle.Failed("old", "203.0.113.9")
	}
	if !waited || throttle.Wait("good", "203.0.113.9") > 0 {
		t.Error("the old one never waits, or the good one does")
	}
}
