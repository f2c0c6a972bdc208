package app

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"chatd/store"
	"chatd/store/storetest"
)

// A lock on the sessions stands in for a database that has stopped answering:
// every look-up of a session hangs.
func TestWhenNoSessionCanBeLookedUpEveryRequestIsAnswered(t *testing.T) {
	t.Parallel()
	w, url := newLockableWorld(t)
	ana := w.owner()
	l := ana.streams("ndjson")
	storetest.Lock(t, url, "sessions")
	w.app.known.ForgetAll() // who is known is not looked up

	var all sync.WaitGroup
	for _, c := range []struct {
		path, says string
		body       any
		within     time.Duration
	}{
		{"/logout", "still signed in", nil, 15 * time.Second},
		{"/comet/control", "Try again", map[string]any{"id": l.id, "operations": []any{map[string]any{"op": "ping"}}}, 15 * time.Second},
		{"/comet/data", "Try again", string(l.request("refresh", "poll", "poll")), 20 * time.Second},
		{"/api/v1/rooms", "Try again", map[string]any{"kind": "public", "name": "x"}, 20 * time.Second},
	} {
		req := ana.signedInElsewhere()
		all.Go(func() {
			begin := time.Now()
			got := req.do("POST", c.path, c.body)
			if took := time.Since(begin); took > c.within {
				t.Errorf("%s took %v", c.path, took)
			}
			if got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
				t.Errorf("%s: %s %v", c.path, got.Status, got.Header)
				return
			}
			checkProblem(t, got, http.StatusServiceUnavailable, c.says)
		})
	}
	all.Wait()
}

func TestTheLimitOfALookUpDoesNotEndTheRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	sessions := newSessions(w.store, Config{}, 5*time.Second)
	r := ana.request("GET", "/", nil)
	r.AddCookie(ana.sessionCookie())
	ctx, err := loadSession(t.Context(), r, sessions)
	if err != nil {
		t.Fatal(err)
	}
	if deadline, bounded := ctx.Deadline(); bounded {
		t.Errorf("the handler has until %v", deadline)
	}
	if v, ok := viewerOf(ctx); !ok || v.user != ana.me.ID || ctx.Err() != nil {
		t.Errorf("the viewer is %+v, the context says %v", v, ctx.Err())
	}
}

func TestControlRequestsThatAreStuckDoNotStopTheOthers(t *testing.T) {
	t.Parallel()
	w, url := newLockableWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	boats := ben.creates("public", "boats")
	l := ana.streams("ndjson")
	release := storetest.Lock(t, url, "rooms")

	var stuck sync.WaitGroup
	for range 8 { // twice the reserved connections
		tab := ben.signedInElsewhere()
		stuck.Go(func() {
			got := tab.do("DELETE", roomPath(boats.ID)+"/membership", nil)
			checkProblem(t, got, http.StatusServiceUnavailable, "Try again")
		})
	}
	w.eventually("every reserved connection is taken", func() bool {
		return storetest.Waiting(t, url, "chatd control") == 4
	})
	begin := time.Now()
	l.control(map[string]any{"op": "ping"})
	ana.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	// The others give up after 2 s; whoever waits for a connection for data does it for 20 s.
	if took := time.Since(begin); took > 15*time.Second {
		t.Errorf("a ping and a log-out took %v", took)
	}
	l.ends("signed-out")
	stuck.Wait()
	release()
}

// newLockableWorld starts an App on a database whose tables can be locked.
func newLockableWorld(t *testing.T) (w *world, url string) {
	t.Helper()
	url = storetest.URL(t)
	return newWorldAt(t, store.Config{URL: url}), url
}

// signedInElsewhere is the person's session in a browser of its own, so that
// several requests are made at once.
func (p *person) signedInElsewhere() *person {
	p.t.Helper()
	return p.withToken(p.sessionCookie().Value)
}
