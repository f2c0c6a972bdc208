package app

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"chatd/presence"
	"chatd/store"
	"chatd/store/storetest"
)

// builtPage stands in for the built front end.
func builtPage() fs.FS {
	return fstest.MapFS{
		"manifest.json":      {Data: []byte(`{"main.js":"main-AAAA.js","main.css":"main-BBBB.css","main.js/part-CCCC.js":"part-CCCC.js"}`)},
		"main-AAAA.js":       {Data: script()},
		"main-BBBB.css":      {Data: []byte("body{margin:0}\n")},
		"part-CCCC.js":       {Data: []byte("export const chat = 1;\n")},
		"not-in-manifest.js": {Data: []byte("secret")},
		"comet-client.js":    {Data: []byte(strings.Repeat("// The comet client\n", 100))},
		"comet-client.d.ts":  {Data: []byte("export class Comet {}\n")},
	}
}

// script is too long, also zipped, for net/http to keep it until its end and
// count it.
func script() []byte {
	var b bytes.Buffer
	for n := range 4_000 {
		fmt.Fprintf(&b, "console.log('chatd %d');\n", n*n)
	}
	return b.Bytes()
}

const setupCode = "correct-horse"

// A world is a running App with a database of its own, behind real HTTP.
type world struct {
	t     *testing.T
	store *store.Store
	app   *App
	url   string
	log   *logBuffer
}

// newWorld starts an App; tune may change its configuration.
func newWorld(t *testing.T, tune ...func(*Config)) *world {
	t.Helper()
	return newWorldOn(t, storetest.Open(t), tune...)
}

// newWorldAt starts a node on a store of its own.
func newWorldAt(t *testing.T, config store.Config) *world {
	t.Helper()
	s, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return newWorldOn(t, s)
}

// newWorldOn starts a node on a store that may have others.
func newWorldOn(t *testing.T, s *store.Store, tune ...func(*Config)) *world {
	t.Helper()
	log := &logBuffer{}
	config := Config{
		Store: s, Assets: builtPage(), SetupCode: setupCode, Version: "test",
		Log:        slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		HashParams: HashParams{Memory: 64, Passes: 1, Threads: 1},
	}
	for _, f := range tune {
		f(&config)
	}
	a, err := New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	// Not the test's context: that ends before the clean-up.
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	server := httptest.NewServer(a.Handler())
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		server.Close()
	})
	w := &world{t: t, store: s, app: a, url: server.URL, log: log}
	// Of those who come before the node knows who is here nobody is told that they came.
	w.eventually("the node knows who is here", func() bool {
		event, _ := a.tracker.Since(presence.Viewer{}, "")
		return event != nil
	})
	return w
}

// eventually waits until ok, which something in the background brings about.
func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(20 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-timeout:
			w.t.Fatalf("still not: %s", what)
		}
	}
}

// trustLoopback makes the test itself a trusted proxy.
func trustLoopback(c *Config) {
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

func publicURL(address string) func(*Config) {
	return func(c *Config) {
		u, err := url.Parse(address)
		if err != nil {
			panic(err)
		}
		c.PublicURL = u
	}
}

// exhausted takes every connection of the main pool, of which a world with few
// has at most six, until release is called.
func (w *world) exhausted(url string) (release func()) {
	w.t.Helper()
	unlock := storetest.Lock(w.t, url, "workspace")
	var stuck sync.WaitGroup
	for range 6 {
		visitor := w.visitor()
		stuck.Go(func() { visitor.do("GET", "/api/v1/workspace", nil) })
	}
	blocked := w.visitor()
	blocked.client.Timeout = 300 * time.Millisecond
	w.eventually("no main connection is left", func() bool {
		resp, err := blocked.client.Do(blocked.request("GET", "/api/v1/invites/by-token/x", nil))
		if err == nil {
			resp.Body.Close()
		}
		return err != nil
	})
	return func() {
		unlock()
		stuck.Wait()
	}
}
