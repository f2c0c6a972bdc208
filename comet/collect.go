package comet

import (
	"context"
	"errors"
	"math/bits"
	"slices"
	"time"
)

// collect takes everything that is ready: it never waits.
func (c *conn) collect(b *batch) {
	if !c.retryAt.IsZero() && !time.Now().Before(c.retryAt) {
		c.retryAt = time.Time{}
	}
	s := c.session
	s.mu.Lock()
	if s.current.Load() == c {
		c.takeNewsLocked(b)
		c.takeMarksLocked(b)
	}
	s.mu.Unlock()
	c.ascertain(b)
	c.collectPresence(b)
}

// takeNewsLocked takes what belongs to the session and to no topic.
func (c *conn) takeNewsLocked(b *batch) {
	s := c.session
	for _, e := range s.ended {
		b.add(unsubscribedEvent(e.topic, e.why))
	}
	b.ended = append(b.ended, s.ended...)
	s.ended = nil
	c.hinted = s.takeHintsLocked(c.hinted, b)
	c.takeUnreadLocked(b)
}

// giveBack leaves to the next request what takeNewsLocked has taken for an
// answer that its client does not heed.
func (c *conn) giveBack(b *batch) {
	c.hinted = c.noted
	s := c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return
	}
	for _, e := range b.ended {
		if s.subscriptions[e.topic] == nil && s.watches.findLocked(e.topic) == nil { // else it has begun afresh
			s.ended = append(s.ended, e)
		}
	}
	if b.unread {
		s.watches.tellAllLocked()
	}
	s.wake()
}

// glance does the same as collect and catchUp for a poll, which reads from its
// own cursors: it is answered also when a newer request takes charge meanwhile.
// After an error of the log it asks no more, and tells what is there.
func (c *conn) glance(b *batch) {
	s := c.session
	topics := make(map[*topic]Position)
	s.mu.Lock()
	if s.current.Load() == c {
		c.takeNewsLocked(b)
	}
	for name, at := range c.request.Have {
		if f := s.subscriptions[name]; f != nil && f.live {
			topics[f.topic] = at
		}
	}
	s.mu.Unlock()
	c.ascertain(b)
	c.collectPresence(b)
	for t, cursor := range topics {
		if t.take(&cursor, b, c.hub.config.Limits) == needsLog {
			topics[t] = cursor
		} else {
			delete(topics, t)
		}
	}
	if len(topics) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.hub.config.Times.Read)
	defer cancel()
	for t, cursor := range topics {
		if c.glanceAt(ctx, t, cursor, b) != nil {
			return
		}
	}
}

// glanceAt adds what follows the cursor, as far as there is room.
func (c *conn) glanceAt(ctx context.Context, t *topic, cursor Position, b *batch) error {
	limits := c.hub.config.Limits
	for over := false; !over && t.take(&cursor, b, limits) == needsLog; {
		before := cursor
		from, err := c.hub.pages.read(ctx, t, cursor.Seq)
		if err != nil {
			return err
		}
		reached := t.accept(&cursor, b, from, limits)
		over = reached != void && cursor == before || reached == tooFull
	}
	return nil
}

// takeMarksLocked pulls from the topics that have been marked.
func (c *conn) takeMarksLocked(b *batch) {
	s, limits := c.session, c.hub.config.Limits
	for i := range s.dirty {
		for marks := s.dirty[i].Swap(0); marks != 0; marks &= marks - 1 {
			slot := i*64 + bits.TrailingZeros64(marks)
			if slot >= len(s.slots) || s.slots[slot] == nil || !s.slots[slot].live {
				continue
			}
			switch f := s.slots[slot]; f.topic.take(&f.cursor, b, limits) {
			case needsLog:
				c.behindLocked(f, b)
			case tooFull:
				s.dirty[i].Or(marks & -marks)
				b.more = true
			case atHead, void: // take never says void
			}
		}
	}
}

// behindLocked asks for a question to the log, now or when the log may work
// again.
func (c *conn) behindLocked(f *subscription, b *batch) {
	if !c.retryAt.IsZero() {
		c.putOff(f)
		return
	}
	b.behind = append(b.behind, f)
}

// collectPresence asks what the client does not know yet, when it is time for
// that. A poll that is answered anyway brings it along.
func (c *conn) collectPresence(b *batch) {
	c.presenceAt = time.Time{}
	if c.hub.config.Presence == nil || !c.presenceDirty.Load() {
		return
	}
	c.presenceDirty.Store(false) // what changes from now on, the view included, is told next
	view, due := c.session.presenceView()
	held := c.request.Mode == modeStream || c.request.Mode == modePull && b.empty()
	if held && time.Now().Before(due) {
		c.presenceDirty.Store(true)
		c.presenceAt = due
		return
	}
	event, next := c.hub.config.Presence.Since(view, c.presence)
	c.presence = next
	if event == nil {
		return
	}
	b.add(event)
	c.session.presenceTold()
}

// presenceView returns what the client wants to know, and the time before which
// no presence event is due.
func (s *session) presenceView() (view View, due time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view, s.presenceNext
}

// presenceTold notes that there has been a presence event.
func (s *session) presenceTold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.presenceNext = time.Now().Add(s.hub.config.Times.Presence)
}

// catchUp asks the log for the topics that are behind, until the caller has
// something else to do at the latest: when it is due, or when c is poked and
// looks at poked. What is being read then is read to its end for those who ask
// next. After an error it asks for no other.
func (c *conn) catchUp(b *batch, due time.Time, poked <-chan struct{}) {
	if len(b.behind) == 0 {
		c.question = nil
		return
	}
	limit := time.Now().Add(c.hub.config.Times.Read)
	if due.Before(limit) {
		limit = due
	}
	ctx, cancel := context.WithDeadline(c.ctx, limit)
	defer cancel()
	var err error
	failed := false
	for _, f := range c.inTurn(b.behind) {
		if err == nil && !b.full() && c.ctx.Err() == nil {
			if err = c.catchUpOne(ctx, f, b, poked); err == nil {
				continue
			}
			if !errors.Is(err, errPoked) && time.Now().Before(due) {
				c.firstSlot, failed = f.slot+1, true
			}
		}
		if failed {
			c.tryLater(f)
		} else {
			c.lookAgain(f, b)
		}
	}
	clear(b.behind)
	b.behind = b.behind[:0]
	if errors.Is(err, errPoked) {
		c.linger()
	}
}

// inTurn begins behind the topic that could not be read last, so that it does not
// keep the others waiting for ever. It changes the order of behind.
func (c *conn) inTurn(behind []*subscription) []*subscription {
	first := slices.IndexFunc(behind, func(f *subscription) bool { return f.slot >= c.firstSlot })
	if first > 0 {
		slices.Reverse(behind[:first])
		slices.Reverse(behind[first:])
		slices.Reverse(behind)
	}
	return behind
}

func (c *conn) catchUpOne(ctx context.Context, f *subscription, b *batch, poked <-chan struct{}) error {
	s := c.session
	s.mu.Lock()
	before := f.cursor
	s.mu.Unlock()
	from, err := c.pageAfter(ctx, f.topic, before.Seq, poked)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current.Load() != c || s.subscriptions[f.topic.name] != f || !f.live {
		return nil
	}
	if f.cursor == before { // else it was set anew meanwhile
		switch f.topic.accept(&f.cursor, b, from, c.hub.config.Limits) {
		case atHead:
			return nil
		case needsLog:
			if f.cursor == before { // the log lacks what was announced
				c.tryLater(f)
				return nil
			}
		case tooFull, void:
		}
	}
	c.lookAgain(f, b)
	return nil
}

// pageAfter reads what follows seq. A question that was left for something else
// is taken up again.
func (c *conn) pageAfter(ctx context.Context, t *topic, seq int64, poked <-chan struct{}) (page, error) {
	if !c.question.isAbout(t, seq) {
		c.question = nil
		if known, ok := c.hub.pages.find(pageKey{t, seq / pageEvents}, seq); ok {
			return known.after(seq), nil
		}
		c.question = c.hub.pages.ask(t, seq) //nolint:contextcheck // the read serves many clients, so it ends with none of them
	}
	from, err := c.question.await(ctx, poked)
	if !errors.Is(err, errPoked) {
		c.question = nil
	}
	return from, err
}

// lookAgain leaves f for the next look, which comes at once.
func (c *conn) lookAgain(f *subscription, b *batch) {
	c.putOff(f)
	b.more = true
}

// tryLater leaves f behind until the log may know more.
func (c *conn) tryLater(f *subscription) {
	c.retryAt = time.Now().Add(spread(time.Second, 50))
	c.putOff(f)
}

// putOff leaves f for the next look, without a poke: that would end the wait for
// the log.
func (c *conn) putOff(f *subscription) {
	c.session.dirty[f.slot/64].Or(1 << (f.slot % 64))
}
