package presence

import (
	"cmp"
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
	dirty    map[string]struct{}
	counter  int64
	// Sessions that close later unless they open again, the first to close first.
	closing []closing
}

// session is what is known of one comet session. An open one has no notice.
type session struct {
	user    int64
	row     int64 // its number in the database, unique on this node
	notice  string
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
	ids     []string
	rows    []int64
	users   []int64
	notices []string
}

func newQueue() *queue {
	return &queue{sessions: map[string]*session{}, dirty: map[string]struct{}{}}
}

// open notes that a session is connected, and says whether that is news.
func (q *queue) open(id string, user int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	s, ok := q.sessions[id]
	if !ok {
		q.counter++
		s = &session{user: user, row: q.counter, notice: noticeWentOffline}
		q.sessions[id] = s
	}
	s.closeAt = time.Time{}
	if s.notice == "" {
		return false
	}
	q.changeLocked(id, s, "")
	return true
}

// close notes that a session is over, and says whether that is news.
func (q *queue) close(id, notice string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	s, ok := q.sessions[id]
	if !ok || s.notice != "" {
		return false
	}
	q.changeLocked(id, s, notice)
	if notice == noticeSignedOut {
		q.hastenLocked(s.user)
	}
	return true
}

// hastenLocked closes now what would close later: a person who signs out is
// gone for certain.
func (q *queue) hastenLocked(user int64) {
	for _, c := range q.closing {
		if s, ok := q.sessions[c.id]; ok && s.user == user && s.notice == "" && s.closeAt.Equal(c.at) {
			q.changeLocked(c.id, s, noticeSignedOut)
		}
	}
}

// closeLater closes a session at a time, unless it opens again before.
func (q *queue) closeLater(id string, at time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if s, ok := q.sessions[id]; ok && s.notice == "" && s.closeAt.IsZero() {
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
		if s, ok := q.sessions[c.id]; ok && s.notice == "" && s.closeAt.Equal(c.at) {
			q.changeLocked(c.id, s, noticeWentOffline)
		}
	}
	return time.Time{}
}

func (q *queue) changeLocked(id string, s *session, notice string) {
	q.counter++
	s.order, s.notice, s.closeAt = q.counter, notice, time.Time{}
	q.dirty[id] = struct{}{}
}

// pending says whether the database has yet to hear of something.
func (q *queue) pending() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.dirty) > 0
}

// take moves what waits into a batch, the oldest changes first. A whole batch
// has all sessions, for a database that may not know them. Either done or
// failed must be told of it.
func (q *queue) take(whole bool) batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	limit := batchMax
	if whole {
		limit = len(q.sessions)
		for id := range q.sessions {
			q.dirty[id] = struct{}{}
		}
	}
	type changed struct {
		id string
		*session
	}
	changes := make([]changed, 0, len(q.dirty))
	for id := range q.dirty {
		changes = append(changes, changed{id, q.sessions[id]})
	}
	slices.SortFunc(changes, func(a, b changed) int { return cmp.Compare(a.order, b.order) })
	var b batch
	for _, c := range changes[:min(len(changes), limit)] {
		delete(q.dirty, c.id)
		b.ids = append(b.ids, c.id)
		b.rows = append(b.rows, c.row)
		b.users = append(b.users, c.user)
		b.notices = append(b.notices, c.notice)
	}
	return b
}

// done forgets the sessions of a batch that closed and did not open again.
func (q *queue) done(b batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range b.ids {
		if _, changed := q.dirty[id]; !changed && q.sessions[id].notice != "" {
			delete(q.sessions, id)
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
