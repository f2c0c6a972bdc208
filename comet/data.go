package comet

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// serveData answers a request of the data channel.
func (h *Hub) serveData(w http.ResponseWriter, r *http.Request) *problem {
	body, kind, p := readBody(w, r, h.config.Limits.Body, typeJSON, typeForm)
	if p != nil {
		return p
	}
	q, p := parseData(body, kind, h.config.Limits)
	if p != nil {
		return p
	}
	who, err := h.config.Identify(r)
	if err != nil {
		return unauthenticated()
	}
	if !h.requests.enter() {
		return unavailable()
	}
	defer h.requests.leave()
	c := newConn(h, w, r, q, who)
	defer c.close()
	if p := c.open(); p != nil {
		return c.fail(p)
	}
	c.serve()
	return nil
}

// open registers the request with its cursors, and only then asks whether it
// may have what it wants: nothing can happen in between unseen.
func (c *conn) open() *problem {
	pending, p := c.register()
	if p != nil {
		return p
	}
	c.sendAway()
	allowed, p := c.authorise(pending)
	denied := c.session.settle(pending, allowed)
	if c.finale() != nil {
		return nil // it tells what to answer
	}
	if p != nil {
		c.session.detach(c, c.hub.config.Times.LostLease)
	}
	if c.session.current.Load() == c { // else a newer request tells
		c.denied = denied
	}
	return p
}

// sendAway ends a request that has come while the hub stops. It is called after
// register: whoever registers later than the hub has looked, looks himself.
func (c *conn) sendAway() {
	in := c.hub.returnIn()
	switch {
	case c.hub.requests.isClosed():
		c.finish(finale{kind: finalStop, in: in})
	case c.hub.draining.Load() != 0:
		c.finish(finale{kind: finalDrain, in: in})
	}
}

// register finds the session and puts the request in charge of it.
func (c *conn) register() (pending []*subscription, p *problem) {
	if c.request.ID == "" {
		c.request.ID = rand.Text()
	}
	for {
		s, p := c.hub.adopt(sessionKey{c.who, c.request.ID})
		if p != nil {
			return nil, p
		}
		c.session = s
		result, old, pending := s.register(c)
		switch result {
		case overdue:
			continue
		case overtaken:
			c.finish(finale{kind: finalSuperseded})
		case registered:
			if old != nil {
				old.finish(finale{kind: finalSuperseded})
			}
		}
		return pending, nil
	}
}

// adopt finds or makes a session.
func (h *Hub) adopt(key sessionKey) (*session, *problem) {
	s, idle := h.registry.adopt(h, key)
	if idle != nil {
		idle.finish(ReasonLease, finale{kind: finalEnd})
	}
	if s == nil {
		return nil, tooManySessions()
	}
	return s, nil
}

// authorise asks whether the login still lives and which topics it may follow.
// A topic that was authorised before stays so until Revoke.
func (c *conn) authorise(pending []*subscription) (map[string]Position, *problem) {
	if c.finale() != nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.hub.config.Times.Read)
	defer cancel()
	if err := c.hub.config.Check(ctx, c.who); err != nil {
		if ended, ok := errors.AsType[*EndedError](err); ok {
			c.session.finish(ended.Reason, finale{kind: finalAbort, reason: ended.Reason})
			return nil, nil
		}
		c.hub.config.Logger.Warn("a login could not be checked", "err", err)
		return nil, unavailable()
	}
	return c.hub.allow(ctx, c.hub.config.Log, c.who, pending)
}

// allow asks which of the topics may be followed, and lets them learn where
// they stand.
func (h *Hub) allow(ctx context.Context, log Log, who Principal, pending []*subscription) (map[string]Position, *problem) {
	if len(pending) == 0 {
		return nil, nil
	}
	names := make([]string, len(pending))
	standing := make([]int, len(pending))
	for i, f := range pending {
		names[i], standing[i] = f.topic.name, f.topic.standing()
	}
	allowed, err := log.Positions(ctx, who, names)
	if err != nil {
		if ctx.Err() == nil {
			h.config.Logger.Warn("positions could not be read", "err", err)
		}
		return nil, unavailable()
	}
	for i, f := range pending {
		if at, ok := allowed[names[i]]; ok {
			f.topic.learn(standing[i], at, nil, h.config.Limits)
		}
	}
	return allowed, nil
}

// fail answers a request that cannot be served. A frame cannot show a problem
// document to its page, so it gets an event.
func (c *conn) fail(p *problem) *problem {
	if c.request.Transport != transportFrame {
		return p
	}
	h := c.sink.w.Header()
	p.header(h)
	c.transport.header(h)
	c.sink.w.WriteHeader(p.status)
	body := c.transport.event(c.transport.begin(nil), errorEvent("", p.code, p.detail))
	_ = c.sink.write(body) // a client that is gone needs no answer
	return nil
}

// listenAck is the first event of every answer.
func (c *conn) listenAck() []byte {
	times := c.hub.config.Times
	hold, lease := times.HoldMax, times.PullLease
	if c.longHold || c.longNext {
		hold = times.HoldLong
	}
	if c.request.Mode == modeStream {
		lease = times.LostLease
	}
	b := appendString([]byte(`{"event":"listen-ack","id":`), c.request.ID)
	b = strconv.AppendInt(append(b, `,"n":`...), c.request.N, 10)
	b = appendFigures(b, c.hub.config.Node, times.Heartbeat, lease, hold)
	b = appendString(append(b, `,"mode":`...), c.request.Mode)
	b = appendString(append(b, `,"transport":`...), c.request.Transport)
	b = appendStrings(append(b, `,"denied":`...), c.denied)
	return append(b, '}')
}

// appendFigures writes what both kinds of joining tell.
func appendFigures(b []byte, node string, heartbeat, lease, hold time.Duration) []byte {
	b = appendString(append(b, `,"node":`...), node)
	b = strconv.AppendInt(append(b, `,"time":`...), time.Now().UnixMilli(), 10)
	b = appendMillis(append(b, `,"heartbeat":`...), heartbeat)
	b = appendMillis(append(b, `,"lease":`...), lease)
	return appendMillis(append(b, `,"hold":`...), hold)
}
