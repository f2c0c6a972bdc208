package app

import (
	"net/http"
	"strings"
	"testing"
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
		{"PATCH", "/api/v1/workspace"},
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
		} {
			checkProblem(t, script.do(c.method, c.path, c.body), http.StatusForbidden, "in a browser")
		}
		checkProblem(t, script.do("POST", "/logout", nil), http.StatusForbidden, "Revoke it")
		script.must(http.StatusOK, "GET", "/api/v1/me", nil, nil)
	}
	_, secret := ana.newToken("read-write")
	script := ana.script(secret)
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
	expired, err := w.store.CreateToken(t.Context(), ana.me.ID, store.NewToken{Name: "x", Scope: store.ScopeRead, TTL: time.Microsecond})
	if err != nil {
		t.Fatal(err)
	}
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
