package presence

// Online is how many people are here, over all nodes, as far as this one
// knows.
func (t *Tracker) Online() int {
	t.view.mu.RLock()
	defer t.view.mu.RUnlock()
	return len(t.view.states)
}

// State is how others see a user, as far as this node knows.
func (t *Tracker) State(user int64) string {
	t.view.mu.RLock()
	defer t.view.mu.RUnlock()
	return t.view.stateLocked(user)
}
