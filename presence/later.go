package presence

import (
	"slices"
	"time"
)

// waiting is a session to which something happens at a time.
type waiting struct {
	id string
	at time.Time
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

// hasten closes now what would close later, for a person who has signed out.
func (q *queue) hasten(user int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.hastenLocked(user)
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
