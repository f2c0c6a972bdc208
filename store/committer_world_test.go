package store_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store"
)

// node is a committer at work and what its listeners heard.
type node struct {
	*store.Committer
	w    *world
	stop func() // ends Run and waits for it

	mu    sync.Mutex
	heard map[int64][]store.Event // by topic, as they came
}

// node runs a committer until the test ends.
func (w *world) node() *node { return w.nodeOn(w.Store, store.CommitterConfig{}) }

// nodeOn runs a committer on a store.
func (w *world) nodeOn(s *store.Store, cfg store.CommitterConfig) *node {
	w.t.Helper()
	n := &node{w: w, heard: map[int64][]store.Event{}}
	cfg.OnCommit = n.hear
	n.Committer = s.NewCommitter(cfg)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	n.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("the committer ended with: %v", err)
		}
	})
	w.t.Cleanup(n.stop)
	return n
}

func (n *node) hear(events []store.Event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range events {
		n.heard[e.TopicID] = append(n.heard[e.TopicID], e)
	}
}

// seqs returns what was heard of a topic.
func (n *node) seqs(topic int64) []int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	var seqs []int64
	for _, e := range n.heard[topic] {
		seqs = append(seqs, e.Seq)
	}
	return seqs
}

// addTo makes somebody a member.
func (w *world) addTo(room store.Room, user store.User) {
	w.t.Helper()
	_, err := w.AddMember(w.ctx(), room.CreatedBy, user.ID, room.ID)
	w.ok(err)
}

// say sends a message that must be accepted.
func (n *node) say(room store.Room, author store.User, body string) store.Sent {
	n.w.t.Helper()
	sent, err := n.Send(n.w.ctx(), message(room, author, body))
	n.w.ok(err)
	return sent
}

// message makes a new send.
func message(room store.Room, author store.User, body string) store.Send {
	return store.Send{RoomID: room.ID, AuthorID: author.ID, ClientID: clientID(), Body: body}
}

// clientID makes a random UUID.
func clientID() string {
	var u [16]byte
	_, _ = rand.Read(u[:])
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// log returns all events of a topic after checking that they are 1, 2, 3, …,
// that its messages are numbered so too, and that none is there twice.
func (w *world) log(topic int64) []store.Event {
	w.t.Helper()
	var events []store.Event
	var messages, after int64
	seen := map[string]bool{}
	for {
		page, err := w.EventsAfter(w.ctx(), topic, after, 1000)
		w.ok(err)
		for _, e := range page.Events {
			if after++; e.Seq != after {
				w.t.Fatalf("topic %d: seq %d is followed by %d", topic, after-1, e.Seq)
			}
			if e.Kind != store.EventMessage {
				continue
			}
			if messages++; e.Message.Number != messages || e.Message.Seq != e.Seq {
				w.t.Fatalf("topic %d: message %d at %d has number %d and seq %d", topic, messages, e.Seq, e.Message.Number, e.Message.Seq)
			}
			key := fmt.Sprint(e.Message.Author.ID, e.Message.ClientID)
			if seen[key] {
				w.t.Fatalf("topic %d: %q is stored twice", topic, e.Message.Body)
			}
			seen[key] = true
		}
		events = append(events, page.Events...)
		if after == page.Head {
			break
		}
		if len(page.Events) == 0 {
			w.t.Fatalf("topic %d ends at %d, its head is %d", topic, after, page.Head)
		}
	}
	if last := w.number(`select last_number from topics where id = $1`, topic); last != messages {
		w.t.Fatalf("topic %d has %d messages, its last number is %d", topic, messages, last)
	}
	return events
}

// bodies returns the messages of a log.
func bodies(events []store.Event) []string {
	var texts []string
	for _, e := range events {
		if e.Message != nil {
			texts = append(texts, e.Message.Body)
		}
	}
	return texts
}

// ascends reports whether every number is greater than the one before.
func ascends(numbers []int64) bool {
	return slices.IsSortedFunc(numbers, func(a, b int64) int {
		if a < b {
			return -1
		}
		return 1
	})
}

// until waits for something that another goroutine or process does.
func (w *world) until(what string, done func() bool) {
	w.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(30 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			w.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// hold locks topics as a committer does, on a connection of its own. The
// returned function lets go.
func (w *world) hold(topics ...int64) (release func()) {
	w.t.Helper()
	conn, err := pgx.ConnectConfig(w.ctx(), w.sql.Config().ConnConfig)
	w.ok(err)
	_, err = conn.Exec(w.ctx(), `begin`)
	w.ok(err)
	_, err = conn.Exec(w.ctx(), `select from topics where id = any ($1) order by id for no key update`, topics)
	w.ok(err)
	release = sync.OnceFunc(func() { w.ok(conn.Close(context.Background())) })
	w.t.Cleanup(release)
	return release
}

// untilWaiting waits until n of the committers' connections wait for locks.
func (w *world) untilWaiting(n int64) {
	w.t.Helper()
	w.until("a committer waits for a lock", func() bool {
		return n == w.number(`
			select count(*) from pg_stat_activity
			where datname = current_database() and application_name = 'chatd committer' and wait_event_type = 'Lock'`)
	})
}

// untilHead waits until a topic has this many events.
func (w *world) untilHead(topic, head int64) {
	w.t.Helper()
	w.until("events are numbered", func() bool {
		return head <= w.number(`select head from topics where id = $1`, topic)
	})
}

// sending is a send that has begun.
type sending struct {
	sent store.Sent
	err  error
	done chan struct{}
}

// begin starts a send and returns at once.
func (n *node) begin(s store.Send) *sending {
	out := &sending{done: make(chan struct{})}
	go func() {
		defer close(out.done)
		out.sent, out.err = n.Send(n.w.ctx(), s)
	}()
	n.w.t.Cleanup(func() { <-out.done })
	return out
}

// end waits for the answer.
func (s *sending) end() (store.Sent, error) {
	<-s.done
	return s.sent, s.err
}
