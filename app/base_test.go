package app

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// below is a chatd that people find at /chat of a site, with an owner.
func below(t *testing.T) (*world, *person) {
	t.Helper()
	w := newWorld(t, publicURL("http://example.org/chat"))
	inside := *w
	inside.url += "/chat"
	p := inside.visitor()
	body := newAccount("ana")
	body["workspace"] = "Harbour"
	p.must(http.StatusCreated, "POST", "/api/v1/setup", body, nil)
	return w, p
}

func TestEverythingIsBelowTheBase(t *testing.T) {
	t.Parallel()
	_, p := below(t)
	room := p.room("general").ID
	var anInvite struct{ URL string }
	p.must(http.StatusCreated, "POST", "/api/v1/invites", map[string]any{"role": "member"}, &anInvite)
	if !strings.HasPrefix(anInvite.URL, "http://example.org/chat/join/") {
		t.Errorf("the invite is at %s", anInvite.URL)
	}
	address := regexp.MustCompile(`(?:href|src|action)="([^"#][^"]*)"|url=([^"]*)"`)
	for _, path := range []string{
		"/", "/setup", "/rooms/7", "/connection", "/nonsense",
		"/plain", "/plain?from=/join/ABC&why=old", "/plain?after=x", "/plain" + strings.TrimPrefix(roomPath(room), "/api/v1"),
		"/plain" + strings.TrimPrefix(roomPath(room), "/api/v1") + "/page", "/plain" + strings.TrimPrefix(roomPath(room), "/api/v1") + "/control",
		"/plain/rooms/999", "/plain/nonsense",
	} {
		got := p.opens(path)
		found := address.FindAllStringSubmatch(got.body, -1)
		if len(found) < 2 {
			t.Errorf("%s: it names %d addresses: %s", path, len(found), got.body)
		}
		for _, one := range found {
			if to := one[1] + one[2]; !strings.HasPrefix(to, "/chat/") {
				t.Errorf("%s leads to %s", path, to)
			}
		}
	}
	if got := p.opens("/plain?from=/rooms/7&why=old"); got.Header.Get("Location") != "/chat/plain/rooms/7" {
		t.Errorf("a room is at %s", got.Header.Get("Location"))
	}
	if shell := p.opens("/"); !strings.Contains(shell.body, `<html lang="en" data-base="/chat">`) {
		t.Errorf("the shell does not tell the base: %.60s", shell.body)
	}
	p.must(http.StatusOK, "GET", "/assets/main-AAAA.js", nil, nil)
	p.must(http.StatusOK, "GET", "/comet/client.js", nil, nil)
	p.must(http.StatusOK, "GET", "/healthz", nil, nil)
	if got := p.do("GET", "/connection/stream?seconds=x", nil); !strings.Contains(got.body, "such as /chat/connection/stream?") {
		t.Errorf("the example is %s", got.body)
	}
	var document struct{ Servers []struct{ URL string } }
	p.must(http.StatusOK, "GET", "/api/v1/openapi.json", nil, &document)
	if len(document.Servers) != 1 || document.Servers[0].URL != "http://example.org/chat" {
		t.Errorf("the document says %v", document.Servers)
	}
	p.header.Set("Accept", "text/html")
	for path, want := range map[string]string{"/plain/sign-out": "/chat/plain?why=signed-out", "/logout": "/chat/sign-in"} {
		got := p.must(http.StatusSeeOther, "POST", path, nil, nil)
		if got.Header.Get("Location") != want || !strings.Contains(got.Header.Get("Set-Cookie"), "Path=/chat/;") {
			t.Errorf("%s leads to %s with the cookie %s", path, got.Header.Get("Location"), got.Header.Get("Set-Cookie"))
		}
	}
}

func TestWhatIsOutsideTheBaseIsNotChatds(t *testing.T) {
	t.Parallel()
	w, _ := below(t)
	p := w.visitor()
	for path, want := range map[string]string{"/chat": "/chat/", "/chat?full": "/chat/?full"} {
		if got := p.must(http.StatusFound, "GET", path, nil, nil); got.Header.Get("Location") != want {
			t.Errorf("%s leads to %s", path, got.Header.Get("Location"))
		}
	}
	p.must(http.StatusOK, "GET", "/healthz", nil, nil)
	p.must(http.StatusOK, "GET", "/readyz", nil, nil)
	for _, path := range []string{"/", "/setup", "/api/v1/workspace", "/comet/data", "/assets/main-AAAA.js", "/plain", "/chats/", "/chatter", "/Chat/", "/%63hat/", "/x/chat/", "//chat/"} {
		got := p.must(http.StatusNotFound, "GET", path, nil, nil)
		if !strings.Contains(got.body, "chatd is at http://example.org/chat/.") || got.Header.Get("X-Request-Id") == "" ||
			got.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %v %s", path, got.Header, got.body)
		}
	}
	if got := p.opens("/rooms/7"); got.StatusCode != http.StatusNotFound || !strings.Contains(got.body, `<a href="/chat/">`) {
		t.Errorf("a person is told %s", got.body)
	}
	p.must(http.StatusNotFound, "POST", "/chat", nil, nil)
	p.must(http.StatusNotFound, "POST", "/logout", nil, nil)
	p.must(http.StatusNotFound, "GET", "/chat//api/v1/workspace", nil, nil)
}

func TestLogsAndMetricsNameRoutesWithoutTheBase(t *testing.T) {
	t.Parallel()
	w, p := below(t)
	p.overview()
	w.visitor().must(http.StatusNotFound, "GET", "/rooms/7", nil, nil)
	if text := w.log.String(); !strings.Contains(text, "route=/api/v1/overview") || strings.Contains(text, "route=/chat") {
		t.Errorf("the log says %s", text)
	}
}

func TestOtherSitesAreRefusedBelowTheBaseToo(t *testing.T) {
	t.Parallel()
	_, p := below(t)
	p.header.Set("Origin", "http://evil.example")
	if got := p.do("POST", "/logout", nil); !refusedAsForeign(got) {
		t.Errorf("%s %s", got.Status, got.body)
	}
	p.header.Set("Origin", "http://example.org")
	p.must(http.StatusOK, "PUT", "/api/v1/me/password", map[string]any{"current_password": password, "new_password": "another long one"}, nil)
}

func TestPushletComesBackBelowTheBase(t *testing.T) {
	t.Parallel()
	_, p := below(t)
	p.header.Set("Sec-Fetch-Site", "same-origin")
	got := p.must(http.StatusOK, "GET", pushletPath+"?p_event=join-listen&p_format=xml-strict&p_mode=poll&p_subject=/chat", nil, nil)
	if !strings.Contains(got.body, `p_url="/chat/pushlet.srv?p_id=`) {
		t.Errorf("it comes back to %s", got.body)
	}
	_, id, _ := strings.Cut(got.body, `p_id="`)
	id, _, _ = strings.Cut(id, `"`)
	got = p.must(http.StatusOK, "GET", pushletPath+"?p_event=refresh&p_id="+id, nil, nil)
	if !strings.Contains(got.body, `p_url="/chat/pushlet.srv?p_id=`+id) {
		t.Errorf("from there it comes back to %s", got.body)
	}
}
