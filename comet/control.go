package comet

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// serveControl answers a request of the control channel: each operation in
// order, none of which waits for anything but Config.ControlLog, and for that
// no longer than Times.Control.
func (h *Hub) serveControl(w http.ResponseWriter, r *http.Request) *problem {
	body, _, p := readBody(w, r, h.config.Limits.Body, typeJSON, typeText)
	if p != nil {
		return p
	}
	q, p := parseControl(body, h.config.Limits)
	if p != nil {
		return p
	}
	who, err := h.config.Identify(r)
	if err != nil {
		return unauthenticated()
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.config.Times.Control)
	defer cancel()
	call := controlCall{hub: h, who: who, id: q.ID, request: r}
	answer := []byte(`{"events":[`)
	for i, o := range q.Operations {
		if i > 0 {
			answer = append(answer, ',')
		}
		event, p := call.do(ctx, o)
		if p != nil && p.status == http.StatusTooManyRequests {
			return p
		}
		if p != nil {
			event = errorEvent(o.Op, p.code, p.detail, p.in())
		}
		answer = append(answer, event...)
	}
	writeControl(w, append(answer, `]}`...))
	return nil
}

func writeControl(w http.ResponseWriter, answer []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(answer)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(answer) // a client that is gone needs no answer
}

func parseControl(body []byte, limits Limits) (q controlRequest, p *problem) {
	if p := decode(body, &q); p != nil {
		return q, p
	}
	if q.ID != "" && !isWord(q.ID) {
		return q, badRequest(`The field "id" must be 1 to 64 letters, digits, - or _.`)
	}
	if len(q.Operations) == 0 {
		return q, badRequest(`The field "operations" must list at least one operation.`)
	}
	if len(q.Operations) > limits.Operations {
		return q, &problem{http.StatusUnprocessableEntity, "too-many-operations",
			fmt.Sprintf("A request may have at most %d operations.", limits.Operations), 0}
	}
	return q, nil
}

// controlCall is one request of the control channel while it is answered. A
// join gives the operations after it their session.
type controlCall struct {
	hub     *Hub
	who     Principal
	id      string
	request *http.Request // nil when the program itself calls
}

func unknownSession() *problem {
	return &problem{http.StatusNotFound, "unknown-session",
		"This connection is not known here. Please send a data request.", 0}
}

func (call *controlCall) session() (*session, *problem) {
	if s := call.hub.registry.find(sessionKey{call.who, call.id}); s != nil {
		return s, nil
	}
	return nil, unknownSession()
}

// do carries out one operation.
func (call *controlCall) do(ctx context.Context, o operation) ([]byte, *problem) {
	switch o.Op {
	case "join":
		return call.join()
	case "subscribe":
		return call.subscribe(ctx, o)
	case "unsubscribe":
		return call.unsubscribe(o)
	case "watch":
		return call.watch(ctx, o)
	case "view":
		return call.view(o)
	case "activity":
		return call.activity(o)
	case "ping":
		return timedEvent("ping-ack", time.Now()), nil
	case "ack":
		if _, p := call.session(); p != nil {
			return nil, p
		}
		return []byte(`{"event":"ack-ack"}`), nil
	case "leave":
		return call.leave()
	default:
		return nil, unknownOperation()
	}
}

func unknownOperation() *problem {
	return &problem{http.StatusBadRequest, "unknown-operation", "This operation does not exist.", 0}
}

func (call *controlCall) join() ([]byte, *problem) {
	if call.id == "" {
		call.id = rand.Text()
	}
	h := call.hub
	s, p := h.adopt(sessionKey{call.who, call.id}, h.device(call.request))
	if p != nil {
		return nil, p
	}
	times := h.config.Times
	s.waitFor(times.PullLease)
	b := appendString([]byte(`{"event":"join-ack","id":`), call.id)
	b = appendFigures(b, h.config.Node, times.Heartbeat, times.PullLease, times.HoldMax)
	return append(b, '}'), nil
}

func (call *controlCall) subscribe(ctx context.Context, o operation) ([]byte, *problem) {
	var at map[string]Position
	if _, p := call.session(); p != nil {
		return nil, p
	}
	if p := decode(o.Topics, &at); p != nil {
		return nil, p
	}
	allowed, denied, p := call.follow(ctx, at)
	if p != nil {
		return nil, p
	}
	b := appendPositions([]byte(`{"event":"subscribe-ack","topics":`), allowed)
	b = appendStrings(append(b, `,"denied":`...), denied)
	return call.ended(b), nil
}

// follow lets the session follow further topics.
func (call *controlCall) follow(ctx context.Context, at map[string]Position) (allowed map[string]Position, denied []string, p *problem) {
	s, p := call.session()
	if p != nil {
		return nil, nil, p
	}
	for name := range at {
		if !isTopic(name) {
			return nil, nil, badTopic()
		}
	}
	pending, p := s.subscribe(at)
	if p != nil {
		return nil, nil, p
	}
	allowed, p = call.hub.allow(ctx, call.hub.config.ControlLog, call.who, pending)
	denied = s.settle(pending, allowed)
	if p != nil {
		return nil, nil, p
	}
	for _, name := range denied {
		delete(allowed, name)
	}
	return allowed, denied, nil
}

// names reads the topics of an operation as a list.
func (o operation) names(purpose string) (topics []string, p *problem) {
	if json.Unmarshal(o.Topics, &topics) != nil {
		return nil, badRequest("The topics to " + purpose + " must be a list of names.")
	}
	return topics, nil
}

func (call *controlCall) unsubscribe(o operation) ([]byte, *problem) {
	s, p := call.session()
	if p != nil {
		return nil, p
	}
	topics, p := o.names("unsubscribe from")
	if p != nil {
		return nil, p
	}
	s.unsubscribe(topics)
	return call.ended(appendStrings([]byte(`{"event":"unsubscribe-ack","topics":`), topics)), nil
}

func (call *controlCall) watch(ctx context.Context, o operation) ([]byte, *problem) {
	s, p := call.session()
	if p != nil {
		return nil, p
	}
	topics, p := o.names("watch")
	if p != nil {
		return nil, p
	}
	if p := checkWatched(topics, call.hub.config.Limits); p != nil {
		return nil, p
	}
	slices.Sort(topics)
	pending, p := s.watch(slices.Compact(topics))
	if p != nil {
		return nil, p
	}
	allowed, p := call.hub.allow(ctx, call.hub.config.ControlLog, call.who, pending)
	denied := s.settle(pending, allowed)
	if p != nil {
		return nil, p
	}
	b := appendPositions([]byte(`{"event":"watch-ack","topics":`), s.watched())
	b = appendStrings(append(b, `,"denied":`...), denied)
	return call.ended(b), nil
}

// ended closes an answer with the node that gives it: another one than that of
// the client's stream has changed nothing there.
func (call *controlCall) ended(b []byte) []byte {
	return append(appendString(append(b, `,"node":`...), call.hub.config.Node), '}')
}

// leave is answered the same whether or not the session is known.
func (call *controlCall) leave() ([]byte, *problem) {
	call.depart()
	return []byte(`{"event":"leave-ack"}`), nil
}

// depart ends the session.
func (call *controlCall) depart() {
	if s, p := call.session(); p == nil {
		if c := s.leave(); c != nil {
			c.finish(finale{kind: finalEnd})
		}
	}
}
