package presence

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"
)

// batchMax bounds an ordinary transaction: some tenths of a second of work.
const batchMax = 5000

// queue remembers the comet sessions of this node and which of them the
// database has yet to hear of. It holds one entry for each session, however
// often that opens and closes, and for each login that has ended of which the
// database has not heard. So it is never longer than those are many and nothing
// has to be dropped.
type queue struct {
	mu       sync.Mutex
	sessions map[string]*session
	dirty    map[string]struct{} // others should hear of these at once
	slow     map[string]struct{} // what is new of these can wait
	counter  int64
	// Sessions that close later unless they open again, the first to close first.
	closing []waiting
	// Sessions that go idle later unless somebody comes back, the first to do so
	// first.
	idling []waiting
}

// session is what is known of one comet session. An open one has no notice.
type session struct {
	Session
	order   int64     // of the last change, over all sessions
	closeAt time.Time // zero unless it is about to close
	idleAt  time.Time // zero unless it is about to go idle
	behind  int       // events that it lacked at the last renewal
}

// waiting is a session to which something happens at a time.
type waiting struct {
	id string
	at time.Time
}

// batch is what one transaction carries to the database, in the order it
// happened; see Leases.SettlePresence.
type batch struct {
	ids      []string
	sessions []Session
	bulk     bool // with what can wait
}

func newQueue() *queue {
	return &queue{sessions: map[string]*session{}, dirty: map[string]struct{}{}, slow: map[string]struct{}{}}
}

// open notes that a session is connected, and says whether that is news. If it
// was so before, it goes idle at a time and not at once; see update.
func (q *queue) open(c Connected, idleAt time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	s, ok := q.sessions[c.ID]
	if !ok {
		q.counter++
		s = &session{Session: Session{Row: q.counter, User: c.User, Notice: noticeWentOffline}}
		q.sessions[c.ID] = s
	}
	s.closeAt = time.Time{}
	if s.Notice == "" && s.Login == c.Login && s.Device == c.Device {
		return q.useLocked(c.ID, s, c.Idle, idleAt)
	}
	s.Login, s.Device, s.Idle = c.Login, c.Device, c.Idle
	q.changeLocked(c.ID, s, "")
	return true
}

// update notes what is new about an open session, and says whether there is
// something to do for it. Who comes back does so at once; who goes idle does so
// at a time, unless they come back before. So however often a client says
// otherwise, others hear of no more than one idle spell in that time.
func (q *queue) update(id string, u Update, idleAt time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	s, ok := q.sessions[id]
	if !ok || s.Notice != "" {
		return false
	}
	if u.Transport != "" && u.Transport != s.Transport {
		s.Transport = u.Transport
		q.slow[id] = struct{}{}
	}
	if trip := u.RoundTrip.Round(time.Millisecond); differs(s.RoundTrip, trip) {
		s.RoundTrip = trip
		q.slow[id] = struct{}{}
	}
	return u.Idle != nil && q.useLocked(id, s, *u.Idle, idleAt)
}

// useLocked notes whether somebody uses the device of an open session.
func (q *queue) useLocked(id string, s *session, idle bool, idleAt time.Time) bool {
	switch {
	case !idle:
		s.idleAt = time.Time{}
		if !s.Idle {
			return false
		}
		s.Idle = false
		q.dirty[id] = struct{}{}
	case s.Idle || !s.idleAt.IsZero():
		return false
	default:
		s.idleAt = idleAt
		q.idling = append(q.idling, waiting{id, idleAt})
	}
	return true
}

// lag notes which sessions are behind. One counts as behind by as much as it was at
// two renewals: for a moment everybody is, whom something is on its way to.
func (q *queue) lag(behind map[string]int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for id, s := range q.sessions {
		lag := min(s.behind, behind[id])
		s.behind = behind[id]
		if s.Notice == "" && lag != s.Lag && (lag == 0 || s.Lag == 0 || abs(lag-s.Lag) > s.Lag/4) {
			s.Lag = lag
			q.slow[id] = struct{}{}
		}
	}
}

func abs(n int) int { return max(n, -n) }

// differs says whether a round trip is so much another one than before that it
// is worth a write.
func differs(before, now time.Duration) bool {
	return now > 0 && (before == 0 || (now-before).Abs() > max(before/4, 5*time.Millisecond))
}

// close notes that a session is over, and says whether that is news.
func (q *queue) close(id, notice string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	s, ok := q.sessions[id]
	if !ok || s.Notice != "" {
		return false
	}
	q.changeLocked(id, s, notice)
	if notice == noticeSignedOut {
		q.hastenLocked(s.User)
	}
	return true
}

// endLogin notes that a login is over. The database hears of it as of a session
// that closes with signed-out, which was never open here.
func (q *queue) endLogin(user int64, login string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	id := "login " + login // no comet session is called so
	s, ok := q.sessions[id]
	if !ok {
		q.counter++
		s = &session{Session: Session{Row: q.counter, User: user, Login: login}}
		q.sessions[id] = s
	}
	q.changeLocked(id, s, noticeSignedOut)
}

// hastenLocked closes now what would close later: a person who signs out is
// gone for certain.
func (q *queue) hastenLocked(user int64) {
	for _, c := range q.closing {
		if s, ok := q.sessions[c.id]; ok && s.User == user && s.Notice == "" && s.closeAt.Equal(c.at) {
			q.changeLocked(c.id, s, noticeSignedOut)
		}
	}
}

// closeLater closes a session at a time, unless it opens again before.
func (q *queue) closeLater(id string, at time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if s, ok := q.sessions[id]; ok && s.Notice == "" && s.closeAt.IsZero() {
		s.closeAt = at
		q.closing = append(q.closing, waiting{id, at})
	}
}

// due does what the time has come for, and returns when it next comes for
// something, or the zero time.
func (q *queue) due(now time.Time) (next time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var ripe []waiting
	ripe, q.closing = split(q.closing, now)
	for _, c := range ripe {
		if s, ok := q.sessions[c.id]; ok && s.Notice == "" && s.closeAt.Equal(c.at) {
			q.changeLocked(c.id, s, noticeWentOffline)
		}
	}
	ripe, q.idling = split(q.idling, now)
	for _, i := range ripe {
		if s, ok := q.sessions[i.id]; ok && s.Notice == "" && s.idleAt.Equal(i.at) {
			s.Idle, s.idleAt = true, time.Time{}
			q.dirty[i.id] = struct{}{}
		}
	}
	for _, list := range [][]waiting{q.closing, q.idling} {
		if len(list) > 0 && (next.IsZero() || list[0].at.Before(next)) {
			next = list[0].at
		}
	}
	return next
}

// split parts what is due from what comes later.
func split(list []waiting, now time.Time) (ripe, later []waiting) {
	n := slices.IndexFunc(list, func(w waiting) bool { return now.Before(w.at) })
	if n < 0 {
		n = len(list)
	}
	return list[:n], list[n:]
}

func (q *queue) changeLocked(id string, s *session, notice string) {
	q.counter++
	s.order, s.Notice, s.closeAt, s.idleAt = q.counter, notice, time.Time{}, time.Time{}
	q.dirty[id] = struct{}{}
}

// pending says whether there is something that others should hear of at once.
func (q *queue) pending() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.dirty) > 0
}

// take moves what waits into a batch, the oldest changes first, and after them
// what can wait, if that is asked for. A whole batch has all sessions, for a
// database that may not know them. Either done or failed must be told of it.
func (q *queue) take(whole, bulk bool) batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	limit := batchMax
	if whole {
		limit = len(q.sessions)
		for id := range q.sessions {
			q.dirty[id] = struct{}{}
		}
	}
	b := batch{bulk: bulk}
	for _, id := range q.oldestLocked(q.dirty, limit) {
		q.moveLocked(id, &b)
	}
	if bulk {
		for _, id := range q.oldestLocked(q.slow, limit-len(b.ids)) {
			q.moveLocked(id, &b)
		}
	}
	return b
}

// oldestLocked returns those of some sessions that changed first.
func (q *queue) oldestLocked(ids map[string]struct{}, limit int) []string {
	sorted := slices.SortedFunc(maps.Keys(ids), func(a, b string) int {
		return cmp.Compare(q.sessions[a].order, q.sessions[b].order)
	})
	return sorted[:min(len(sorted), limit)]
}

func (q *queue) moveLocked(id string, b *batch) {
	delete(q.dirty, id)
	delete(q.slow, id)
	b.ids = append(b.ids, id)
	b.sessions = append(b.sessions, q.sessions[id].Session)
}

// done forgets the sessions of a batch that closed and did not open again.
func (q *queue) done(b batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range b.ids {
		if _, changed := q.dirty[id]; !changed && q.sessions[id].Notice != "" {
			delete(q.sessions, id)
			delete(q.slow, id)
		}
	}
}

// failed queues a batch again; what has changed since then stays changed.
func (q *queue) failed(b batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range b.ids {
		q.dirty[id] = struct{}{}
	}
}
