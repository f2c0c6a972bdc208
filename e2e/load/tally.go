package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// violationsKept bounds what a line tells of; all are counted.
const violationsKept = 10

// tally counts what happened to all listeners and senders.
type tally struct {
	deliveries atomic.Int64 // numbered events that listeners have handled
	answers    atomic.Int64 // answers to polls that brought some
	presence   atomic.Int64 // events that told who is here
	listening  atomic.Bool  // there is a process that must not refuse connections

	mu         sync.Mutex
	counts     map[string]int64
	violations []string
	violated   int64
}

func newTally() *tally {
	t := &tally{counts: map[string]int64{}}
	t.listening.Store(true)
	return t
}

// count counts something that is allowed to happen.
func (t *tally) count(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[what]++
}

// violate notes a broken promise.
func (t *tally) violate(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.violated++
	if len(t.violations) < violationsKept {
		t.violations = append(t.violations, fmt.Sprintf(format, args...))
	}
}

func (t *tally) counted() map[string]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.counts)
}

func (t *tally) broken() (count int64, some []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.violated, append([]string{}, t.violations...)
}

// trouble counts a request that failed and returns for how long the server asks
// to be left alone. Only a 503 that says so is allowed.
func (t *tally) trouble(channel string, err error) time.Duration {
	var r refused
	switch {
	case errors.As(err, &r):
		t.count(fmt.Sprintf("%s %d", channel, r.status))
		if r.status != http.StatusServiceUnavailable || r.retryAfter < 0 {
			t.violate("a request of %s was answered %d, Retry-After %v", channel, r.status, r.retryAfter)
		}
		return max(0, r.retryAfter)
	case errors.Is(err, syscall.ECONNREFUSED):
		t.count(channel + " connection refused")
		if t.listening.Load() {
			t.violate("a connection was refused while chatd was there")
		}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		t.count(channel + " connection lost")
	default:
		t.count(fmt.Sprintf("%s %v", channel, err))
	}
	return 0
}
