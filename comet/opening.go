package comet

import "sync"

// openings are the requests that are being opened. Until one has registered no
// session leads to it, so whoever ends a login looks here first, and then among
// the sessions. One that comes in here later is found by Check.
type openings struct {
	mu  sync.Mutex
	all map[*conn]struct{}
}

func newOpenings() *openings { return &openings{all: make(map[*conn]struct{})} }

func (o *openings) enter(c *conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all[c] = struct{}{}
}

func (o *openings) leave(c *conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.all, c)
}

// abort ends the requests of all principals that are meant.
func (o *openings) abort(reason Reason, meant func(Principal) bool) {
	for _, c := range o.find(meant) {
		c.finish(finale{kind: finalAbort, reason: reason})
	}
}

func (o *openings) find(meant func(Principal) bool) (found []*conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for c := range o.all {
		if meant(c.who) {
			found = append(found, c)
		}
	}
	return found
}
