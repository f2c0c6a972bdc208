package app

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"chatd/app/pushlet"
	"chatd/comet"
	"chatd/store"
)

// pushletLongestLabel is how many characters p_label may have.
const pushletLongestLabel = 100

// join begins a session.
func (c *pushletCall) join() (*pushletSession, error) {
	name := c.fields[pushlet.FieldFormat]
	format, ok := pushlet.ParseFormat(name)
	if name == "ser" {
		return nil, problem(http.StatusBadRequest, "This server does not write serialized Java objects. Join with p_format=xml.")
	}
	if !ok {
		return nil, problem(http.StatusBadRequest, "This server writes the formats js, xml and xml-strict. Join with one of these as p_format.")
	}
	s := c.app.pushlets.Begin(c.who, format)
	if s == nil {
		return nil, problem(http.StatusTooManyRequests, "You have 16 Pushlet sessions in use, which is the most. Close one of their pages, or send its leave, and join again.")
	}
	return s, nil
}

// subscribe lets a session follow what p_subject names.
func (c *pushletCall) subscribe(s *pushletSession) (pushlet.Event, error) {
	subscription, err := c.subscribed(s)
	if err != nil {
		return nil, err
	}
	return c.ack(pushlet.FieldID, s.id, pushlet.FieldSubject, subscription.text,
		pushlet.FieldSID, subscription.sid, pushlet.FieldLabel, subscription.label), nil
}

func (c *pushletCall) subscribed(s *pushletSession) (pushletSubscription, error) {
	if utf8.RuneCountInString(c.fields[pushlet.FieldLabel]) > pushletLongestLabel {
		return pushletSubscription{}, problem(http.StatusUnprocessableEntity, "p_label is too long. It may have up to 100 characters, since each event carries it.")
	}
	subjects, err := parsePushletSubjects(c.fields[pushlet.FieldSubject])
	if err != nil {
		return pushletSubscription{}, err
	}
	ctx, cancel := c.urgent()
	defer cancel()
	s.turn.Lock()
	defer s.turn.Unlock()
	rooms, own, err := c.app.store.Control().OwnRooms(ctx, c.viewer.user)
	if err != nil {
		return pushletSubscription{}, err
	}
	subjects, err = resolvePushletSubjects(subjects, rooms)
	if err != nil {
		return pushletSubscription{}, err
	}
	subscription, ok := s.subscribe(pushletSubscription{
		text: c.fields[pushlet.FieldSubject], label: c.fields[pushlet.FieldLabel], subjects: subjects,
	}, pushletTopics(subjects, rooms, c.viewer.user, comet.Position(own)))
	if !ok {
		return pushletSubscription{}, problem(http.StatusUnprocessableEntity,
			"A Pushlet session follows at most 255 rooms by 255 subscriptions. Subscribe to single rooms, or join once more for the others.")
	}
	c.app.followTopics(ctx, s)
	return subscription, nil
}

// unsubscribe ends one subscription, or all of a session.
func (c *pushletCall) unsubscribe(s *pushletSession) (pushlet.Event, error) {
	sid := c.fields[pushlet.FieldSID]
	s.turn.Lock()
	defer s.turn.Unlock()
	ended, topics, ok := s.unsubscribe(sid)
	if !ok {
		return nil, problem(http.StatusNotFound, "no subscription for sid="+sid)
	}
	c.app.hub.Unsubscribe(s.who, s.id, topics)
	return c.ack(pushlet.FieldID, s.id, pushlet.FieldSID, ended.sid,
		pushlet.FieldSubject, ended.text, pushlet.FieldLabel, ended.label), nil
}

// publish sends a message to a room. Who sends too fast is told so before the
// database is asked.
func (c *pushletCall) publish() (pushlet.Event, error) {
	if c.viewer.scope == store.ScopeRead {
		return nil, problem(http.StatusForbidden, readTokenDetail)
	}
	to, err := c.addressee()
	if err != nil {
		return nil, err
	}
	text := c.fields["msg"]
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, problem(http.StatusUnprocessableEntity, "The message is not valid UTF-8 text. Send msg as UTF-8, without NUL.")
	}
	if text, err = c.app.outgoing(c.r.Context(), text); err != nil {
		return nil, err
	}
	if err := c.deliver(to, text); err != nil {
		return nil, err
	}
	return c.ack(), nil
}

// addressee is the room that a message is for.
func (c *pushletCall) addressee() (pushletSubject, error) {
	if c.fields[pushlet.FieldTo] != "" {
		return pushletSubject{}, problem(http.StatusUnprocessableEntity, "Nobody is reached by their session here. Publish to /chat/ and a room that you share, without p_to.")
	}
	subjects, err := parsePushletSubjects(c.fields[pushlet.FieldSubject])
	if err != nil {
		return pushletSubject{}, err
	}
	if len(subjects) != 1 || subjects[0].all {
		return pushletSubject{}, problem(http.StatusUnprocessableEntity, "A message goes to one room. Publish to /chat/ and the number or the name of a room.")
	}
	return subjects[0], nil
}

// deliver stores a message. Whose a room is that goes by its number, the
// committer says.
func (c *pushletCall) deliver(to pushletSubject, text string) error {
	ctx, cancel := context.WithTimeout(c.r.Context(), dataPatience)
	defer cancel()
	if to.room == 0 {
		rooms, _, err := c.app.store.OwnRooms(ctx, c.viewer.user)
		if err != nil {
			return err
		}
		found, err := resolvePushletSubjects([]pushletSubject{to}, rooms)
		if err != nil {
			return err
		}
		to = found[0]
	}
	_, err := c.app.send(ctx, store.Send{RoomID: to.room, ClientID: newUUID(), Body: text})
	return err
}

// leave ends a session, and what is open of it at once.
func (c *pushletCall) leave(s *pushletSession) pushlet.Event {
	c.app.pushlets.End(s)
	c.app.hub.Leave(s.who, s.id)
	return c.ack(pushlet.FieldID, s.id)
}
