package presence

import (
	"context"
	"slices"
	"time"
)

// Circles says whom a viewer is told about. Its methods are called often and
// with no lock held. Those but Load must not wait: what is not known yet is
// loaded in the background, and then the viewers are woken. What they return
// is not changed any more.
type Circles interface {
	// Sight is whom a viewer is told about, or known = false: then they are
	// told nothing yet, and nothing is lost by that.
	Sight(viewer int64) (s Sight, known bool)
	// Members are those of a small room, sorted, and since when each of them is
	// in it, in microseconds since 1970 by the database's clock; or nothing when
	// they are not known. As long as they stay the same, so should the slices.
	Members(room int64) (users, since []int64)
	// Load makes the small rooms of users known who have changed, before
	// viewers are told: somebody new is then in the circles of the others, and
	// these see the notice.
	Load(ctx context.Context, users []int64) error
}

// Sight is whom a viewer may know about.
type Sight struct {
	// Rooms are the viewer's small rooms. All their members are the viewer's
	// circle.
	Rooms []int64
	// Mark names the people of the circle, since when they are in its rooms, and
	// those whom Sees lets through, in at most 64 letters and digits, the same on
	// all nodes. It is part of the viewer's revisions, so whoever comes back with
	// another sight than before gets a snapshot.
	Mark string
	// Sees says whom outside of the circle the viewer may have on the screen;
	// nil lets everybody through.
	Sees func(user int64) bool
}

// Viewer is somebody who asks what is new, and what they have on the screen.
type Viewer struct {
	User   int64
	People []int64 // of these they are told the states
	Room   int64   // of this one, how many are here; 0 for none
}

// asking is a viewer with all that others know about them, gathered before
// the view is locked.
type asking struct {
	user   int64
	rooms  []int64
	groups [][]int64 // the members of each room
	since  [][]int64 // and since when they are in it
	people []int64   // on the screen, as far as they may be seen
	circle string    // mark
	screen string    // mark
	room   int64
	here   string // who is here, as in revision; "" when that is not known
}

// holds says whether the viewer's circle is still the one that was asked about.
func (c Config) holds(a asking) bool {
	sight, known := c.Circles.Sight(a.user)
	return known && sight.Mark == a.circle
}

// ask gathers what an answer to a viewer depends on, or says that it is not
// known yet.
func (c Config) ask(v Viewer) (a asking, known bool) {
	sight, known := c.Circles.Sight(v.User)
	if !known {
		return asking{}, false
	}
	a = asking{
		user: v.User, rooms: sight.Rooms, people: v.People, circle: sight.Mark, screen: screenMark(v), room: v.Room,
		groups: make([][]int64, len(sight.Rooms)), since: make([][]int64, len(sight.Rooms)),
	}
	for i, room := range sight.Rooms {
		if a.groups[i], a.since[i] = c.Circles.Members(room); len(a.groups[i]) == 0 {
			return asking{}, false
		}
	}
	if sight.Sees != nil {
		a.people = slices.DeleteFunc(slices.Clone(v.People), func(user int64) bool { return !sight.Sees(user) })
	}
	if v.Room != 0 && c.Count != nil {
		if h, known := c.Count(v.Room); known {
			a.here = h.String()
		}
	}
	return a, true
}

// shared says whether the viewer and somebody of the circle were in a room
// together at a time.
func (a asking) shared(user int64, at time.Time) bool {
	then := at.UnixMicro()
	for i, group := range a.groups {
		theirs, in := slices.BinarySearch(group, user)
		ours, among := slices.BinarySearch(group, a.user)
		if in && among && max(a.since[i][theirs], a.since[i][ours]) <= then {
			return true
		}
	}
	return false
}
