package comet

import (
	"slices"
	"sync/atomic"
	"time"
)

// watch is a topic of which a client only wants to know how far it is. It costs
// the topic neither a ring nor the client a cursor: what is told is where the
// topic stands at that moment.
type watch struct {
	// Static after construction.
	list  *watchlist
	topic *topic
	slot  int32

	place int32 // in topic.watchers; guarded by the locks of topics

	// Guarded by session.mu, as in subscription.
	attempts int32
	live     bool
	listed   bool
}

// watchlist is what a session watches.
type watchlist struct {
	session *session // static

	// Set by anybody without a lock, taken by the request in charge: which
	// topics have moved, and whether any has.
	moved []atomic.Uint64 // a bit for each slot
	news  atomic.Bool

	// Guarded by session.mu.
	slots []*watch  // nil where free
	free  []int32   // slots that are
	next  time.Time // not before this is the next unread event due

	unsure   []*watch  // the log is asked where their topics stand
	unsureAt time.Time // when to look at them again
}

func newWatchlist(s *session) *watchlist {
	most := s.hub.config.Limits.Watched
	return &watchlist{session: s, moved: make([]atomic.Uint64, (most+63)/64)}
}

// mark notes that the topic has moved. The client is told when it is time; so
// only the first mark after that wakes the request in charge.
func (w *watch) mark() {
	word, bit := &w.list.moved[w.slot/64], uint64(1)<<(w.slot%64)
	if word.Load()&bit == 0 && word.Or(bit)&bit == 0 && !w.list.news.Swap(true) {
		w.list.session.wake()
	}
}

// registerWatchesLocked makes c's list the list of the session, save for topics
// that the client has asked to watch since it made the request. It returns what
// needs authorisation.
func (s *session) registerWatchesLocked(c *conn) (pending []*watch) {
	names := c.request.Watch // sorted
	if s.watches == nil && len(names) == 0 {
		return nil
	}
	tooMany := s.watches.count()+len(names) > s.hub.config.Limits.Watched
	pending = s.watchLocked(names, func(w *watch) bool { return w.listed || tooMany })
	for _, w := range s.watches.slots {
		if w != nil && !w.listed {
			_, w.listed = slices.BinarySearch(names, w.topic.name)
		}
	}
	if c.request.Mode == modeStream || c.request.Event != "refresh" {
		s.watches.tellAllLocked()
	}
	return pending
}

// watch makes names, which are sorted, the list of what is watched.
func (s *session) watch(names []string) (pending questions, p *problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return pending, unknownSession()
	}
	pending.watches = s.watchLocked(names, func(*watch) bool { return true })
	return pending, nil
}

// watchLocked adds the sorted names to what is watched, and drops what is not
// among them and may go.
func (s *session) watchLocked(names []string, mayGo func(*watch) bool) (pending []*watch) {
	if s.watches == nil {
		s.watches = newWatchlist(s)
	}
	l := s.watches
	known := make([]bool, len(names))
	var gone []*watch
	for _, w := range l.slots {
		if w == nil {
			continue
		}
		i, named := slices.BinarySearch(names, w.topic.name)
		switch {
		case named:
			known[i] = true
			if !w.live {
				pending = append(pending, w)
			}
		case mayGo(w):
			gone = append(gone, w)
		}
	}
	l.dropLocked(gone)
	fresh := make([]string, 0, len(names))
	for i, name := range names {
		if !known[i] {
			fresh = append(fresh, name)
		}
	}
	pending = append(pending, l.addLocked(fresh)...)
	for _, w := range pending {
		w.attempts++
	}
	return pending
}

func (l *watchlist) addLocked(names []string) []*watch {
	added := make([]*watch, len(names))
	for i := range names {
		w := &watch{list: l}
		if last := len(l.free) - 1; last >= 0 {
			w.slot = l.free[last]
			l.free = l.free[:last]
			l.slots[w.slot] = w
		} else {
			w.slot = int32(len(l.slots)) //nolint:gosec // Limits.Watched is far below
			l.slots = append(l.slots, w)
		}
		added[i] = w
	}
	l.session.hub.topics.watch(names, added)
	return added
}

func (l *watchlist) dropLocked(gone []*watch) {
	for _, w := range gone {
		l.slots[w.slot] = nil
		l.free = append(l.free, w.slot)
	}
	l.session.hub.topics.unwatch(gone)
}

// dropAllLocked ends the list with its session.
func (l *watchlist) dropAllLocked() {
	if l == nil {
		return
	}
	all := slices.DeleteFunc(slices.Clone(l.slots), func(w *watch) bool { return w == nil })
	l.dropLocked(all)
}

// findLocked returns the watch of a topic, nil when there is none.
func (l *watchlist) findLocked(name string) *watch {
	if l == nil {
		return nil
	}
	i := slices.IndexFunc(l.slots, func(w *watch) bool { return w != nil && w.topic.name == name })
	if i < 0 {
		return nil
	}
	return l.slots[i]
}

// hasLocked reports whether all names, which are sorted, are watched and live.
func (l *watchlist) hasLocked(names []string) bool {
	if len(names) == 0 {
		return true
	}
	if l == nil {
		return false
	}
	live := 0
	for _, w := range l.slots {
		if w == nil || !w.live {
			continue
		}
		if _, named := slices.BinarySearch(names, w.topic.name); named {
			live++
		}
	}
	return live == len(names)
}

func (l *watchlist) count() int {
	if l == nil {
		return 0
	}
	return len(l.slots) - len(l.free)
}

// tellAllLocked makes all positions due at once.
func (l *watchlist) tellAllLocked() {
	for _, w := range l.slots {
		if w != nil {
			w.mark()
		}
	}
	l.next = time.Time{}
}

// settleWatchesLocked ends attempts to authorise. It returns the names of the
// topics that may not be watched.
func (s *session) settleWatchesLocked(pending []*watch, allowed map[string]Position) (denied []string) {
	var gone []*watch
	for _, w := range pending {
		w.attempts--
		_, ok := allowed[w.topic.name]
		switch {
		case s.watches.slots[w.slot] != w:
			ok = false
		case ok:
			w.live = true
			w.mark()
		case !w.live && w.attempts == 0:
			gone = append(gone, w)
		}
		if !ok {
			denied = append(denied, w.topic.name)
		}
	}
	s.watches.dropLocked(gone)
	return denied
}

// watched returns where the topics of the list stand, as far as that is known.
func (s *session) watched() map[string]Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := make(map[string]Position)
	for _, w := range s.watches.slots {
		if w == nil || !w.live {
			continue
		}
		if p, known := w.topic.position(); known {
			at[w.topic.name] = p
		}
	}
	return at
}
