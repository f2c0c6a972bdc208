package app

import (
	"net/http"
	"strings"
	"testing"
)

// concrete fills in the parameters of a route: the things need not exist.
func concrete(pattern string) string {
	return strings.NewReplacer("{room}", "3", "{room:[0-9]+}", "3", "{user}", "2", "{invite}", "1", "{token}", "x",
		"{session}", "0f8fad5b-d9cb-469f-a165-70867728950e", "*", "x").Replace(pattern)
}

// eachChange calls f for every request that may change something. CONNECT is
// left out: no page can send it.
func (w *world) eachChange(f func(method, path string)) {
	w.t.Helper()
	changes := 0
	w.eachRoute(func(method, pattern string) {
		switch method {
		case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodConnect:
		default:
			changes++
			f(method, concrete(pattern))
		}
	})
	if changes < 20 {
		w.t.Errorf("only %d routes change something", changes)
	}
}

func refusedAsForeign(got answer) bool {
	return got.StatusCode == http.StatusForbidden && strings.Contains(got.body, "came from another site")
}

func TestEveryChangingRouteRefusesOtherSites(t *testing.T) {
	t.Parallel()
	w := newWorld(t, publicURL("http://chat.example.org"))
	ana := w.owner()
	for name, header := range map[string]http.Header{
		"cross-site":              {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}},
		"cross-site, no origin":   {"Sec-Fetch-Site": {"cross-site"}},
		"same site":               {"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://evil.example.org"}},
		"another origin":          {"Origin": {"http://evil.example"}},
		"no origin":               {"Origin": {"null"}},
		"another port":            {"Origin": {"http://chat.example.org:8080"}},
		"another scheme's origin": {"Origin": {"https://chat.example.org"}},
		"a forged Host":           {"Origin": {"http://evil.example"}, "X-Forwarded-Host": {"evil.example"}, "Forwarded": {"host=evil.example"}},
		"an origin like ours":     {"Origin": {"http://chat.example.org.evil.example"}},
		"a browser of old":        {"Origin": {"http://evil.example"}, "Referer": {w.url + "/"}},
	} {
		eve := w.withToken(ana.sessionCookie().Value)
		for k, v := range header {
			eve.header[k] = v
		}
		w.eachChange(func(method, path string) {
			if got := eve.do(method, path, `{}`); !refusedAsForeign(got) {
				t.Errorf("%s: %s %s: %s %s", name, method, path, got.Status, got.body)
			}
		})
	}
	if !ana.state().SignedIn || len(ana.overview().Users) != 1 || ana.room("general").Name != "general" {
		t.Error("another site has changed something")
	}
}

func TestOwnPagesAndScriptsPassTheProtection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, publicURL("https://chat.example.org"))
	host := strings.TrimPrefix(w.url, "http://")
	for name, header := range map[string]http.Header{
		"a page":                         {"Sec-Fetch-Site": {"same-origin"}, "Origin": {"http://" + host}},
		"a page of the public address":   {"Sec-Fetch-Site": {"same-origin"}, "Origin": {"https://chat.example.org"}},
		"typed in by hand":               {"Sec-Fetch-Site": {"none"}},
		"plain HTTP under a LAN name":    {"Host": {"chat.lan:8080"}, "Origin": {"http://chat.lan:8080"}},
		"a proxy that rewrites the Host": {"Host": {"127.0.0.1:8080"}, "Origin": {"https://chat.example.org"}},
		"curl":                           {},
	} {
		anybody := w.visitor()
		anybody.header = header
		w.eachChange(func(method, path string) {
			if got := anybody.do(method, path, `{}`); refusedAsForeign(got) || got.StatusCode >= 500 {
				t.Errorf("%s: %s %s: %s %s", name, method, path, got.Status, got.body)
			}
		})
	}
}

func TestReadingFromAnotherSiteIsUpToTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ana.header.Set("Origin", "https://evil.example")
	ana.header.Set("Sec-Fetch-Site", "cross-site")
	got := ana.do("GET", "/api/v1/overview", nil)
	for name := range got.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("%s lets other sites read", name)
		}
	}
	if policy := got.Header.Get("Cross-Origin-Resource-Policy"); policy != "same-origin" {
		t.Errorf("other sites may load it: %q", policy)
	}
}

// A reader listens with GET, which the protection of changing requests lets
// pass. Over plain HTTP, and behind a proxy that rewrites the Host, only the
// origin tells whose page it is.
func TestOnlyOwnPagesListenWithGET(t *testing.T) {
	t.Parallel()
	w := newWorld(t, publicURL("http://chat.example.org"))
	ana := w.owner()
	for origin, want := range map[string]int{
		"http://chat.example.org": http.StatusOK, w.url: http.StatusOK,
		"https://chat.example.org": http.StatusForbidden, "https://evil.example": http.StatusForbidden, "null": http.StatusForbidden,
	} {
		page := w.withToken(ana.sessionCookie().Value)
		page.header.Set("Origin", origin)
		if got := page.do("GET", "/comet/data?have=workspace", nil); got.StatusCode != want {
			t.Errorf("%s: %s %s", origin, got.Status, got.body)
		}
	}
}
