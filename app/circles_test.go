package app

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// harbour is a database of rooms, of which those of up to four people are small.
type harbour struct {
	members map[int64][]int64 // by room, sorted
	joins   int64             // how many there were; each is a time
	since   map[membership]int64
	reads   int
	asked   [][]int64 // the users, read by read
	during  func()    // something that happens while it is asked
	failing error
}

func newHarbour(members map[int64][]int64) *harbour {
	return &harbour{members: members, since: map[membership]int64{}}
}

// room is a room as it is now.
func (h *harbour) room(id int64) smallRoom {
	room := smallRoom{members: slices.Clone(h.members[id])}
	for _, user := range room.members {
		room.since = append(room.since, h.since[membership{id, user}])
	}
	return room
}

func (h *harbour) read(_ context.Context, users, others []int64) (small map[int64]smallRoom, rooms map[int64][]int64, err error) {
	h.reads++
	h.asked = append(h.asked, users)
	small, rooms = map[int64]smallRoom{}, map[int64][]int64{}
	for room, in := range h.members {
		if len(in) > 4 {
			continue
		}
		if len(in) > 0 && slices.Contains(others, room) {
			small[room] = h.room(room)
		}
		for _, user := range users {
			if has(in, user) {
				small[room] = h.room(room)
				rooms[user] = plus(rooms[user], room)
			}
		}
	}
	if h.during != nil {
		h.during()
	}
	return small, rooms, h.failing
}

func (h *harbour) toggle(room, user int64) {
	if has(h.members[room], user) {
		h.members[room] = minus(h.members[room], user)
	} else {
		h.members[room] = plus(h.members[room], user)
		h.joins++
		h.since[membership{room, user}] = h.joins
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

// Presence news waits for the circles of those whom it is about, and for no
// others.
func TestWhoIsKnownIsNotReadBecauseOthersAre(t *testing.T) {
	t.Parallel()
	h := newHarbour(map[int64][]int64{1: {11, 12}, 2: {13, 14}})
	c := newCircles(h.read)
	c.Of(11)
	_, _ = c.Read(t.Context())
	for user := range int64(2 * circleBatch) {
		c.Of(1000 + user)
	}
	c.turn <- struct{}{} // others are being read, which takes its time
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Load(gone, []int64{11}); err != nil {
		t.Errorf("somebody who is known: %v", err)
	}
	<-c.turn
	if err := c.Load(t.Context(), []int64{11, 13}); err != nil || !slices.Equal(c.Members(2), []int64{13, 14}) {
		t.Errorf("somebody who is not: %v, %v", c.Members(2), err)
	}
	if last := h.asked[len(h.asked)-1]; h.reads != 2 || !slices.Equal(last, []int64{13}) {
		t.Errorf("read %d times, in the end %d circles", h.reads, len(last))
	}
	c.Changed(1, 11)
	if err := c.Load(t.Context(), []int64{11}); err != nil || h.reads != 3 {
		t.Errorf("read %d times, though their circle may be another one: %v", h.reads, err)
	}
	if _, err := c.Read(t.Context()); err != nil || h.reads != 5 {
		t.Errorf("the others are read in %d batches: %v", h.reads-3, err)
	}
}

// A circle that is being read counts as unknown until the answer is there.
func TestWhoIsBeingReadIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(map[int64][]int64{1: {11, 12}})
		c := newCircles(h.read)
		c.Of(11)
		_, _ = c.Read(t.Context())
		h.toggle(1, 13)
		c.Changed(1, 13)
		answer := make(chan struct{})
		h.during = func() { <-answer }
		go func() { _, _ = c.Read(t.Context()) }()
		synctest.Wait()
		loaded := make(chan error, 1)
		go func() { loaded <- c.Load(t.Context(), []int64{11}) }()
		synctest.Wait()
		select {
		case err := <-loaded:
			t.Errorf("loaded before the answer: %v", err)
		default:
		}
		close(answer)
		if err := <-loaded; err != nil || h.reads != 2 || !slices.Equal(c.Members(1), []int64{11, 12, 13}) {
			t.Errorf("read %d times, the members are %v: %v", h.reads, c.Members(1), err)
		}
	})
}

// Between two batches of others there is a turn for those who are waited for.
func TestAReadOfManyLetsOthersIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHarbour(map[int64][]int64{1: {11, 12}})
		c := newCircles(h.read)
		for user := range int64(3 * circleBatch) {
			c.Of(1000 + user)
		}
		h.during = func() { time.Sleep(time.Second) }
		var others sync.WaitGroup
		defer others.Wait()
		others.Go(func() { _, _ = c.Read(t.Context()) })
		synctest.Wait()
		began := time.Now()
		if err := c.Load(t.Context(), []int64{11}); err != nil || time.Since(began) > 3*time.Second {
			t.Errorf("loaded after %v: %v", time.Since(began), err)
		}
	})
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

func TestARoomThatShrinksIsSmallAtOnce(t *testing.T) {
	t.Parallel()
	h := newHarbour(map[int64][]int64{1: {11, 12, 13, 14, 15}, 2: {21, 22, 23, 24, 25, 26}})
	c := newCircles(h.read)
	c.Of(11)
	c.Of(12)
	_, _ = c.Read(t.Context())
	_, before := circleOf(t, c, 11)
	h.toggle(1, 15)
	c.Changed(1, 15) // whom nobody here has asked about
	h.failing = errors.New("no database")
	if _, err := c.Read(t.Context()); !errors.Is(err, h.failing) {
		t.Fatal(err)
	}
	h.failing = nil
	viewers, err := c.Read(t.Context())
	slices.Sort(viewers)
	if err != nil || !slices.Equal(viewers, []int64{11, 12}) {
		t.Fatalf("news for %v: %v", viewers, err)
	}
	for _, user := range viewers {
		if rooms, mark := circleOf(t, c, user); !slices.Equal(rooms, []int64{1}) || mark == before {
			t.Errorf("%d is in the small rooms %v", user, rooms)
		}
	}
	// One that is still large is asked about once for each change.
	h.toggle(2, 26)
	c.Changed(2, 26)
	reads := h.reads
	for range 3 {
		if viewers, err := c.Read(t.Context()); err != nil || len(viewers) > 0 {
			t.Errorf("news for %v: %v", viewers, err)
		}
	}
	if h.reads != reads+1 || c.Members(2) != nil {
		t.Errorf("read %d times, the members are %v", h.reads-reads, c.Members(2))
	}
}

// The list of a room that has grown is not followed any more.
func TestARoomThatGrewAndShrinksIsFoundWithoutThoseWhoWereInIt(t *testing.T) {
	t.Parallel()
	h := newHarbour(map[int64][]int64{1: {11, 12, 13}})
	c := newCircles(h.read)
	tell := func(user int64) {
		t.Helper()
		h.toggle(1, user)
		c.Changed(1, user)
		if _, err := c.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	c.Of(11)
	c.Of(12)
	for _, user := range []int64{14, 15, 16} {
		tell(user)
	}
	tell(13) // is removed while they are away
	c.Of(13) // comes back
	if _, err := c.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	tell(16) // and now it is small
	for _, user := range []int64{11, 12} {
		if rooms, _ := circleOf(t, c, user); !slices.Equal(rooms, []int64{1}) {
			t.Errorf("%d is in the small rooms %v", user, rooms)
		}
	}
}

// Who leaves and comes back is told of nothing that was in between.
func TestWhoComesBackIsSomebodyNewInTheCircle(t *testing.T) {
	t.Parallel()
	h := newHarbour(map[int64][]int64{1: {11, 12}})
	c := newCircles(h.read)
	c.Of(11)
	_, _ = c.Read(t.Context())
	_, before := circleOf(t, c, 11)
	h.toggle(1, 12)
	h.toggle(1, 12)
	c.Changed(1, 12)
	if viewers, err := c.Read(t.Context()); err != nil || !slices.Equal(viewers, []int64{11}) {
		t.Errorf("news for %v: %v", viewers, err)
	}
	_, mark := circleOf(t, c, 11)
	if room := c.room(1); mark == before || !slices.Equal(room.since, []int64{0, 1}) {
		t.Errorf("the mark %q was %q, the members are there since %v", mark, before, room.since)
	}
}

// Whatever happens, in the end every node knows the same, which is what the
// database has.
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
	for _, c := range nodes {
		for user := range int64(8) {
			c.Of(11 + user)
		}
		if _, err := c.Read(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for user := range int64(8) {
		_, want, _ := h.read(t.Context(), []int64{11 + user}, nil)
		rooms, mark := circleOf(t, nodes[0], 11+user)
		_, other := circleOf(t, nodes[1], 11+user)
		if !slices.Equal(rooms, want[11+user]) || mark != other {
			t.Fatalf("%d is in %v, want %v; the marks are %q and %q", 11+user, rooms, want[11+user], mark, other)
		}
		for _, room := range rooms {
			got, want := nodes[0].room(room), h.room(room)
			if !slices.Equal(got.members, want.members) || !slices.Equal(got.since, want.since) {
				t.Fatalf("in room %d are %v since %v, want %v since %v", room, got.members, got.since, want.members, want.since)
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
