package app

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// readyWithin bounds the question to the database.
	readyWithin = 2 * time.Second
	// readyFor is how long its answer counts, so that whoever asks often, asks
	// us and not the database.
	readyFor = time.Second
)

// readiness is whether requests should be sent here.
type readiness struct {
	stopping atomic.Bool

	mu    sync.Mutex
	asked time.Time
	err   error
}

// healthz tells that the program is running, whatever its database does.
func (a *App) healthz(w http.ResponseWriter, _ *http.Request) { sayOK(w) }

// readyz tells whether requests should be sent here: not while the database
// does not answer, and not any more when chatd is stopping.
func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	if err := a.ready(r.Context()); err != nil {
		a.fail(w, r, err)
		return
	}
	sayOK(w)
}

func sayOK(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n"))
}

// ready returns a Problem when requests should go elsewhere.
func (a *App) ready(ctx context.Context) error {
	if a.readiness.stopping.Load() {
		return waitProblem(http.StatusServiceUnavailable, "chatd is stopping. Try again in a moment.", 2*time.Second)
	}
	if err := a.databaseAnswers(ctx); err != nil {
		return waitProblem(http.StatusServiceUnavailable, unavailableDetail, 2*time.Second)
	}
	return nil
}

// databaseAnswers asks the database through a reserved connection, once for
// everybody who wants to know at the same time.
func (a *App) databaseAnswers(ctx context.Context) error {
	r := &a.readiness
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.asked) < readyFor {
		return r.err
	}
	// Not the context of whoever asked first: the answer is for all.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyWithin)
	defer cancel()
	r.err = a.store.Control().Ping(ctx)
	r.asked = time.Now()
	return r.err
}

// Stopping makes /readyz send requests elsewhere from now on. Call it before
// the listener is closed.
func (a *App) Stopping() { a.readiness.stopping.Store(true) }
