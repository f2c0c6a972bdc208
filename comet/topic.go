package comet

import (
	"cmp"
	"maps"
	"slices"
	"sync"
)

// topic is what the hub knows of a topic that somebody follows or watches.
type topic struct {
	// Static after construction.
	name   string
	serial int64 // no other topic has it, not even an earlier one of this name

	mu         sync.RWMutex
	known      bool  // epoch and head come from the log
	epoch      int64 // valid when known
	head       int64 // the newest seq we have heard of
	generation int   // grows whenever what was read until then became void
	ring       ring  // joins head unless we lack something; empty without followers
	withdrawn  withdrawn
	followers  []*subscription
	watchers   []*watch
}

// standing is what a topic looked like before the log was asked: an answer that
// is older than a change of the epoch must not undo it.
func (t *topic) standing() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.generation
}

// position returns where the topic stands, as far as we have heard.
func (t *topic) position() (at Position, known bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return Position{t.epoch, t.head}, t.known
}

// following returns the subscriptions to the topic, live or not.
func (t *topic) following() []*subscription {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.Clone(t.followers)
}

func (t *topic) isFollowed() bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.followers) > 0
}

// publish adds events that the log has stored, in whatever order.
func (t *topic) publish(epoch int64, frames []frame, limits Limits) {
	t.mu.Lock()
	if t.known && epoch != t.epoch {
		t.resetLocked() // who is right? the log, when asked next
	} else {
		t.known, t.epoch = true, epoch
		t.skipWithdrawnLocked(frames)
		for i := range frames {
			t.head = max(t.head, frames[i].seq)
			t.mergeLocked(frames[i:i+1], limits)
		}
	}
	t.mu.Unlock()
	t.mark()
}

func (t *topic) mergeLocked(frames []frame, limits Limits) {
	if len(t.followers) > 0 {
		t.ring.merge(frames, limits)
	}
}

// withdraw puts skips in the place of events. What was read until now is void,
// since it may hold them.
func (t *topic) withdraw(epoch int64, skips []frame, limits Limits) {
	t.mu.Lock()
	t.generation++
	t.withdrawn.add(epoch, skips, limits)
	moved := false
	if t.known && epoch == t.epoch {
		for i := range skips {
			if t.ring.replace(skips[i]) || skips[i].seq <= t.head {
				continue
			}
			moved = true
			t.head = skips[i].seq // it will be published late, and too late
			t.mergeLocked(skips[i:i+1], limits)
		}
	}
	t.mu.Unlock()
	if moved {
		t.mark()
		return
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	t.markFollowersLocked()
}

// withdrawnMeanwhileLocked does the same for events of which the log tells first
// that they may be seen no longer.
func (t *topic) withdrawnMeanwhileLocked(skips []frame, limits Limits) {
	skips = slices.DeleteFunc(skips, func(skip frame) bool {
		_, noted := t.withdrawn[Position{t.epoch, skip.seq}]
		return noted
	})
	if len(skips) == 0 {
		return // what is void already is not made void again: two who read would do so in turn
	}
	t.generation++
	t.withdrawn.add(t.epoch, skips, limits)
	for i := range skips {
		t.ring.replace(skips[i])
	}
}

// skipWithdrawnLocked puts skips in the place of events of the current epoch
// that come although they have been withdrawn.
func (t *topic) skipWithdrawnLocked(frames []frame) {
	t.withdrawn.skip(t.epoch, frames)
}

// withdrawn are the skips of events that may be told no more, as many of the
// newest as clients can be behind.
type withdrawn map[Position]frame

// skip puts skips in the place of events.
func (w withdrawn) skip(epoch int64, frames []frame) {
	if len(w) == 0 {
		return
	}
	for i := range frames {
		if skip, ok := w[Position{epoch, frames[i].seq}]; ok {
			frames[i] = skip
		}
	}
}

func (w *withdrawn) add(epoch int64, skips []frame, limits Limits) {
	if *w == nil {
		*w = make(withdrawn)
	}
	for _, skip := range skips {
		(*w)[Position{epoch, skip.seq}] = skip
	}
	if over := len(*w) - int(limits.Behind); over > 0 {
		oldest := slices.SortedFunc(maps.Keys(*w), func(x, y Position) int { return cmp.Compare(x.Seq, y.Seq) })
		for _, at := range oldest[:over] {
			delete(*w, at)
		}
	}
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
// generation, and the skips of what is withdrawn as it says. It reports whether
// the answer counts, and as of which generation.
func (t *topic) learn(generation int, p Position, frames, skips []frame, limits Limits) (now int, ok bool) {
	t.mu.Lock()
	if generation != t.generation {
		t.mu.Unlock()
		return 0, false
	}
	news := !t.known || p.Epoch != t.epoch || p.Seq > t.head
	if t.known && p.Epoch != t.epoch {
		t.resetLocked()
	}
	t.known, t.epoch, t.head = true, p.Epoch, max(t.head, p.Seq)
	t.withdrawnMeanwhileLocked(skips, limits)
	t.skipWithdrawnLocked(frames)
	t.mergeLocked(frames, limits)
	now = t.generation
	t.mu.Unlock()
	if news {
		t.mark()
	}
	return now, true
}

// resetLocked forgets everything.
func (t *topic) resetLocked() {
	t.known, t.epoch, t.head = false, 0, 0
	t.generation++
	t.ring.clear()
}

// mark tells all that follow or watch to look. It takes no lock but the topic's
// own, and that for reading, so that they can look meanwhile.
func (t *topic) mark() {
	t.mu.RLock()
	defer t.mu.RUnlock()
	t.markFollowersLocked()
	for _, w := range t.watchers {
		w.mark()
	}
}

func (t *topic) markFollowersLocked() {
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
	void                     // what the log has answered counts no longer
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
func (t *topic) accept(cursor *Position, b *batch, from page, limits Limits) progress {
	switch head := from.head; {
	case from.generation != t.standing():
		return void
	case cursor.Epoch != head.Epoch, // another history
		cursor.Seq > head.Seq, // never written, or undone
		head.Seq-cursor.Seq > limits.Behind,
		len(from.frames) > 0 && from.frames[0].seq != cursor.Seq+1, // no longer kept
		len(from.frames) == 0 && cursor.Seq < head.Seq:
		b.gap(t.name, cursor, head)
	default:
		b.deliver(cursor, from.frames)
	}
	return t.take(cursor, b, limits)
}

// topics holds the topics that somebody follows or watches.
type topics struct {
	mu     sync.RWMutex
	byName map[string]*topic
	made   int64 // since the start
}

func (ts *topics) find(name string) *topic {
	ts.mu.RLock()
	defer ts.mu.RUnlock()
	return ts.byName[name]
}

// needLocked returns the topic, which is made when it is new.
func (ts *topics) needLocked(name string) *topic {
	t := ts.byName[name]
	if t == nil {
		ts.made++
		t = &topic{name: name, serial: ts.made}
		ts.byName[name] = t
	}
	return t
}

// follow adds a subscription to its topic.
func (ts *topics) follow(name string, f *subscription) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := ts.needLocked(name)
	f.topic = t
	t.mu.Lock()
	defer t.mu.Unlock()
	f.place = len(t.followers)
	t.followers = append(t.followers, f)
}

// leave removes it; a topic that nobody needs is forgotten.
func (ts *topics) leave(f *subscription) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := f.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	t.followers[len(t.followers)-1].place = f.place
	t.followers = without(t.followers, f.place)
	if len(t.followers) == 0 {
		t.ring.clear()
	}
	ts.forgetLocked(t)
}

// watch adds each watch to the topic of its name.
func (ts *topics) watch(names []string, list []*watch) {
	if len(list) == 0 {
		return
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for i, w := range list {
		w.topic = ts.needLocked(names[i])
		w.topic.addWatcher(w)
	}
}

func (t *topic) addWatcher(w *watch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	w.place = int32(len(t.watchers)) //nolint:gosec // a hub has fewer sessions
	t.watchers = append(t.watchers, w)
}

// unwatch removes them; a topic that nobody needs is forgotten.
func (ts *topics) unwatch(list []*watch) {
	if len(list) == 0 {
		return
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for _, w := range list {
		w.topic.removeWatcher(w)
		ts.forgetLocked(w.topic)
	}
}

func (t *topic) removeWatcher(w *watch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.watchers[len(t.watchers)-1].place = w.place
	t.watchers = without(t.watchers, int(w.place))
}

// without puts the last of the list in the given place.
func without[T any](list []*T, place int) []*T {
	last := len(list) - 1
	list[place], list[last] = list[last], nil
	return list[:last]
}

func (ts *topics) forgetLocked(t *topic) {
	if len(t.followers) == 0 && len(t.watchers) == 0 {
		delete(ts.byName, t.name)
	}
}

func (ts *topics) count() int {
	ts.mu.RLock()
	defer ts.mu.RUnlock()
	return len(ts.byName)
}
