package comet

// begin gives the topics that a reader follows from now on the positions they
// have now, and returns these. It is called before the subscriptions go live.
func (s *session) begin(pending questions, allowed map[string]Position) (begun cursors) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range pending.subscriptions {
		name := f.topic.name
		at, ok := allowed[name]
		if !ok || f.cursor != fromNow || s.subscriptions[name] != f {
			continue
		}
		if begun == nil {
			begun = make(cursors)
		}
		f.cursor, f.asked, begun[name] = at, at, at
	}
	return begun
}

// cursors returns where a reader is. Only the writer of its answer moves its
// cursors, so they are true of what that writes next; and what it may not
// follow has been dropped before.
func (s *session) cursors() cursors {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := make(cursors, len(s.subscriptions))
	for name, f := range s.subscriptions {
		at[name] = f.cursor
	}
	return at
}

// tellCursors appends to a write that has moved cursors where they are now, for
// clients that are to be told.
func (c *conn) tellCursors(out []byte, b *batch) []byte {
	t, ok := c.transport.(cursorTransport)
	if !ok || b.numbered == 0 && (c.written > 0 || len(c.begun) == 0) {
		return out
	}
	return t.cursors(out, c.session.cursors())
}
