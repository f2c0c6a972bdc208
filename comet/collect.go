package comet

import (
	"math/bits"
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
	c.collectPresence(b)
}

// takeNewsLocked takes what belongs to the session and to no topic.
func (c *conn) takeNewsLocked(b *batch) {
	s := c.session
	for _, e := range s.ended {
		b.add(unsubscribedEvent(e.topic, e.why))
	}
	s.ended = nil
	c.hinted = s.takeHintsLocked(c.hinted, b)
}

// glance does the same as collect and catchUp for a poll, which reads from its
// own cursors: it is answered also when a newer request takes charge meanwhile.
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
	c.collectPresence(b)
	for t, cursor := range topics {
		c.glanceAt(t, cursor, b)
	}
}

// glanceAt adds what follows the cursor, as far as there is room.
func (c *conn) glanceAt(t *topic, cursor Position, b *batch) {
	limits := c.hub.config.Limits
	for t.take(&cursor, b, limits) == needsLog {
		before := cursor
		head, frames, err := c.hub.pages.read(c.ctx, t, cursor.Seq)
		if err != nil || t.accept(&cursor, b, head, frames, limits) != needsLog || cursor == before {
			return
		}
	}
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
			case atHead:
			}
		}
	}
}

// behindLocked asks for a question to the log, now or when the log may work
// again.
func (c *conn) behindLocked(f *subscription, b *batch) {
	if !c.retryAt.IsZero() {
		c.session.dirty[f.slot/64].Or(1 << (f.slot % 64))
		return
	}
	b.behind = append(b.behind, f)
}

// collectPresence asks what the client does not know yet.
func (c *conn) collectPresence(b *batch) {
	if c.hub.config.Presence == nil || !c.presenceDirty.Swap(false) {
		return
	}
	fields, next := c.hub.config.Presence.Since(c.who, c.presence)
	c.presence = next
	if fields == nil {
		return
	}
	event, err := presenceEvent(fields)
	if err != nil {
		c.hub.config.Logger.Error("a presence event was left out", "err", err)
		return
	}
	b.add(event)
}

// catchUp asks the log for the topics that are behind.
func (c *conn) catchUp(b *batch) {
	for _, f := range b.behind {
		if b.full() || c.ctx.Err() != nil {
			f.mark()
			b.more = true
			continue
		}
		c.catchUpOne(f, b)
	}
	clear(b.behind)
	b.behind = b.behind[:0]
}

func (c *conn) catchUpOne(f *subscription, b *batch) {
	s := c.session
	s.mu.Lock()
	before := f.cursor
	s.mu.Unlock()
	head, frames, err := c.hub.pages.read(c.ctx, f.topic, before.Seq)
	if err != nil {
		c.tryLater(f)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current.Load() != c || s.subscriptions[f.topic.name] != f || !f.live {
		return
	}
	if f.cursor == before { // else it was set anew meanwhile
		switch f.topic.accept(&f.cursor, b, head, frames, c.hub.config.Limits) {
		case atHead:
			return
		case needsLog:
			if f.cursor == before { // the log lacks what was announced
				c.tryLater(f)
				return
			}
		case tooFull:
		}
	}
	f.mark()
	b.more = true
}

// tryLater leaves f behind until the log may know more.
func (c *conn) tryLater(f *subscription) {
	c.retryAt = time.Now().Add(spread(time.Second, 50))
	f.mark()
}
