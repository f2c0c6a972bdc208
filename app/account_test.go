package app

import (
	"net/http"
	"strings"
	"testing"
)

func signInBody(login, password string) map[string]any {
	return map[string]any{"login": login, "password": password}
}

func TestPeopleSignInByNameOrAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := newAccount("Ana")
	body["workspace"], body["email"] = "Harbour", "Ana@Example.org"
	w.visitor().must(http.StatusCreated, "POST", "/api/v1/setup", body, nil)
	for _, login := range []string{"Ana", "ana", " ANA ", "ana@example.org", "ANA@EXAMPLE.ORG"} {
		p := w.visitor()
		p.must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody(login, password), nil)
		var o struct{ Me struct{ Email string } }
		p.must(http.StatusOK, "GET", "/api/v1/overview", nil, &o)
		if o.Me.Email != "Ana@Example.org" {
			t.Errorf("%s: my address is %q", login, o.Me.Email)
		}
	}
}

func TestUnknownUsersAndWrongPasswordsLookTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.owner()
	wrong := w.visitor().must(http.StatusUnauthorized, "POST", "/api/v1/sign-in", signInBody("ana", "not this one"), nil)
	unknown := w.visitor().must(http.StatusUnauthorized, "POST", "/api/v1/sign-in", signInBody("nobody", "not this one"), nil)
	if wrong.body != unknown.body {
		t.Errorf("the answers differ:\n%s\n%s", wrong.body, unknown.body)
	}
	if wrong.Header.Get("Set-Cookie") != "" {
		t.Error("a failed sign-in sets a cookie")
	}
}

func TestGuessingAPasswordIsSlowedDownForTheGuesserOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trustLoopback)
	w.owner()
	eve := w.visitor()
	eve.header.Set("X-Forwarded-For", "203.0.113.66")
	refused := 0
	for range 15 {
		got := eve.do("POST", "/api/v1/sign-in", signInBody("ana", "guess"))
		if got.StatusCode == http.StatusTooManyRequests {
			refused++
			if got.Header.Get("Retry-After") == "" {
				t.Fatal("429 without Retry-After")
			}
		}
	}
	if refused == 0 {
		t.Fatal("15 wrong passwords, and no wait")
	}
	w.waitsLonger(w.app.throttle, throttledLogin("ana"), "203.0.113.66")
	// What she forges on the way to the proxy changes nothing.
	eve.header.Set("X-Forwarded-For", "198.51.100.7, 203.0.113.66")
	if got := eve.do("POST", "/api/v1/sign-in", signInBody("ana", password)); got.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("a forged address got around the wait: %s", got.Status)
	}
	ana := w.visitor()
	ana.header.Set("X-Forwarded-For", "203.0.113.9")
	ana.must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
}

// waitsLonger lets an account be tried again from an address after half a minute
// or more, if it was tried so often that there is a wait. The first one is of two
// seconds, which a busy machine may take until it asks again.
func (w *world) waitsLonger(throttle *Throttle, account, address string) {
	for range 4 { // each doubles it
		throttle.Failed(account, address)
	}
}

// They used to count together, on the account. Then the wait for the address
// after guesses at the name told that they belong together, and the wait after
// two spellings that somebody has one of them.
func TestTheWaitsForANameAndAnAddressTellNothingAboutWhoseTheyAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := newAccount("ana")
	body["workspace"], body["email"] = "Harbour", "ana@example.org"
	w.visitor().must(http.StatusCreated, "POST", "/api/v1/setup", body, nil)
	eve := w.visitor()
	for _, spellings := range [][]string{
		{"ana", "ANA", " \uff21na"}, {"ana@example.org", "Ana@Example.org", "\uff21na@example.org "},
		{"bo", "BO", " \uff22o"}, {"bo@example.org", "Bo@Example.org", "\uff22o@example.org "},
		{"Straße", "STRASSE", "strasse"}, {"no name!", "NO NAME!", "no name! "},
	} {
		for i := range freeTries {
			eve.must(http.StatusUnauthorized, "POST", "/api/v1/sign-in", signInBody(spellings[i%3], "guess"), nil)
		}
		w.waitsLonger(w.app.throttle, throttledLogin(spellings[0]), "127.0.0.1")
		for _, login := range spellings {
			eve.must(http.StatusTooManyRequests, "POST", "/api/v1/sign-in", signInBody(login, password), nil)
		}
	}
}

func TestWithoutATrustedProxyAForgedAddressIsIgnored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.owner()
	eve := w.visitor()
	for i := range 15 {
		eve.header.Set("X-Forwarded-For", "203.0.113."+string(rune('1'+i%9)))
		if eve.do("POST", "/api/v1/sign-in", signInBody("ana", "guess")).StatusCode == http.StatusTooManyRequests {
			return
		}
	}
	t.Fatal("15 wrong passwords under forged addresses, and no wait")
}

func TestEverySignInGivesANewTokenAndEndsTheOldOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	first := ana.sessionCookie().Value
	ana.must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
	second := ana.sessionCookie().Value
	if first == second {
		t.Fatal("the token stayed the same")
	}
	if w.withToken(first).state().SignedIn {
		t.Fatal("the old token still works")
	}
	if !ana.state().SignedIn {
		t.Fatal("the new token does not work")
	}
}

func TestATokenFromSomebodyElseIsNeverUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.owner()
	const planted = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	victim := w.withToken(planted)
	victim.must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
	if w.withToken(planted).state().SignedIn {
		t.Fatal("the attacker's token is signed in (session fixation)")
	}
}

func TestTheSessionCookieIsOutOfReachForScriptsAndOtherSites(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tune   func(*Config)
		prefix string
		secure bool
	}{
		"plain": {func(*Config) {}, "chatd_session=", false},
		"https": {publicURL("https://chat.example.org"), "__Host-chatd_session=", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, c.tune)
			body := newAccount("ana")
			body["workspace"] = "Harbour"
			cookie := w.visitor().must(http.StatusCreated, "POST", "/api/v1/setup", body, nil).Header.Get("Set-Cookie")
			if !strings.HasPrefix(cookie, c.prefix) {
				t.Errorf("cookie %q, want %s…", cookie, c.prefix)
			}
			for _, attribute := range []string{"; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=2592"} {
				if !strings.Contains(cookie, attribute) {
					t.Errorf("cookie %q lacks %q", cookie, attribute)
				}
			}
			if strings.Contains(cookie, "; Secure") != c.secure || strings.Contains(cookie, "Domain") {
				t.Errorf("cookie %q", cookie)
			}
		})
	}
}

func TestTooManyPasswordsAtOnceWaitAndThenComeBackLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.owner()
	// Every place is taken, and so are the places of those who wait.
	h := w.app.hasher
	for range cap(h.slots) {
		h.slots <- struct{}{}
	}
	h.waiting.Add(h.maxWaiting)
	got := w.visitor().must(http.StatusServiceUnavailable, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
	if got.Header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
	h.waiting.Add(-h.maxWaiting)
	for range cap(h.slots) {
		<-h.slots
	}
	w.visitor().must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)
}
