package comet

import (
	"cmp"
	"slices"
)

// hint is the latest value of a key.
type hint struct {
	count int64
	event []byte
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
