package app

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"chatd/store/storetest"
)

func (p *person) sessionList() []Session {
	p.t.Helper()
	var list struct{ Sessions []Session }
	p.must(http.StatusOK, "GET", "/api/v1/sessions", nil, &list)
	return list.Sessions
}

func TestPeopleSeeWhereTheyAreSignedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trustLoopback)
	ana := w.owner()
	ana.brings("ben")
	ana.newToken("read")
	phone := w.visitor()
	phone.header.Set("User-Agent", "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0")
	phone.header.Set("X-Forwarded-For", "203.0.113.9")
	phone.must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody("ana", password), nil)

	list := phone.sessionList()
	if len(list) != 2 {
		t.Fatalf("she is signed in at %+v", list)
	}
	for _, s := range list {
		switch {
		case s.Current && s.Device == "Firefox on Android" && s.Address == "203.0.113.9" && strings.Contains(s.UserAgent, "Android 15"):
		case !s.Current && s.Device == unknownBrowser && s.Address == "127.0.0.1":
		default:
			t.Errorf("not expected: %+v", s)
		}
		if s.CreatedAt == "" || s.LastUsedAt == "" || s.ExpiresAt == "" {
			t.Errorf("without a time: %+v", s)
		}
	}
	for _, s := range ana.sessionList() {
		if s.Current != (s.Device == unknownBrowser) {
			t.Errorf("for the other browser: %+v", s)
		}
	}
}

func TestABrowserIsSignedOutFromAnother(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	elsewhere := *ana
	elsewhere.world = there
	lost := elsewhere.signsInAgain()
	stream := lost.streams("ndjson")
	kept := ana.signsInAgain()
	own := kept.streams("ndjson")
	var id string
	for _, s := range lost.sessionList() {
		if s.Current {
			id = s.ID
		}
	}
	for range 2 {
		ana.must(http.StatusNoContent, "DELETE", "/api/v1/sessions/"+id, nil, nil)
	}
	stream.ends("revoked")
	if lost.state().SignedIn || len(ana.sessionList()) != 2 {
		t.Error("it is still signed in")
	}
	room := ana.room("general")
	ana.says(room.ID, "phew")
	own.news(roomTopic(room.ID), "message")

	ana.must(http.StatusNoContent, "DELETE", "/api/v1/sessions", nil, nil)
	own.ends("revoked")
	if kept.state().SignedIn || !ana.state().SignedIn || len(ana.sessionList()) != 1 {
		t.Error("not all others were signed out, or not only they")
	}
}

func TestNobodySignsOutSomebodyElsesBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	id := ben.sessionList()[0].ID
	for _, what := range []string{id, newUUID(), "nonsense", strings.ToUpper(id)} {
		checkProblem(t, ana.do("DELETE", "/api/v1/sessions/"+what, nil), http.StatusNotFound, "not signed in there")
	}
	ana.must(http.StatusNoContent, "DELETE", "/api/v1/sessions", nil, nil)
	if !ben.state().SignedIn {
		t.Error("Ben was signed out")
	}
}

// Every connection of the main pool may be taken: these are control requests.
func TestSigningOutOtherBrowsersNeverWaitsBehindData(t *testing.T) {
	t.Parallel()
	w, url := newLockableWorld(t)
	ana := w.owner()
	stream := ana.signsInAgain().streams("ndjson")
	release := storetest.Lock(t, url, "workspace")
	var stuck sync.WaitGroup
	for range 20 {
		visitor := w.visitor()
		stuck.Go(func() { visitor.do("GET", "/api/v1/workspace", nil) })
	}
	w.eventually("no main connection is left", func() bool { return storetest.Waiting(t, url, "chatd") >= 16 })
	ana.must(http.StatusNoContent, "DELETE", "/api/v1/sessions", nil, nil)
	stream.ends("revoked")
	release()
	stuck.Wait()
}
