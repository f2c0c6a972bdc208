package comet

import (
	"math/rand/v2"
	"time"
)

// serve answers an opened request to its end, and leaves the session a lease.
func (c *conn) serve() {
	if c.finale() == nil && !c.request.Reader {
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
		c.unpoke()
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
	switch {
	case c.request.life > 0:
		life = c.request.life
	case c.request.Transport == transportFrame:
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
	b.last = over
	if !c.flush(b) {
		return false, false, false
	}
	if over {
		return false, true, true
	}
	c.catchUp(b, c.streamDue(), c.wake)
	if c.finale() == nil && !c.flush(b) {
		return false, false, false
	}
	return b.more || !c.recycled && c.worn(), false, true
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
		over = c.request.Reader // nothing of it will come to supersede this
	}
	if b.empty() && now.Sub(c.flushed) >= c.beat {
		c.beat = spread(config.Times.Heartbeat, 10)
		b.add(heartbeatEvent(now))
		c.flushed = now
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
	return c.beforeNews(due)
}

// beforeNews returns due, or an earlier time when there may be something to
// tell.
func (c *conn) beforeNews(due time.Time) time.Time {
	for _, at := range [...]time.Time{c.retryAt, c.unreadAt, c.presenceAt} {
		if !at.IsZero() && at.Before(due) {
			due = at
		}
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
	b.last, b.next = true, f.next()
	return c.flush(b)
}

// flush writes the batch to a stream. It reports false when the client does not
// take it.
func (c *conn) flush(b *batch) bool {
	if b.empty() && !b.last {
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
	b.buffer = c.tellCursors(out, b)
	if b.last {
		b.buffer = c.transport.end(b.buffer, b.next)
	}
	return c.send(b)
}

// send writes the buffer of b and accounts for it.
func (c *conn) send(b *batch) bool {
	if c.sink.write(b.buffer) != nil {
		return false
	}
	if len(b.buffer) > 0 { // a Format may have nothing to say
		c.flushed = time.Now()
	}
	c.written += int64(len(b.buffer))
	c.events += b.numbered
	if t, ok := c.transport.(sentTransport); ok {
		t.sent()
	}
	c.hub.deliveries.Add(int64(b.numbered))
	c.hub.writes.Add(1)
	b.sent()
	if c.hinted != c.noted {
		c.noted = c.hinted
		c.session.hintsWritten(c.hinted)
	}
	return true
}

// spread returns d, give or take so many percent.
func spread(d time.Duration, percent int64) time.Duration {
	margin := int64(d) * percent / 100
	return d - time.Duration(margin) + time.Duration(rand.Int64N(2*margin+1))
}
