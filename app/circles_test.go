package app

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// harbour is a database of rooms, of which those of up to four people are small.
type harbour struct {
	members map[int64][]int64 // by room, sorted
	reads   int
	during  func() // something that happens while it is asked
	failing error
}

func newHarbour(members map[int64][]int64) *harbour { return &harbour{members: members} }

func (h *harbour) read(_ context.Context, users []int64) (members, rooms map[int64][]int64, err error) {
	h.reads++
	members, rooms = map[int64][]int64{}, map[int64][]int64{}
	for room, in := range h.members {
		for _, user := range users {
			if len(in) <= 4 && has(in, user) {
				members[room] = slices.Clone(in)
				rooms[user] = plus(rooms[user], room)
			}
		}
	}
	if h.during != nil {
		h.during()
	}
	return members, rooms, h.failing
}

func (h *harbour) toggle(room, user int64) {
	if has(h.members[room], user) {
		h.members[room] = minus(h.members[room], user)
	} else {
		h.members[room] = plus(h.members[room], user)
	}
}

// circleOf is what is known of somebody, who must be known.
func circleOf(t *testing.T, c *circles, user int64) (rooms []int64, mark string) {
	t.Helper()
	rooms, mark, known := c.Of(user)
	if !known {
		t.Fatalf("%d is not known", user)
	}
	return rooms, mark
}

func TestACircleIsReadOnceForManyRequests(t *testing.T) {
	t.Parallel()
	h := newHarbour(map[int64][]int64{1: {11, 12}, 2: {11, 13, 14}, 3: {1, 2, 3, 4, 11}})
	c := newCircles(h.read)
	if _, _, known := c.Of(11); known {
		t.Fatal("known before it was read")
	}
	if viewers, err := c.Read(t.Context()); err != nil || !slices.Equal(viewers, []int64{11}) {
		t.Fatalf("%v: %v", viewers, err)
	}
	for range 100 {
		if rooms, mark := circleOf(t, c, 11); !slices.Equal(rooms, []int64{1, 2}) || mark == "" {
			t.Fatalf("rooms %v, mark %q", rooms, mark)
		}
		if !slices.Equal(c.Members(2), []int64{11, 13, 14}) || c.Members(3) != nil {
			t.Fatal("the members are others")
		}
	}
	if viewers, err := c.Read(t.Context()); err != nil || len(viewers) > 0 || h.reads != 1 {
		t.Errorf("read %d times: %v %v", h.reads, viewers, err)
	}
}

func TestWhoJoinsASmallRoomIsInTheCirclesOfItsMembers(t *testing.T) {
	t.Parallel()
	h := newHarbour(map[int64][]int64{1: {11, 12}, 2: {12, 13}})
	c := newCircles(h.read)
	for _, user := range []int64{11, 12, 13} {
		c.Of(user)
	}
	_, _ = c.Read(t.Context())
	_, before := circleOf(t, c, 11)
	_, aside := circleOf(t, c, 13)
	list := c.Members(2)
	h.toggle(1, 14)
	c.Changed(1, 14) // whom nobody here has asked about
	viewers, err := c.Read(t.Context())
	slices.Sort(viewers)
	if err != nil || !slices.Equal(viewers, []int64{11, 12}) {
		t.Fatalf("news for %v: %v", viewers, err)
	}
	if _, mark := circleOf(t, c, 11); mark == before || !slices.Equal(c.Members(1), []int64{11, 12, 14}) {
		t.Error("11 does not see who has joined")
	}
	if _, mark := circleOf(t, c, 13); mark != aside || &c.Members(2)[0] != &list[0] {
		t.Error("the circle of 13 is another one, who has nothing to do with it")
	}
}

func TestAChangeWhileCirclesAreReadIsReadAgain(t *testing.T) {
	t.Parallel()
	h := newHarbour(map[int64][]int64{1: {11, 12}})
	c := newCircles(h.read)
	h.during = func() { // after the answer was made
		h.during = nil
		h.toggle(1, 13)
		c.Changed(1, 13)
	}
	c.Of(11)
	if _, err := c.Read(t.Context()); err != nil || !slices.Equal(c.Members(1), []int64{11, 12, 13}) {
		t.Errorf("the members are %v: %v", c.Members(1), err)
	}
}

// Somebody who has come may have joined a room just before, of which nobody has
// told yet.
func TestWhoHasComeIsMadeKnown(t *testing.T) {
	t.Parallel()
	h := newHarbour(map[int64][]int64{1: {11, 12}})
	c := newCircles(h.read)
	c.Of(11)
	_, _ = c.Read(t.Context())
	h.toggle(1, 13)
	for range 3 {
		if err := c.Load(t.Context(), []int64{11, 13}); err != nil || !slices.Equal(c.Members(1), []int64{11, 12, 13}) {
			t.Fatalf("the members are %v: %v", c.Members(1), err)
		}
	}
	if h.reads != 2 {
		t.Errorf("read %d times", h.reads)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	c.turn <- struct{}{} // somebody else reads
	if err := c.Load(gone, []int64{14}); !errors.Is(err, context.Canceled) {
		t.Errorf("waited: %v", err)
	}
}

func TestAReadThatFailsIsDoneAgain(t *testing.T) {
	t.Parallel()
	h := newHarbour(map[int64][]int64{1: {11, 12}})
	c := newCircles(h.read)
	c.Of(11)
	h.failing = errors.New("no database")
	if _, err := c.Read(t.Context()); !errors.Is(err, h.failing) {
		t.Fatalf("%v", err)
	}
	if _, _, known := c.Of(11); known {
		t.Fatal("known without an answer")
	}
	h.failing = nil
	if viewers, err := c.Read(t.Context()); err != nil || len(viewers) != 1 {
		t.Errorf("%v: %v", viewers, err)
	}
}

func TestARoomThatGrowsIsSmallNoMore(t *testing.T) {
	t.Parallel()
	h := newHarbour(map[int64][]int64{1: {11, 12, 13, 14}})
	c := newCircles(h.read)
	c.Of(11)
	c.Of(12)
	_, _ = c.Read(t.Context())
	h.toggle(1, 15)
	c.Changed(1, 15)
	_, _ = c.Read(t.Context())
	for _, user := range []int64{11, 12} {
		if rooms, _ := circleOf(t, c, user); len(rooms) != 0 {
			t.Errorf("%d is in the small rooms %v", user, rooms)
		}
	}
}

// Whatever happens, in the end every node knows the same, which is what the
// database has. Rooms that shrink until they are small are seen with the next
// read of everybody.
func TestCirclesFollowWhoeverJoinsAndLeaves(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) { circlesFollow(t, rand.New(rand.NewPCG(seed, 6))) })
		if t.Failed() {
			t.Fatalf("this was seed %d", seed)
		}
	}
}

func circlesFollow(t *testing.T, r *rand.Rand) {
	h := newHarbour(map[int64][]int64{})
	nodes := []*circles{newCircles(h.read), newCircles(h.read)}
	users := func() int64 { return 11 + r.Int64N(8) }
	change := func() {
		room, user := 1+r.Int64N(5), users()
		h.toggle(room, user)
		for _, c := range nodes {
			c.Changed(room, user)
		}
	}
	h.during = func() {
		if r.IntN(3) == 0 {
			change()
		}
	}
	for range 60 {
		switch r.IntN(4) {
		case 0, 1:
			change()
		case 2:
			nodes[r.IntN(2)].Of(users())
		default:
			checkAgreement(t, nodes[r.IntN(2)])
			h.failing = nil
			if r.IntN(5) == 0 {
				h.failing = errors.New("no database")
			}
			_, _ = nodes[r.IntN(2)].Read(t.Context())
		}
	}
	h.during, h.failing = nil, nil
	for range 3 {
		time.Sleep(circleLife + time.Second)
		for user := range int64(8) {
			for _, c := range nodes {
				c.Of(11 + user)
			}
		}
		for _, c := range nodes {
			if _, err := c.Read(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for user := range int64(8) {
		_, want, _ := h.read(t.Context(), []int64{11 + user})
		rooms, mark := circleOf(t, nodes[0], 11+user)
		_, other := circleOf(t, nodes[1], 11+user)
		if !slices.Equal(rooms, want[11+user]) || mark != other {
			t.Fatalf("%d is in %v, want %v; the marks are %q and %q", 11+user, rooms, want[11+user], mark, other)
		}
		for _, room := range rooms {
			if !slices.Equal(nodes[0].Members(room), h.members[room]) {
				t.Fatalf("in room %d are %v, want %v", room, nodes[0].Members(room), h.members[room])
			}
		}
	}
}

// checkAgreement makes sure that whoever is known is a member of their rooms.
func checkAgreement(t *testing.T, c *circles) {
	t.Helper()
	for user, known := range c.people {
		for _, room := range known.rooms {
			if !has(c.Members(room), user) {
				t.Fatalf("%d has the rooms %v, room %d the members %v", user, known.rooms, room, c.Members(room))
			}
		}
	}
}

func TestCirclesOfThoseWhoAreLongGoneAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(map[int64][]int64{1: {11, 12}, 2: {13, 14}})
		c := newCircles(h.read)
		c.Of(11)
		c.Of(13)
		_, _ = c.Read(t.Context())
		for range 5 {
			time.Sleep(circleKeep/4 + time.Second)
			c.Of(11)
			_, _ = c.Read(t.Context())
		}
		if len(c.people) != 1 || c.Members(1) == nil || c.Members(2) != nil {
			t.Errorf("%d people are kept, and the rooms %v and %v", len(c.people), c.Members(1), c.Members(2))
		}
	})
}
