package presence_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"chatd/presence"
	"chatd/presence/presencetest"
)

const (
	// seenWithin bounds when a node that has the database sees a change.
	seenWithin = 3 * time.Second
	// moveAfter is when a viewer is moved on whom nothing concerns.
	moveAfter = 100 * time.Second
)

// witness is a viewer in a random schedule who checks all that they are told.
type witness struct {
	*viewer
	at   *machine // that the connection is with
	mark string   // of the circle that the last answer was about
}

// turn shows something else to a viewer.
func (s *schedule) turn(v *witness) {
	v.People = nil
	for user := range int64(population) {
		if s.rand.IntN(3) == 0 {
			v.People = append(v.People, user+1)
		}
	}
	v.Room = pick(s.rand, []int64{0, 70, 71})
}

// poll asks for news and compares them with what the database knows.
func (s *schedule) poll(v *witness, m *machine) {
	s.t.Helper()
	before, snapshots := v.revision, v.snapshots
	v.notices = nil
	if !s.ask(v, m) {
		s.checkSilence(v, m)
		return
	}
	sight, _ := s.rooms.Sight(v.User)
	circle := s.rooms.circle(v.User)
	changes := s.db.Changes()
	from, to := number(before), number(v.revision)
	old := before == "" || from < len(changes) && time.Since(s.db.Local(changes[from].At)) >= 5*time.Minute
	snapshot := v.snapshots > snapshots
	if snapshot && !old && sight.Mark == v.mark {
		s.t.Fatalf("a snapshot from %q to %q although nothing is old or another circle", before, v.revision)
	}
	want := v.noticesOf(changes[min(from, to):to], circle)
	if sight.Mark != v.mark {
		want = v.noticesOf(s.shared(v, changes[min(from, to):to]), circle)
	}
	spared := snapshot && old && len(v.notices) == 0
	if !slices.Equal(v.notices, want) && !spared {
		s.t.Fatalf("from %q to %q the viewer got %q, want %q", before, v.revision, v.notices, want)
	}
	s.checkStates(v, changes[:to], snapshot)
	s.checkHere(v, before, snapshot)
	v.mark = sight.Mark
}

// ask makes a new request, or goes on with the one before.
func (s *schedule) ask(v *witness, m *machine) bool {
	if v.at == m && s.rand.IntN(2) == 0 {
		return v.ask(m.node)
	}
	v.at = m
	return v.poll(m.node)
}

// checkSilence makes sure that somebody who was told nothing has missed nothing
// that the node knows, and does not fall behind.
func (s *schedule) checkSilence(v *witness, m *machine) {
	s.t.Helper()
	sight, known := s.rooms.Sight(v.User)
	if !known || slices.ContainsFunc(sight.Rooms, func(room int64) bool { return s.rooms.unknown[room] }) {
		return
	}
	told := s.rooms.told(v.Viewer)
	for _, c := range s.db.Changes()[number(v.revision):] {
		at := s.db.Local(c.At)
		if time.Since(at) < seenWithin || !m.reached(at) {
			return
		}
		if told[c.User] || time.Since(at) >= moveAfter+seenWithin {
			s.t.Fatalf("%d is kept at %q although %d became %s %v ago", v.User, v.revision, c.User, c.State, time.Since(at))
		}
	}
}

// shared are the changes of people with whom the viewer shared a room by then.
func (s *schedule) shared(v *witness, changes []presencetest.Change) (shared []presencetest.Change) {
	sight, _ := s.rooms.Sight(v.User)
	for _, c := range changes {
		if slices.ContainsFunc(sight.Rooms, func(room int64) bool { return s.rooms.together(room, v.User, c.User, c.At) }) {
			shared = append(shared, c)
		}
	}
	return shared
}

// noticesOf are the notices that the viewer should get of changes.
func (v *witness) noticesOf(changes []presencetest.Change, circle map[int64]bool) (notices []string) {
	for _, c := range changes {
		if circle[c.User] && c.User != v.User && c.Notice != "" {
			notices = append(notices, strconv.FormatInt(c.User, 10)+" "+c.Notice)
		}
	}
	return notices
}

// checkStates makes sure that the viewer has the states of their circle, of
// the people on their screen, and of themselves, and after a snapshot no others.
func (s *schedule) checkStates(v *witness, changes []presencetest.Change, snapshot bool) {
	s.t.Helper()
	told := s.rooms.told(v.Viewer)
	states := map[int64]string{}
	for _, c := range changes {
		states[c.User] = c.State
	}
	for user := range int64(population) {
		user++
		got, known := v.states[strconv.FormatInt(user, 10)]
		if told[user] && cmp.Or(got, presence.StateOffline) != cmp.Or(states[user], presence.StateOffline) {
			s.t.Fatalf("at %q viewer %d sees %d %s, want %s", v.revision, v.User, user, got, states[user])
		}
		if snapshot && known && !told[user] {
			s.t.Fatalf("a snapshot tells %d of %d: %s", v.User, user, v.last)
		}
	}
}

// checkHere makes sure that the viewer has the number of the room on the
// screen, and is told it when it is another room or others are here, and only
// then.
func (s *schedule) checkHere(v *witness, before string, snapshot bool) {
	s.t.Helper()
	told := strings.Contains(v.last, `"here"`)
	here, known := s.rooms.count(v.Room)
	switch {
	case v.Room == 0 || !known:
		if told {
			s.t.Fatalf("a count that nobody has made: %s", v.last)
		}
	case v.here[strconv.FormatInt(v.Room, 10)] != here.Count:
		s.t.Fatalf("at %q viewer %d has %v in room %d, want %d", v.revision, v.User, v.here, v.Room, here.Count)
	case told == (!snapshot && strings.HasSuffix(before, fmt.Sprintf(".%d-%v", v.Room, here))):
		s.t.Fatalf("from %q to %q, told of who is here: %v", before, v.revision, told)
	}
}

// number is the counted part of a revision.
func number(revision string) int {
	var epoch, n int
	_, _ = fmt.Sscanf(revision, "%d.%d", &epoch, &n)
	return n
}
