package comet

// WakePresence tells that Presence.Since may have something new.
func (h *Hub) WakePresence() {
	for _, s := range h.registry.everyone() {
		if c := s.current.Load(); c != nil {
			c.askPresence()
		}
	}
}

// WakePresenceOf tells that Presence.Since may have something new for a user.
func (h *Hub) WakePresenceOf(user string) {
	for _, s := range h.registry.ofUser(user) {
		if c := s.current.Load(); c != nil {
			c.askPresence()
		}
	}
}

// askPresence makes the writer ask whether there is something new.
func (c *conn) askPresence() {
	if c.request.Presence != nil && !c.presenceDirty.Swap(true) { // else it will look anyway
		c.poke()
	}
}
