package presence

import (
	"sync"
	"time"
)

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
	q.hastenLocked(user)
}

func (q *queue) changeLocked(id string, s *session, notice string) {
	q.counter++
	s.order, s.Notice, s.closeAt, s.idleAt = q.counter, notice, time.Time{}, time.Time{}
	q.dirty[id] = struct{}{}
}
