package presence

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// since returns what came after a revision; see Tracker.Since.
func (v *view) since(a asking, known string) (event []byte, next string) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if !v.loaded {
		return nil, known
	}
	old, ours := parseRevision(known)
	ours = ours && old.epoch == v.epoch
	// The viewer comes from a node that is ahead of this one, which will have
	// the same in a moment.
	if ours && old.number > v.newest {
		return nil, known
	}
	e := v.newsLocked(a, old, ours && old.number >= v.floor)
	if !e.snapshot && e.next == old {
		return nil, known
	}
	// The client learns of a revision by an event alone, and comes back with
	// that one. So without an event only the screen becomes another one.
	if e.empty() && !v.fadesLocked(a.user, old.number, time.Now()) {
		if e.next.number = old.number; e.next != old {
			known = e.next.String()
		}
		return nil, known
	}
	next = e.next.String()
	return e.encode(next), next
}

// news is what one viewer is told. When it is empty it may still move them on.
type news struct {
	next     revision
	snapshot bool
	states   []PersonState
	notices  []*change
	room     int64
	here     string // how many are in the room; "" for nothing new
}

func (n news) empty() bool {
	return !n.snapshot && len(n.states) == 0 && len(n.notices) == 0 && n.here == ""
}

// newsLocked compares what a viewer has been told with what is. When it is
// followed, the ring has all changes since then.
func (v *view) newsLocked(a asking, old revision, followed bool) news {
	n := news{
		next:     revision{v.epoch, v.newest, a.circle, a.screen, a.here},
		snapshot: !followed || old.circle != a.circle,
		room:     a.room,
	}
	turned := n.snapshot || old.screen != a.screen     // the screen shows something else
	moved := n.snapshot || old.room() != n.next.room() // in another room
	if !moved && a.here == "" {
		n.next.here = old.here
	}
	if moved || old.here != n.next.here {
		n.here, _, _ = strings.Cut(n.next.here, ".")
	}
	var users []int64
	if followed && old.number < v.newest {
		users, n.notices = v.changedLocked(a, old.number)
	}
	// The old number may be from long before they met.
	if old.circle != a.circle {
		n.notices = slices.DeleteFunc(n.notices, func(c *change) bool { return !a.shared(c.user, c.at) })
	}
	switch {
	case n.snapshot:
		users = v.presentLocked(a)
	case turned:
		users = append(users, a.people...)
	}
	slices.Sort(users)
	users = slices.Compact(users)
	n.states = make([]PersonState, 0, len(users))
	for _, user := range users {
		n.states = append(n.states, PersonState{user, v.stateLocked(user)})
	}
	return n
}

// presentLocked are all whom the viewer is told about and who are not offline.
func (v *view) presentLocked(a asking) []int64 {
	users := make([]int64, 0, 1+len(a.people)+len(a.groups)*8) // a guess
	add := func(user int64) {
		if _, ok := v.states[user]; ok {
			users = append(users, user)
		}
	}
	add(a.user)
	for _, user := range a.people {
		add(user)
	}
	for _, group := range a.groups {
		for _, user := range group {
			add(user)
		}
	}
	return users
}

// changedLocked are those whom the viewer is told about and who have changed
// after a revision, and the changes of the circle that come with a notice.
func (v *view) changedLocked(a asking, from int64) (users []int64, notices []*change) {
	found := v.afterLocked(from, a)
	users = make([]int64, 0, len(found)+1)
	for _, revision := range found {
		c := v.changeLocked(revision)
		users = append(users, c.user)
		if c.notice != "" && c.user != a.user {
			notices = append(notices, c)
		}
	}
	for _, user := range a.people {
		if v.latest[user] > from {
			users = append(users, user)
		}
	}
	if v.latest[a.user] > from {
		users = append(users, a.user)
	}
	return users, notices
}

// encode writes the event. There is nothing in it that JSON would escape:
// marks have letters and digits only, and states and notices are words.
func (n news) encode(revision string) []byte {
	const state, notice = 24, 72 // roughly the bytes of one
	b := make([]byte, 0, 128+len(revision)+len(n.states)*state+len(n.notices)*notice)
	b = append(b, `{"event":"presence","revision":"`...)
	b = append(b, revision...)
	b = append(b, `","snapshot":`...)
	b = strconv.AppendBool(b, n.snapshot)
	b = append(b, `,"states":{`...)
	for i, s := range n.states {
		b = appendID(separate(b, i), s.User)
		b = append(b, ':')
		b = appendWord(b, s.State)
	}
	b = append(b, `},"notices":[`...)
	for i, c := range n.notices {
		b = c.append(separate(b, i))
	}
	b = append(b, ']')
	if n.here != "" {
		b = append(b, `,"here":{`...)
		b = appendID(b, n.room)
		b = append(b, ':')
		b = append(b, n.here...)
		b = append(b, '}')
	}
	return append(b, '}')
}

// append writes a notice.
func (c *change) append(b []byte) []byte {
	b = appendID(append(b, `{"user":`...), c.user)
	b = append(b, `,"notice":`...)
	b = appendWord(b, c.notice)
	b = append(b, `,"time":`...)
	b = strconv.AppendInt(b, c.at.UnixMilli(), 10)
	return append(b, '}')
}

func separate(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

func appendID(b []byte, id int64) []byte {
	b = append(b, '"')
	b = strconv.AppendInt(b, id, 10)
	return append(b, '"')
}

func appendWord(b []byte, word string) []byte {
	b = append(b, '"')
	b = append(b, word...)
	return append(b, '"')
}
