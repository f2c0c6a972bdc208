package presence

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"
)

// crowd is a node with many listeners, each in some small rooms, while many of
// them change all the time.
type crowd struct {
	view
	listeners []asking
	changing  []int64
	tick      int
}

func newCrowd(listeners, roomsOfEach, roomSize, changing int) *crowd {
	r := rand.New(rand.NewPCG(1, 1))
	c := &crowd{listeners: make([]asking, listeners)}
	states := make([]PersonState, listeners)
	for i := range c.listeners {
		c.listeners[i] = asking{user: int64(i), circle: "k3j4", screen: "9xz"}
		states[i] = PersonState{int64(i), StateOnline}
	}
	for range roomsOfEach {
		for members := range slices.Chunk(r.Perm(listeners), roomSize) {
			c.room(members)
		}
	}
	c.load(1, 0, states, nil)
	for _, user := range r.Perm(listeners)[:changing] {
		c.changing = append(c.changing, int64(user))
	}
	return c
}

func (c *crowd) room(members []int) {
	ids := make([]int64, len(members))
	for i, member := range members {
		ids[i] = int64(member)
	}
	slices.Sort(ids)
	for _, member := range members {
		a := &c.listeners[member]
		a.rooms, a.groups = append(a.rooms, c.newest), append(a.groups, ids)
	}
	c.newest++ // numbers the rooms
}

// change is one tick: everybody who changes does so once, and viewers are at
// the revision before.
func (c *crowd) change() (before revision) {
	before = revision{c.epoch, c.newest, "k3j4", "9xz", ""}
	c.tick++
	state, notice := StateOffline, noticeWentOffline
	if c.tick%2 == 0 {
		state, notice = StateOnline, noticeSignedIn
	}
	now := time.Now()
	changes := make([]change, len(c.changing))
	for i, user := range c.changing {
		changes[i] = change{revision: c.newest + int64(i) + 1, user: user, state: state, notice: notice, at: now, seen: now}
	}
	c.apply(changes, now)
	return before
}

// BenchmarkTick is what one of 5,000 listeners, each in 10 rooms of 50 and in
// a large one, costs in a quarter of a second in which 125 people come or go:
// a fortieth of all people who come within 10 s.
func BenchmarkTick(b *testing.B) {
	const listeners, changing = 5000, 125
	run := func(name string, since func(c *crowd, a asking, before revision, known string) int) {
		b.Run(name, func(b *testing.B) {
			c := newCrowd(listeners, 10, 50, changing)
			for range 20 { // the ring is well filled
				c.change()
			}
			bytes, i := 0, 0
			var before revision
			var known string
			b.ReportAllocs()
			for b.Loop() {
				if i%listeners == 0 {
					before = c.change()
					known = before.String()
				}
				bytes += since(c, c.listeners[i%listeners], before, known)
				i++
			}
			b.ReportMetric(float64(bytes)/float64(i), "B/event")
		})
	}
	encode := func(t told) int {
		encoded, err := json.Marshal(t)
		if err != nil {
			b.Fatal(err)
		}
		return len(encoded)
	}
	run("every change encoded for every listener", func(c *crowd, _ asking, before revision, _ string) int {
		t := told{Event: "presence", States: map[string]string{}}
		for _, change := range c.ring[before.number-c.floor:] {
			user := strconv.FormatInt(change.user, 10)
			t.States[user] = change.state
			t.Notices = append(t.Notices, toldNotice{user, change.notice, change.at.UnixMilli()})
		}
		return encode(t)
	})
	run("every change looked at by every listener", func(c *crowd, a asking, before revision, _ string) int {
		return encode(c.lookThrough(a, before.number))
	})
	run("index by room", func(c *crowd, a asking, _ revision, known string) int {
		event, _ := c.since(a, known)
		return len(event)
	})
}

// BenchmarkSnapshot is what one of them costs who has just come.
func BenchmarkSnapshot(b *testing.B) {
	c := newCrowd(5000, 10, 50, 125)
	bytes, i := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		event, _ := c.since(c.listeners[i%len(c.listeners)], "")
		bytes += len(event)
		i++
	}
	b.ReportMetric(float64(bytes)/float64(i), "B/event")
}

// BenchmarkNothingNew is what a listener costs that is woken for others: one
// who is in no room, and one in 10 rooms of 50 who has been told nothing for as
// long as a revision may stay behind.
func BenchmarkNothingNew(b *testing.B) {
	run := func(name string, listener asking, ticks int) {
		b.Run(name, func(b *testing.B) {
			c := newCrowd(5000, 10, 50, 125)
			known := c.change().String()
			for range ticks {
				c.change()
			}
			b.ReportAllocs()
			for b.Loop() {
				if event, _ := c.since(listener, known); event != nil {
					b.Fatal("something was told")
				}
			}
		})
	}
	alone := asking{user: -1, circle: "k3j4", screen: "9xz"}
	run("in no room", alone, 0)
	quiet := alone
	for room := range int64(10) {
		members := make([]int64, 50)
		for i := range members {
			members[i] = 10_000 + 50*room + int64(i)
		}
		quiet.rooms, quiet.groups = append(quiet.rooms, 100+room), append(quiet.groups, members)
	}
	run("in 10 quiet rooms and behind", quiet, moveChanges/125-1)
}
