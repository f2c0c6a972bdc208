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
// often that opens and closes, so it is never longer than the sessions are
// many and nothing has to be dropped.
type queue struct {
	mu       sync.Mutex
	sessions map[string]*session
	dirty    map[string]struct{} // others should hear of these at once
	slow     map[string]struct{} // what is new of these can wait
	counter  int64
	// Sessions that close later unless they open again, the first to close first.
	closing []closing
}

// session is what is known of one comet session. An open one has no notice.
type session struct {
	Session
	order   int64     // of the last change, over all sessions
	closeAt time.Time // zero unless it is about to close
}

type closing struct {
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

// open notes that a session is connected, and says whether that is news.
func (q *queue) open(c Connected) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	s, ok := q.sessions[c.ID]
	if !ok {
		q.counter++
		s = &session{Session: Session{Row: q.counter, User: c.User, Notice: noticeWentOffline}}
		q.sessions[c.ID] = s
	}
	s.closeAt = time.Time{}
	if s.Notice == "" && s.Login == c.Login && s.Device == c.Device && s.Idle == c.Idle {
		return false
	}
	s.Login, s.Device, s.Idle = c.Login, c.Device, c.Idle
	q.changeLocked(c.ID, s, "")
	return true
}

// update notes what is new about an open session, and says whether others
// should hear of it at once.
func (q *queue) update(id string, u Update) bool {
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
	if u.Idle == nil || *u.Idle == s.Idle {
		return false
	}
	s.Idle = *u.Idle
	q.dirty[id] = struct{}{}
	return true
}

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
		q.closing = append(q.closing, closing{id, at})
	}
}

// due closes the sessions whose time has come and returns when the next one's
// comes, or the zero time.
func (q *queue) due(now time.Time) (next time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.closing) > 0 {
		c := q.closing[0]
		if now.Before(c.at) {
			return c.at
		}
		q.closing = q.closing[1:]
		if s, ok := q.sessions[c.id]; ok && s.Notice == "" && s.closeAt.Equal(c.at) {
			q.changeLocked(c.id, s, noticeWentOffline)
		}
	}
	return time.Time{}
}

func (q *queue) changeLocked(id string, s *session, notice string) {
	q.counter++
	s.order, s.Notice, s.closeAt = q.counter, notice, time.Time{}
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
