package presence

import (
	"cmp"
	"maps"
	"slices"
)

// batchMax bounds an ordinary transaction: some tenths of a second of work.
const batchMax = 5000

// batch is what one transaction carries to the database, in the order it
// happened; see Leases.SettlePresence.
type batch struct {
	ids      []string
	sessions []Session
	bulk     bool // with what can wait
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
