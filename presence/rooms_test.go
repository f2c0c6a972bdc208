package presence_test

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strconv"
	"sync"
	"time"

	"chatd/presence"
)

// onlooker is in the room of everybody.
const (
	onlooker = 9999
	lobby    = 100001
)

// everybody is who has an id up to onlooker.
var everybody = func() (all []int64) {
	for user := range int64(onlooker) {
		all = append(all, user+1)
	}
	return all
}()

// rooms are small rooms with their members. It is what the circles are that
// every node knows, at once.
type rooms struct {
	mu      sync.Mutex
	members map[int64][]int64
	marks   map[int64]uint64
	since   map[[2]int64]int64              // by room and user; 0 is for ever
	unknown map[int64]bool                  // viewers and rooms that are not known now
	sees    map[int64]func(user int64) bool // of viewers who do not see everybody
	here    map[int64]int                   // of large rooms
	who     map[int64]int64                 // marks of these people
	loaded  []int64
	failing error  // of Load
	torn    func() // called once, when the members of a room have been read
}

// newRooms has one room, with everybody in it.
func newRooms() *rooms {
	r := &rooms{
		members: map[int64][]int64{}, marks: map[int64]uint64{}, unknown: map[int64]bool{},
		sees: map[int64]func(int64) bool{}, here: map[int64]int{}, who: map[int64]int64{},
		since: map[[2]int64]int64{},
	}
	r.members[lobby], r.marks[lobby] = everybody, 1
	return r
}

// set says who is in a room. Whoever was not there before has been there always.
func (r *rooms) set(room int64, members ...int64) { r.enter(time.UnixMicro(0), room, members...) }

// enter says who is in a room. Whoever was not there before has come at a time.
func (r *rooms) enter(at time.Time, room int64, members ...int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	members = slices.Clone(members)
	slices.Sort(members)
	for _, user := range members {
		if _, in := slices.BinarySearch(r.members[room], user); !in {
			r.since[[2]int64{room, user}] = at.UnixMicro()
		}
	}
	sum := fnv.New64a()
	_ = binary.Write(sum, binary.BigEndian, room)
	_ = binary.Write(sum, binary.BigEndian, members)
	_ = binary.Write(sum, binary.BigEndian, r.sinceLocked(room, members))
	r.members[room], r.marks[room] = members, sum.Sum64()
}

// together says whether two people were in a room at a time.
func (r *rooms) together(room, one, other int64, at time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, user := range []int64{one, other} {
		_, in := slices.BinarySearch(r.members[room], user)
		if !in || at.UnixMicro() < r.since[[2]int64{room, user}] {
			return false
		}
	}
	return true
}

// sinceLocked is since when members are in a room.
func (r *rooms) sinceLocked(room int64, members []int64) []int64 {
	since := make([]int64, len(members))
	for i, user := range members {
		since[i] = r.since[[2]int64{room, user}]
	}
	return since
}

// Sight implements presence.Circles.
func (r *rooms) Sight(viewer int64) (s presence.Sight, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.unknown[viewer] {
		return presence.Sight{}, false
	}
	var mark uint64
	for room, members := range r.members {
		if _, in := slices.BinarySearch(members, viewer); in {
			s.Rooms = append(s.Rooms, room)
			mark ^= r.marks[room]
		}
	}
	slices.Sort(s.Rooms)
	s.Mark, s.Sees = strconv.FormatUint(mark, 36), r.sees[viewer]
	return s, true
}

// Members implements presence.Circles.
func (r *rooms) Members(room int64) (users, since []int64) {
	r.mu.Lock()
	users, torn := r.members[room], r.torn
	if r.unknown[room] {
		users = nil
	}
	since = r.sinceLocked(room, users)
	r.torn = nil
	r.mu.Unlock()
	if torn != nil {
		torn()
	}
	return users, since
}

// Load implements presence.Circles.
func (r *rooms) Load(_ context.Context, users []int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.loaded = append(r.loaded, users...)
	return r.failing
}

// circle is everybody who shares a room with a viewer, and the viewer.
func (r *rooms) circle(viewer int64) map[int64]bool {
	circle := map[int64]bool{viewer: true}
	s, _ := r.Sight(viewer)
	for _, room := range s.Rooms {
		users, _ := r.Members(room)
		for _, user := range users {
			circle[user] = true
		}
	}
	return circle
}

// told are all whose states a viewer is told.
func (r *rooms) told(v presence.Viewer) map[int64]bool {
	told := r.circle(v.User)
	for _, user := range v.People {
		if sees := r.sees[v.User]; sees == nil || sees(user) {
			told[user] = true
		}
	}
	return told
}

// count is who is in a large room.
func (r *rooms) count(room int64) (h presence.Here, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, known := r.here[room]
	return presence.Here{Count: n, Mark: r.who[room]}, known
}
