package comet

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// conn is one data request while it is answered: a socket with a place in its
// session. The goroutine that serves the request writes; everybody else pokes.
type conn struct {
	// Static after construction.
	hub       *Hub
	request   dataRequest
	who       Principal
	transport transport
	sink      *sink
	ctx       context.Context // ends with the client, or with finish
	cancel    context.CancelFunc
	opened    time.Time
	wake      chan struct{} // one slot; never closed

	// Set before and by session.register, static afterwards.
	admitted           bool // it may ask Check and the Log
	session            *session
	longHold, longNext bool

	// Set by anybody, taken by the writer.
	presenceDirty atomic.Bool
	drainAt       atomic.Int64 // Unix nanoseconds; 0: no drain

	mu   sync.Mutex
	last *finale // how the answer ends

	// Owned by the writer.
	denied     []string  // topics it may not follow
	begun      cursors   // topics followed from now on, and where that was
	hinted     int64     // the newest hint taken
	noted      int64     // the newest hint written
	presence   string    // revision
	started    bool      // bytes of the answer have been written
	flushed    time.Time // last write
	beat       time.Duration
	holdEnd    time.Time // polls
	recycleAt  time.Time // streams
	recycled   bool      // refresh has been told; recycleAt is the end now
	question   *question // to the log, that was left for something else; may be nil
	firstSlot  int       // of the topics that are behind, where to begin
	retryAt    time.Time // not before this is the log asked again; zero: at once
	presenceAt time.Time // when to ask for presence; zero: when it is told to
	unreadAt   time.Time // when there is an unread event to write; zero: there is none
	written    int64     // bytes
	events     int       // numbered events
	armed      time.Time // when the timer fires
	timer      timer

	expiry timer // when the login ends by itself
}

// finale is how an answer ends by somebody else's will. The stronger kind wins.
type finale struct {
	kind   finalKind
	reason Reason        // of an abort
	in     time.Duration // when to come back, of a drain and a stop
}

type finalKind int

const (
	finalDrain      finalKind = iota + 1 // go elsewhere
	finalStop                            // the same, but nothing is waited for
	finalCrowded                         // the browser holds too many
	finalEnd                             // the client has left, or had too many sessions
	finalSuperseded                      // a newer request serves the client
	finalAbort                           // the login is over
)

// event is what the client is told.
func (f finale) event() []byte {
	switch f.kind {
	case finalAbort:
		return abortEvent(f.reason)
	case finalSuperseded:
		return refreshEvent(0, whySuperseded)
	case finalCrowded:
		return refreshEvent(0, whyCrowded)
	case finalDrain, finalStop:
		return refreshEvent(f.in, whyDrain)
	default:
		return refreshEvent(0, whyEnd)
	}
}

// crowdedPause is how long a client that is told "crowded" holds nothing.
const crowdedPause = 30 * time.Second

// next is when a client should come back that does not go by the events; 0 means
// as usual.
func (f finale) next() time.Duration {
	if f.kind == finalCrowded {
		return crowdedPause
	}
	return f.in
}

func newConn(h *Hub, w http.ResponseWriter, r *http.Request, q dataRequest, who Principal) *conn {
	c := &conn{
		hub: h, request: q, who: who, transport: newTransport(q),
		sink:   newSink(w, r, h.config.Times.Write),
		opened: time.Now(),
		wake:   make(chan struct{}, 1),
	}
	c.ctx, c.cancel = context.WithCancel(r.Context())
	c.timer.fire = c.poke
	c.expiry.fire = c.expire
	if q.Presence != nil {
		c.presence = *q.Presence
		c.presenceDirty.Store(true)
	}
	return c
}

// poke makes the writer look around.
func (c *conn) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// unpoke is called by the writer before it looks around: it sees whatever the
// poke was about.
func (c *conn) unpoke() {
	select {
	case <-c.wake:
	default:
	}
}

// finish makes the writer end the answer with f, before anything that waits.
// Whatever it is blocked in ends soon.
func (c *conn) finish(f finale) {
	c.mu.Lock()
	if c.last != nil && c.last.kind >= f.kind {
		c.mu.Unlock()
		return
	}
	c.last = &f
	c.mu.Unlock()
	if f.kind > finalDrain {
		c.cancel()
		c.sink.cut()
	}
	c.poke()
}

// expireAt ends the login, and with it the request, at the given time.
func (c *conn) expireAt(at time.Time) {
	if !at.IsZero() {
		c.hub.wheel.set(&c.expiry, at)
	}
}

// expire is called by the wheel.
func (c *conn) expire() { c.hub.EndLogin(c.who.Login, ReasonExpired) }

// finale returns how the answer is to end, nil while it goes on.
func (c *conn) finale() *finale {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// close is called when the request is over, whatever happened.
func (c *conn) close() {
	c.cancel()
	c.hub.held.leave(c)
	c.hub.wheel.stop(&c.timer)
	c.hub.wheel.stop(&c.expiry)
	c.sink.close()
}

// wait returns when there may be something to do, at the latest at the given
// time. It reports false when the client is gone.
func (c *conn) wait(until time.Time) bool {
	if now := time.Now(); until.Before(c.armed) || !c.armed.After(now) {
		c.armed = until
		c.hub.wheel.set(&c.timer, until)
	}
	select {
	case <-c.wake:
		return true
	case <-c.ctx.Done():
		return c.finale() != nil
	}
}

// linger lets more come together when the last write was only just now, which
// is so under load alone.
func (c *conn) linger() {
	rest := c.hub.config.Times.Linger - time.Since(c.flushed)
	if rest > 0 {
		c.hub.lull.wait(c.ctx, rest)
	}
}
