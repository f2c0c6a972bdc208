package main

import "maps"

// truth is who is here as the database has it, and how those left who did.
type truth struct {
	states map[int64]string
	left   map[int64]string // the notice that tells it
}

// agrees reports whether a listener knows the truth.
func (s *sight) agrees(t truth) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.here == len(t.states) && maps.Equal(s.states, s.seen(t))
}

// seen are the states that a listener must have been told.
func (s *sight) seen(t truth) map[int64]string {
	seen := make(map[int64]string, len(s.circle)+len(s.people)+1)
	add := func(user int64) {
		if state, ok := t.states[user]; ok {
			seen[user] = state
		}
	}
	add(s.self)
	for user := range s.circle {
		add(user)
	}
	for user := range s.people {
		add(user)
	}
	return seen
}

// check calls violate for each state, notice and count that a listener has
// missed, or been told too often.
func (s *sight) check(t truth, violate func(string, ...any)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.snapshots != 1 {
		violate("user %d has been told everything %d times", s.self, s.snapshots)
	}
	if s.here != len(t.states) {
		violate("user %d believes %d to be here, not %d", s.self, s.here, len(t.states))
	}
	seen := s.seen(t)
	for user := range s.states {
		if _, ok := seen[user]; !ok {
			violate("user %d believes user %d to be %s", s.self, user, s.states[user])
		}
	}
	for user, state := range seen {
		if s.states[user] != state {
			violate("user %d believes user %d to be %q, not %s", s.self, user, s.states[user], state)
		}
	}
	for user, m := range s.circle {
		if want, last := m.expected(t.left[user]); m.notices != want || m.last != last {
			violate("user %d has %d notices about user %d, the last one %q, and should have %d and %q",
				s.self, m.notices, user, m.last, want, last)
		}
	}
}

// expected are the notices about somebody who came once and perhaps left once.
func (m *mate) expected(left string) (count int, last string) {
	if !m.atFirst {
		count, last = 1, signedIn
	}
	if left != "" {
		count, last = count+1, left
	}
	return count, last
}
