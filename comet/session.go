package comet

import (
	"cmp"
	"crypto/rand"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// session is a comet session: one client with its subscriptions, whichever
// request serves it at the moment. It outlives its requests by a lease.
type session struct {
	// Static after construction.
	hub  *Hub
	key  sessionKey
	info SessionInfo

	// Set by anybody without a lock, taken by the request in charge: which
	// subscriptions to look at, and whom to wake.
	dirty   [maxTopics / 64]atomic.Uint64
	current atomic.Pointer[conn] // written with mu held

	mu    sync.Mutex
	dead  bool  // out of the registry; nothing may be added any more
	n     int64 // counter of the newest request
	shown bool  // Presence knows it
	left  bool  // the client said goodbye

	subscriptions map[string]*subscription
	slots         []*subscription // the same by dirty mark; nil where free
	ended         []ending        // subscriptions ended by the server, not told yet

	hints     map[string]hint
	hintCount int64 // counts all hints
	hintsTold int64 // the newest that was written

	rounds     int       // polls that were held to their end, one after the other
	shortHolds bool      // a long hold was cut once
	polls      time.Time // when the allowance of polls is used up

	lease    timer
	leaseEnd time.Time
}

// subscription is one topic of a session. It follows the topic from the moment
// it is made; events flow when it is live, that is authorised.
type subscription struct {
	// Static after construction.
	session *session
	topic   *topic
	slot    int

	place int // in topic.followers; guarded by the locks of topics

	// Guarded by session.mu. A subscription that has left
	// session.subscriptions is void: whoever still asks for its authorisation
	// finds another one in its place, or none.
	cursor   Position
	asked    Position // the cursor that the client has given
	live     bool
	listed   bool // a data request has named it; from then on they decide
	attempts int  // how many are asking whether it may live
}

// ending is a subscription that the server has ended.
type ending struct {
	topic string
	why   Reason
}

// hint is the latest value of a key.
type hint struct {
	count int64
	event []byte
}

func newSession(h *Hub, key sessionKey) *session {
	s := &session{
		hub: h, key: key,
		info:          SessionInfo{ID: rand.Text(), Principal: key.who},
		subscriptions: make(map[string]*subscription),
	}
	s.lease.fire = s.leaseEnded
	return s
}

// mark notes that there is something to look at and wakes who looks.
func (f *subscription) mark() {
	bit := uint64(1) << (f.slot % 64)
	if f.session.dirty[f.slot/64].Or(bit)&bit == 0 {
		f.session.wake()
	}
}

// wake wakes the request in charge, if there is one.
func (s *session) wake() {
	if c := s.current.Load(); c != nil {
		c.poke()
	}
}

// registration is the outcome of session.register.
type registration int

const (
	registered registration = iota
	overtaken               // a newer request has come before
	overdue                 // the session has just ended; there may be another
)

// register puts c in charge, with exactly the topics it names and those that
// were subscribed to since the client last named any. All are marked, so
// whatever happens from now on is seen. It returns the request that c follows
// and the subscriptions that need authorisation.
func (s *session) register(c *conn) (result registration, old *conn, pending []*subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return overdue, nil, nil
	}
	if c.request.N < s.n {
		return overtaken, nil, nil
	}
	s.n, s.left = c.request.N, false
	old = s.current.Swap(c)
	s.hub.wheel.stop(&s.lease)
	s.beginLocked(c)
	crowded := len(s.subscriptions)+len(c.request.Have) > s.hub.config.Limits.Topics
	for name, f := range s.subscriptions {
		if _, named := c.request.Have[name]; named {
			continue
		}
		if f.listed || crowded {
			s.dropLocked(f)
			continue
		}
		f.cursor = f.asked // what has been written since may not have arrived
		f.mark()
	}
	for name, at := range c.request.Have {
		f := s.subscribeLocked(name, at)
		f.listed = true
		if !f.live {
			f.attempts++
			pending = append(pending, f)
		}
	}
	s.ended = slices.DeleteFunc(s.ended, func(e ending) bool {
		_, named := c.request.Have[e.topic]
		return named // the answer tells afresh
	})
	return registered, old, pending
}

// beginLocked settles what the coming of c means for hints and holds. A refresh
// tells that the last answer has arrived; listen tells nothing.
func (s *session) beginLocked(c *conn) {
	if c.request.Event == "refresh" {
		for key, h := range s.hints {
			if h.count <= s.hintsTold {
				delete(s.hints, key)
			}
		}
		c.hinted = s.hintsTold
	} else {
		s.rounds = 0
	}
	c.longHold = s.rounds >= cleanRounds && !s.shortHolds
	c.longNext = s.rounds >= cleanRounds-1 && !s.shortHolds
}

// subscribeLocked sets the cursor of a topic, which is followed when it is new.
func (s *session) subscribeLocked(name string, at Position) *subscription {
	f := s.subscriptions[name]
	if f == nil {
		f = &subscription{session: s, slot: s.freeSlotLocked()}
		s.slots[f.slot] = f
		s.subscriptions[name] = f
		s.hub.topics.follow(name, f)
	}
	f.cursor, f.asked = at, at
	f.mark()
	return f
}

func (s *session) freeSlotLocked() int {
	if i := slices.Index(s.slots, nil); i >= 0 {
		return i
	}
	s.slots = append(s.slots, nil)
	return len(s.slots) - 1
}

func (s *session) dropLocked(f *subscription) {
	delete(s.subscriptions, f.topic.name)
	s.slots[f.slot] = nil
	s.hub.topics.leave(f)
}

// settle ends attempts to authorise. A topic in allowed may flow; the names of
// the others are returned. One that was revoked meanwhile is void by now.
func (s *session) settle(pending []*subscription, allowed map[string]Position) (denied []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range pending {
		f.attempts--
		name := f.topic.name
		_, ok := allowed[name]
		switch {
		case s.subscriptions[name] != f:
			denied = append(denied, name)
		case ok:
			f.live = true
			f.mark()
		case !f.live:
			denied = append(denied, name)
			if f.attempts == 0 {
				s.dropLocked(f)
			}
		}
	}
	slices.Sort(denied)
	return denied
}

// subscribe adds topics between data requests.
func (s *session) subscribe(at map[string]Position) (pending []*subscription, p *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return nil, unknownSession()
	}
	total := len(s.subscriptions)
	for name := range at {
		if s.subscriptions[name] == nil {
			total++
		}
	}
	if limits := s.hub.config.Limits; total > limits.Topics {
		return nil, tooManyTopics(limits)
	}
	for name, p := range at {
		f := s.subscribeLocked(name, p)
		f.attempts++
		pending = append(pending, f)
	}
	return pending, nil
}

// unsubscribe ends subscriptions. With a reason it is the server that does it,
// and the client is told.
func (s *session) unsubscribe(topics []string, why Reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range topics {
		f := s.subscriptions[name]
		if f == nil {
			continue
		}
		s.dropLocked(f)
		if why != "" && f.live {
			s.ended = append(s.ended, ending{name, why})
		}
	}
	if len(s.ended) > 0 {
		s.wake()
	}
}

// hint keeps the latest value of a key for the client. When there are too many
// keys, the oldest is forgotten.
func (s *session) hint(key string, event []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return
	}
	if s.hints == nil {
		s.hints = make(map[string]hint)
	}
	s.hintCount++
	s.hints[key] = hint{s.hintCount, event}
	if len(s.hints) > s.hub.config.Limits.Hints {
		s.forgetHintLocked()
	}
	s.wake()
}

func (s *session) forgetHintLocked() {
	oldest, at := "", s.hintCount
	for key, h := range s.hints {
		if h.count < at {
			oldest, at = key, h.count
		}
	}
	delete(s.hints, oldest)
}

// takeHintsLocked adds the hints after the given count and returns the count of
// the newest.
func (s *session) takeHintsLocked(after int64, b *batch) int64 {
	if s.hintCount <= after {
		return after
	}
	fresh := make([]hint, 0, len(s.hints))
	for _, h := range s.hints {
		if h.count > after {
			fresh = append(fresh, h)
		}
	}
	slices.SortFunc(fresh, func(x, y hint) int { return cmp.Compare(x.count, y.count) })
	for _, h := range fresh {
		b.add(h.event)
	}
	return s.hintCount
}

// hintsWritten notes how far hints have been written; a refresh of the client
// tells that they have arrived.
func (s *session) hintsWritten(count int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hintsTold = max(s.hintsTold, count)
}
