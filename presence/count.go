package presence

// Online is how many people are here, over all nodes, as far as this one
// knows.
func (t *Tracker) Online() int {
	t.view.mu.RLock()
	defer t.view.mu.RUnlock()
	return len(t.view.online)
}
