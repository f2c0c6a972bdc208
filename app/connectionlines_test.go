package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A lineWriter notes when it was flushed, and what had been written by then.
type lineWriter struct {
	header http.Header
	status int
	begin  time.Time
	body   strings.Builder
	pushed []time.Duration // since begin, one for each flush
	size   int             // of what was flushed
}

func newLineWriter() *lineWriter { return &lineWriter{header: http.Header{}, begin: time.Now()} }

func (w *lineWriter) Header() http.Header         { return w.header }
func (w *lineWriter) WriteHeader(status int)      { w.status = status }
func (w *lineWriter) Write(b []byte) (int, error) { return w.body.Write(b) }

func (w *lineWriter) Flush() {
	w.pushed = append(w.pushed, time.Since(w.begin))
	w.size = w.body.Len()
}

func bareApp() *App {
	return &App{checks: newConnectionChecks(), log: slog.New(slog.DiscardHandler)}
}

func TestEachLineOfTheCheckLeavesAtItsTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path  string
		pause time.Duration
		lines int
	}{
		{"/connection/stream?seconds=5", 500 * time.Millisecond, 11},
		{"/connection/stream?seconds=30", 500 * time.Millisecond, 61},
		{"/connection/silence?seconds=5", 5 * time.Second, 2},
		{"/connection/silence?seconds=120", 2 * time.Minute, 2},
	} {
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, w := bareApp(), newLineWriter()
				serve := a.streamConnection
				if strings.Contains(c.path, "silence") {
					serve = a.silenceConnection
				}
				serve(w, httptest.NewRequest(http.MethodGet, c.path, nil))
				lines := strings.Split(strings.TrimSuffix(w.body.String(), "\n"), "\n")
				if len(lines) != c.lines || len(w.pushed) != c.lines || w.size != w.body.Len() {
					t.Fatalf("%d lines, %d flushes: %s", len(lines), len(w.pushed), w.body.String())
				}
				for n, text := range lines {
					var line checkLine
					if err := json.Unmarshal([]byte(text), &line); err != nil {
						t.Fatal(err)
					}
					due := time.Duration(n) * c.pause
					if line.N != n || line.Millis != due.Milliseconds() || !line.Time.Equal(w.begin.Add(due)) || line.Stopping || w.pushed[n] != due {
						t.Errorf("line %d leaves after %v: %s", n, w.pushed[n], text)
					}
				}
				if a.checks.all != 0 {
					t.Errorf("%d places are still taken", a.checks.all)
				}
			})
		})
	}
}

func TestSilenceEndsAtOnceWhenTheClientGoesOrChatdStops(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*App, context.CancelFunc){
		"gone":     func(_ *App, leave context.CancelFunc) { leave() },
		"stopping": func(a *App, _ context.CancelFunc) { a.checks.end() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a, w := bareApp(), newLineWriter()
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				time.AfterFunc(7*time.Second, func() { end(a, leave) })
				a.silenceConnection(w, httptest.NewRequest(http.MethodGet, "/connection/silence?seconds=120", nil).WithContext(ctx))
				if took := time.Since(w.begin); took != 7*time.Second {
					t.Errorf("it took %v", took)
				}
				if got := strings.Contains(w.body.String(), `"ms":7000`) && strings.Contains(w.body.String(), `"stopping":true`); got != (name == "stopping") {
					t.Errorf("it said %s", w.body.String())
				}
				if a.checks.all != 0 || len(a.checks.running) != 0 {
					t.Errorf("%d places are still taken", a.checks.all)
				}
			})
		})
	}
}

func TestTheConnectionChecksAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newConnectionChecks()
		var leave []func()
		for n := range checksAtOnce {
			done, err := c.begin("network " + strconv.Itoa(n/checksByNetwork))
			if err != nil {
				t.Fatalf("place %d: %v", n, err)
			}
			leave = append(leave, done)
		}
		refused := func(network string, status int, says string) {
			t.Helper()
			_, err := c.begin(network)
			p, ok := errors.AsType[*Problem](err)
			if !ok || p.Status != status || !strings.Contains(p.Detail, says) || p.retryAfter == 0 {
				t.Errorf("%s: %v, want %d %s", network, err, status, says)
			}
		}
		refused("network 0", http.StatusTooManyRequests, "Others in your network")
		refused("another", http.StatusServiceUnavailable, "Many people")
		leave[0]()
		done, err := c.begin("another")
		if err != nil {
			t.Fatal(err)
		}
		done()
		for _, done := range leave[1:] {
			done()
		}
		if c.all != 0 || len(c.running) != 0 {
			t.Errorf("%d places are taken, by %v", c.all, c.running)
		}
		for c.allow("often") == nil {
		}
		refused("often", http.StatusTooManyRequests, "too often")
		time.Sleep(time.Second / 4)
		if err := c.allow("often"); err != nil {
			t.Errorf("after a quarter of a second: %v", err)
		}
		c.end()
		refused("network 0", http.StatusServiceUnavailable, "chatd is stopping")
	})
}

// What is left of a request would hide that its client has gone.
func TestTheConnectionCheckTakesNoBody(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]io.Reader{"of a length": strings.NewReader("x"), "in chunks": io.MultiReader(strings.NewReader("x"))} {
		for path, serve := range map[string]func(*App, http.ResponseWriter, *http.Request){
			"/connection/stream?seconds=5": (*App).streamConnection, "/connection/silence?seconds=5": (*App).silenceConnection,
		} {
			a, w := bareApp(), newLineWriter()
			serve(a, w, httptest.NewRequest(http.MethodGet, path, body))
			if w.status != http.StatusBadRequest || !strings.Contains(w.body.String(), "takes no body") || a.checks.all != 0 {
				t.Errorf("%s, a body %s: %d %s", path, name, w.status, w.body.String())
			}
		}
	}
}
