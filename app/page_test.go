package app

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

// opens asks for a page as a browser does.
func (p *person) opens(path string) answer {
	p.t.Helper()
	p.header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	defer p.header.Del("Accept")
	return p.do("GET", path, nil)
}

func TestEveryPageIsTheSameShell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor()
	first := p.opens("/")
	for _, path := range []string{"/", "/setup", "/sign-in", "/sign-up", "/connection", "/join/ABC", "/rooms/7"} {
		got := p.opens(path)
		// All that differs is where those without scripts are led.
		if got.StatusCode != http.StatusOK || strings.ReplaceAll(got.body, "/plain?room=7", "/plain") != first.body {
			t.Errorf("%s: %s %s", path, got.Status, got.body)
		}
		for name, want := range map[string]string{
			"Content-Type":               "text/html; charset=utf-8",
			"Content-Security-Policy":    pagePolicy,
			"Referrer-Policy":            "same-origin",
			"X-Content-Type-Options":     "nosniff",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Permissions-Policy":         pagePermissions,
			"Cache-Control":              "no-cache",
		} {
			if got.Header.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, got.Header.Get(name))
			}
		}
	}
	for _, part := range []string{`src="/assets/main-AAAA.js"`, `href="/assets/main-BBBB.css"`, `<div id="app">`, "<noscript>"} {
		if !strings.Contains(first.body, part) {
			t.Errorf("the shell lacks %s", part)
		}
	}
	for _, inline := range []string{"<script>", "<style>", " onload", " onerror", " style=", "javascript:"} {
		if strings.Contains(first.body, inline) {
			t.Errorf("the shell has %q, which its own policy forbids", inline)
		}
	}
}

func TestTheOpenerPolicyIsOnlySentWhereBrowsersHeedIt(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{"localhost:8080": "same-origin", "[::1]:8080": "same-origin", "chat.lan": ""} {
		r := httptest.NewRequest(http.MethodGet, "http://"+host+"/", nil)
		w := httptest.NewRecorder()
		(&App{}).hardened(http.NotFoundHandler()).ServeHTTP(w, r)
		if got := w.Header().Get("Cross-Origin-Opener-Policy"); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}

func TestAnUnknownAddressShowsAPageThatLeadsHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor()
	for _, path := range []string{"/nonsense", "/rooms/x", "/rooms/", "/rooms/7/", "/.git/config", "/assets"} {
		got := p.opens(path)
		if got.StatusCode != http.StatusNotFound || !strings.Contains(got.body, `<a href="/">`) ||
			got.Header.Get("Content-Security-Policy") != pagePolicy {
			t.Errorf("%s: %s %s", path, got.Status, got.body)
		}
	}
	if got := p.opens("/api/v1/nonsense"); got.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("the API answers with a page: %s", got.body)
	}
	if got := p.opens("/logout"); got.StatusCode != http.StatusMethodNotAllowed || got.Header.Get("Allow") != "POST" {
		t.Errorf("GET /logout: %s, Allow %q", got.Status, got.Header.Get("Allow"))
	}
}

func TestThePageNamesWhatItsScriptNeedsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor()
	if got := p.opens("/"); !strings.Contains(got.body, `<link rel="modulepreload" href="/assets/part-CCCC.js">`) {
		t.Errorf("the page is %s", got.body)
	}
	p.must(http.StatusOK, "GET", "/assets/part-CCCC.js", nil, nil)
}

func TestAssetsAreKeptForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor()
	// The client's transport asks for gzip and unpacks it.
	got := p.must(http.StatusOK, "GET", "/assets/main-AAAA.js", nil, nil)
	if !strings.HasPrefix(got.body, "console.log") || !got.Uncompressed || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/javascript") ||
		got.Header.Get("Cache-Control") != "public, max-age=31536000, immutable, no-transform" || got.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v %.60s", got.Header, got.body)
	}
	p.header.Set("If-None-Match", got.Header.Get("ETag"))
	p.must(http.StatusNotModified, "GET", "/assets/main-AAAA.js", nil, nil)
	p.header.Del("If-None-Match")
	p.header.Set("Accept-Encoding", "identity")
	if plain := p.must(http.StatusOK, "GET", "/assets/main-AAAA.js", nil, nil); plain.body != got.body {
		t.Error("the plain file is another one")
	}
	for _, name := range []string{"manifest.json", "not-in-manifest.js", "..%2fmanifest.json", "../manifest.json", ""} {
		p.must(http.StatusNotFound, "GET", "/assets/"+name, nil, nil)
	}
	p.must(http.StatusOK, "HEAD", "/assets/main-AAAA.js", nil, nil)
	p.must(http.StatusOK, "GET", "/healthz", nil, nil)
}

// Without a length a browser takes what a cut connection left of a file for all
// of it, and keeps that as long as it may.
func TestTheLengthOfAnAssetIsToldHoweverItIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor()
	p.header.Set("Accept-Encoding", "identity")
	plain := p.must(http.StatusOK, "GET", "/assets/main-AAAA.js", nil, nil)
	p.header.Set("Accept-Encoding", "gzip")
	zipped := p.must(http.StatusOK, "GET", "/assets/main-AAAA.js", nil, nil)
	if zipped.Header.Get("Content-Encoding") != "gzip" || len(zipped.body) >= len(plain.body) {
		t.Fatalf("not zipped: %v", zipped.Header)
	}
	for _, got := range []answer{plain, zipped} {
		if got.ContentLength != int64(len(got.body)) {
			t.Errorf("the length is %d, not %d: %v", got.ContentLength, len(got.body), got.Header)
		}
	}
	p.header.Set("Range", "bytes=2-5")
	if part := p.must(http.StatusPartialContent, "GET", "/assets/main-AAAA.js", nil, nil); part.body != zipped.body[2:6] {
		t.Errorf("a part is %q", part.body)
	}
	p.header.Del("Range")
	p.header.Set("If-None-Match", zipped.Header.Get("ETag"))
	p.must(http.StatusNotModified, "GET", "/assets/main-AAAA.js", nil, nil)
}

func TestTheCometClientIsServedToOtherPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor()
	for address, want := range map[string]struct{ kind, begin string }{
		"/comet/client.js":   {"text/javascript; charset=utf-8", "// The comet client"},
		"/comet/client.d.ts": {"application/typescript; charset=utf-8", "export class Comet"},
	} {
		got := p.must(http.StatusOK, "GET", address, nil, nil)
		h := got.Header
		if h.Get("Content-Type") != want.kind || h.Get("Cache-Control") != "no-cache" || !strings.HasPrefix(got.body, want.begin) ||
			h.Get("Vary") != "Accept-Encoding" || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s: %v %.60s", address, h, got.body)
		}
		p.header.Set("If-None-Match", h.Get("ETag"))
		p.must(http.StatusNotModified, "GET", address, nil, nil)
		p.header.Set("If-None-Match", `"another"`)
		p.must(http.StatusOK, "GET", address, nil, nil)
		p.header.Del("If-None-Match")
		p.must(http.StatusOK, "HEAD", address, nil, nil)
		p.must(http.StatusMethodNotAllowed, "POST", address, nil, nil)
	}
	for _, address := range []string{"/assets/comet-client.js", "/comet/comet-client.js", "/comet/client%2Ejs", "/comet/"} {
		p.must(http.StatusNotFound, "GET", address, nil, nil)
	}
}

func TestAPageThatIsNotBuiltIsAClearError(t *testing.T) {
	t.Parallel()
	for name, built := range map[string]fs.FS{
		"no manifest": fstest.MapFS{},
		"empty":       fstest.MapFS{"manifest.json": {Data: []byte(`{}`)}},
		"no file":     fstest.MapFS{"manifest.json": {Data: []byte(`{"main.js":"a.js","main.css":"a.css"}`)}},
		"no client":   fstest.MapFS{"manifest.json": {Data: []byte(`{"main.js":"a.js","main.css":"a.css"}`)}, "a.js": {}, "a.css": {}},
		"not JSON":    fstest.MapFS{"manifest.json": {Data: []byte(`x`)}},
	} {
		if _, err := readAssets(built); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAnErrorThatNobodyForesawLeaksNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := rand.Text()
	handler := w.app.identified(w.app.logged(w.app.recovered(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/panic" {
			panic(secret)
		}
		w.app.fail(rw, r, errors.New(secret))
	}))))
	for _, path := range []string{"/panic", "/error"} {
		for _, accept := range []string{"application/json", "text/html"} {
			rec := httptest.NewRecorder()
			req := httptest.NewRequest(http.MethodGet, path, nil)
			req.Header.Set("Accept", accept)
			handler.ServeHTTP(rec, req)
			id := rec.Header().Get("X-Request-Id")
			if rec.Code != http.StatusInternalServerError || id == "" || !strings.Contains(rec.Body.String(), id) {
				t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
			}
			if strings.Contains(rec.Body.String(), secret) {
				t.Errorf("%s: the cause leaks: %s", path, rec.Body)
			}
			if log := w.log.String(); !strings.Contains(log, secret) || !strings.Contains(log, id) {
				t.Errorf("%s: the log does not tell the cause of %s", path, id)
			}
		}
	}
}

func TestAPanicAfterTheAnswerHasBegunCutsTheConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	handler := w.app.identified(w.app.logged(w.app.recovered(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = rw.Write([]byte("half of it"))
		panic("oh")
	}))))
	server := httptest.NewServer(handler)
	defer server.Close()
	p := w.visitor()
	req := p.request("GET", "/", nil)
	req.URL.Host = strings.TrimPrefix(server.URL, "http://")
	resp, err := p.client.Do(req)
	if err == nil {
		defer resp.Body.Close()
		t.Fatal("the half came as a whole")
	}
}

func TestNewUUIDsAreOfTheRightForm(t *testing.T) {
	t.Parallel()
	id := newUUID()
	if raw, err := hex.DecodeString(strings.ReplaceAll(id, "-", "")); err != nil || len(raw) != 16 || id[14] != '4' || id == newUUID() {
		t.Fatalf("UUID %s", id)
	}
}
