package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// Words of presence.
const (
	offline     = "offline"
	signedIn    = "signed-in"
	signedOut   = "signed-out"
	wentOffline = "went-offline"
)

// sight is what one listener is told of others.
type sight struct {
	// Static once its listener runs.
	self   int64
	circle map[int64]*mate    // everybody in a small room with them
	people map[int64]struct{} // on the screen besides
	hall   int64              // the large room on the screen

	mu        sync.Mutex
	states    map[int64]string // of those who are not offline
	here      int
	snapshots int
	recent    []time.Time // of the events of the last second
	most      int         // events in a second
}

// mate is somebody of a listener's circle, as the notices tell.
type mate struct {
	atFirst bool   // was here when the listener came
	here    bool   // is here now
	notices int    // since then
	last    string // the newest one
}

// presenceEvent is an event that tells who is here.
type presenceEvent struct {
	Snapshot bool
	States   map[int64]string
	Notices  []struct {
		User   int64 `json:",string"`
		Notice string
	}
	Here map[int64]int
}

// take handles an event of presence. Whoever comes or goes must be told so once,
// in the event that tells the state.
func (s *sight) take(raw []byte, now time.Time, violate func(string, ...any)) error {
	var e presenceEvent
	if err := json.Unmarshal(raw, &e); err != nil {
		return fmt.Errorf("the presence %.200q: %w", raw, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(now)
	if e.Snapshot {
		s.begin(e.States)
	}
	for _, n := range e.Notices {
		if err := s.notice(n.User, n.Notice); err != nil {
			violate("user %d was told %s of user %d, who %v", s.self, n.Notice, n.User, err)
		}
	}
	for user, state := range e.States {
		if state == offline {
			delete(s.states, user)
		} else {
			s.states[user] = state
		}
		if m := s.circle[user]; m != nil && m.here != (state != offline) {
			violate("user %d was told that user %d is %s, without a notice", s.self, user, state)
			m.here = !m.here
		}
	}
	for room, n := range e.Here {
		if room != s.hall {
			violate("user %d was told of room %d, which is not on the screen", s.self, room)
		}
		s.here = n
	}
	return nil
}

// count notes when an event comes.
func (s *sight) count(now time.Time) {
	for len(s.recent) > 0 && now.Sub(s.recent[0]) >= aSecond {
		s.recent = s.recent[1:]
	}
	s.recent = append(s.recent, now)
	s.most = max(s.most, len(s.recent))
}

// mostInASecond is how many events have come in a second at most.
func (s *sight) mostInASecond() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

// aSecond is a second in which events are counted, less what the machine may be
// late with the first of them.
const aSecond = time.Second - 50*time.Millisecond

// begin takes over a snapshot.
func (s *sight) begin(states map[int64]string) {
	s.snapshots++
	s.states = map[int64]string{}
	for user, m := range s.circle {
		state, named := states[user]
		m.here = named && state != offline
		if s.snapshots == 1 {
			m.atFirst = m.here
		}
	}
}

// notice moves somebody of the circle. It returns what is wrong with them.
func (s *sight) notice(user int64, what string) error {
	m := s.circle[user]
	switch {
	case m == nil:
		return errNotInCircle
	case what != signedIn && what != signedOut && what != wentOffline:
		return errUnknownNotice
	case m.here == (what == signedIn):
		return errNotMoved
	}
	m.here = !m.here
	m.notices++
	m.last = what
	return nil
}

const (
	errNotInCircle   = sightError("is not of their circle")
	errUnknownNotice = sightError("does nothing of this kind")
	errNotMoved      = sightError("was so before")
)

type sightError string

func (e sightError) Error() string { return string(e) }

// appendScreen writes what a listener shows, as a part of a data request.
func (s *sight) appendScreen(b []byte) []byte {
	b = append(b, `,"people":[`...)
	for user := range s.people {
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, strconv.FormatInt(user, 10))
	}
	b = append(b, `],"room":"`...)
	return append(strconv.AppendInt(b, s.hall, 10), '"')
}
