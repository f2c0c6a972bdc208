package presence_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chatd/presence"
	"chatd/presence/presencetest"
	"chatd/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// world is a database and the nodes on it, in a bubble of fake time.
type world struct {
	t     testing.TB
	db    *presencetest.Database
	nodes []*node
}

// node is a running tracker.
type node struct {
	*presence.Tracker
	db     *presencetest.Client
	wakes  atomic.Int64
	cancel context.CancelFunc
	done   chan struct{}
}

// inWorld runs a test in fake time, with a database whose clock is off.
func inWorld(t *testing.T, skew time.Duration, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, db: presencetest.NewDatabase(skew)}
		defer w.end()
		test(w)
	})
}

func (w *world) end() {
	for _, n := range w.nodes {
		n.stop()
		n.db.Wait()
	}
}

// start starts a node that tells the others of its changes.
func (w *world) start() *node { return w.startWith(nil) }

func (w *world) startWith(visible func(viewer int64) presence.Sight) *node {
	n := &node{db: w.db.Client(), done: make(chan struct{})}
	n.Tracker = presence.New(presence.Config{
		Leases:   n.db,
		OnChange: func() { n.wakes.Add(1) },
		Ring: func() {
			for _, other := range w.nodes {
				if other != n {
					other.Refresh()
				}
			}
		},
		Visible: visible,
		Log:     slog.New(slog.DiscardHandler),
	})
	w.nodes = append(w.nodes, n)
	ctx, cancel := context.WithCancel(w.t.Context())
	n.cancel = cancel
	go func() {
		defer close(n.done)
		if err := n.Run(ctx); err != nil {
			w.t.Errorf("Run: %v", err)
		}
	}()
	w.pass(100 * time.Millisecond)
	return n
}

// stop ends a node in good order.
func (n *node) stop() {
	n.cancel()
	<-n.done
}

// kill ends a node so that the database hears nothing of it.
func (n *node) kill() {
	n.db.Cut(presencetest.Refused)
	n.stop()
}

// pass lets time go by.
func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// expect compares all notices there ever were, person by person.
func (w *world) expect(want ...string) {
	w.t.Helper()
	var got []string
	for _, c := range w.db.Changes() {
		got = append(got, strconv.FormatInt(c.User, 10)+" "+c.Notice)
	}
	byUser := func(a, b string) int { return strings.Compare(a[:1], b[:1]) }
	slices.SortStableFunc(got, byUser)
	slices.SortStableFunc(want, byUser)
	if !slices.Equal(got, want) {
		w.t.Fatalf("notices are %q, want %q", got, want)
	}
}

// viewer is somebody who is told of presence.
type viewer struct {
	t         testing.TB
	id        int64
	revision  string
	states    map[string]string
	notices   []string
	snapshots int
}

func (w *world) viewer() *viewer { return &viewer{t: w.t, id: 1000, states: map[string]string{}} }

// poll asks a node what is new, and says whether something was.
func (v *viewer) poll(n interface {
	Since(viewer int64, revision string) (event []byte, next string)
}) bool {
	v.t.Helper()
	event, next := n.Since(v.id, v.revision)
	v.revision = next
	if event == nil {
		return false
	}
	var e presence.Event
	if err := json.Unmarshal(event, &e); err != nil {
		v.t.Fatalf("event %s: %v", event, err)
	}
	if e.Revision != next {
		v.t.Fatalf("event has revision %q, next is %q", e.Revision, next)
	}
	if e.Snapshot {
		v.snapshots++
		v.states = map[string]string{}
		if len(e.Notices) > 0 {
			v.t.Fatalf("a snapshot has notices: %s", event)
		}
	}
	for user, state := range e.States {
		if v.states[user] = state; state == "offline" {
			delete(v.states, user)
		}
	}
	for _, n := range e.Notices {
		v.notices = append(v.notices, n.User+" "+n.Notice)
	}
	return true
}

// sees compares whom the viewer sees online after asking a node.
func (v *viewer) sees(n *node, want ...string) {
	v.t.Helper()
	v.poll(n)
	got := make([]string, 0, len(v.states))
	for user := range v.states {
		got = append(got, user)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		v.t.Fatalf("viewer sees %q online, want %q", got, want)
	}
}
