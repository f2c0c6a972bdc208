package comet

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// memoryLog is a Log in memory, with faults to order.
type memoryLog struct {
	mu       sync.Mutex
	topics   map[string]*memoryTopic
	denied   map[string]bool // "user topic"
	reads    int
	asks     int // for positions
	readErr  error
	askErr   error
	hold     map[string]chan struct{} // "positions" or "read": wait for it
	askDelay func() time.Duration     // before and after a question is answered
}

type memoryTopic struct {
	epoch  int64
	events []Event // seq 1, 2, …; the first ones may be forgotten
	kept   int64   // events up to here are gone
	// withdrawn are the seqs that an event says may be seen no longer.
	withdrawn map[int64][]int64
}

func newMemoryLog(topics ...string) *memoryLog {
	l := &memoryLog{
		topics: make(map[string]*memoryTopic), denied: make(map[string]bool),
		hold: make(map[string]chan struct{}),
	}
	for i, name := range topics {
		l.topics[name] = &memoryTopic{epoch: int64(100 + i)}
	}
	return l
}

// store appends an event and returns it with its epoch.
func (l *memoryLog) store(topic string) (int64, Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.topics[topic]
	seq := int64(len(t.events)) + 1
	e := Event{Seq: seq, Payload: fmt.Appendf(nil, `{"text":"%s %d of %d"}`, topic, seq, t.epoch)}
	t.events = append(t.events, e)
	return t.epoch, e
}

func (l *memoryLog) position(topic string) Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.topics[topic]
	return Position{t.epoch, int64(len(t.events))}
}

func (l *memoryLog) readCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reads
}

// askCount is how many questions for positions there were.
func (l *memoryLog) askCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asks
}

func (l *memoryLog) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readErr = err
}

func (l *memoryLog) failPositions(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.askErr = err
}

// edit changes a topic behind the hub's back.
func (l *memoryLog) edit(topic string, f func(*memoryTopic)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(l.topics[topic])
}

func (l *memoryLog) deny(user, topic string, denied bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.denied[user+" "+topic] = denied
}

// block makes all questions of a kind wait until release is called.
func (l *memoryLog) block(kind string) (release func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	gate := make(chan struct{})
	l.hold[kind] = gate
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.hold, kind)
		close(gate)
	}
}

func (l *memoryLog) wait(ctx context.Context, kind string) error {
	l.mu.Lock()
	gate, delay := l.hold[kind], l.askDelay
	l.mu.Unlock()
	if delay != nil {
		time.Sleep(delay())
	}
	if gate == nil {
		return nil
	}
	select {
	case <-gate:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *memoryLog) Positions(ctx context.Context, who Principal, topics []string) (map[string]Position, error) {
	if err := l.wait(ctx, "positions"); err != nil {
		return nil, err
	}
	l.mu.Lock()
	l.asks++
	if l.askErr != nil {
		defer l.mu.Unlock()
		return nil, l.askErr
	}
	at := make(map[string]Position)
	for _, name := range topics {
		if t := l.topics[name]; t != nil && !l.denied[who.User+" "+name] {
			at[name] = Position{t.epoch, int64(len(t.events))}
		}
	}
	l.mu.Unlock()
	return at, l.wait(ctx, "positions-answer")
}

func (l *memoryLog) Read(ctx context.Context, topic string, after int64, limit int) (Page, error) {
	if err := l.wait(ctx, "read"); err != nil {
		return Page{}, err
	}
	l.mu.Lock()
	l.reads++
	if l.readErr != nil {
		defer l.mu.Unlock()
		return Page{}, l.readErr
	}
	t := l.topics[topic]
	page := Page{Epoch: t.epoch, Head: int64(len(t.events))}
	for _, e := range t.events {
		if e.Seq > max(after, t.kept) && len(page.Events) < limit {
			page.Events = append(page.Events, e)
			page.Withdrawn = append(page.Withdrawn, t.withdrawn[e.Seq]...)
		}
	}
	l.mu.Unlock()
	return page, l.wait(ctx, "read-answer")
}

// memoryPresence notes what it is told.
type memoryPresence struct {
	mu       sync.Mutex
	story    []string // "opened ann", "closed ann lease", "ann idle room:1"
	times    []time.Time
	revision int
	asked    func(View) // called by Since; may be nil
}

func (p *memoryPresence) Opened(s SessionInfo) {
	line := "opened " + s.User
	if s.Device != "" {
		line += " by " + s.Device
	}
	if s.Idle {
		line += " idle"
	}
	p.note(line)
}

// Activity can be what a hub tells as Config.Activity.
func (p *memoryPresence) Activity(s SessionInfo, a Activity) {
	line := s.User
	for _, word := range []string{a.State, a.Topic, a.Transport} {
		if word != "" {
			line += " " + word
		}
	}
	if a.RoundTrip != 0 {
		line += " " + a.RoundTrip.String()
	}
	if a.State != "" && s.Idle != (a.State == "idle") {
		line += " although it is not"
	}
	p.note(line)
}

func (p *memoryPresence) Closed(s SessionInfo, why Reason) {
	p.note("closed " + s.User + " " + string(why))
}

func (p *memoryPresence) note(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.story = append(p.story, line)
	p.times = append(p.times, time.Now())
}

func (p *memoryPresence) told() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.story, ", ")
}

// Since has a revision for each view.
func (p *memoryPresence) Since(view View, revision string) ([]byte, string) {
	p.mu.Lock()
	asked := p.asked
	p.mu.Unlock()
	if asked != nil {
		asked(view)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := fmt.Sprintf("r%d", p.revision)
	if len(view.People) > 0 || view.Room != "" {
		now += "~" + strings.Join(view.People, ".") + "~" + view.Room
	}
	if revision == now {
		return nil, now
	}
	return fmt.Appendf(nil, `{"event":"presence","revision":%q,"snapshot":%t}`, now, revision == ""), now
}

func (p *memoryPresence) change() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.revision++
}
