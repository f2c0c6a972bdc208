package comet

import (
	"net/http"
	"sync"
	"time"
)

// hurry is how long a write may still take when the connection has been ended
// by somebody else: enough for a client that reads, nothing for one that does
// not.
const hurry = 200 * time.Millisecond

// sink is where the bytes of one answer go. Every write has a deadline: a
// client that does not read loses its connection, and nothing else.
type sink struct {
	// Static after construction.
	w       http.ResponseWriter
	control *http.ResponseController
	limit   time.Duration
	clear   bool // HTTP/2 keeps watching a deadline after the write

	mu      sync.Mutex // guards the deadline and what follows
	hurried bool
	closed  bool // the handler has returned: control must not be used
}

func newSink(w http.ResponseWriter, r *http.Request, limit time.Duration) *sink {
	return &sink{w: w, control: http.NewResponseController(w), limit: limit, clear: r.ProtoMajor >= 2}
}

// write sends p, down to the socket. It is called by one goroutine at a time.
func (s *sink) write(p []byte) error {
	s.arm()
	if _, err := s.w.Write(p); err != nil {
		return err
	}
	if err := s.control.Flush(); err != nil {
		return err
	}
	if s.clear {
		s.disarm()
	}
	return nil
}

func (s *sink) arm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := s.limit
	if s.hurried {
		limit = min(limit, hurry)
	}
	// A writer that cannot have a deadline goes without one.
	_ = s.control.SetWriteDeadline(time.Now().Add(limit))
}

func (s *sink) disarm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.control.SetWriteDeadline(time.Time{})
}

// cut makes a blocked write fail soon. It may be called by anybody, also when
// the answer is over.
func (s *sink) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.hurried {
		return
	}
	s.hurried = true
	_ = s.control.SetWriteDeadline(time.Now().Add(hurry))
}

// close is called before the handler returns.
func (s *sink) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}
