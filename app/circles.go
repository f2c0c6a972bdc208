package app

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	// circleLife is after how long a circle that is in use is read again, whatever
	// was told of it.
	circleLife = 5 * time.Minute
	// circleKeep is how long a circle is kept that nobody asks for. A stream asks
	// while anything changes, a poll each time that it comes.
	circleKeep = 20 * time.Minute
	// circleBatch is how many circles are read at once.
	circleBatch = 500
	// circlePause is the least time between two reads, so that many who come at
	// the same time are read together.
	circlePause = 50 * time.Millisecond
	// circleTime limits one read.
	circleTime = 10 * time.Second
)

// circles are the small rooms of those who listen here, and who is in them: of
// these people a viewer is told who is here. A circle is read when it is first
// asked for, together with those of others, and again when somebody has joined
// or left; a request of somebody who is known asks nothing. Whoever is known is
// among the members of each of their rooms.
type circles struct {
	// read finds the small rooms of users, and those of rooms that are small, by
	// id, and the rooms by user, sorted.
	read circleReader

	// due has one slot: some are to be read. Never closed.
	due chan struct{}
	// turn has one slot, taken while the database is asked for one batch: an older
	// answer must not come after a newer one.
	turn chan struct{}

	// rooms are smallRoom by id, written with mu held. Each viewer looks at all of
	// theirs with each change.
	rooms sync.Map

	mu      sync.Mutex
	people  map[int64]*circle
	wanted  map[int64]struct{} // whose circles are to be read, for the first time or again
	unsure  map[int64]struct{} // rooms that changed and may be small now
	reading circleRequest      // what the database is being asked for
	missed  []membership       // changed while the database was asked
	version int64              // of all together
	sweep   time.Time
}

type circleReader func(ctx context.Context, users, rooms []int64) (small map[int64]smallRoom, roomsOf map[int64][]int64, err error)

// circleRequest is what the database is asked for at once.
type circleRequest struct{ users, rooms []int64 }

func (r circleRequest) empty() bool { return len(r.users)+len(r.rooms) == 0 }

// circle is what is known of one person. Its lists are replaced, never changed.
type circle struct {
	rooms      []int64 // sorted
	mark       string
	marked     int64 // the version that mark was made at
	read, used time.Time
}

// smallRoom is a room whose members see each other. The lists are replaced, never
// changed.
type smallRoom struct {
	members []int64 // sorted
	since   []int64 // when each of them joined, in microseconds since 1970
	mark    uint64
}

// without is the room after somebody has left it.
func (r smallRoom) without(user int64) smallRoom {
	at, in := slices.BinarySearch(r.members, user)
	if !in {
		return r
	}
	return smallRoom{
		members: slices.Delete(slices.Clone(r.members), at, at+1),
		since:   slices.Delete(slices.Clone(r.since), at, at+1),
	}
}

type membership struct{ room, user int64 }

func newCircles(read circleReader) *circles {
	return &circles{
		read: read, due: make(chan struct{}, 1), turn: make(chan struct{}, 1),
		people: map[int64]*circle{}, wanted: map[int64]struct{}{}, unsure: map[int64]struct{}{},
	}
}

// Of returns the small rooms of a viewer and a mark of them and their members,
// the same on all nodes. When it is not known, it is read.
func (c *circles) Of(viewer int64) (rooms []int64, mark string, known bool) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	circle := c.people[viewer]
	if circle == nil {
		c.wantLocked(viewer)
		return nil, "", false
	}
	circle.used = now
	if now.Sub(circle.read) > circleLife {
		c.wantLocked(viewer)
	}
	if circle.marked != c.version {
		circle.mark, circle.marked = c.markLocked(circle.rooms), c.version
	}
	return circle.rooms, circle.mark, true
}

// Members returns the members of a small room that is known, sorted.
func (c *circles) Members(room int64) []int64 { return c.room(room).members }

func (c *circles) room(id int64) smallRoom {
	known, _ := c.rooms.Load(id)
	room, _ := known.(smallRoom)
	return room
}

// Changed notes that somebody has joined or left a room.
func (c *circles) Changed(room, user int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changedLocked(membership{room, user})
	if !c.reading.empty() {
		c.missed = append(c.missed, membership{room, user})
	}
}

// changedLocked has read again whoever may be concerned. A room in which nobody
// is known to be may be a large one that has become small.
func (c *circles) changedLocked(m membership) {
	if c.people[m.user] != nil {
		c.wantLocked(m.user)
	}
	found := false
	for _, member := range c.Members(m.room) {
		if known := c.people[member]; known != nil {
			c.wantLocked(member)
			// The list of a room that has grown is old.
			found = found || has(known.rooms, m.room)
		}
	}
	if !found && len(c.people) > 0 {
		c.unsure[m.room] = struct{}{}
		poke(c.due)
	}
}

func (c *circles) wantLocked(user int64) {
	c.wanted[user] = struct{}{}
	poke(c.due)
}

// sweepLocked forgets circles that nobody has asked for, and rooms of nobody.
func (c *circles) sweepLocked(now time.Time) {
	if now.Before(c.sweep) {
		return
	}
	c.sweep = now.Add(circleLife)
	usedRooms := map[int64]bool{}
	for user, circle := range c.people {
		if now.Sub(circle.used) > circleKeep {
			delete(c.people, user)
			continue
		}
		for _, room := range circle.rooms {
			usedRooms[room] = true
		}
	}
	for id := range c.rooms.Range {
		if room, _ := id.(int64); !usedRooms[room] {
			c.rooms.Delete(id)
		}
	}
}

// markLocked names rooms with their members.
func (c *circles) markLocked(rooms []int64) string {
	sum := fnv.New64a()
	var mark [8]byte
	for _, room := range rooms {
		binary.BigEndian.PutUint64(mark[:], c.room(room).mark)
		_, _ = sum.Write(mark[:]) // a hash takes everything
	}
	return strconv.FormatUint(sum.Sum64(), 36)
}

func markOfRoom(room int64, members, since []int64) uint64 {
	sum := fnv.New64a()
	_ = binary.Write(sum, binary.BigEndian, room)
	_ = binary.Write(sum, binary.BigEndian, members)
	_ = binary.Write(sum, binary.BigEndian, since)
	return sum.Sum64()
}

func has(sorted []int64, id int64) bool {
	_, found := slices.BinarySearch(sorted, id)
	return found
}

// plus is a sorted list with one more in it, minus one with one less.
func plus(sorted []int64, id int64) []int64 {
	at, _ := slices.BinarySearch(sorted, id)
	return slices.Insert(slices.Clone(sorted), at, id)
}

func minus(sorted []int64, id int64) []int64 {
	return slices.DeleteFunc(slices.Clone(sorted), func(other int64) bool { return other == id })
}
