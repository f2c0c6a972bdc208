package comet

import "slices"

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

// ending is a subscription, or a watch, that the server has ended.
type ending struct {
	topic string
	why   Reason
}

// mark notes that there is something to look at and wakes who looks.
func (f *subscription) mark() {
	bit := uint64(1) << (f.slot % 64)
	if f.session.dirty[f.slot/64].Or(bit)&bit == 0 {
		f.session.wake()
	}
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
	s.forgetHintsOfLocked(f.topic.name)
	s.hub.topics.leave(f)
}

// questions are what a request has to ask the log about: subscriptions and
// watches that are not live yet.
type questions struct {
	subscriptions []*subscription
	watches       []*watch
}

func (q questions) topics() []*topic {
	topics := make([]*topic, 0, len(q.subscriptions)+len(q.watches))
	for _, f := range q.subscriptions {
		topics = append(topics, f.topic)
	}
	for _, w := range q.watches {
		topics = append(topics, w.topic)
	}
	return topics
}

// settle ends attempts to authorise. A topic in allowed may flow; the names of
// the others are returned. One that was revoked meanwhile is void by now.
func (s *session) settle(pending questions, allowed map[string]Position) (denied []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range pending.subscriptions {
		if !f.settleLocked(allowed) {
			denied = append(denied, f.topic.name)
		}
	}
	if len(pending.watches) > 0 {
		denied = append(denied, s.settleWatchesLocked(pending.watches, allowed)...)
	}
	slices.Sort(denied)
	return denied
}

func (f *subscription) settleLocked(allowed map[string]Position) bool {
	f.attempts--
	_, ok := allowed[f.topic.name]
	switch {
	case f.session.subscriptions[f.topic.name] != f:
		return false
	case ok:
		f.live = true
		f.mark()
	case !f.live && f.attempts == 0:
		f.session.dropLocked(f)
	}
	return ok
}

// subscribe adds topics between data requests.
func (s *session) subscribe(at map[string]Position) (pending questions, p *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return pending, unknownSession()
	}
	total := len(s.subscriptions)
	for name := range at {
		if s.subscriptions[name] == nil {
			total++
		}
	}
	if limits := s.hub.config.Limits; total > limits.Topics {
		return pending, tooManyTopics(limits)
	}
	for name, p := range at {
		f := s.subscribeLocked(name, p)
		f.attempts++
		pending.subscriptions = append(pending.subscriptions, f)
	}
	return pending, nil
}

// follows reports whether the events of a topic flow.
func (s *session) followsLocked(topic string) bool {
	f := s.subscriptions[topic]
	return f != nil && f.live
}

// unsubscribe ends subscriptions.
func (s *session) unsubscribe(topics []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range topics {
		if f := s.subscriptions[name]; f != nil {
			s.dropLocked(f)
		}
	}
}

// revoke ends what the session has of a topic, and tells the client.
func (s *session) revoke(topic string, why Reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := false
	if f := s.subscriptions[topic]; f != nil {
		told = f.live
		s.dropLocked(f)
	}
	if w := s.watches.findLocked(topic); w != nil {
		told = told || w.live
		s.watches.dropLocked([]*watch{w})
	}
	if told {
		s.ended = append(s.ended, ending{topic, why})
		s.wake()
	}
}
