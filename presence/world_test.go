package presence_test

import (
	"context"
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

// world is a database, who shares which rooms, and the nodes, in a bubble of
// fake time.
type world struct {
	t     testing.TB
	db    *presencetest.Database
	rooms *rooms
	nodes []*node
}

// node is a running tracker.
type node struct {
	*presence.Tracker
	db     *presencetest.Client
	wakes  atomic.Int64
	lags   atomic.Pointer[map[string]int] // of those who are behind
	cancel context.CancelFunc
	done   chan struct{}
}

// inWorld runs a test in fake time, with a database whose clock is off.
func inWorld(t *testing.T, skew time.Duration, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, db: presencetest.NewDatabase(skew), rooms: newRooms()}
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
func (w *world) start() *node {
	n := &node{db: w.db.Client(), done: make(chan struct{})}
	n.Tracker = presence.New(presence.Config{
		Leases:   n.db,
		Circles:  w.rooms,
		Count:    w.rooms.count,
		OnChange: func() { n.wakes.Add(1) },
		Lags: func() map[string]int {
			if lags := n.lags.Load(); lags != nil {
				return *lags
			}
			return nil
		},
		Ring: func() {
			for _, other := range w.nodes {
				if other != n {
					other.Refresh()
				}
			}
		},
		Log: slog.New(slog.DiscardHandler),
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

// open tells a node that somebody is connected.
func (n *node) open(session string, user int64) {
	n.Opened(presence.Connected{ID: session, User: user, Login: "login of " + session, Device: "browser"})
}

// touch tells a node that somebody uses a device, or no longer does.
func (n *node) touch(session string, active bool) {
	n.Updated(session, presence.Update{Idle: new(!active)})
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
		if c.Notice != "" {
			got = append(got, strconv.FormatInt(c.User, 10)+" "+c.Notice)
		}
	}
	byUser := func(a, b string) int { return strings.Compare(a[:1], b[:1]) }
	slices.SortStableFunc(got, byUser)
	slices.SortStableFunc(want, byUser)
	if !slices.Equal(got, want) {
		w.t.Fatalf("notices are %q, want %q", got, want)
	}
}

// choose makes a choice for a person, and tells the nodes to look.
func (w *world) choose(user int64, what string, lasts time.Duration) {
	w.db.Choose(user, what, lasts)
	for _, n := range w.nodes {
		n.Refresh()
	}
}
