package comet

// Lags returns the comet sessions that are behind, by id, with how many events
// their subscriptions lack of those that the hub has heard of. To be behind for a
// moment is in the nature of things: whoever wants to know who is slow asks twice.
func (h *Hub) Lags() map[string]int {
	lags := map[string]int{}
	for _, s := range h.registry.everyone() {
		if id, lag := s.lag(); lag > 0 {
			lags[id] = lag
		}
	}
	return lags
}

func (s *session) lag() (id string, events int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.subscriptions {
		at, known := f.topic.position()
		if known && f.live && at.Epoch == f.cursor.Epoch {
			events += int(max(0, at.Seq-f.cursor.Seq))
		}
	}
	return s.info.ID, events
}
