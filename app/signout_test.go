package app

import (
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"chatd/store"
	"chatd/store/storetest"
)

func TestLogOutEndsEveryStreamOfTheSessionAndNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	his := ben.streams("ndjson")
	phone := ana.signsInAgain().streams("ndjson")
	tabs := []*listener{ana.streams("ndjson"), ana.streams("iframe")}
	room := ana.room("general")

	token := ana.sessionCookie().Value
	got := ana.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	if got.Header.Get("Location") != "/sign-in" || !strings.Contains(got.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("%v", got.Header)
	}
	if c := got.Header.Get("Set-Cookie"); !strings.Contains(c, "chatd_session=;") || !strings.Contains(c, "Max-Age=0") {
		t.Errorf("the cookie stays: %s", c)
	}
	for _, tab := range tabs {
		tab.ends("signed-out")
	}
	if w.withToken(token).state().SignedIn {
		t.Fatal("the token still works")
	}
	w.withToken(token).must(http.StatusUnauthorized, "POST", "/comet/data", string(tabs[0].request("refresh", "poll", "poll")), nil)
	w.withToken(token).must(http.StatusUnauthorized, "POST", roomPath(room.ID)+"/messages",
		map[string]any{"client_id": newUUID(), "body": "too late"}, nil)

	ben.says(room.ID, "still here")
	his.news(roomTopic(room.ID), "message")
	phone.news(roomTopic(room.ID), "message")
}

func TestLoggingOutTwiceIsFine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	token := ana.sessionCookie().Value
	for _, p := range []*person{ana, w.withToken(token), w.visitor()} {
		p.header.Set("Accept", "application/json")
		if got := p.must(http.StatusNoContent, "POST", "/logout", nil, nil); !strings.Contains(got.Header.Get("Set-Cookie"), "Max-Age=0") {
			t.Errorf("no expired cookie: %v", got.Header)
		}
	}
	w.visitor().must(http.StatusSeeOther, "POST", "/logout", nil, nil)
}

// Every connection of the main pool is taken by requests that wait for a lock.
func TestControlNeverWaitsBehindData(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	w := newWorldAt(t, store.Config{URL: url, MainConns: 3})
	ana := w.owner()
	ben := ana.brings("ben")
	general := ana.room("general")
	boats := ana.creates("public", "boats")
	l := ana.streams("ndjson")
	other := ana.signsInAgain().streams("ndjson")

	release := w.exhausted(url)

	start := time.Now()
	ana.must(http.StatusOK, "PUT", roomPath(general.ID)+"/read", map[string]any{"number": 0}, nil)
	ana.must(http.StatusNoContent, "DELETE", roomPath(boats.ID)+"/membership", nil, nil)
	if e := l.next("unsubscribe-ack"); e.Why != "left" {
		t.Errorf("unsubscribe-ack %+v", e)
	}
	l.control(map[string]any{"op": "ping"})
	l.control(map[string]any{"op": "subscribe", "topics": map[string]any{workspaceTopic: l.have[workspaceTopic]}})
	ana.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	l.ends("signed-out")
	ben.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	// Whoever waits for a connection for data waits 20 s and is refused.
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("control took %v", took)
	}
	release()
	if !other.state().SignedIn {
		t.Error("the other browser is signed out too")
	}
}

func TestWithoutTheDatabaseEveryAnswerSaysSo(t *testing.T) {
	t.Parallel()
	w, cut := newCutWorld(t, store.Config{})
	ana := w.owner()
	room := ana.room("general")
	cut.off()

	ana.must(http.StatusOK, "GET", "/", nil, nil)
	ana.must(http.StatusOK, "GET", "/healthz", nil, nil)
	for _, p := range []*person{ana, w.visitor()} {
		checkProblem(t, p.do("GET", "/api/v1/workspace", nil), http.StatusServiceUnavailable, "database cannot be reached")
	}
	checkProblem(t, ana.do("PUT", roomPath(room.ID)+"/read", map[string]any{"number": 1}), http.StatusServiceUnavailable, "database cannot be reached")
	// That the log-out did not happen is certain: it never left.
	ana.header.Set("Accept", "application/json")
	got := ana.do("POST", "/logout", nil)
	checkProblem(t, got, http.StatusServiceUnavailable, "still signed in")
	if got.Header.Get("Set-Cookie") != "" || got.Header.Get("Retry-After") == "" {
		t.Errorf("%v", got.Header)
	}
	ana.header.Set("Accept", "text/html")
	if page := ana.do("POST", "/logout", nil); page.StatusCode != http.StatusServiceUnavailable || !strings.Contains(page.body, "still signed in") {
		t.Errorf("%s", page.body)
	}
}

func TestASessionSavedAfterItsEndStaysEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	token := ana.sessionCookie().Value
	// A request loads its session, then the log-out comes, then it saves.
	ctx, err := w.app.sessions.Load(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	ana.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	w.app.sessions.Put(ctx, store.SessionAddress, "192.0.2.1")
	if _, _, err := w.app.sessions.Commit(ctx); err == nil {
		t.Error("the save succeeded")
	}
	if w.withToken(token).state().SignedIn {
		t.Fatal("the session is alive again")
	}
}

func TestALogOutWhoseAnswerIsLostStillSignsOut(t *testing.T) {
	t.Parallel()
	w, cut := newCutWorld(t, store.Config{ControlConns: 1})
	ana := w.owner()
	other := ana.signsInAgain()
	token := other.sessionCookie().Value
	// The connection knows the statement from now on: the next one is one
	// round trip, and it is that answer which is lost.
	ana.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	v, err := w.viewerOfToken(token)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(v.session, "-", ""))
	if err != nil {
		t.Fatal(err)
	}
	cut.needle.Store(&raw)
	if err := w.app.endSession(t.Context(), v); err != nil {
		t.Fatalf("endSession: %v", err)
	}
	if cut.cuts.Load() != 1 {
		t.Fatal("no answer was lost")
	}
	if w.withToken(token).state().SignedIn {
		t.Fatal("still signed in")
	}
}

// viewerOfToken is the viewer that a session token stands for.
func (w *world) viewerOfToken(token string) (viewer, error) {
	r := w.withToken(token).request("GET", "/", nil)
	ctx, err := loadSession(w.t.Context(), r, w.app.sessions)
	if err != nil {
		return viewer{}, err
	}
	v, _ := viewerOf(ctx)
	return v, nil
}
