package app

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// echoes asks what chatd sees of a request.
func (p *person) echoes() (echo connectionEcho) {
	p.t.Helper()
	p.must(http.StatusOK, "GET", "/connection/echo", nil, &echo)
	return echo
}

func TestTheConnectionCheckIsAnsweredWithoutSigningIn(t *testing.T) {
	t.Parallel()
	p := newWorld(t).visitor()
	echo := p.echoes()
	if echo.HTTP != "HTTP/1.1" || echo.Host != strings.TrimPrefix(p.url, "http://") || echo.Address != "127.0.0.1" ||
		len(echo.ProxyHeaders) != 0 || echo.ProxyTrusted || !echo.PublicURLAgrees || len(echo.Hints) != 0 || time.Since(echo.Time) > time.Minute {
		t.Errorf("%+v", echo)
	}
	for path, kind := range map[string]string{
		"/connection/echo":              "application/json",
		"/connection/stream?seconds=1":  "application/x-ndjson",
		"/connection/silence?seconds=5": "application/x-ndjson",
	} {
		for _, method := range []string{"HEAD", "GET"} {
			if method == "GET" && strings.Contains(path, "silence") {
				continue // its time is tested in a bubble
			}
			p.header.Set("Accept-Encoding", "gzip, deflate, br")
			got := p.must(http.StatusOK, method, path, nil, nil)
			checkHeaders(t, path, got)
			h := got.Header
			if h.Get("Content-Type") != kind || h.Get("Cache-Control") != "no-store, no-transform" || h.Get("X-Accel-Buffering") != "no" ||
				h.Get("Content-Encoding") != "" || len(got.Cookies()) != 0 || h.Get("Cross-Origin-Resource-Policy") != "same-origin" ||
				(method == "HEAD") != (got.body == "") {
				t.Errorf("%s %s: %v %q", method, path, h, got.body)
			}
		}
		for _, method := range []string{"POST", "PUT", "DELETE"} {
			if got := p.must(http.StatusMethodNotAllowed, method, path, nil, nil); got.Header.Get("Allow") != "GET" {
				t.Errorf("%s %s: %v", method, path, got.Header)
			}
		}
		p.header.Set("Sec-Fetch-Site", "cross-site")
		checkProblem(t, p.do("GET", path, nil), http.StatusForbidden, "came from another site")
		p.header.Del("Sec-Fetch-Site")
	}
}

func TestTheConnectionCheckTellsHowLongItMayTake(t *testing.T) {
	t.Parallel()
	p := newWorld(t).visitor()
	for _, path := range []string{"stream", "stream?seconds=0", "stream?seconds=31", "silence?seconds=4", "silence?seconds=121", "silence?seconds=x", "silence?seconds=%31e2"} {
		checkProblem(t, p.do("GET", "/connection/"+path, nil), http.StatusBadRequest, "Say for how many seconds, from ")
	}
	checkProblem(t, p.do("GET", "/connection/stream?seconds=%zz", nil), http.StatusBadRequest, "cannot be read")
}

func TestTheEchoTellsWhatStandsBetween(t *testing.T) {
	t.Parallel()
	proxy := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct {
		name, peer, host, proto, public string
		header                          http.Header
		want                            connectionEcho
		hint                            string
	}{
		{
			name: "nothing", peer: "203.0.113.9:4711", host: "chat.lan:8080", proto: "HTTP/1.1",
			want: connectionEcho{Address: "203.0.113.9", PublicURLAgrees: true},
		},
		{
			name: "a forward proxy", peer: "203.0.113.9:4711", host: "chat.lan", proto: "HTTP/1.1",
			header: http.Header{"Via": {"1.1 squid.corp.internal"}},
			want:   connectionEcho{Address: "203.0.113.9", ProxyHeaders: []string{"Via"}, PublicURLAgrees: true},
		},
		{
			name: "our proxy", peer: "10.0.0.1:80", host: "chat.example.org", proto: "HTTP/1.1", public: "https://chat.example.org",
			header: http.Header{"X-Forwarded-For": {"192.0.2.66, 203.0.113.9"}, "X-Forwarded-Proto": {"https"}},
			want: connectionEcho{Address: "203.0.113.9", ProxyHeaders: []string{"X-Forwarded-For", "X-Forwarded-Proto"}, ProxyTrusted: true,
				PublicURL: "https://chat.example.org", PublicURLAgrees: true},
		},
		{
			name: "our proxy, which is not trusted", peer: "172.18.0.2:80", host: "CHAT.example.org:443", proto: "HTTP/1.1", public: "https://chat.example.org",
			header: http.Header{"X-Forwarded-For": {"203.0.113.9"}},
			want:   connectionEcho{Address: "172.18.0.2", ProxyHeaders: []string{"X-Forwarded-For"}, PublicURL: "https://chat.example.org", PublicURLAgrees: true},
			hint:   "X-Forwarded-For came from 172.18.0.2, which is not trusted, so it is not believed. If that is your proxy, add its address to CHATD_TRUSTED_PROXIES.",
		},
		{
			name: "our proxy, which tells nothing", peer: "10.0.0.1:80", host: "chat.example.org", proto: "HTTP/1.1",
			want: connectionEcho{Address: "10.0.0.1", ProxyTrusted: true, PublicURLAgrees: true},
			hint: "The proxy does not tell who asks, so everybody seems to come from its address. Have it set X-Forwarded-For.",
		},
		{
			name: "another name", peer: "203.0.113.9:4711", host: "localhost:8080", proto: "HTTP/1.1", public: "https://chat.example.org/team",
			want: connectionEcho{Address: "203.0.113.9", PublicURL: "https://chat.example.org/team"},
			hint: "chatd was called by another name than the one in CHATD_PUBLIC_URL. Have the proxy pass the Host header on, or correct that setting.",
		},
		{
			name: "HTTP/1.0", peer: "203.0.113.9:4711", host: "[fd00::1]:8080", proto: "HTTP/1.0", public: "http://[fd00::1]:8080",
			want: connectionEcho{Address: "203.0.113.9", PublicURL: "http://[fd00::1]:8080", PublicURLAgrees: true},
			hint: "Whatever stands in front of chatd speaks HTTP/1.0 to it. That works, but each request takes a connection of its own. In nginx, set proxy_http_version to 1.1.",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := &App{config: Config{TrustedProxies: proxy}, checks: newConnectionChecks()}
			if c.public != "" {
				a.config.PublicURL, _ = url.Parse(c.public)
			}
			r := httptest.NewRequest(http.MethodGet, "/connection/echo", nil)
			r.RemoteAddr, r.Host, r.Proto = c.peer, c.host, c.proto
			r.ProtoMajor, r.ProtoMinor, _ = http.ParseHTTPVersion(c.proto)
			if c.header != nil {
				r.Header = c.header
			}
			w := httptest.NewRecorder()
			ctx := context.WithValue(r.Context(), peerKey, hostOf(r.RemoteAddr))
			addressed(proxy)(http.HandlerFunc(a.echoConnection)).ServeHTTP(w, r.WithContext(ctx))
			var got connectionEcho
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			got.Time = time.Time{}
			want := c.want
			want.HTTP, want.Host, want.Hints = c.proto, c.host, []string{}
			if c.hint != "" {
				want.Hints = []string{c.hint}
			}
			if want.ProxyHeaders == nil {
				want.ProxyHeaders = []string{}
			}
			if !equalEchoes(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if strings.Contains(w.Body.String(), "squid") || strings.Contains(w.Body.String(), "192.0.2.66") {
				t.Errorf("it tells more than the names of headers: %s", w.Body)
			}
		})
	}
}

func equalEchoes(a, b connectionEcho) bool {
	return a.HTTP == b.HTTP && a.Host == b.Host && a.Address == b.Address && a.ProxyTrusted == b.ProxyTrusted && a.PublicURL == b.PublicURL &&
		a.PublicURLAgrees == b.PublicURLAgrees && slices.Equal(a.ProxyHeaders, b.ProxyHeaders) && slices.Equal(a.Hints, b.Hints)
}

func TestWhatIsEchoedInjectsNothing(t *testing.T) {
	t.Parallel()
	p := newWorld(t).visitor()
	for _, name := range []string{"Cookie", "Authorization", "X-Secret", "User-Agent"} {
		p.header.Set(name, "mark-of-"+name)
	}
	p.header.Set("X-Forwarded-Evil", "a\tb")
	p.header["Host"] = []string{"evil.example"}
	got := p.must(http.StatusOK, "GET", "/connection/echo?x=%0d%0aSet-Cookie:%20a=b", nil, nil)
	for name, values := range got.Header {
		for _, value := range values {
			if strings.Contains(value, "evil") || strings.Contains(value, "mark") || name == "Set-Cookie" {
				t.Errorf("the header %s: %s", name, value)
			}
		}
	}
	var echo connectionEcho
	if err := json.Unmarshal([]byte(got.body), &echo); err != nil {
		t.Fatal(err)
	}
	if echo.Host != "evil.example" || !slices.Equal(echo.ProxyHeaders, []string{"X-Forwarded-Evil"}) || strings.Contains(got.body, "mark-of") {
		t.Errorf("%s", got.body)
	}
}

// tests begins one of the check's long answers and returns it when its first
// line is there. It ends with leave, or with the test.
func (p *person) tests(path string) (lines *bufio.Scanner, leave func()) {
	p.t.Helper()
	resp, err := p.client.Do(p.request("GET", path, nil))
	if err != nil {
		p.t.Fatal(err)
	}
	leave = func() { _ = resp.Body.Close() }
	p.t.Cleanup(leave)
	lines = bufio.NewScanner(resp.Body)
	if !lines.Scan() {
		p.t.Fatalf("no first line: %s %v", resp.Status, lines.Err())
	}
	return lines, leave
}

func TestStoppingEndsTheConnectionChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor()
	answers := map[string]*bufio.Scanner{}
	for _, path := range []string{"/connection/silence?seconds=120", "/connection/stream?seconds=30"} {
		answers[path], _ = p.tests(path)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	w.app.Stopping()
	w.app.Drain(ctx)
	for path, lines := range answers {
		last := ""
		for lines.Scan() {
			last = lines.Text()
		}
		if lines.Err() != nil || !strings.Contains(last, `"stopping":true`) {
			t.Errorf("%s ends with %q, %v", path, last, lines.Err())
		}
	}
	w.app.Drain(ctx) // once more is no harm
	checkProblem(t, p.do("GET", "/connection/stream?seconds=1", nil), http.StatusServiceUnavailable, "chatd is stopping")
	p.echoes() // whoever still comes, is answered
}

func TestWhoGoesAwayGivesThePlaceBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor()
	var open []func()
	for range checksByNetwork {
		_, leave := p.tests("/connection/silence?seconds=120")
		open = append(open, leave)
	}
	got := p.do("GET", "/connection/silence?seconds=120", nil)
	checkProblem(t, got, http.StatusTooManyRequests, "Others in your network are checking")
	if got.Header.Get("Retry-After") != "30" {
		t.Errorf("%v", got.Header)
	}
	for _, leave := range open {
		leave()
	}
	w.eventually("all places are free", func() bool {
		w.app.checks.mu.Lock()
		defer w.app.checks.mu.Unlock()
		return w.app.checks.all == 0 && len(w.app.checks.running) == 0
	})
}

func TestPagesAboutTheServersTroubleLeadToTheCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor()
	const link = `<a href="/connection">`
	if got := p.opens("/nonsense"); strings.Contains(got.body, link) {
		t.Errorf("a wrong address is no matter of the connection: %s", got.body)
	}
	w.app.Stopping()
	if got := p.opens("/readyz"); got.StatusCode != http.StatusServiceUnavailable || !strings.Contains(got.body, link) {
		t.Errorf("%s %s", got.Status, got.body)
	}
}
