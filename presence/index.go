package presence

import (
	"slices"
	"sync"
)

// index says which changes of the ring are about which room, so that a viewer
// looks at their own rooms only, however much has changed. What one member of
// a room makes it find, all others use.
//
// It is filed by who is in the room now, not by who was when the change came:
// a viewer's revision names their circle, so for whoever still has the same
// one these are exactly the changes they lack.
type index struct {
	filing sync.Mutex // taken after the lock of the view
	rooms  map[int64]filed
}

// filed are the revisions of a room's members after one, in order.
type filed struct {
	members   []int64
	from      int64
	revisions []int64
}

// forgetLocked empties the index: the ring is another one.
func (v *view) forgetLocked() { v.rooms = map[int64]filed{} }

// afterLocked returns the revisions after one that are about any of the rooms, in
// order.
func (v *view) afterLocked(from int64, a asking) []int64 {
	found := make([]int64, 0, 4*len(a.rooms)) // mostly enough
	v.filing.Lock()
	for i, room := range a.rooms {
		revisions := v.fileLocked(room, a.groups[i], from)
		first, _ := slices.BinarySearch(revisions, from+1)
		found = append(found, revisions[first:]...)
	}
	v.filing.Unlock()
	slices.Sort(found)
	return slices.Compact(found)
}

// fileLocked returns the revisions of a room with these members, at least those
// after one.
func (v *view) fileLocked(room int64, members []int64, from int64) []int64 {
	if f, ok := v.rooms[room]; ok && same(f.members, members) && f.from <= from {
		return f.revisions
	}
	// Whoever follows is no further behind than moveChanges.
	from = max(v.floor, min(from, v.newest-moveChanges))
	var revisions []int64
	for _, user := range members {
		for r := v.latest[user]; r > from; r = v.changeLocked(r).before {
			revisions = append(revisions, r)
		}
	}
	slices.Sort(revisions)
	v.rooms[room] = filed{members, from, revisions}
	return revisions
}

// same says whether two slices that nobody changes are one.
func same(a, b []int64) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
