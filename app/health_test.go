package app

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"chatd/store"
)

func TestItIsReadyUntilItStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.visitor()
	for _, method := range []string{"GET", "HEAD"} {
		got := p.must(http.StatusOK, method, "/readyz", nil, nil)
		if got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", method, got.Header)
		}
	}
	w.app.Stopping()
	checkProblem(t, p.do("GET", "/readyz", nil), http.StatusServiceUnavailable, "chatd is stopping")
	p.must(http.StatusOK, "GET", "/healthz", nil, nil)
	w.owner() // whoever comes all the same, is served
}

func TestWithoutADatabaseItIsAliveButNotReady(t *testing.T) {
	t.Parallel()
	w, cut := newCutWorld(t, store.Config{})
	p := w.visitor()
	p.must(http.StatusOK, "GET", "/readyz", nil, nil)
	cut.off()
	w.eventually("it is not ready any more", func() bool {
		return p.do("GET", "/readyz", nil).StatusCode != http.StatusOK
	})
	got := p.do("GET", "/readyz", nil)
	checkProblem(t, got, http.StatusServiceUnavailable, "The database cannot be reached just now. Try again in a moment.")
	if strings.Contains(got.body, "SQL") || got.Header.Get("Retry-After") == "" {
		t.Errorf("it says %s %v", got.body, got.Header)
	}
	p.must(http.StatusOK, "GET", "/healthz", nil, nil)
}

func TestManyWhoAskWhetherItIsReadyAskTheDatabaseOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.store.Control().Stats().Acquires
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if err := w.app.ready(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	// The looks use these connections too.
	if n := w.store.Control().Stats().Acquires - before; n > 20 {
		t.Errorf("they took %d connections", n)
	}
}
