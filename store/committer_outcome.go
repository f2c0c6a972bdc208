package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"chatd/store/rights"
)

// report is what a committed transaction means for listeners and senders.
type report struct {
	// again are messages that an earlier commit stored whose answer was lost.
	again   []Event
	fresh   []Event
	replies []reply
}

// reply is the outcome of one send.
type reply struct {
	send *send
	outcome
}

// publish tells listeners what a committed transaction has put into the log,
// then answers the senders.
func (w *worker) publish(b *batch, a *answer) {
	var r report
	verdicts := a.verdicts
	for i := range b.parts {
		p := &b.parts[i]
		of := verdicts[:len(p.sends)]
		verdicts = verdicts[len(p.sends):]
		w.judgeTopic(p, a)
		r.read(p, of)
	}
	if events := r.events(a.moved); len(events) > 0 {
		w.onCommit(events)
	}
	for _, reply := range r.replies {
		w.queue.finish(reply.send, reply.outcome)
	}
	w.queue.settle(b)
}

// read takes the verdicts on the sends of a part, which afterwards holds what
// is left to do.
func (r *report) read(p *part, verdicts []verdict) {
	var left []*send
	for i, s := range p.sends {
		v := &verdicts[i]
		switch v.verdict {
		case verdictSkipped, verdictBehindOwn:
			left = append(left, s)
			continue
		case verdictSlowMode:
			left = append(left, s)
			p.slow = true
			continue
		case verdictBehindNews:
			left = append(left, s)
			p.kicked = true
			continue
		case verdictAccepted:
			r.fresh = append(r.fresh, v.event(s))
		case verdictRepeated:
			if s.tried {
				r.again = append(r.again, v.event(s))
			}
		}
		r.replies = append(r.replies, reply{s, v.outcome(s)})
	}
	p.sends = left
}

// events returns everything that listeners should hear, in the order of the
// log for each topic.
func (r *report) events(moved []Event) []Event {
	slices.SortFunc(r.again, func(x, y Event) int {
		return cmp.Or(cmp.Compare(x.TopicID, y.TopicID), cmp.Compare(x.Seq, y.Seq))
	})
	return slices.Concat(r.again, moved, r.fresh)
}

// judgeTopic decides what is to be done next about the topic of a part.
func (w *worker) judgeTopic(p *part, a *answer) {
	switch {
	case a.locked[p.lane.topic]:
		p.kicked = len(a.moved) == movedMax // there may be more
	case w.lock == lockTopicsOrSkip:
		p.skipped = true
	default: // waited for the lock of a topic that does not exist
		p.kicked = false
	}
}

// outcome is the answer to a send that was not skipped.
func (v *verdict) outcome(s *send) outcome {
	switch v.verdict {
	case verdictAccepted:
		return outcome{sent: Sent{Message: v.message(s)}}
	case verdictRepeated:
		return outcome{sent: Sent{Message: v.message(s), Repeated: !s.tried}}
	case verdictReused:
		return outcome{err: ErrConflict}
	case verdictSessionEnded:
		return outcome{err: ErrSessionEnded}
	case verdictInactive:
		return outcome{err: ErrForbidden}
	case verdictMuted:
		return outcome{err: &SanctionError{Kind: SanctionMute, Terms: Terms{Until: v.mutedUntil}}}
	case verdictSlow:
		return outcome{err: &SlowModeError{Wait: time.Duration(*v.wait * float64(time.Second))}}
	case verdictRefused:
		return outcome{err: v.refusal()}
	default:
		return outcome{err: misplaced(v.verdict)}
	}
}

// misplaced says why a message does not belong where it was sent to.
func misplaced(verdict string) error {
	switch verdict {
	case verdictNoRoot:
		return &InvalidError{Field: "thread", Text: "The message with which this thread began does not exist any more."}
	case verdictRootDeleted:
		return &InvalidError{Field: "thread", Text: "The message with which this thread began was deleted; nobody can reply in it any more."}
	case verdictRootInside:
		return &InvalidError{Field: "thread", Text: "That message is itself in a thread; reply there."}
	case verdictNoTarget:
		return &InvalidError{Field: "reply_to", Text: "The message that you reply to does not exist any more."}
	case verdictTargetDeleted:
		return &InvalidError{Field: "reply_to", Text: "The message that you reply to was deleted."}
	case verdictTargetAway:
		return &InvalidError{Field: "reply_to", Text: "The message that you reply to is not in the same thread."}
	}
	return fmt.Errorf("a verdict that is not known: %s", verdict)
}

// refusal says why the author may not post, in the way that fits the room: not
// every room is for everybody to know of.
func (v *verdict) refusal() error {
	if v.standing == nil {
		return ErrNotFound
	}
	st, known := rights.ParseStanding(*v.standing)
	if !known {
		return ErrNotFound
	}
	return refusal(rights.PostMessage, st)
}

// event makes the event of an accepted or repeated send.
func (v *verdict) event(s *send) Event {
	m := v.message(s)
	e := Event{TopicID: m.RoomID, Epoch: *v.epoch, Seq: m.Seq, Kind: EventMessage, Message: &m, CreatedAt: m.CreatedAt}
	if m.Deleted {
		e.Kind, e.Message = EventSkip, nil
	}
	return e
}

// message makes the record of an accepted or repeated send.
func (v *verdict) message(s *send) Message {
	m := Message{
		ID: *v.id, RoomID: s.RoomID, Number: *v.number, Seq: *v.seq,
		Author:   User{ID: s.AuthorID, Username: *v.username, DisplayName: *v.displayName, Role: Role(*v.role)},
		ClientID: s.client.String(), CreatedAt: *v.at, Aside: *v.aside,
	}
	switch {
	case v.body == nil:
		m.Body, m.HTML, m.Thread, m.ReplyTo, m.MentionsAll = s.Body, s.HTML, s.Thread, s.ReplyTo, s.MentionsAll
		if v.kept != nil {
			m.ThreadIndex, m.Mentions = v.kept.ThreadIndex, v.kept.Mentions
		}
	case *v.body == "":
		m.Author, m.Deleted, m.Thread, m.ThreadIndex = User{}, true, v.kept.Thread, v.kept.ThreadIndex
	default: // what the first send said, or what it was edited to
		k := v.kept
		m.Body, m.HTML, m.EditedAt, m.Thread, m.ThreadIndex = *v.body, k.HTML, k.EditedAt, k.Thread, k.ThreadIndex
		m.ReplyTo, m.Mentions, m.MentionsAll = k.ReplyTo, k.Mentions, k.MentionsAll
	}
	return m
}

// reason is why a transaction failed, as far as it matters for what to do.
type reason int

const (
	noDatabase reason = iota // or it is unknown whether the commit happened
	lockHeld                 // for longer than lockWithin
	contention               // lost against another transaction
	badData                  // at least one row cannot be stored
)

// reasonOf finds the reason by the error's SQLSTATE.
func reasonOf(err error) reason {
	state := sqlState(err)
	if state == "" {
		return noDatabase
	}
	if state == "55P03" {
		return lockHeld
	}
	if state == stateUniqueViolation || strings.HasPrefix(state, "40") {
		return contention
	}
	switch state[:2] {
	case "08", "25", "28", "3D", "42", "53", "55", "57", "58":
		// Connection, standby or ended transaction, authorization, missing
		// database or schema, resources, operator, system.
		return noDatabase
	}
	return badData
}
