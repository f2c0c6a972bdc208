package presence_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"chatd/presence"
	"chatd/presence/presencetest"
	"chatd/store"
	"chatd/store/storetest"
)

// people signs up some users.
func people(t *testing.T, s *store.Store, n int) []int64 {
	t.Helper()
	owner, err := s.SetUp(t.Context(), store.SetUp{
		Workspace: "Test", NewUser: store.NewUser{Username: "p0", DisplayName: "P", PasswordHash: "hash"},
	})
	if err != nil {
		t.Fatal(err)
	}
	invite, err := s.CreateInvite(t.Context(), owner.ID, store.NewInvite{TTL: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	users := []int64{owner.ID}
	for i := 1; i < n; i++ {
		user, _, err := s.SignUp(t.Context(), invite.Token, store.NewUser{Username: fmt.Sprint("p", i), DisplayName: "P", PasswordHash: "hash"})
		if err != nil {
			t.Fatal(err)
		}
		users = append(users, user.ID)
	}
	return users
}

// TestPostgreSQLDoesWhatTheDatabaseOfTheOtherTestsDoes makes the same random
// calls to both, so that what is proved with the one holds for the other.
func TestPostgreSQLDoesWhatTheDatabaseOfTheOtherTestsDoes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		s := storetest.Open(t)
		c := &comparison{
			t: t, rand: rand.New(rand.NewPCG(seed, 3)), users: people(t, s, 4),
			real: s, fake: presencetest.NewDatabase(0).Client(), turns: map[string]int64{},
		}
		for step := range 200 {
			c.step()
			if t.Failed() {
				t.Fatalf("this was step %d of seed %d", step, seed)
			}
		}
	}
}

type comparison struct {
	t          *testing.T
	rand       *rand.Rand
	users      []int64
	real, fake presence.Leases
	turns      map[string]int64
}

func (c *comparison) node() string {
	return fmt.Sprintf("00000000-0000-4000-8000-%012d", c.rand.IntN(3))
}

// same makes a call to both and compares what they answer.
func (c *comparison) same(what string, call func(presence.Leases) (string, error)) {
	c.t.Helper()
	want, err := call(c.fake)
	if err != nil {
		c.t.Fatal(err)
	}
	got, err := call(c.real)
	if err != nil {
		c.t.Fatal(err)
	}
	if got != want {
		c.t.Errorf("%s: PostgreSQL says %s, the other %s", what, got, want)
	}
}

func (c *comparison) step() {
	ctx := c.t.Context()
	node := c.node()
	if c.rand.IntN(8) == 0 {
		c.same("expire", func(l presence.Leases) (string, error) {
			changed, err := l.ExpirePresence(ctx, node)
			return fmt.Sprint(changed), err
		})
	} else {
		c.settle(ctx, node)
	}
	c.same("load", func(l presence.Leases) (string, error) {
		_, revision, online, err := l.LoadPresence(ctx)
		slices.Sort(online)
		return fmt.Sprint(revision, online), err
	})
	after := c.rand.Int64N(40)
	c.same("look", func(l presence.Leases) (string, error) {
		var changes []string
		_, newest, alive, lapsed, err := l.LookPresence(ctx, node, after, func(revision, user int64, state, notice string, _ time.Time) {
			changes = append(changes, fmt.Sprint(revision, user, state, notice))
		})
		return fmt.Sprint(newest, alive, lapsed, changes), err
	})
}

func (c *comparison) settle(ctx context.Context, node string) {
	// Mostly the next turn, and sometimes one that was lost or came late.
	turn := c.turns[node] + []int64{1, 1, 1, 1, 1, 1, 0, -1, 2}[c.rand.IntN(9)]
	whole := c.rand.IntN(5) == 0
	lease := []time.Duration{time.Hour, time.Hour, time.Hour, -time.Hour}[c.rand.IntN(4)]
	rows, users, notices := []int64{}, []int64{}, []string{}
	for _, row := range c.rand.Perm(8) {
		if c.rand.IntN(3) == 0 {
			rows = append(rows, int64(row))
			users = append(users, c.users[row%len(c.users)])
			notices = append(notices, []string{"", "", "signed-out", "went-offline"}[c.rand.IntN(4)])
		}
	}
	c.same(fmt.Sprint("settle ", node, turn, whole, lease, rows, notices), func(l presence.Leases) (string, error) {
		known, changed, err := l.SettlePresence(ctx, node, turn, whole, lease, rows, users, notices)
		if known {
			c.turns[node] = turn
		}
		return fmt.Sprint(known, changed), err
	})
}

func TestTwoNodesOnPostgreSQLShowEachOthersPeople(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	users := people(t, s, 2)
	ana, bo := strconv.FormatInt(users[0], 10), strconv.FormatInt(users[1], 10)
	a, b := startOn(t, s), startOn(t, s)

	a.Opened("one", users[0])
	b.Opened("two", users[1])
	v, far := &viewer{t: t, states: map[string]string{}}, &viewer{t: t, states: map[string]string{}}
	a.await(v, ana+" online", bo+" online")
	b.await(far, ana+" online", bo+" online")
	a.Closed("one", presence.SignedOut)
	b.Closed("two", lease)
	a.await(v, bo+" went-offline", ana+" signed-out")
	a.await(far, ana+" signed-out", bo+" went-offline") // now at the other node

	// A node that is no longer there, whose lease ended long ago.
	rows, who, notices := []int64{1}, users[:1], []string{""}
	if _, _, err := s.SettlePresence(t.Context(), "00000000-0000-4000-8000-000000000001", 1, true, -time.Hour, rows, who, notices); err != nil {
		t.Fatal(err)
	}
	a.await(v, ana+" signed-in", ana+" went-offline")
}

// realNode is a tracker in real time.
type realNode struct {
	*presence.Tracker
	woken chan struct{}
}

func startOn(t *testing.T, s *store.Store) *realNode {
	n := &realNode{woken: make(chan struct{}, 1)}
	n.Tracker = presence.New(presence.Config{
		Leases: s.Control(),
		OnChange: func() {
			select {
			case n.woken <- struct{}{}:
			default:
			}
		},
		Log: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return n
}

// await polls at each wake-up until the viewer has seen these states and
// notices.
func (n *realNode) await(v *viewer, want ...string) {
	v.t.Helper()
	timeout := time.After(time.Minute)
	for {
		v.poll(n)
		seen := slices.Clone(v.notices)
		for user, state := range v.states {
			seen = append(seen, user+" "+state)
		}
		if !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(seen, w) }) {
			return
		}
		select {
		case <-n.woken:
		case <-timeout:
			v.t.Fatalf("after a minute the viewer has seen %q, want %q", seen, want)
		}
	}
}
