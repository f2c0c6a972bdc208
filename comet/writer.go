package comet

import (
	"math/bits"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// serve answers an opened request to its end, and leaves the session a lease.
func (c *conn) serve() {
	if c.finale() == nil {
		c.session.show()
	}
	answer := c.stream
	if c.request.Mode != modeStream {
		answer = c.pull
	}
	lease := c.hub.config.Times.PullLease
	if !answer() {
		lease = c.hub.config.Times.LostLease
	}
	c.session.detach(c, lease)
}

// stream writes until something ends the answer. It reports false when the
// client is gone.
func (c *conn) stream() bool {
	c.hub.streams.Add(1)
	defer c.hub.streams.Add(-1)
	c.startStream()
	for {
		if f := c.finale(); f != nil {
			return c.endStream(*f)
		}
		more, over, ok := c.round()
		switch {
		case !ok:
			return false
		case over:
			return true
		case more && c.ctx.Err() == nil:
			continue
		}
		if !c.wait(c.streamDue()) {
			return false
		}
		c.linger()
	}
}

func (c *conn) startStream() {
	times := c.hub.config.Times
	life := times.StreamLife
	if c.request.Transport == transportFrame {
		life = times.FrameLife
	}
	c.recycleAt = c.opened.Add(spread(life, 20))
	c.beat = spread(times.Heartbeat, 10)
	c.flushed = c.opened
}

// round writes what there is to write now, in one write; what must be read from
// the log first follows in another.
func (c *conn) round() (more, over, ok bool) {
	b := newBatch(maxInteger, c.hub.config.Limits.WriteBytes)
	defer b.release()
	c.greet(b)
	c.collect(b)
	over = c.keepTime(b)
	if !c.flush(b) {
		return false, false, false
	}
	if len(b.behind) > 0 {
		c.catchUp(b)
		if c.finale() == nil && !c.flush(b) {
			return false, false, false
		}
	}
	return b.more || !c.recycled && c.worn(), over, true
}

// greet puts listen-ack before everything else.
func (c *conn) greet(b *batch) {
	if !c.started {
		b.add(c.listenAck())
	}
}

// keepTime does what a stream's clock asks for. It reports true when the time
// of the stream is over.
func (c *conn) keepTime(b *batch) (over bool) {
	now, config := time.Now(), &c.hub.config
	if at := c.drainAt.Load(); at != 0 && now.UnixNano() >= at {
		c.finish(finale{kind: finalDrain, in: c.hub.returnIn()})
	}
	switch {
	case c.recycled:
		over = !now.Before(c.recycleAt)
	case c.worn() || !now.Before(c.recycleAt):
		c.recycled, c.recycleAt = true, now.Add(config.Times.Overlap)
		b.add(refreshEvent(0, whyRecycle))
	}
	if b.empty() && now.Sub(c.flushed) >= c.beat {
		c.beat = spread(config.Times.Heartbeat, 10)
		b.add(heartbeatEvent(now))
	}
	return over
}

// worn reports whether the stream has carried enough.
func (c *conn) worn() bool {
	limits := &c.hub.config.Limits
	if c.request.Transport == transportFrame {
		return c.events >= limits.FrameEvents || c.written >= limits.FrameBytes
	}
	return c.written >= limits.StreamBytes
}

func (c *conn) streamDue() time.Time {
	due := c.flushed.Add(c.beat)
	if c.recycleAt.Before(due) {
		due = c.recycleAt
	}
	if at := c.drainAt.Load(); at != 0 {
		if drain := time.Unix(0, at); drain.Before(due) {
			due = drain
		}
	}
	return c.beforeRetry(due)
}

func (c *conn) beforeRetry(due time.Time) time.Time {
	if !c.retryAt.IsZero() && c.retryAt.Before(due) {
		return c.retryAt
	}
	return due
}

// endStream writes the last event. A stream that was recycled has told already
// that another one follows.
func (c *conn) endStream(f finale) bool {
	b := newBatch(maxInteger, maxInteger)
	defer b.release()
	c.greet(b)
	if f.kind != finalSuperseded || !c.recycled {
		b.add(f.event())
	}
	return c.flush(b)
}

// flush writes the batch to a stream. It reports false when the client does not
// take it.
func (c *conn) flush(b *batch) bool {
	if b.empty() {
		return true
	}
	out := b.buffer[:0]
	if !c.started {
		c.started = true
		c.transport.header(c.sink.w.Header())
		out = c.transport.begin(out)
	}
	for _, e := range b.events {
		out = c.transport.event(out, e)
	}
	b.buffer = out
	return c.send(b)
}

// send writes the buffer of b and accounts for it.
func (c *conn) send(b *batch) bool {
	if c.sink.write(b.buffer) != nil {
		return false
	}
	c.flushed = time.Now()
	c.written += int64(len(b.buffer))
	c.events += b.numbered
	c.hub.deliveries.Add(int64(b.numbered))
	c.hub.writes.Add(1)
	b.sent()
	c.session.hintsWritten(c.hinted)
	return true
}

// pull holds the request until there is something to tell, or its time is over.
// It reports false when the client is gone.
func (c *conn) pull() bool {
	c.hub.polls.Add(1)
	defer c.hub.polls.Add(-1)
	c.holdEnd = c.opened
	if c.request.Mode == modePull {
		c.holdEnd = c.opened.Add(c.hub.hold(c.longHold))
	}
	for {
		answered, ok := c.tryAnswer()
		if answered {
			return ok
		}
		if !c.wait(c.beforeRetry(c.holdEnd)) {
			c.session.heldFor(time.Since(c.opened))
			return false
		}
	}
}

// tryAnswer answers the poll when there is a reason to.
func (c *conn) tryAnswer() (answered, ok bool) {
	limits := &c.hub.config.Limits
	b := newBatch(limits.AnswerEvents, limits.AnswerBytes)
	defer b.release()
	c.greet(b)
	if c.finale() == nil {
		c.collect(b)
		c.catchUp(b)
	}
	if f := c.finale(); f != nil {
		b.sent()
		c.greet(b)
		b.add(f.event())
		return true, c.answer(b, f.in)
	}
	now := time.Now()
	switch {
	case len(b.events) > 1:
	case now.Before(c.holdEnd):
		return false, true
	case c.request.Mode == modePull:
		b.add(heartbeatEvent(now))
		c.session.heldOut()
	}
	return true, c.answer(b, c.session.pause(now))
}

// answer writes the whole answer to a poll.
func (c *conn) answer(b *batch, next time.Duration) bool {
	c.started = true
	out := c.transport.begin(b.buffer[:0])
	for _, e := range b.events {
		out = c.transport.event(out, e)
	}
	b.buffer = c.transport.end(out, next)
	h := c.sink.w.Header()
	c.transport.header(h)
	h.Set("Content-Length", strconv.Itoa(len(b.buffer)))
	c.sink.w.WriteHeader(http.StatusOK)
	return c.send(b)
}

// collect takes everything that is ready: it never waits.
func (c *conn) collect(b *batch) {
	s := c.session
	s.mu.Lock()
	if s.current.Load() == c {
		for _, e := range s.ended {
			b.add(unsubscribedEvent(e.topic, e.why))
		}
		s.ended = nil
		c.takeMarksLocked(b)
		c.hinted = s.takeHintsLocked(c.hinted, b)
	}
	s.mu.Unlock()
	c.collectPresence(b)
}

// takeMarksLocked pulls from the topics that have been marked.
func (c *conn) takeMarksLocked(b *batch) {
	s, limits := c.session, c.hub.config.Limits
	for i := range s.dirty {
		for marks := s.dirty[i].Swap(0); marks != 0; marks &= marks - 1 {
			slot := i*64 + bits.TrailingZeros64(marks)
			if slot >= len(s.slots) || s.slots[slot] == nil || !s.slots[slot].live {
				continue
			}
			switch f := s.slots[slot]; f.topic.take(&f.cursor, b, limits) {
			case needsLog:
				c.behindLocked(f, b)
			case tooFull:
				s.dirty[i].Or(marks & -marks)
				b.more = true
			case atHead:
			}
		}
	}
}

// behindLocked asks for a question to the log, now or when the log may work
// again.
func (c *conn) behindLocked(f *subscription, b *batch) {
	if time.Now().Before(c.retryAt) {
		c.session.dirty[f.slot/64].Or(1 << (f.slot % 64))
		return
	}
	b.behind = append(b.behind, f)
}

// collectPresence asks what the client does not know yet.
func (c *conn) collectPresence(b *batch) {
	if c.hub.config.Presence == nil || !c.presenceDirty.Swap(false) {
		return
	}
	fields, next := c.hub.config.Presence.Since(c.who, c.presence)
	c.presence = next
	if fields == nil {
		return
	}
	event, err := presenceEvent(fields)
	if err != nil {
		c.hub.config.Logger.Error("a presence event was left out", "err", err)
		return
	}
	b.add(event)
}

// catchUp asks the log for the topics that are behind.
func (c *conn) catchUp(b *batch) {
	for _, f := range b.behind {
		if b.full() || c.ctx.Err() != nil {
			f.mark()
			b.more = true
			continue
		}
		c.catchUpOne(f, b)
	}
	clear(b.behind)
	b.behind = b.behind[:0]
}

func (c *conn) catchUpOne(f *subscription, b *batch) {
	s := c.session
	s.mu.Lock()
	before := f.cursor
	s.mu.Unlock()
	head, frames, err := c.hub.pages.read(c.ctx, f.topic, before.Seq)
	if err != nil {
		c.tryLater(f)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current.Load() != c || s.subscriptions[f.topic.name] != f || !f.live {
		return
	}
	if f.cursor == before { // else it was set anew meanwhile
		switch f.topic.accept(&f.cursor, b, head, frames, c.hub.config.Limits) {
		case atHead:
			return
		case needsLog:
			if f.cursor == before { // the log lacks what was announced
				c.tryLater(f)
				return
			}
		case tooFull:
		}
	}
	f.mark()
	b.more = true
}

// tryLater leaves f behind until the log may know more.
func (c *conn) tryLater(f *subscription) {
	c.retryAt = time.Now().Add(spread(time.Second, 50))
	f.mark()
}

// spread returns d, give or take so many percent.
func spread(d time.Duration, percent int64) time.Duration {
	margin := int64(d) * percent / 100
	return d - time.Duration(margin) + time.Duration(rand.Int64N(2*margin+1))
}
