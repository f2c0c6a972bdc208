package comet

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// hint is the latest value of a key.
type hint struct {
	count int64
	event []byte
	topic string    // only who follows it is told; empty: everybody
	until time.Time // afterwards it is not told any more; zero: never so
}

// hint keeps the latest value of a key for the client. When there are too many
// keys, one is forgotten.
func (s *session) hint(key string, event []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.dead {
		s.hintLocked(key, hint{event: event})
	}
}

// hint does the same for who follows a topic and asks for presence: a hint of a
// topic is of people, and must not end the polls of programs that only read.
func (f *subscription) hint(key string, event []byte) {
	s := f.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.withPresence && s.subscriptions[f.topic.name] == f && f.live {
		until := time.Now().Add(s.hub.config.Times.TopicHint)
		s.hintLocked(key, hint{event: event, topic: f.topic.name, until: until})
	}
}

func (s *session) hintLocked(key string, h hint) {
	if s.hints == nil {
		s.hints = make(map[string]hint)
	}
	s.hintCount++
	h.count = s.hintCount
	s.hints[key] = h
	if len(s.hints) > s.hub.config.Limits.Hints {
		s.forgetHintLocked()
	}
	s.wake()
}

// forgetHintsOfLocked forgets what was said of a topic that is followed no more:
// what follows is not heard, and it may be followed again.
func (s *session) forgetHintsOfLocked(topic string) {
	maps.DeleteFunc(s.hints, func(_ string, h hint) bool { return h.topic == topic })
}

func (s *session) forgetHintLocked() {
	first, least := "", hint{count: s.hintCount + 1}
	for key, h := range s.hints {
		if h.isForgottenBefore(least) {
			first, least = key, h
		}
	}
	delete(s.hints, first)
}

// isForgottenBefore puts the hints of topics first, which are of the moment, and
// of two the older one.
func (h hint) isForgottenBefore(other hint) bool {
	if ofTopic := h.topic != ""; ofTopic != (other.topic != "") {
		return ofTopic
	}
	return h.count < other.count
}

// isOver reports whether it is too late to tell a hint.
func (h hint) isOver(now time.Time) bool { return !h.until.IsZero() && !now.Before(h.until) }

// takeHintsLocked adds the hints after the given count and returns the count of
// the newest.
func (s *session) takeHintsLocked(after int64, b *batch) int64 {
	if s.hintCount <= after {
		return after
	}
	now := time.Now()
	maps.DeleteFunc(s.hints, func(_ string, h hint) bool { return h.isOver(now) })
	fresh := make([]hint, 0, len(s.hints))
	for _, h := range s.hints {
		if h.count > after && (h.topic == "" || s.followsLocked(h.topic)) {
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
