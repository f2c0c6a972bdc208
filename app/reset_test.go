package app

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// resetLink makes a link for somebody and returns its token.
func (p *person) resetLink(user int64) string {
	p.t.Helper()
	var made struct {
		URL       string
		ExpiresAt time.Time `json:"expires_at"`
	}
	p.must(http.StatusCreated, "POST", userPath(user)+"/reset-link", nil, &made)
	if left := time.Until(made.ExpiresAt); left < 23*time.Hour || left > 24*time.Hour {
		p.t.Errorf("it is good for %v", left)
	}
	token, ok := strings.CutPrefix(made.URL, p.url+"/reset/")
	if !ok || len(token) < 20 {
		p.t.Fatalf("the link is %s", made.URL)
	}
	return token
}

func TestAPersonSetsANewPasswordWithALink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	stream := ben.streams("ndjson")
	token := ana.resetLink(ben.me.ID)

	visitor := w.visitor()
	visitor.must(http.StatusOK, "GET", "/reset/"+token, nil, nil)
	var shown struct {
		Workspace, Username string
		DisplayName         string `json:"display_name"`
	}
	visitor.must(http.StatusOK, "GET", "/api/v1/password-resets/by-token/"+token, nil, &shown)
	if shown.Workspace != "Harbour" || shown.Username != "ben" || shown.DisplayName != "Ben" {
		t.Errorf("it shows %+v", shown)
	}
	body := map[string]any{"token": token, "password": "short"}
	checkProblem(t, visitor.do("POST", "/api/v1/password-resets", body), http.StatusUnprocessableEntity, "too short")
	body["password"] = "another password"
	visitor.must(http.StatusNoContent, "POST", "/api/v1/password-resets", body, nil)
	stream.ends("password-changed")
	if visitor.state().SignedIn || ben.state().SignedIn {
		t.Error("somebody is signed in")
	}
	for _, got := range []answer{
		visitor.do("POST", "/api/v1/password-resets", body), visitor.do("GET", "/api/v1/password-resets/by-token/"+token, nil),
	} {
		checkProblem(t, got, http.StatusGone, "used already")
	}
	w.visitor().must(http.StatusUnauthorized, "POST", "/api/v1/sign-in", signInBody("ben", password), nil)
	w.visitor().must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ben", "another password"), nil)
	if strings.Contains(w.log.String(), token) || strings.Contains(w.log.String(), "another password") {
		t.Error("the log holds a secret")
	}
}

func TestALinkIsMadeForOthersByThoseWhoManageThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"role": "admin"}, nil)
	link := func(user *person) string { return userPath(user.me.ID) + "/reset-link" }
	checkProblem(t, cleo.do("POST", link(ben), nil), http.StatusForbidden, "not allowed")
	checkProblem(t, ben.do("POST", link(ana), nil), http.StatusForbidden, "not allowed")
	checkProblem(t, ana.do("POST", link(ana), nil), http.StatusUnprocessableEntity, "your own password in your settings")
	checkProblem(t, ana.do("POST", userPath(1<<40)+"/reset-link", nil), http.StatusNotFound, "no such person")
	first := ben.resetLink(cleo.me.ID)
	ben.resetLink(cleo.me.ID)
	checkProblem(t, w.visitor().do("GET", "/api/v1/password-resets/by-token/"+first, nil), http.StatusGone, "no longer good")
	ana.must(http.StatusOK, "PATCH", userPath(cleo.me.ID), map[string]any{"deactivated": true}, nil)
	checkProblem(t, ana.do("POST", link(cleo), nil), http.StatusConflict, "closed")
}

func TestGuessingLinksIsSlowedDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	token := ana.resetLink(ben.me.ID)
	eve := w.visitor()
	guess := func() answer { return eve.do("GET", "/api/v1/password-resets/by-token/nonsense", nil) }
	for range freeTries {
		checkProblem(t, guess(), http.StatusNotFound, "link does not exist")
	}
	w.waitsLonger(w.app.throttle, resetAccount, "127.0.0.1")
	if got := guess(); got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" {
		t.Errorf("nobody slows her down: %s %v", got.Status, got.Header)
	}
	body := map[string]any{"token": token, "password": "another password"}
	eve.must(http.StatusTooManyRequests, "POST", "/api/v1/password-resets", body, nil)
	checkProblem(t, w.visitor().do("POST", "/api/v1/password-resets", map[string]any{"token": strings.Repeat("x", 201), "password": "x"}), http.StatusUnprocessableEntity, "token")
}
