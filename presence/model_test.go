package presence_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"chatd/presence"
	"chatd/presence/presencetest"
)

const (
	schedules = 250
	steps     = 60
	// A node renews its lease every 10 s, so it may lose it from here on.
	safe = 19 * time.Second
	// A call that hangs ends after 5 s; a second later the node is back.
	recovery = 7 * time.Second
)

// TestRandomSchedulesKeepWhatPresencePromises runs nodes that start, stop, die
// and lose the database, and people who come and go, and checks:
// nobody goes offline while a node that has the database holds a session of
// theirs; nobody is stuck online; every viewer sees, at each poll of whichever
// node, exactly the changes that were made between two revisions.
func TestRandomSchedulesKeepWhatPresencePromises(t *testing.T) {
	t.Parallel()
	for seed := range uint64(schedules) {
		inWorld(t, time.Duration(seed%3)*time.Hour, func(w *world) {
			s := &schedule{world: w, rand: rand.New(rand.NewPCG(seed, 1))}
			s.run()
		})
		if t.Failed() {
			t.Fatalf("this was seed %d", seed)
		}
	}
}

type schedule struct {
	*world
	rand     *rand.Rand
	machines []*machine
	sessions []*connection
	viewers  []*viewer
	away     bool // the database is away for all
}

// machine is a node and what befell it.
type machine struct {
	*node
	died time.Time // zero while it runs
	// When it could not reach the database; the last spell may still go on.
	alone, atAll spells
}

// spells are times of trouble, one after the other.
type spells []spell

type spell struct{ from, to time.Time }

func (s *spells) begin() {
	if len(*s) == 0 || !(*s)[len(*s)-1].to.IsZero() {
		*s = append(*s, spell{from: time.Now()})
	}
}

func (s spells) end() {
	if len(s) > 0 && s[len(s)-1].to.IsZero() {
		s[len(s)-1].to = time.Now()
	}
}

// touch says whether a time is in a spell, which begins and ends that much
// later than it did.
func (s spells) touch(at time.Time, begin, end time.Duration) bool {
	return slices.ContainsFunc(s, func(s spell) bool {
		return at.After(s.from.Add(begin)) && (s.to.IsZero() || at.Before(s.to.Add(end)))
	})
}

// connection is a comet session.
type connection struct {
	id             string
	user           int64
	at             *machine
	opened, closed time.Time
}

func (s *schedule) run() {
	s.startMachine()
	for range 3 {
		s.viewers = append(s.viewers, s.viewer())
	}
	for range steps {
		s.act()
		s.pass(s.pause())
	}
	s.mendAll()
	if len(s.running()) == 0 {
		s.startMachine()
	}
	s.pass(100 * time.Second)
	s.checkEnd()
}

func (s *schedule) pause() time.Duration {
	return []time.Duration{0, time.Millisecond, 300 * time.Millisecond, 3 * time.Second, 15 * time.Second, 40 * time.Second}[s.rand.IntN(6)]
}

// act does one random thing.
func (s *schedule) act() {
	running := s.running()
	switch n := s.rand.IntN(100); {
	case len(running) == 0 || n < 5 && len(running) < 4:
		s.startMachine()
	case n < 8:
		s.end(pick(s.rand, running), (*node).kill)
	case n < 11:
		s.end(pick(s.rand, running), (*node).stop)
	case n < 16:
		s.cut(pick(s.rand, running))
	case n < 24:
		s.mend(pick(s.rand, running))
	case n < 28:
		s.cutAll()
	case n < 34:
		s.mendAll()
	case n < 55:
		s.open(pick(s.rand, running))
	case n < 75:
		s.close()
	default:
		for _, f := range s.viewers {
			if s.rand.IntN(2) == 0 {
				s.poll(f, pick(s.rand, running))
			}
		}
	}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func (s *schedule) running() []*machine {
	return slices.DeleteFunc(slices.Clone(s.machines), func(m *machine) bool { return !m.died.IsZero() })
}

func (s *schedule) startMachine() {
	m := &machine{node: s.start()}
	s.machines = append(s.machines, m)
	if s.away {
		m.suffer(s.trouble())
	}
}

func (m *machine) suffer(t presencetest.Trouble) {
	m.db.Cut(t)
	m.atAll.begin()
}

func (s *schedule) end(m *machine, how func(*node)) {
	how(m.node)
	m.died = time.Now()
}

func (s *schedule) trouble() presencetest.Trouble {
	return pick(s.rand, []presencetest.Trouble{presencetest.Refused, presencetest.Unheard, presencetest.Late, presencetest.Hangs})
}

// cut takes the database from one node; the others may hold it for dead.
func (s *schedule) cut(m *machine) {
	m.suffer(s.trouble())
	m.alone.begin()
}

func (s *schedule) mend(m *machine) {
	if s.away {
		return
	}
	m.db.Mend()
	m.alone.end()
	m.atAll.end()
}

// cutAll takes the database from everybody: that is nobody's death.
func (s *schedule) cutAll() {
	s.away = true
	for _, m := range s.running() {
		m.suffer(s.trouble())
	}
}

// mendAll brings it back, to one node after the other.
func (s *schedule) mendAll() {
	s.away = false
	for _, m := range s.running() {
		s.mend(m)
		s.pass(time.Duration(s.rand.IntN(2000)) * time.Millisecond)
	}
}

func (s *schedule) open(m *machine) {
	c := &connection{id: fmt.Sprint("s", len(s.sessions)), user: 1 + s.rand.Int64N(4), at: m, opened: time.Now()}
	s.sessions = append(s.sessions, c)
	m.Opened(c.id, c.user)
}

func (s *schedule) close() {
	open := slices.DeleteFunc(slices.Clone(s.sessions), func(c *connection) bool {
		return !c.closed.IsZero() || !c.at.died.IsZero()
	})
	if len(open) > 0 {
		c := pick(s.rand, open)
		c.closed = time.Now()
		c.at.Closed(c.id, pick(s.rand, []presence.Reason{presence.SignedOut, lease, lease}))
	}
}

// poll asks for news and compares them with what the database knows.
func (s *schedule) poll(f *viewer, m *machine) {
	s.t.Helper()
	before, snapshots := f.revision, f.snapshots
	f.notices = nil
	if !f.poll(m.node) {
		return
	}
	changes := s.db.Changes()
	from, to := number(before), number(f.revision)
	if f.snapshots > snapshots {
		if before != "" && time.Since(s.db.Local(changes[from].At)) < 5*time.Minute {
			s.t.Fatalf("a snapshot from %q to %q although nothing is old", before, f.revision)
		}
		from = to
	}
	var want []string
	for _, c := range changes[from:to] {
		want = append(want, strconv.FormatInt(c.User, 10)+" "+c.Notice)
	}
	if !slices.Equal(f.notices, want) {
		s.t.Fatalf("from %q to %q the viewer got %q, want %q", before, f.revision, f.notices, want)
	}
	states := map[string]string{}
	for _, c := range changes[:to] {
		if states[strconv.FormatInt(c.User, 10)] = c.State; c.State == "offline" {
			delete(states, strconv.FormatInt(c.User, 10))
		}
	}
	if !maps.Equal(f.states, states) {
		s.t.Fatalf("at %q the viewer sees %v, want %v", f.revision, f.states, states)
	}
}

// number is the counted part of a revision.
func number(revision string) int {
	var epoch, n int
	_, _ = fmt.Sscanf(revision, "%d.%d", &epoch, &n)
	return n
}

func (s *schedule) checkEnd() {
	online := map[string]bool{}
	for _, c := range s.sessions {
		if c.closed.IsZero() && c.at.died.IsZero() {
			online[strconv.FormatInt(c.user, 10)] = true
		}
	}
	want := slices.Collect(maps.Keys(online))
	for _, m := range s.running() {
		s.viewer().sees(m.node, want...)
		for _, f := range s.viewers {
			s.poll(f, m)
			f.sees(m.node, want...)
		}
	}
	states := map[int64]string{}
	for _, c := range s.db.Changes() {
		if c.State == states[c.User] || states[c.User] == "" && c.State == "offline" {
			s.t.Fatalf("%d was %q and became %q", c.User, states[c.User], c.State)
		}
		states[c.User] = c.State
		if c.State == "offline" {
			s.checkOffline(c)
		}
	}
}

// checkOffline makes sure that nothing held the person online.
func (s *schedule) checkOffline(c presencetest.Change) {
	s.t.Helper()
	at := s.db.Local(c.At)
	for _, held := range s.sessions {
		if held.user == c.User && held.holds(at) {
			s.t.Fatalf("%d went offline at %v although %s was open from %v to %v on a node with trouble %v",
				c.User, at, held.id, held.opened, held.closed, held.at.atAll)
		}
	}
}

// holds says whether the session was open and known to the database, on a
// node that nobody could hold for dead.
func (c *connection) holds(at time.Time) bool {
	open := at.After(c.opened) && (c.closed.IsZero() || at.Before(c.closed))
	alive := c.at.died.IsZero() || at.Before(c.at.died)
	return open && alive && c.known(at) && !c.at.alone.touch(at, safe, recovery)
}

// known says whether there was a second in which the database heard of it.
func (c *connection) known(at time.Time) bool {
	for heard := c.opened.Add(time.Second); heard.Before(at); heard = heard.Add(time.Second) {
		if !c.at.atAll.touch(heard, -time.Second, recovery) {
			return true
		}
	}
	return false
}
