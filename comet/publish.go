package comet

import (
	"cmp"
	"slices"
)

// Publish tells of events that the log has stored. It may be called in any
// order and more than once. It does not keep the payloads.
func (h *Hub) Publish(topic string, epoch int64, events ...Event) {
	t := h.topics.find(topic)
	if t == nil || len(events) == 0 {
		return
	}
	if !t.isFollowed() {
		last := slices.MaxFunc(events, func(x, y Event) int { return cmp.Compare(x.Seq, y.Seq) })
		t.announce(Position{epoch, last.Seq})
		return
	}
	var few [8]frame
	frames := few[:0]
	for _, e := range events {
		frames = append(frames, encode(topic, epoch, e, h.config.Logger))
	}
	h.lately.skip(topic, epoch, frames)
	t.publish(epoch, frames, h.config.Limits)
}

// Withdraw tells that events of topic may be seen no longer. What the hub keeps
// of them is dropped at once, and a read of the log that is under way does not
// bring them back; from now on they are told as skip. Call it after the log has
// ceased to return their payloads.
func (h *Hub) Withdraw(topic string, epoch int64, seqs ...int64) {
	if len(seqs) == 0 {
		return
	}
	skips := make([]frame, len(seqs))
	for i, seq := range slices.Sorted(slices.Values(seqs)) {
		skips[i] = encode(topic, epoch, Event{Seq: seq}, h.config.Logger)
	}
	h.lately.add(topic, epoch, skips, h.config.Limits) // first: whoever follows the topic from now on is published to after it
	t := h.topics.find(topic)
	if t == nil {
		return
	}
	t.withdraw(epoch, skips, h.config.Limits)
	h.pages.forget(t)
}

// Announce tells that the log of topic has reached p. The hub reads what it
// lacks when somebody listens.
func (h *Hub) Announce(topic string, p Position) {
	if t := h.topics.find(topic); t != nil {
		t.announce(p)
	}
}

// EndLogin ends everything of a login at once: its connections get abort with
// the reason, before any event that waits.
func (h *Hub) EndLogin(login string, reason Reason) {
	or(&reason, ReasonRemoved)
	h.openings.abort(reason, func(p Principal) bool { return p.Login == login })
	abortAll(h.registry.ofLogin(login), reason)
}

// EndUser does the same with all logins of a user.
func (h *Hub) EndUser(user string, reason Reason) {
	or(&reason, ReasonRemoved)
	h.openings.abort(reason, func(p Principal) bool { return p.User == user })
	abortAll(h.registry.ofUser(user), reason)
}

func abortAll(sessions []*session, reason Reason) {
	for _, s := range sessions {
		s.finish(reason, finale{kind: finalAbort, reason: reason})
	}
}

// Revoke ends the user's subscriptions and watches of topic at once. Call it
// after the log has stopped to allow them.
func (h *Hub) Revoke(user, topic string, reason Reason) {
	or(&reason, ReasonRemoved)
	for _, s := range h.registry.ofUser(user) {
		s.revoke(topic, reason)
	}
}

// Hint sends a JSON value to all comet sessions of a user. It is not numbered;
// of each key only the latest counts. One that is not JSON is left out.
func (h *Hub) Hint(user, key string, payload []byte) {
	value, err := safeJSON(payload)
	if err != nil {
		h.config.Logger.Error("a hint was left out", "key", key, "err", err)
		return
	}
	event := hintEvent(key, value)
	for _, s := range h.registry.ofUser(user) {
		s.hint(key, event)
	}
}

// HintTopic does the same with all comet sessions that follow a topic and ask for
// presence. It is of the moment: a session that could not be told within
// Times.TopicHint, or followed the topic no longer meanwhile, is not told. No key
// of a topic may be one that Hint uses.
func (h *Hub) HintTopic(topic, key string, payload []byte) {
	t := h.topics.find(topic)
	if t == nil {
		return
	}
	value, err := safeJSON(payload)
	if err != nil {
		h.config.Logger.Error("a hint was left out", "key", key, "err", err)
		return
	}
	event := hintEvent(key, value)
	for _, f := range t.following() {
		f.hint(key, event)
	}
}
