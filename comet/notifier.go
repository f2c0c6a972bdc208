package comet

import (
	"context"
	"sync"
)

// notifier calls Presence.Opened and Closed and Config.Activity in the order in
// which things happened, from one goroutine and with no lock held. Nobody that
// it calls waits, so its queue stays short.
type notifier struct {
	presence Presence                    // nil: nobody wants to know
	activity func(SessionInfo, Activity) // the same
	poke     chan struct{}

	mu    sync.Mutex
	queue []notice
}

// notice is a session that opened, or closed when why is set, or news of it.
type notice struct {
	info SessionInfo
	why  Reason
	news Activity
}

func newNotifier(p Presence, activity func(SessionInfo, Activity)) *notifier {
	return &notifier{presence: p, activity: activity, poke: make(chan struct{}, 1)}
}

func (n *notifier) opened(info SessionInfo) {
	if n.presence != nil {
		n.add(notice{info: info})
	}
}

func (n *notifier) closed(info SessionInfo, why Reason) {
	if n.presence != nil {
		n.add(notice{info: info, why: why})
	}
}

func (n *notifier) changed(info SessionInfo, news Activity) {
	if n.activity != nil {
		n.add(notice{info: info, news: news})
	}
}

func (n *notifier) add(entry notice) {
	n.mu.Lock()
	n.queue = append(n.queue, entry)
	n.mu.Unlock()
	select {
	case n.poke <- struct{}{}:
	default:
	}
}

// run tells until ctx ends, then what is left.
func (n *notifier) run(ctx context.Context) {
	for {
		select {
		case <-n.poke:
			n.tell()
		case <-ctx.Done():
			n.tell()
			return
		}
	}
}

func (n *notifier) tell() {
	n.mu.Lock()
	queue := n.queue
	n.queue = nil
	n.mu.Unlock()
	for _, entry := range queue {
		switch {
		case entry.news != Activity{}:
			n.activity(entry.info, entry.news)
		case entry.why != "":
			n.presence.Closed(entry.info, entry.why)
		default:
			n.presence.Opened(entry.info)
		}
	}
}
