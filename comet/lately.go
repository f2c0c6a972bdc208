package comet

import (
	"sync"
	"time"
)

// lateness is how late an event may be published after the log has stored it.
const lateness = 30 * time.Second

// lately are the events that were withdrawn of late, also those of topics that
// nobody follows: one of them may be followed, and only then be published, by a
// goroutine that has slept meanwhile.
type lately struct {
	mu         sync.RWMutex
	since      time.Time            // when now began
	now, early map[string]withdrawn // by topic
}

// add notes withdrawn events of a topic.
func (l *lately) add(topic string, epoch int64, skips []frame, limits Limits) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.since) > lateness {
		l.early, l.now, l.since = l.now, map[string]withdrawn{}, time.Now()
	}
	of := l.now[topic]
	of.add(epoch, skips, limits)
	l.now[topic] = of
}

// skip puts skips in the place of events that have been withdrawn.
func (l *lately) skip(topic string, epoch int64, frames []frame) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, of := range []withdrawn{l.now[topic], l.early[topic]} {
		of.skip(epoch, frames)
	}
}
