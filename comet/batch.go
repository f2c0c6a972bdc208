package comet

import (
	"sync"
	"time"
)

// batch is what one write carries: events that are shared with other clients
// and, seldom, some of its own. It is owned by the goroutine of one request,
// and only while that has something to do.
type batch struct {
	events   [][]byte
	bytes    int
	numbered int // data, skip and gap events among them
	buffer   []byte

	last bool          // the answer ends with it
	next time.Duration // when to come back then; 0: as usual

	maxEvents, maxBytes int // of numbered events; the others are few

	over   bool            // the next event would be too many bytes
	behind []*subscription // topics for which the log must be asked
	unsure []*watch        // the same, of those that are watched
	more   bool            // a topic has more than fits

	// What has been taken out of the session and is among events.
	ended  []ending
	unread bool
}

var batches = sync.Pool{New: func() any { return new(batch) }}

func newBatch(maxEvents, maxBytes int) *batch {
	b := batches.Get().(*batch)
	b.maxEvents, b.maxBytes = maxEvents, maxBytes
	return b
}

// release gives b back. Buffers of unusual size are left to the collector.
func (b *batch) release() {
	b.sent()
	clear(b.behind)
	clear(b.unsure)
	b.behind, b.unsure, b.more = b.behind[:0], b.unsure[:0], false
	if cap(b.buffer) <= 256<<10 && cap(b.events) <= 4096 {
		batches.Put(b)
	}
}

// sent empties b after a write; what is behind stays.
func (b *batch) sent() {
	clear(b.events)
	clear(b.ended)
	b.events, b.bytes, b.numbered, b.over = b.events[:0], 0, 0, false
	b.ended, b.unread, b.last, b.next = b.ended[:0], false, false, 0
}

func (b *batch) add(event []byte) {
	b.events = append(b.events, event)
	b.bytes += len(event)
}

func (b *batch) empty() bool { return len(b.events) == 0 }

// full reports whether there is no room for another numbered event. There is
// always room for one, or a client would wait for it for ever.
func (b *batch) full() bool {
	return b.numbered >= b.maxEvents || b.over || b.numbered > 0 && b.bytes >= b.maxBytes
}

// deliver adds frames while there is room, and moves the cursor with them.
func (b *batch) deliver(cursor *Position, frames []frame) {
	for _, f := range frames {
		b.over = b.over || b.numbered > 0 && b.bytes+len(f.json) > b.maxBytes
		if b.full() {
			return
		}
		b.add(f.json)
		b.numbered++
		cursor.Seq = f.seq
	}
}

// gap tells that the topic must be loaded afresh, and goes on from its head.
func (b *batch) gap(topic string, cursor *Position, head Position) {
	b.add(numberedEvent("gap", topic, head, nil))
	b.numbered++
	*cursor = head
}
