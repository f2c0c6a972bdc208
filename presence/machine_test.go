package presence_test

import (
	"slices"
	"time"

	"chatd/presence"
	"chatd/presence/presencetest"
)

// machine is a node of a random schedule, and what befell it.
type machine struct {
	*node
	born time.Time
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

func (s *schedule) running() []*machine {
	return slices.DeleteFunc(slices.Clone(s.machines), func(m *machine) bool { return !m.died.IsZero() })
}

func (s *schedule) startMachine() *machine {
	m := &machine{node: s.start(), born: time.Now()}
	s.machines = append(s.machines, m)
	if s.away {
		m.suffer(s.trouble())
	}
	return m
}

func (m *machine) suffer(t presencetest.Trouble) {
	m.db.Cut(t)
	m.atAll.begin()
}

func (s *schedule) end(m *machine, how func(*node)) {
	how(m.node)
	m.died = time.Now()
}

// restart kills a node and starts it again; most of its people come back.
func (s *schedule) restart(m *machine) {
	open := s.connected()
	s.end(m, (*node).kill)
	again := s.startMachine()
	s.pass(time.Duration(s.rand.IntN(15000)) * time.Millisecond)
	for _, c := range open {
		if c.at == m && s.rand.IntN(4) > 0 {
			s.open(again, c.user)
		}
	}
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

// connection is a comet session.
type connection struct {
	id             string
	user           int64
	at             *machine
	opened, closed time.Time
	touches        []touch
}

// touch is a device that became active or idle.
type touch struct {
	at     time.Time
	active bool
}

// denies says whether the session was open and known to the database, on a
// node that nobody could hold for dead, so that the person cannot have become
// offline, nor away if the device was known to be active.
func (c *connection) denies(state string, at time.Time) bool {
	since := c.opened
	switch state {
	case presence.StateOffline:
	case presence.StateAway:
		last := c.touches[0]
		for _, t := range c.touches {
			if t.at.Before(at) {
				last = t
			} else if t.at.Equal(at) {
				return false // at that very moment
			}
		}
		if !last.active {
			return false
		}
		since = last.at
	default:
		return false
	}
	open := at.After(c.opened) && (c.closed.IsZero() || at.Before(c.closed))
	return open && c.at.lives(at) && c.known(since, at) && !c.at.alone.touch(at, safe, recovery)
}

// lives says whether a node runs, or its lease does.
func (m *machine) lives(at time.Time) bool {
	return m.died.IsZero() || at.Before(m.died) || at.Before(m.died.Add(safe)) && !m.atAll.touch(m.died, 0, recovery)
}

// reached says whether the node has had the database all the time since.
func (m *machine) reached(since time.Time) bool {
	return m.born.Before(since) && !slices.ContainsFunc(m.atAll, func(s spell) bool {
		return s.to.IsZero() || since.Before(s.to.Add(recovery))
	})
}

// known says whether there was a second in which the database heard of it.
func (c *connection) known(since, at time.Time) bool {
	for heard := since.Add(time.Second); heard.Before(at); heard = heard.Add(time.Second) {
		if !c.at.died.IsZero() && heard.After(c.at.died) {
			return false
		}
		if !c.at.atAll.touch(heard, -time.Second, recovery) {
			return true
		}
	}
	return false
}

// choice is what a person chose to be.
type choice struct {
	what                  string
	from, until, replaced time.Time
}

// holds says whether the choice has not ended at a time.
func (c *choice) holds(at time.Time) bool { return c.until.IsZero() || at.Before(c.until) }
