package store

import "github.com/jackc/pgx/v5/pgtype"

const (
	// turn is how many sends a room puts into a batch before the next room has
	// its turn.
	turn = 16
	// bytesMax bounds the text of a batch.
	bytesMax = 1 << 20
)

// batch is the work of one transaction. Its lanes are held until they are
// settled or given back.
type batch struct {
	parts []part
	size  int // sends in all parts
	bytes int // of their texts
}

// part is what a batch has of one lane, and after an attempt what is left of
// it to do.
type part struct {
	lane    *lane
	sends   []*send
	kicked  bool
	slow    bool // it is known to have slow mode
	skipped bool // the topic's lock was held elsewhere
}

// sendKey is what makes a send the same as another.
type sendKey struct {
	author int64
	client pgtype.UUID
}

// take makes a batch of at most limit sends and limit topics from the ready
// lanes, which take turns. It returns nil when there is nothing to do.
func (q *queue) take(limit int) *batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.seen)
	b := &batch{}
	var later []*lane
	for len(q.ready) > 0 && b.size < limit && len(b.parts) < limit {
		l := q.ready[0]
		q.ready = q.ready[1:]
		if !q.openLocked(b, l, limit) {
			later = append(later, l)
		}
	}
	for more := true; more; {
		more = false
		for i := range b.parts {
			more = q.fillLocked(b, &b.parts[i], limit) || more
		}
	}
	for _, l := range later {
		l.placed = false
		q.placeLocked(l)
	}
	if len(b.parts) == 0 {
		return nil
	}
	return b
}

// takeStuck makes a batch from the first stuck lane alone. It returns nil, and
// counts the caller out of the waiters, when there is none.
func (q *queue) takeStuck(limit int) *batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.seen)
	b := &batch{}
	for len(b.parts) == 0 {
		if len(q.stuck) == 0 {
			q.waiters--
			return nil
		}
		l := q.stuck[0]
		q.stuck = q.stuck[1:]
		if !q.openLocked(b, l, limit) { // everybody has given up
			l.placed = false
			q.placeLocked(l)
		}
	}
	for q.fillLocked(b, &b.parts[0], limit) {
	}
	return b
}

// openLocked adds a part for a lane and fills it for one turn. It returns
// false, and adds nothing, when the lane has nothing for this batch.
func (q *queue) openLocked(b *batch, l *lane, limit int) bool {
	p := part{lane: l, kicked: l.kicked, slow: l.slow}
	q.fillLocked(b, &p, limit)
	if len(p.sends) == 0 && !p.kicked {
		return false
	}
	l.kicked = false
	b.parts = append(b.parts, p)
	return true
}

// fillLocked moves the sends of one turn from the lane into its part, and
// reports whether it moved any. Those that nobody waits for are dropped: who
// was told that a message did not go must not see it later. A send that the
// batch has already stays for the next one, which will know it as a repeat.
func (q *queue) fillLocked(b *batch, p *part, limit int) bool {
	before := len(p.sends)
	for len(p.lane.sends) > 0 && len(p.sends) < before+turn && b.size < limit {
		s := p.lane.sends[0]
		if s.isGone() {
			p.lane.sends = p.lane.sends[1:]
			q.finish(s, outcome{err: ErrUnavailable})
			continue
		}
		if b.size > 0 && b.bytes+s.bytes() > bytesMax {
			break
		}
		key := sendKey{s.AuthorID, s.client}
		if _, ok := q.seen[key]; ok {
			break
		}
		q.seen[key] = struct{}{}
		p.lane.sends = p.lane.sends[1:]
		p.sends = append(p.sends, s)
		b.size++
		b.bytes += s.bytes()
	}
	return len(p.sends) > before
}

// bytes is the size of the texts.
func (s *send) bytes() int { return len(s.Body) + len(s.HTML) }

func (s *send) isGone() bool {
	select {
	case <-s.gone:
		return true
	default:
		return false
	}
}
