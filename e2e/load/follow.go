package main

import (
	"errors"
	"time"
)

// take handles an event.
func (l *listener) take(raw []byte, now time.Time) error {
	var e event
	if err := parseEvent(raw, &e); err != nil {
		l.crowd.tally.violate("user %d: %v", l.person.id, err)
		return err
	}
	switch e.Event {
	case "data":
		return l.follow(&e, now)
	case "presence":
		l.revision = e.Revision
		return l.look(raw, now)
	case "listen-ack":
		l.acked(&e)
	case "refresh":
		l.refreshed(&e)
	case "error":
		l.ending = &ending{in: time.Duration(e.In) * time.Millisecond, leave: true}
		l.crowd.tally.count("error " + e.Code)
	case "abort":
		return l.aborted(raw)
	case "heartbeat", "hint":
	default: // skip, gap, unsubscribe-ack: nothing here asks for them
		l.crowd.tally.violate("user %d got %.200s", l.person.id, raw)
	}
	return nil
}

// look takes in who is here.
func (l *listener) look(raw []byte, now time.Time) error {
	l.crowd.tally.presence.Add(1)
	if l.sight == nil {
		return nil
	}
	err := l.sight.take(raw, now, l.crowd.tally.violate)
	if err != nil {
		l.crowd.tally.violate("user %d: %v", l.person.id, err)
	}
	return err
}

// aborted is told that it is over for good, which only a log-out does.
func (l *listener) aborted(raw []byte) error {
	if !l.leaving.Load() {
		l.crowd.tally.violate("user %d got %.200s", l.person.id, raw)
	}
	return l.signedOut()
}

func (l *listener) signedOut() error {
	l.told.Store(true)
	l.hangUp()
	return errAborted
}

var errAborted = errors.New("this listener is signed out")

// refreshed is told to come back. Nobody here has two requests at a time, so
// none can be in the way of another.
func (l *listener) refreshed(e *event) {
	recycle := e.Why == "recycle"
	l.ending = &ending{time.Duration(e.In) * time.Millisecond, recycle, !recycle}
	l.crowd.tally.count("refresh " + e.Why)
	if e.Why == "superseded" || e.Why == "crowded" {
		l.crowd.tally.violate("user %d was %s by itself", l.person.id, e.Why)
	}
}

func (l *listener) acked(e *event) {
	if len(e.Denied) > 0 {
		l.crowd.tally.violate("user %d may not follow %v", l.person.id, e.Denied)
	}
	l.tries, l.poll = 0, false
	l.node.Store(&e.Node)
	l.crowd.acked(l)
}

// follow moves a cursor by one event, which must be the next.
func (l *listener) follow(e *event, now time.Time) error {
	for i := range l.cursors {
		c := &l.cursors[i]
		if c.topic.name != e.Topic {
			continue
		}
		if e.Epoch != c.topic.start.Epoch || e.Seq != c.seq+1 {
			l.crowd.tally.violate("user %d stands at %s [%d,%d] and got [%d,%d]",
				l.person.id, e.Topic, c.topic.start.Epoch, c.seq, e.Epoch, e.Seq)
			return errOutOfOrder
		}
		h, err := l.crowd.world.ledger.hear(c.topic, e.Seq, e.Payload)
		if err != nil {
			l.crowd.tally.violate("%s %d: %v", e.Topic, e.Seq, err)
			return err
		}
		c.seq = e.Seq
		l.handled++
		l.crowd.tally.deliveries.Add(1)
		if !h.sent.IsZero() {
			l.crowd.receipt.add(now.Sub(h.sent))
		}
		return nil
	}
	l.crowd.tally.violate("user %d got an event of %s", l.person.id, e.Topic)
	return nil
}

var errOutOfOrder = errors.New("an event was lost, repeated or out of order")
