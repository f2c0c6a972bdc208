package comet

import "sync"

// topic is what the hub knows of a topic that somebody follows.
type topic struct {
	name string // static

	mu         sync.RWMutex
	known      bool  // epoch and head come from the log
	epoch      int64 // valid when known
	head       int64 // the newest seq we have heard of
	generation int   // grows whenever what was known became void
	ring       ring  // joins head unless we lack something
	followers  []*subscription
}

// standing is what a topic looked like before the log was asked: an answer that
// is older than a change of the epoch must not undo it.
func (t *topic) standing() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.generation
}

// publish adds events that the log has stored, in whatever order.
func (t *topic) publish(epoch int64, frames []frame, limits Limits) {
	t.mu.Lock()
	if t.known && epoch != t.epoch {
		t.resetLocked() // who is right? the log, when asked next
	} else {
		t.known, t.epoch = true, epoch
		for i := range frames {
			t.head = max(t.head, frames[i].seq)
			t.ring.merge(frames[i:i+1], limits)
		}
	}
	t.mu.Unlock()
	t.mark()
}

// announce takes a hint of where the log is.
func (t *topic) announce(p Position) {
	t.mu.Lock()
	switch {
	case t.known && p.Epoch != t.epoch:
		t.resetLocked()
	case t.known && p.Seq <= t.head:
		t.mu.Unlock()
		return
	default:
		t.known, t.epoch, t.head = true, p.Epoch, max(t.head, p.Seq)
	}
	t.mu.Unlock()
	t.mark()
}

// learn takes what the log has answered to a question asked at the given
// generation, and reports whether the answer still counts.
func (t *topic) learn(generation int, p Position, frames []frame, limits Limits) bool {
	t.mu.Lock()
	if generation != t.generation {
		t.mu.Unlock()
		return false
	}
	news := !t.known || p.Epoch != t.epoch || p.Seq > t.head
	if t.known && p.Epoch != t.epoch {
		t.resetLocked()
	}
	t.known, t.epoch, t.head = true, p.Epoch, max(t.head, p.Seq)
	t.ring.merge(frames, limits)
	t.mu.Unlock()
	if news {
		t.mark()
	}
	return true
}

// resetLocked forgets everything.
func (t *topic) resetLocked() {
	t.known, t.epoch, t.head = false, 0, 0
	t.generation++
	t.ring.clear()
}

// mark tells all followers to look. It takes no lock but the topic's own, and
// that for reading, so that they can look meanwhile.
func (t *topic) mark() {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, f := range t.followers {
		f.mark()
	}
}

// progress is how far a cursor has come.
type progress int

const (
	atHead   progress = iota // there is nothing more
	tooFull                  // there is more than fits into the batch
	needsLog                 // the log must be asked for what follows
)

// take moves a cursor forward as far as the ring reaches and adds what lies
// between to b.
func (t *topic) take(cursor *Position, b *batch, limits Limits) progress {
	t.mu.RLock()
	defer t.mu.RUnlock()
	switch head := (Position{t.epoch, t.head}); {
	case !t.known:
		return needsLog
	case *cursor == head:
		return atHead
	case b.full():
		return tooFull
	case cursor.Epoch != head.Epoch || head.Seq-cursor.Seq > limits.Behind:
		b.gap(t.name, cursor, head)
		return atHead
	case cursor.Seq > head.Seq:
		return needsLog // another hub may know more than we do
	}
	b.deliver(cursor, t.ring.after(cursor.Seq))
	switch {
	case cursor.Seq == t.head:
		return atHead
	case b.full():
		return tooFull
	default:
		return needsLog
	}
}

// accept does the same with what the log has answered, and then with what has
// come since.
func (t *topic) accept(cursor *Position, b *batch, head Position, frames []frame, limits Limits) progress {
	switch {
	case cursor.Epoch != head.Epoch, // another history
		cursor.Seq > head.Seq, // never written, or undone
		head.Seq-cursor.Seq > limits.Behind,
		len(frames) > 0 && frames[0].seq != cursor.Seq+1, // no longer kept
		len(frames) == 0 && cursor.Seq < head.Seq:
		b.gap(t.name, cursor, head)
	default:
		b.deliver(cursor, frames)
	}
	return t.take(cursor, b, limits)
}

// topics holds the topics that somebody follows.
type topics struct {
	mu     sync.RWMutex
	byName map[string]*topic
}

func (ts *topics) find(name string) *topic {
	ts.mu.RLock()
	defer ts.mu.RUnlock()
	return ts.byName[name]
}

// follow adds a subscription to its topic, which is made when it is new.
func (ts *topics) follow(name string, f *subscription) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := ts.byName[name]
	if t == nil {
		t = &topic{name: name}
		ts.byName[name] = t
	}
	f.topic = t
	t.mu.Lock()
	defer t.mu.Unlock()
	f.place = len(t.followers)
	t.followers = append(t.followers, f)
}

// leave removes it; a topic that nobody follows is forgotten.
func (ts *topics) leave(f *subscription) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := f.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	last := len(t.followers) - 1
	t.followers[last].place = f.place
	t.followers[f.place] = t.followers[last]
	t.followers[last] = nil
	t.followers = t.followers[:last]
	if last == 0 {
		delete(ts.byName, t.name)
	}
}

func (ts *topics) count() int {
	ts.mu.RLock()
	defer ts.mu.RUnlock()
	return len(ts.byName)
}
