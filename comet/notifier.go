package comet

import (
	"context"
	"sync"
)

// notifier calls Presence.Opened and Closed in the order in which things
// happened, from one goroutine and with no lock held. Its queue holds at most
// two entries for a comet session; the callee does not wait, so it stays short.
type notifier struct {
	presence Presence // nil: nobody wants to know
	poke     chan struct{}

	mu    sync.Mutex
	queue []notice
}

// notice is a session that opened, or closed when why is set.
type notice struct {
	info SessionInfo
	why  Reason
}

func newNotifier(p Presence) *notifier {
	return &notifier{presence: p, poke: make(chan struct{}, 1)}
}

func (n *notifier) opened(info SessionInfo) { n.add(notice{info: info}) }

func (n *notifier) closed(info SessionInfo, why Reason) { n.add(notice{info, why}) }

func (n *notifier) add(entry notice) {
	if n.presence == nil {
		return
	}
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
		if entry.why == "" {
			n.presence.Opened(entry.info)
		} else {
			n.presence.Closed(entry.info, entry.why)
		}
	}
}
