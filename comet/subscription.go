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

// ending is a subscription that the server has ended.
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
		default:
			denied = append(denied, name)
			if !f.live && f.attempts == 0 {
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
