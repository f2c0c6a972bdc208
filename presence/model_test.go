package presence_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"chatd/presence"
	"chatd/presence/presencetest"
)

const (
	schedules  = 1000
	shards     = 4 // that run at the same time
	steps      = 40
	population = 5 // who come and go
	// A node renews its lease every 10 s, so it may lose it from here on.
	safe = 19 * time.Second
	// A call that hangs ends after 5 s; a second later the node is back.
	recovery = 7 * time.Second
)

// TestRandomSchedulesKeepWhatPresencePromises runs nodes that start, stop, die,
// come back and lose the database, people who come, go, idle and choose what
// they are, and viewers whose circles and screens change, and checks:
// nobody goes offline, or away, while a node that has the database holds a
// session of theirs that says otherwise; nobody is stuck in a wrong state;
// every viewer sees, at each poll of whichever node, exactly the changes and
// notices of their circle that were made between two revisions, the states of
// the people on their screen, and how many are in its room.
func TestRandomSchedulesKeepWhatPresencePromises(t *testing.T) {
	t.Parallel()
	for shard := range uint64(shards) {
		t.Run(fmt.Sprint("from ", shard), func(t *testing.T) {
			t.Parallel()
			seed := shard
			defer func() {
				if t.Failed() {
					t.Logf("this was seed %d", seed)
				}
			}()
			for ; seed < schedules; seed += shards {
				inWorld(t, (time.Duration(seed%3)-1)*time.Hour, func(w *world) {
					s := &schedule{world: w, rand: rand.New(rand.NewPCG(seed, 1)), choices: map[int64][]*choice{}}
					s.run()
				})
			}
		})
	}
}

type schedule struct {
	*world
	rand     *rand.Rand
	machines []*machine
	sessions []*connection
	choices  map[int64][]*choice
	viewers  []*witness
	away     bool // the database is away for all
}

func (s *schedule) run() {
	delete(s.rooms.members, lobby)
	for range 4 {
		s.move()
	}
	for user := range int64(population) {
		s.choices[user+1] = []*choice{{what: "automatic"}}
	}
	s.startMachine()
	for _, user := range []int64{1, 2, onlooker} {
		s.viewers = append(s.viewers, &witness{viewer: s.viewerOf(user)})
	}
	s.rooms.sees[2] = func(user int64) bool { return user%2 == 1 }
	for range steps {
		s.act()
		s.pass(s.pause())
	}
	s.mendAll()
	if len(s.running()) == 0 {
		s.startMachine()
	}
	s.rooms.unknown = nil
	s.pass(100 * time.Second)
	s.checkEnd()
}

func (s *schedule) pause() time.Duration {
	return []time.Duration{0, time.Millisecond, 300 * time.Millisecond, 3 * time.Second, 15 * time.Second, 40 * time.Second}[s.rand.IntN(6)]
}

// act does one random thing.
func (s *schedule) act() {
	running := s.running()
	switch n := s.rand.IntN(120); {
	case len(running) == 0 || n < 4 && len(running) < 4:
		s.startMachine()
	case n < 6:
		s.end(pick(s.rand, running), (*node).kill)
	case n < 8:
		s.end(pick(s.rand, running), (*node).stop)
	case n < 11:
		s.restart(pick(s.rand, running))
	case n < 16:
		s.cut(pick(s.rand, running))
	case n < 24:
		s.mend(pick(s.rand, running))
	case n < 27:
		s.cutAll()
	case n < 33:
		s.mendAll()
	case n < 50:
		s.open(pick(s.rand, running), 1+s.rand.Int64N(population))
	case n < 63:
		s.close()
	case n < 73:
		s.touch()
	case n < 80:
		s.choose()
	case n < 84:
		s.move()
	case n < 88:
		room := 70 + s.rand.Int64N(2)
		s.rooms.here[room], s.rooms.who[room] = s.rand.IntN(3), s.rand.Int64N(2)
	case n < 91:
		s.rooms.unknown[pick(s.rand, []int64{1, 2, onlooker, 10, 11, 12})] = true
	case n < 95:
		clear(s.rooms.unknown)
	default:
		for _, v := range s.viewers {
			if s.rand.IntN(4) == 0 {
				s.turn(v)
			}
			if s.rand.IntN(2) == 0 {
				s.poll(v, pick(s.rand, running))
			}
		}
	}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// open connects somebody; a few are idle from the beginning.
func (s *schedule) open(m *machine, user int64) {
	c := &connection{id: fmt.Sprint("s", len(s.sessions)), user: user, at: m, opened: time.Now()}
	c.touches = []touch{{c.opened, s.rand.IntN(5) > 0}}
	s.sessions = append(s.sessions, c)
	m.Opened(presence.Connected{ID: c.id, User: c.user, Device: "browser", Idle: !c.touches[0].active})
}

// connected are the sessions that are open at a node that runs.
func (s *schedule) connected() []*connection {
	return slices.DeleteFunc(slices.Clone(s.sessions), func(c *connection) bool {
		return !c.closed.IsZero() || !c.at.died.IsZero()
	})
}

func (s *schedule) close() {
	if open := s.connected(); len(open) > 0 {
		c := pick(s.rand, open)
		c.closed = time.Now()
		c.at.Closed(c.id, pick(s.rand, []presence.Reason{presence.SignedOut, lease, lease}))
	}
}

// touch makes a device idle or active, or tells what it is like.
func (s *schedule) touch() {
	if open := s.connected(); len(open) > 0 {
		c := pick(s.rand, open)
		if s.rand.IntN(4) == 0 {
			c.at.Updated(c.id, presence.Update{Transport: "iframe", RoundTrip: time.Duration(s.rand.IntN(1000)) * time.Millisecond})
			return
		}
		active := s.rand.IntN(2) == 0
		c.touches = append(c.touches, touch{time.Now(), active})
		c.at.touch(c.id, active)
	}
}

// choose makes a choice for somebody, mostly one that ends.
func (s *schedule) choose() {
	user := 1 + s.rand.Int64N(population)
	c := &choice{
		what: pick(s.rand, []string{"automatic", "do-not-disturb", "invisible"}),
		from: time.Now(),
	}
	var lasts time.Duration
	if c.what != "automatic" {
		lasts = pick(s.rand, []time.Duration{0, 5 * time.Second, 20 * time.Second, time.Minute})
	}
	if lasts > 0 {
		c.until = c.from.Add(lasts)
	}
	all := s.choices[user]
	all[len(all)-1].replaced = c.from
	s.choices[user] = append(all, c)
	s.world.choose(user, c.what, lasts)
}

// move puts other people into a room, those who are new there from now on or as
// if they had been there always.
func (s *schedule) move() {
	var members []int64
	for _, user := range []int64{1, 2, 3, 4, 5, onlooker} {
		if s.rand.IntN(2) == 0 {
			members = append(members, user)
		}
	}
	since := pick(s.rand, []time.Time{time.UnixMicro(0), s.db.Now()})
	s.rooms.enter(since, 10+s.rand.Int64N(3), members...)
}

// checkEnd makes sure that everybody sees everybody as they are, and that
// nobody was shown as something else without a reason.
func (s *schedule) checkEnd() {
	want := map[int64]string{}
	for user := range int64(population) {
		want[user+1] = s.stateNow(user + 1)
	}
	for _, m := range s.running() {
		for user, state := range want {
			if got := m.State(user); got != state {
				s.t.Fatalf("%d is %s, want %s", user, got, state)
			}
		}
		for _, v := range s.viewers {
			s.poll(v, m)
			s.checkStates(v, s.db.Changes(), false)
		}
	}
	states := map[int64]string{}
	for _, c := range s.db.Changes() {
		s.check(c, cmp.Or(states[c.User], presence.StateOffline))
		states[c.User] = c.State
	}
}

// stateNow is what somebody is when all has been told.
func (s *schedule) stateNow(user int64) string {
	here, active := false, false
	for _, c := range s.connected() {
		if c.user == user {
			here, active = true, active || c.touches[len(c.touches)-1].active
		}
	}
	chosen := "automatic"
	if last := s.choices[user][len(s.choices[user])-1]; last.holds(time.Now()) {
		chosen = last.what
	}
	switch {
	case !here || chosen == "invisible":
		return presence.StateOffline
	case chosen == "do-not-disturb":
		return presence.StateDoNotDisturb
	case !active:
		return presence.StateAway
	default:
		return presence.StateOnline
	}
}

// check makes sure that a change was one, came with the right notice, and that
// nothing spoke against it.
func (s *schedule) check(c presencetest.Change, before string) {
	s.t.Helper()
	notices := []string{""}
	switch presence.StateOffline {
	case before:
		notices = []string{"signed-in"}
	case c.State:
		notices = []string{"signed-out", "went-offline"}
	}
	if c.State == before || !slices.Contains(notices, c.Notice) {
		s.t.Fatalf("%d was %s and became %s with %q", c.User, before, c.State, c.Notice)
	}
	at := s.db.Local(c.At)
	choices := s.chosen(c.User, at)
	if c.State == presence.StateOffline && slices.Contains(choices, "invisible") {
		return
	}
	if (c.State == presence.StateDoNotDisturb) != (choices[0] == "do-not-disturb") && len(choices) == 1 && c.State != presence.StateOffline ||
		choices[0] == "invisible" && len(choices) == 1 {
		s.t.Fatalf("%d became %s with %q at %v having chosen %q", c.User, c.State, c.Notice, at, choices)
	}
	for _, held := range s.sessions {
		if held.user == c.User && held.denies(c.State, at) {
			s.t.Fatalf("%d became %s at %v although %s was open from %v to %v, with %v, on a node with trouble %v",
				c.User, c.State, at, held.id, held.opened, held.closed, held.touches, held.at.atAll)
		}
	}
}

// chosen is what somebody had chosen at a time; several when they chose at
// that very moment.
func (s *schedule) chosen(user int64, at time.Time) (found []string) {
	for _, c := range s.choices[user] {
		if at.Before(c.from) || !c.replaced.IsZero() && at.After(c.replaced) {
			continue
		}
		if c.holds(at) {
			found = append(found, c.what)
		} else {
			found = append(found, "automatic")
		}
	}
	return found
}
