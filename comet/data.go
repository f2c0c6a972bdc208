package comet

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// serveData answers a request of the data channel.
func (h *Hub) serveData(w http.ResponseWriter, r *http.Request) *problem {
	if r.Method == http.MethodGet && isForeign(r, h.config.Origins) {
		return foreign()
	}
	q, p := readData(w, r, h.config.Limits)
	if p != nil {
		return p
	}
	return h.serve(w, r, q)
}

// serve answers a data request that has been read. A problem is still to be
// told.
func (h *Hub) serve(w http.ResponseWriter, r *http.Request, q dataRequest) *problem {
	who, err := h.config.Identify(r)
	if err != nil {
		return unauthenticated()
	}
	or(&q.device, h.device(r))
	c := newConn(h, w, r, q, who)
	defer c.close()
	if !h.requests.enter() {
		return c.fail(unavailable())
	}
	defer h.requests.leave()
	if h.config.Expires != nil {
		c.expireAt(h.config.Expires(r))
	}
	switch p := c.open(); {
	case p != nil && c.finale() != nil:
		c.decline(*c.finale())
		return nil
	case p != nil:
		return c.fail(p)
	}
	c.request.letGo()
	c.serve()
	return nil
}

// open registers the request with its cursors, and only then asks whether it
// may have what it wants: nothing can happen in between unseen. When there is
// anything to ask it waits for admission before all that: who is refused has
// superseded nobody.
func (c *conn) open() *problem {
	var pending questions
	if !c.resume() {
		c.hub.openings.enter(c)
		defer c.hub.openings.leave(c)
		release, p := c.hub.admit(c.ctx)
		if p != nil {
			return p
		}
		defer release()
		c.admitted = true
		if pending, p = c.register(); p != nil {
			return p
		}
		c.endWithLogin()
	}
	c.sendAway()
	allowed, p := c.authorise(pending)
	c.begun = c.session.begin(pending, allowed)
	maps.Copy(c.request.Have, c.begun)
	denied := c.session.settle(pending, allowed)
	for _, topic := range denied { // one may have been revoked only just now
		delete(c.begun, topic)
	}
	if c.finale() != nil {
		return nil // it tells what to answer
	}
	if p != nil {
		c.session.detach(c, c.hub.config.Times.LostLease)
	}
	if c.session.current.Load() == c { // else a newer request tells
		c.denied = denied
	}
	if p == nil {
		c.session.holdOn(c)
	}
	return p
}

// endWithLogin ends the session when the login has ended before whoever ended it
// could find that.
func (c *conn) endWithLogin() {
	if f := c.finale(); f != nil && f.kind == finalAbort {
		c.session.finish(f.reason, *f)
	}
}

// decline answers a request that has to end before it is opened.
func (c *conn) decline(f finale) {
	if c.request.Mode == modeStream {
		c.endStream(f)
		return
	}
	b := newBatch(maxInteger, maxInteger)
	defer b.release()
	b.add(f.event())
	c.answer(b, f.in)
}

// sendAway ends a request that has come while the hub stops. It is called after
// register: whoever registers later than the hub has looked, looks himself.
func (c *conn) sendAway() {
	switch {
	case c.hub.requests.isClosed():
		c.finish(finale{kind: finalStop, in: c.hub.returnIn()})
	case c.hub.draining.Load() != nil:
		c.finish(finale{kind: finalDrain, in: c.hub.returnIn()})
	}
}

// resume registers the request when nothing has to be asked for that: its
// session is known and checked, and all topics are live in it.
func (c *conn) resume() bool {
	if c.request.Reader || !c.hub.lasting(c.who) {
		return false
	}
	s := c.hub.registry.find(sessionKey{c.who, c.request.ID})
	if s == nil {
		return false
	}
	_, result := c.enlist(s)
	return result == registered || result == overtaken
}

// register finds or makes the session and puts the request in charge of it.
func (c *conn) register() (pending questions, p *problem) {
	if c.request.ID == "" {
		c.request.ID = rand.Text()
	}
	for {
		s, p := c.hub.adopt(sessionKey{c.who, c.request.ID}, c.request.device)
		if p != nil {
			return pending, p
		}
		if pending, result := c.enlist(s); result != overdue {
			return pending, nil
		}
	}
}

// enlist puts the request in charge of s. It is not for one that has been
// overtaken: a poll is answered as a reader's then, others end.
func (c *conn) enlist(s *session) (pending questions, result registration) {
	c.session = s
	result, old, pending := s.register(c)
	switch {
	case old != nil:
		old.finish(finale{kind: finalSuperseded})
	case result != overtaken:
	case c.request.Mode == modePoll:
		c.request.Reader, c.request.ID, c.request.Watch = true, rand.Text(), nil
		return pending, overdue
	default:
		c.finish(finale{kind: finalSuperseded})
	}
	return pending, result
}

// adopt finds or makes a session; device is that of a new one.
func (h *Hub) adopt(key sessionKey, device string) (*session, *problem) {
	s, idle := h.registry.adopt(h, key, device)
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
func (c *conn) authorise(pending questions) (map[string]Position, *problem) {
	ctx, cancel := context.WithTimeout(c.ctx, c.hub.config.Times.Read)
	defer cancel()
	p := c.check(ctx)
	if p != nil || c.finale() != nil {
		return nil, p
	}
	return c.hub.allow(ctx, c.hub.config.Log, c.who, pending)
}

// check asks whether the login still lives, unless that is known. One that does
// not ends with all of the session.
func (c *conn) check(ctx context.Context) *problem {
	if c.finale() != nil || c.vouched() {
		return nil
	}
	now := time.Now()
	err := c.hub.config.Check(ctx, c.who)
	if ended, ok := errors.AsType[*EndedError](err); ok {
		c.session.finish(ended.Reason, finale{kind: finalAbort, reason: ended.Reason})
		return nil
	}
	if err != nil {
		c.hub.config.Logger.Warn("a login could not be checked", "err", err)
		return unavailable()
	}
	c.session.vouch(now.Add(c.hub.config.Times.Recheck))
	return nil
}

// vouched reports whether Check has said lately that the login lives. If that
// has changed since, EndLogin has ended the session or will find it: it cannot
// leave the registry alive while the request serves it.
func (c *conn) vouched() bool {
	return c.hub.lasting(c.who) && c.session.vouched() && c.hub.registry.find(c.session.key) == c.session
}

// lasting reports whether what Check says of the principal holds for a while.
func (h *Hub) lasting(who Principal) bool { return h.config.Lasting == nil || h.config.Lasting(who) }

// allow asks which of the topics may be followed, and lets them learn where
// they stand.
func (h *Hub) allow(ctx context.Context, log Log, who Principal, pending questions) (map[string]Position, *problem) {
	topics := pending.topics()
	if len(topics) == 0 {
		return nil, nil
	}
	names, standing := make([]string, len(topics)), make([]int, len(topics))
	for i, t := range topics {
		names[i], standing[i] = t.name, t.standing()
	}
	allowed, err := log.Positions(ctx, who, names)
	if err != nil {
		if ctx.Err() == nil {
			h.config.Logger.Warn("positions could not be read", "err", err)
		}
		return nil, unavailable()
	}
	for i, t := range topics {
		if at, ok := allowed[names[i]]; ok {
			t.learn(standing[i], at, nil, nil, h.config.Limits)
		}
	}
	return allowed, nil
}

// fail answers a request that cannot be served. A frame cannot show a problem
// document to its page, so it gets an event; and an EventSource would never come
// again after another status than 200.
func (c *conn) fail(p *problem) *problem {
	in, status := p.in(), p.status
	switch {
	case c.request.Transport == transportFrame:
	case c.request.Transport == transportSSE && c.request.Query && in > 0:
		status = http.StatusOK
	default:
		return p
	}
	h := c.sink.w.Header()
	p.header(h, in)
	c.transport.header(h)
	c.sink.w.WriteHeader(status)
	body := c.transport.event(c.transport.begin(nil), p.event(in))
	_ = c.sink.write(c.transport.end(body, in)) // a client that is gone needs no answer
	return nil
}

// listenAck is the first event of every answer. A reader's session has no id
// and waits for nobody.
func (c *conn) listenAck() []byte {
	times := c.hub.config.Times
	hold, lease := times.HoldMax, times.PullLease
	if c.longHold || c.longNext {
		hold = times.HoldLong
	}
	switch {
	case c.request.Reader:
		lease = 0
	case c.request.Mode == modeStream:
		lease = times.LostLease
	}
	b := []byte(`{"event":"listen-ack"`)
	if !c.request.Reader {
		b = appendString(append(b, `,"id":`...), c.request.ID)
	}
	b = strconv.AppendInt(append(b, `,"n":`...), c.request.N, 10)
	b = appendFigures(b, c.hub.config.Node, times.Heartbeat, lease, hold)
	b = appendString(append(b, `,"mode":`...), c.request.Mode)
	b = appendString(append(b, `,"transport":`...), c.request.Transport)
	b = appendStrings(append(b, `,"denied":`...), c.denied)
	if len(c.begun) > 0 {
		b = appendPositions(append(b, `,"at":`...), c.begun)
	}
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
