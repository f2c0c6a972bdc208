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

	"github.com/jackc/pgx/v5"

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
		url := storetest.URL(t)
		s, err := store.Open(t.Context(), store.Config{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		c := &comparison{
			t: t, rand: rand.New(rand.NewPCG(seed, 3)), users: people(t, s, 4),
			store: s, sql: connect(t, url), database: presencetest.NewDatabase(0), turns: map[string]int64{},
		}
		c.real, c.fake = leases{s}, c.database.Client()
		for step := range 300 {
			c.step()
			if t.Failed() {
				t.Fatalf("this was step %d of seed %d", step, seed)
			}
		}
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

type comparison struct {
	t          *testing.T
	rand       *rand.Rand
	users      []int64
	store      *store.Store
	sql        *pgx.Conn
	database   *presencetest.Database
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
	switch c.rand.IntN(10) {
	case 0:
		c.same("expire", func(l presence.Leases) (string, error) {
			changed, err := l.ExpirePresence(ctx, node)
			return fmt.Sprint(changed), err
		})
	case 1:
		c.same("lapse", func(l presence.Leases) (string, error) {
			changed, err := l.LapsePresence(ctx)
			return fmt.Sprint(changed), err
		})
	case 2, 3:
		c.choose(ctx)
	default:
		c.settle(ctx, node)
	}
	c.same("load", func(l presence.Leases) (string, error) {
		_, revision, states, err := l.LoadPresence(ctx)
		return fmt.Sprint(revision, states), err
	})
	after := c.rand.Int64N(40)
	c.same("look", func(l presence.Leases) (string, error) {
		var changes []string
		looked, err := l.LookPresence(ctx, node, after, func(revision, user int64, state, notice string, _ time.Time) {
			changes = append(changes, fmt.Sprint(revision, user, state, notice))
		})
		looked.Epoch = 0
		return fmt.Sprint(looked, changes), err
	})
}

// choose makes a choice for somebody, or makes the time of one be over.
func (c *comparison) choose(ctx context.Context) {
	c.t.Helper()
	user := c.users[c.rand.IntN(len(c.users))]
	if c.rand.IntN(3) == 0 {
		c.database.RunOut(user)
		_, err := c.sql.Exec(ctx, `update users set presence_until = now() where id = $1 and presence_choice <> 'automatic'`, user)
		if err != nil {
			c.t.Fatal(err)
		}
		return
	}
	what := []string{"automatic", "do-not-disturb", "invisible"}[c.rand.IntN(3)]
	c.database.Choose(user, what, 0)
	if _, err := c.store.SetPresence(ctx, user, what, nil); err != nil {
		c.t.Fatal(err)
	}
}

func (c *comparison) settle(ctx context.Context, node string) {
	// Mostly the next turn, and sometimes one that was lost or came late.
	turn := c.turns[node] + []int64{1, 1, 1, 1, 1, 1, 0, -1, 2}[c.rand.IntN(9)]
	whole := c.rand.IntN(5) == 0
	lease := []time.Duration{time.Hour, time.Hour, time.Hour, -time.Hour}[c.rand.IntN(4)]
	var sessions []presence.Session
	for _, row := range c.rand.Perm(8) {
		if c.rand.IntN(3) == 0 {
			sessions = append(sessions, presence.Session{
				Row: int64(row), User: c.users[row%len(c.users)], Device: "browser", Idle: c.rand.IntN(2) == 0,
				Notice: []string{"", "", "signed-out", "went-offline"}[c.rand.IntN(4)],
			})
		}
	}
	c.same(fmt.Sprint("settle ", node, turn, whole, lease, sessions), func(l presence.Leases) (string, error) {
		known, changed, err := l.SettlePresence(ctx, node, turn, whole, lease, sessions)
		if known {
			c.turns[node] = turn
		}
		return fmt.Sprint(known, changed), err
	})
}

// leases is the store, in the words of presence.
type leases struct{ *store.Store }

func (l leases) SettlePresence(ctx context.Context, node string, turn int64, whole bool, lease time.Duration,
	sessions []presence.Session,
) (known bool, changed int, err error) {
	all := make([]store.CometSession, len(sessions))
	for i, s := range sessions {
		all[i] = store.CometSession(s)
	}
	return l.Store.SettlePresence(ctx, node, turn, whole, lease, all)
}

func (l leases) LoadPresence(ctx context.Context) (epoch, revision int64, states []presence.PersonState, err error) {
	epoch, revision, all, err := l.Store.LoadPresence(ctx)
	for _, s := range all {
		states = append(states, presence.PersonState(s))
	}
	return epoch, revision, states, err
}

func (l leases) LookPresence(ctx context.Context, node string, after int64,
	change func(revision, user int64, state, notice string, at time.Time),
) (presence.Looked, error) {
	looked, err := l.Store.LookPresence(ctx, node, after, change)
	return presence.Looked(looked), err
}

func TestTwoNodesOnPostgreSQLShowEachOthersPeople(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	users := people(t, s, 2)
	ana, bo := strconv.FormatInt(users[0], 10), strconv.FormatInt(users[1], 10)
	a, b := startOn(t, s), startOn(t, s)

	a.Opened(presence.Connected{ID: "one", User: users[0], Device: "browser"})
	b.Opened(presence.Connected{ID: "two", User: users[1], Device: "phone"})
	w := &world{t: t}
	v, far := w.viewer(), w.viewer()
	a.await(v, ana+" online", bo+" online")
	b.await(far, ana+" online", bo+" online")
	a.Closed("one", presence.SignedOut)
	b.Closed("two", lease)
	a.await(v, bo+" went-offline", ana+" signed-out")
	a.await(far, ana+" signed-out", bo+" went-offline") // now at the other node

	// A node that is no longer there, whose lease ended long ago.
	gone := []store.CometSession{{Row: 1, User: users[0], Device: "browser"}}
	if _, _, err := s.SettlePresence(t.Context(), "00000000-0000-4000-8000-000000000001", 1, true, -time.Hour, gone); err != nil {
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
		Leases:  leases{s.Control()},
		Circles: newRooms(),
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
