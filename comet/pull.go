package comet

import (
	"net/http"
	"strconv"
	"time"
)

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
		c.unpoke()
		answered, ok := c.tryAnswer()
		if answered {
			return ok
		}
		if c.question != nil && c.ctx.Err() == nil {
			continue // something else came first; the answer is still to be awaited
		}
		if !c.wait(c.beforeNews(c.holdEnd)) {
			c.session.heldFor(time.Since(c.opened))
			return false
		}
	}
}

// tryAnswer answers the poll when there is a reason to.
func (c *conn) tryAnswer() (answered, ok bool) {
	limits := &c.hub.config.Limits
	b := newBatch(limits.AnswerEvents, c.request.answerBytes(limits))
	defer b.release()
	switch {
	case c.finale() != nil:
	case c.request.Mode == modePoll:
		c.glance(b)
	default:
		c.collect(b)
		c.catchUp(b, c.catchUpDue(b), c.wake)
		if !b.empty() {
			c.collectPresence(b)
		}
	}
	if f := c.finale(); f != nil {
		if f.kind >= finalSuperseded {
			c.giveBack(b)
			b.sent()
		}
		b.add(f.event())
		return true, c.answer(b, f.in)
	}
	now := time.Now()
	switch {
	case !b.empty():
	case now.Before(c.holdEnd):
		if b.more {
			c.poke()
		}
		return false, true
	case c.request.Mode == modePull:
		b.add(heartbeatEvent(now))
		c.session.heldOut()
	}
	return true, c.answer(b, c.hub.pace.pause(c.paceKey(), now))
}

// catchUpDue is how long the log may take: what is ready does not wait long for
// what is not.
func (c *conn) catchUpDue(b *batch) time.Time {
	soon := time.Now().Add(patience)
	if b.empty() || c.holdEnd.Before(soon) {
		return c.holdEnd
	}
	return soon
}

// patience is how long an answer that has something to tell waits for the log to
// tell more.
const patience = 100 * time.Millisecond

// answer writes the whole answer to a poll.
func (c *conn) answer(b *batch, next time.Duration) bool {
	c.started = true
	out := c.transport.event(c.transport.begin(b.buffer[:0]), c.listenAck())
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
