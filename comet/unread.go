package comet

import (
	"context"
	"math/bits"
	"slices"
	"sync"
	"time"
)

// takeUnreadLocked tells in one event of all topics that have moved, when it is
// time. Those that are followed tell it themselves.
func (c *conn) takeUnreadLocked(b *batch) {
	l := c.session.watches
	if l == nil {
		return
	}
	now := time.Now()
	l.recallLocked(now)
	c.unreadAt = l.unsureAt
	if !l.news.Load() {
		return
	}
	if now.Before(l.next) {
		c.unreadAt = l.next
		return
	}
	l.news.Store(false)
	event := []byte(nil)
	for w := range l.takeMovedLocked {
		if f := c.session.subscriptions[w.topic.name]; f != nil && f.live {
			continue
		}
		if at, known := w.topic.position(); known {
			event = appendUnread(event, w.topic.name, at)
		} else {
			b.unsure = append(b.unsure, w)
		}
	}
	if event != nil {
		b.add(append(event, "}}"...))
		b.unread = true
		l.next = now.Add(c.hub.config.Times.Unread)
	}
}

// takeMovedLocked goes through the watches that have moved, and takes their
// marks.
func (l *watchlist) takeMovedLocked(yield func(*watch) bool) {
	for i := range l.moved {
		for marks := l.moved[i].Swap(0); marks != 0; marks &= marks - 1 {
			slot := i*64 + bits.TrailingZeros64(marks)
			if slot < len(l.slots) && l.slots[slot] != nil && l.slots[slot].live && !yield(l.slots[slot]) {
				return
			}
		}
	}
}

// appendUnread begins the event or goes on with it; the caller closes it. The
// topic is one that isTopic accepts: it needs no escapes.
func appendUnread(event []byte, topic string, at Position) []byte {
	if event == nil {
		event = append(event, `{"event":"unread","topics":{`...)
	} else {
		event = append(event, ',')
	}
	event = append(append(append(event, '"'), topic...), `":`...)
	return appendPosition(event, at)
}

// ascertain has the log asked where watched topics stand that became void. It
// does not wait for the answer, which marks them.
func (c *conn) ascertain(b *batch) {
	if len(b.unsure) == 0 {
		return
	}
	c.hub.inquire(c.who, b.unsure)
	c.unreadAt = c.session.watchLater(b.unsure)
	clear(b.unsure)
	b.unsure = b.unsure[:0]
}

// watchLater keeps watches in mind until the log may know more, and returns when
// that is.
func (s *session) watchLater(unsure []*watch) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.watches
	if len(l.unsure) == 0 {
		l.unsureAt = time.Now().Add(spread(time.Second, 50))
	}
	l.unsure = append(l.unsure, unsure...)
	return l.unsureAt
}

// recallLocked marks those that the log has not told about in time, so that it
// is asked again.
func (l *watchlist) recallLocked(now time.Time) {
	if len(l.unsure) == 0 || now.Before(l.unsureAt) {
		return
	}
	for _, w := range l.unsure {
		if _, known := w.topic.position(); !known && l.slots[w.slot] == w {
			w.mark()
		}
	}
	l.unsure, l.unsureAt = nil, time.Time{}
}

// inquiry is the one question of the hub about topics that are only watched.
// Whoever asks it asks for everybody, since all that watch a topic are marked
// when it has been learned.
type inquiry struct {
	mu       sync.Mutex
	underWay bool
	next     time.Time // not before this is the log asked again
}

// begin reports whether a question may be asked now; end must be called if so.
func (i *inquiry) begin() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.underWay || time.Now().Before(i.next) {
		return false
	}
	i.underWay = true
	return true
}

func (i *inquiry) end(answered bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.underWay = false
	if !answered {
		i.next = time.Now().Add(time.Second / 2)
	}
}

// inquire asks the log where topics stand, unless a question is under way or
// has just failed.
func (h *Hub) inquire(who Principal, unsure []*watch) {
	if !h.inquiry.begin() {
		return
	}
	if !h.pages.running.enter() {
		h.inquiry.end(false)
		return
	}
	asked := questions{watches: slices.Clone(unsure)}
	go func() {
		defer h.pages.running.leave()
		ctx, cancel := context.WithTimeout(h.pages.base, h.config.Times.Control)
		defer cancel()
		_, p := h.allow(ctx, h.config.Log, who, asked)
		h.inquiry.end(p == nil)
	}()
}
