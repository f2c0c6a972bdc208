package comet

import (
	"net/http"
	"time"
)

// maxRoundTrip is the longest round trip, in milliseconds, that a client tells.
const maxRoundTrip = 60_000

// device is the word for what makes r, "" when there is none.
func (h *Hub) device(r *http.Request) string {
	if h.config.Device == nil {
		return ""
	}
	return h.config.Device(r)
}

// completeReport checks what the client says about itself and what it shows.
func (q *dataRequest) completeReport(limits Limits) (p *problem) {
	if q.Reader && (q.Idle || q.RoundTrip != 0) {
		return badRequest(`The fields "idle" and "round_trip" need the field "id".`)
	}
	if p := checkRoundTrip(q.RoundTrip); p != nil {
		return p
	}
	q.People, p = completeView(q.People, q.Room, limits)
	return p
}

func checkRoundTrip(millis int64) *problem {
	if millis < 0 || millis > maxRoundTrip {
		return badRequest(`The field "round_trip" must be a whole number of milliseconds from 0 to 60000.`)
	}
	return nil
}

// carrier is the word for how the answer travels.
func (q *dataRequest) carrier() string {
	if q.format != nil {
		return q.Mode
	}
	return q.Transport
}

// heedLocked takes what a request says about its client, whatever an operation
// has not said since, and passes on what is new.
func (s *session) heedLocked(q *dataRequest) {
	if s.viewOrder.ofRequest(q.N) {
		s.view.People, s.view.Room = q.People, q.Room
	}
	var news Activity
	if s.activityOrder.ofRequest(q.N) && q.Idle != s.info.Idle {
		s.info.Idle = q.Idle
		news.State = "active"
		if q.Idle {
			news.State = "idle"
		}
	}
	if carrier := q.carrier(); carrier != s.transport {
		s.transport, news.Transport = carrier, carrier
	}
	if d := time.Duration(q.RoundTrip) * time.Millisecond; d != 0 && d != s.roundTrip {
		s.roundTrip, news.RoundTrip = d, d
	}
	s.tellLocked(news)
}

// tellLocked passes on news of the session, of which Presence knows. Before that
// there is nobody to tell: what holds then is told when it opens.
func (s *session) tellLocked(news Activity) {
	if s.shown && news != (Activity{}) {
		s.hub.notifier.changed(s.info, news)
	}
}

// activity passes on what a person does.
func (call *controlCall) activity(o operation) ([]byte, *problem) {
	if call.hub.config.Activity == nil {
		return nil, unknownOperation()
	}
	s, p := call.session()
	if p != nil {
		return nil, p
	}
	switch {
	case o.State != "active" && o.State != "idle" && o.State != "typing":
		return nil, badRequest(`The field "state" must be active, idle or typing.`)
	case o.State == "typing" && o.Topic == "":
		return nil, badRequest(`The field "topic" must say where somebody is typing.`)
	}
	if p := checkRoundTrip(o.RoundTrip); p != nil {
		return nil, p
	}
	if p := o.checkN(); p != nil {
		return nil, p
	}
	if p := s.act(o); p != nil {
		return nil, p
	}
	return call.ended([]byte(`{"event":"activity-ack"`)), nil
}

// checkN checks the counter of an operation that may name one.
func (o *operation) checkN() *problem {
	if o.N != nil && !isNumber(*o.N) {
		return badRequest(`The field "n" must be a whole number from 0 to 9007199254740991.`)
	}
	return nil
}

// act takes what an operation says that the person does. A topic that is named
// must be one that the session follows.
func (s *session) act(o operation) *problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.dead:
		return unknownSession()
	case o.Topic != "" && !s.followsLocked(o.Topic):
		return &problem{http.StatusConflict, "not-followed", "This connection does not follow that topic.", 0}
	}
	news := Activity{State: o.State, Topic: o.Topic}
	if o.State != "typing" && !s.activityOrder.ofOperation(o.N, s.n) {
		return nil // the client has said something else since
	}
	s.info.Idle = o.State == "idle"
	if o.RoundTrip != 0 {
		s.roundTrip = time.Duration(o.RoundTrip) * time.Millisecond
		news.RoundTrip = s.roundTrip
	}
	s.tellLocked(news)
	return nil
}
