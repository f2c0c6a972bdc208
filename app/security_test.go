package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// document is what the tests read of the OpenAPI document.
type document struct {
	OpenAPI string
	Info    struct{ Version string }
	Paths   map[string]map[string]struct {
		OperationID string
		Summary     string
		Responses   map[string]any
	}
}

func (p *person) document() document {
	p.t.Helper()
	var d document
	got := p.must(http.StatusOK, "GET", "/api/v1/openapi.json", nil, &d)
	if !json.Valid([]byte(got.body)) {
		p.t.Fatal("the document is not JSON")
	}
	return d
}

func TestTheAPIDescribesItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.visitor().document()
	if d.OpenAPI != "3.1.0" || d.Info.Version != "test" {
		t.Errorf("%s %s", d.OpenAPI, d.Info.Version)
	}
	seen := map[string]bool{}
	count := 0
	for path, methods := range d.Paths {
		for method, op := range methods {
			count++
			if op.Summary == "" || op.OperationID == "" || seen[op.OperationID] || !strings.HasPrefix(path, "/api/v1/") {
				t.Errorf("%s %s: id %q, summary %q", method, path, op.OperationID, op.Summary)
			}
			seen[op.OperationID] = true
		}
	}
	if count != 20 {
		t.Errorf("%d operations, want 20", count)
	}
}

// changing calls f for everything that changes something.
func changing(d document, f func(method, path string)) {
	for path, methods := range d.Paths {
		for method := range methods {
			if method = strings.ToUpper(method); method != http.MethodGet {
				f(method, strings.NewReplacer("{room}", "3", "{user}", "2", "{invite}", "1").Replace(path))
			}
		}
	}
	for _, path := range []string{"/logout", "/comet/control", "/comet/data"} {
		f(http.MethodPost, path)
	}
}

func TestNoOtherSiteCanChangeAnything(t *testing.T) {
	t.Parallel()
	w := newWorld(t, publicURL("http://chat.example.org"))
	ana := w.owner()
	eve := w.withToken(ana.sessionCookie().Value)
	for name, header := range map[string]http.Header{
		"cross-site":              {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}},
		"same site":               {"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://evil.example.org"}},
		"another origin":          {"Origin": {"http://evil.example"}},
		"no origin":               {"Origin": {"null"}},
		"another scheme's origin": {"Origin": {"https://chat.example.org"}},
		"a forged Host":           {"Origin": {"http://evil.example"}, "X-Forwarded-Host": {"evil.example"}},
	} {
		for k, v := range header {
			eve.header[k] = v
		}
		changing(eve.document(), func(method, path string) {
			if got := eve.do(method, path, `{}`); got.StatusCode != http.StatusForbidden || !strings.Contains(got.body, "another site") {
				t.Errorf("%s: %s %s: %s %s", name, method, path, got.Status, got.body)
			}
		})
		for k := range header {
			delete(eve.header, k)
		}
	}
	if !ana.state().SignedIn {
		t.Fatal("another site has signed Ana out")
	}
}

func TestOwnPagesAreNotTakenForAnotherSite(t *testing.T) {
	t.Parallel()
	w := newWorld(t, publicURL("http://chat.example.org"))
	ana := w.owner()
	room := ana.room("general")
	host := strings.TrimPrefix(w.url, "http://")
	for name, header := range map[string]http.Header{
		"a modern browser":               {"Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://chat.lan"}},
		"plain HTTP under a LAN name":    {"Origin": {"http://" + host}},
		"a proxy that rewrites the Host": {"Origin": {"http://chat.example.org"}},
		"curl":                           {},
	} {
		ana.header = header
		if got := ana.do("PUT", roomPath(room.ID)+"/read", map[string]any{"number": 0}); got.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", name, got.body)
		}
	}
}

func TestEverythingButTheFrontDoorNeedsASession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nobody := w.visitor()
	forged := w.withToken("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	open := map[string]bool{"/api/v1/workspace": true, "/api/v1/setup": true, "/api/v1/sign-in": true,
		"/api/v1/sign-up": true, "/api/v1/invites/by-token/{token}": true}
	for path, methods := range nobody.document().Paths {
		for method := range methods {
			if open[path] {
				continue
			}
			for _, p := range []*person{nobody, forged} {
				concrete := strings.NewReplacer("{room}", "3", "{user}", "2", "{invite}", "1").Replace(path)
				if got := p.do(strings.ToUpper(method), concrete, `{}`); got.StatusCode != http.StatusUnauthorized {
					t.Errorf("%s %s: %s", method, path, got.Status)
				}
			}
		}
	}
}

func TestAnswersOfTheAPIStayOutOfCachesAndFrames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for _, path := range []string{"/api/v1/overview", "/api/v1/workspace", "/api/v1/nonsense"} {
		got := ana.do("GET", path, nil)
		if got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("X-Content-Type-Options") != "nosniff" ||
			got.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", path, got.Header)
		}
	}
}
