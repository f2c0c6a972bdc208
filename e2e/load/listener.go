package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Modes of a listener.
const (
	modeFrame = "iframe"
	modeLines = "ndjson"
	modeLong  = "long-poll"
)

// Times of docs/protocol.md.
const (
	silence    = 40 * time.Second // a stream without a byte is given up after it
	patience   = 10 * time.Second // what a poll is waited for beyond its hold
	holdLong   = 50 * time.Second
	firstRetry = 500 * time.Millisecond
	lastRetry  = 20 * time.Second
)

// cursor is how far a listener is in a topic.
type cursor struct {
	topic *topic
	seq   int64
}

// listener is a client of the data channel: one comet session that follows the
// workspace, its own topic and its room, and comes back as it is told.
type listener struct {
	crowd  *crowd
	person person
	mode   string
	slow   bool   // stalls, and takes little from the server until then
	sight  *sight // nil when nobody looks at who is here

	// Owned by run.
	id       string
	n        int64
	cursors  []cursor
	handled  int64  // numbered events
	revision string // of presence
	tries    int    // that have failed in a row
	begun    bool   // has had an answer
	poll     bool   // the next request is answered at once
	arrived  bool   // the last answer was complete
	ending   *ending
	buffer   []byte
	request  []byte

	node    atomic.Pointer[string] // of the last listen-ack
	leaving atomic.Bool            // signs out
	told    atomic.Bool            // has been told that it is signed out

	mu   sync.Mutex
	wire *wire // what there is to hang up
	over bool
}

// ending is how an answer wants to be followed.
type ending struct {
	in      time.Duration // come back after this …
	overlap bool          // … and hang up only then
	leave   bool          // … on another connection
}

// run listens until the crowd goes home. There is at most one request at a time
// that is read, so nothing may come twice: an old stream is read no more once
// the request for the next one is under way.
func (l *listener) run(ctx context.Context) {
	var old *wire
	for ctx.Err() == nil && !l.left() {
		l.ending = nil
		w, h, err := l.open(ctx, old)
		switch {
		case err != nil:
		case l.mode == modeLong:
			err = l.answer(w, h)
		default:
			err = l.stream(ctx, w, h)
		}
		old = l.next(ctx, w, h, err)
	}
	l.hangUp()
}

// open sends a request and reads the head of its answer. Old is the connection
// of the last one: a stream that this one replaces, or what a poll goes on with.
func (l *listener) open(ctx context.Context, old *wire) (w *wire, h answerHead, err error) {
	if w = old; w == nil || l.mode != modeLong {
		if w, err = dial(ctx, l.crowd.world.addr, l.crowd.stalls(l)); err != nil {
			if old != nil {
				old.close()
			}
			return nil, h, err
		}
	}
	l.hold(w)
	h, err = l.ask(w)
	if old != nil && old != w {
		old.close()
	}
	return w, h, err
}

// answer reads the answer to a poll.
func (l *listener) answer(w *wire, h answerHead) (err error) {
	if l.buffer, err = w.whole(h, l.buffer); err != nil {
		return err
	}
	now, before := time.Now(), l.handled
	next, err := splitAnswer(l.buffer, func(raw []byte) error { return l.take(raw, now) })
	if err != nil {
		return err
	}
	l.arrived = true
	if l.handled > before {
		l.crowd.tally.answers.Add(1)
	}
	if l.ending == nil {
		l.ending = &ending{in: time.Duration(next) * time.Millisecond}
	}
	return nil
}

// stream reads a stream to its end, or until the next one should be opened.
func (l *listener) stream(ctx context.Context, w *wire, h answerHead) error {
	body, next := w.body(h), nextLine
	if l.mode == modeFrame {
		next = nextScript
	}
	l.buffer = l.buffer[:0]
	for {
		if err := l.takeAll(next); err != nil {
			return err
		}
		if l.ending != nil && l.ending.overlap {
			return nil
		}
		l.crowd.stall(ctx, l)
		if err := l.fill(w, body); err != nil {
			return err
		}
	}
}

// takeAll handles the events that have come, up to one that asks for the next
// stream.
func (l *listener) takeAll(next splitter) error {
	done := 0
	for l.ending == nil || !l.ending.overlap {
		raw, used := next(l.buffer[done:])
		if used == 0 {
			break
		}
		done += used
		if raw == nil {
			continue
		}
		if err := l.take(raw, time.Now()); err != nil {
			return err
		}
	}
	l.buffer = l.buffer[:copy(l.buffer, l.buffer[done:])]
	return nil
}

// fill reads what there is. A buffer that a snapshot of presence has made large
// is not kept.
func (l *listener) fill(w *wire, body io.Reader) error {
	const usual = 4096
	if len(l.buffer) == 0 && cap(l.buffer) != usual {
		l.buffer = make([]byte, 0, usual)
	}
	if len(l.buffer) == cap(l.buffer) {
		l.buffer = append(l.buffer, make([]byte, cap(l.buffer))...)[:len(l.buffer)]
	}
	_ = w.conn.SetReadDeadline(time.Now().Add(silence))
	n, err := body.Read(l.buffer[len(l.buffer):cap(l.buffer)])
	l.buffer = l.buffer[:len(l.buffer)+n]
	if n > 0 {
		return nil
	}
	return err
}

// next draws the consequences of an answer and its end, and waits until the
// next request is due. It returns the connection when that is still of use.
func (l *listener) next(ctx context.Context, w *wire, h answerHead, err error) *wire {
	switch {
	case ctx.Err() != nil, l.left():
		return nil
	case err == nil && !h.closing && !l.ending.leave, err == nil && l.ending.overlap:
		pause(ctx, l.ending.in)
		return w
	}
	if w != nil {
		w.close()
	}
	if l.ending != nil && (err == nil || errors.Is(err, io.EOF)) { // it has said goodbye
		pause(ctx, l.ending.in)
		return nil
	}
	pause(ctx, l.failed(err))
	return nil
}

// failed counts what went wrong and returns how long to stay away: a random
// time that grows with each try, beyond what the server asks for.
func (l *listener) failed(err error) time.Duration {
	wait := time.Duration(rand.Int64N(int64(min(lastRetry, firstRetry<<min(l.tries, 10)))))
	l.tries++
	l.poll = l.mode == modeLong
	l.arrived = false
	return wait + l.crowd.tally.trouble("data", err)
}

// left reports whether it has hung up.
func (l *listener) left() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over
}

// hold remembers what there is to hang up.
func (l *listener) hold(w *wire) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wire = w; l.over {
		w.close()
	}
}

// hangUp ends the listener, whatever it waits for.
func (l *listener) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	if l.wire != nil {
		l.wire.close()
	}
}
