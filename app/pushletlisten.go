package app

import (
	"errors"
	"maps"
	"net/http"
	"time"

	"chatd/app/pushlet"
	"chatd/comet"
)

// pushletFrameLife is after how long a stream of the format js begins anew: its
// document keeps every script that came.
const pushletFrameLife = 10 * time.Minute

// listen answers listen and join-listen. In the modes pull and poll that is no
// more than where to come back for the news.
func (c *pushletCall) listen(s *pushletSession) {
	ack, err := c.listening(s)
	if err != nil {
		if c.event() == "join-listen" {
			c.app.pushlets.End(s) // its client would not know it
		}
		c.refuse(err)
		return
	}
	if s.modeNow() == "stream" {
		c.follow(s, ack)
		return
	}
	c.answer(ack, pushletReturn{s.id, 0})
}

// listening takes over what the request says of mode and subject.
func (c *pushletCall) listening(s *pushletSession) (pushlet.Event, error) {
	mode := c.fields[pushlet.FieldMode]
	switch mode {
	case "", "stream", "pull", "poll":
	default:
		return nil, problem(http.StatusBadRequest, "There are the modes stream, pull and poll. Listen with one of these as p_mode.")
	}
	var subscription pushletSubscription
	if c.fields[pushlet.FieldSubject] != "" {
		var err error
		if subscription, err = c.subscribed(s); err != nil {
			return nil, err
		}
	}
	return c.ack(pushlet.FieldID, s.id, pushlet.FieldMode, s.setMode(mode), pushlet.FieldFormat, string(s.format),
		pushlet.FieldSID, subscription.sid, pushlet.FieldLabel, subscription.label), nil
}

func (s *pushletSession) modeNow() string { return s.setMode("") }

// setMode sets the mode, unless it is empty, and returns the one that holds.
func (s *pushletSession) setMode(mode string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if mode != "" {
		s.mode = mode
	}
	return s.mode
}

// follow serves the data channel: ack first, then the news of the session's
// topics. The newest request of a session is the one that is served.
func (c *pushletCall) follow(s *pushletSession, ack pushlet.Event) {
	s.settle(c.r.Context())
	answer, request := c.open(s, ack)
	stop := c.app.followBeside(c.r.Context(), s)
	err := c.app.hub.Serve(c.w, c.r, request, answer)
	stop()
	answer.land()
	if refused, ok := errors.AsType[*comet.RefusedError](err); ok {
		c.fields[pushlet.FieldID] = s.id
		c.refuse(waitProblem(refused.Status, refused.Error(), refused.In))
	}
}

// open prepares an answer and the request to the hub for it.
func (c *pushletCall) open(s *pushletSession, ack pushlet.Event) (*pushletAnswer, comet.Listen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	answer := &pushletAnswer{
		call: c, session: s, n: s.n, ack: ack, mode: s.mode,
		have: maps.Clone(s.at), moved: map[string]comet.Position{},
	}
	request := comet.Listen{ID: s.id, N: s.n, Mode: s.mode, Have: answer.have}
	if s.format == pushlet.JS {
		request.Life = c.app.config.Times.FrameLife
		if request.Life == 0 {
			request.Life = pushletFrameLife
		}
	}
	return answer, request
}
