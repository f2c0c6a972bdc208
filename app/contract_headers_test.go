package app

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// checkHeaders wants what every answer carries, whatever it says.
func checkHeaders(t *testing.T, what string, got answer) {
	t.Helper()
	h := got.Header
	if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" || h.Get("X-Request-Id") == "" {
		t.Errorf("%s: %s: %v", what, got.Status, h)
	}
	policies := h.Values("Content-Security-Policy")
	if len(policies) != 1 || !strings.Contains(policies[0], "frame-ancestors ") || !strings.HasPrefix(policies[0], "default-src 'none'") ||
		strings.Contains(policies[0], "unsafe") {
		t.Errorf("%s: %s: the policies on content are %q", what, got.Status, policies)
	}
	if strings.HasPrefix(h.Get("Content-Type"), "text/html") && h.Get("Permissions-Policy") == "" {
		t.Errorf("%s: %s: a page without a policy on permissions", what, got.Status)
	}
	if h.Get("Server") != "" || h.Get("X-Powered-By") != "" {
		t.Errorf("%s: it says what it runs on: %v", what, h)
	}
}

func TestEveryAnswerCarriesTheHeadersThatProtect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	w.eachRoute(func(method, pattern string) {
		if method == http.MethodConnect {
			return // no client sends it to a path
		}
		path := strings.NewReplacer("{room}", userName(room), "{room:[0-9]+}", userName(room)).Replace(pattern)
		path = concrete(path)
		people := map[string]*person{"nobody": w.visitor()}
		if method == http.MethodGet {
			people["Ana"] = ana // good answers that change nothing
		}
		for who, p := range people {
			for _, accept := range []string{"*/*", "text/html"} {
				p.header.Set("Accept", accept)
				what := who + ": " + method + " " + pattern
				got := p.begins(method, path)
				checkHeaders(t, what, got)
				if strings.HasPrefix(path, "/api/") && got.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s: %s may be kept: %q", what, got.Status, got.Header.Get("Cache-Control"))
				}
			}
			p.header.Del("Accept")
		}
	})
	for _, path := range []string{"/nonsense", "/api/v1/nonsense", "/assets/nonsense", "/comet/nonsense", "/healthz", "/assets/main-AAAA.js", "/comet/client.js", "/comet/client.d.ts"} {
		checkHeaders(t, path, ana.do("GET", path, nil))
		checkHeaders(t, path, ana.do("PATCH", path, nil))
	}
	foreign := w.visitor()
	foreign.header.Set("Origin", "https://evil.example")
	checkHeaders(t, "another site", foreign.do("POST", "/logout", nil))
	checkHeaders(t, "log-out", ana.do("POST", "/logout", nil))
}

// inline is a script or a style that stands in a page itself.
var inline = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<style|\sstyle=|\son[a-z]+=|javascript:`)

func TestThePageHasNoInlineScriptOrStyle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor()
	p.header.Set("Accept", "text/html")
	for _, path := range []string{"/", "/setup", "/sign-in", "/join/x", "/rooms/3", "/nonsense"} {
		got := p.do("GET", path, nil)
		if found := inline.FindString(got.body); found != "" || !strings.HasPrefix(got.body, "<!doctype html>") {
			t.Errorf("%s: %q in %s", path, found, got.body)
		}
		policy := got.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy lacks %s: %s", path, want, policy)
			}
		}
	}
}

func TestTheSessionsCookieIsForThisHostAlone(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]http.Cookie{
		"":                         {Name: "chatd_session", Path: "/"},
		"http://chat.lan":          {Name: "chatd_session", Path: "/"},
		"https://chat.example.org": {Name: "__Host-chatd_session", Secure: true, Path: "/"},
		"http://chat.lan/a/b":      {Name: "chatd_session", Path: "/a/b/"},
		"https://example.org/chat": {Name: "__Secure-chatd_session", Secure: true, Path: "/chat/"},
	} {
		var tune []func(*Config)
		if address != "" {
			tune = append(tune, publicURL(address))
		}
		w := newWorld(t, tune...)
		body := newAccount("ana")
		body["workspace"] = "Harbour"
		got := w.visitor().must(http.StatusCreated, "POST", strings.TrimSuffix(want.Path, "/")+"/api/v1/setup", body, nil)
		cookies := got.Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%q: %v", address, cookies)
		}
		c := cookies[0]
		if c.Name != want.Name || c.Secure != want.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != want.Path || c.Domain != "" {
			t.Errorf("%q: %s", address, c)
		}
	}
}
