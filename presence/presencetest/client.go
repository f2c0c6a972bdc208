package presencetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"chatd/presence"
)

// ErrAway is what a call gets when the database cannot be reached.
var ErrAway = errors.New("the database is away")

// Trouble is what happens to a call.
type Trouble int

const (
	// None: it works.
	None Trouble = iota
	// Refused: it has no effect and fails.
	Refused
	// Unheard: it takes effect, but the answer is lost.
	Unheard
	// Late: it fails, and a write takes effect a minute later.
	Late
	// Hangs: it has no effect and waits until the caller gives up.
	Hangs
)

const (
	latency  = time.Millisecond
	lateness = time.Minute
)

// Client is one node's way to the database. It implements presence.Leases.
type Client struct {
	db *Database

	mu      sync.Mutex
	trouble func(write bool) Trouble
	calls   int
	late    sync.WaitGroup
}

// Client returns a new connection to the database.
func (d *Database) Client() *Client {
	return &Client{db: d, trouble: func(bool) Trouble { return None }}
}

// Suffer decides from now on what happens to each call.
func (c *Client) Suffer(trouble func(write bool) Trouble) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trouble = trouble
}

// Cut makes every call from now on be refused, or hang.
func (c *Client) Cut(t Trouble) { c.Suffer(func(bool) Trouble { return t }) }

// Mend makes every call work again.
func (c *Client) Mend() { c.Cut(None) }

// Calls is how many calls were made.
func (c *Client) Calls() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls
}

// Wait waits for what arrives late.
func (c *Client) Wait() { c.late.Wait() }

// call runs do on the database, or not.
func (c *Client) call(ctx context.Context, write bool, do func()) error {
	c.mu.Lock()
	trouble := c.trouble(write)
	c.calls++
	c.mu.Unlock()
	select {
	case <-time.After(latency):
	case <-ctx.Done():
		return ctx.Err()
	}
	switch trouble {
	case None:
		do()
		return nil
	case Unheard:
		do()
	case Late:
		if write {
			c.late.Go(func() {
				time.Sleep(lateness)
				do()
			})
		}
	case Hangs:
		<-ctx.Done()
		return ctx.Err()
	case Refused:
	}
	return ErrAway
}

// SettlePresence implements presence.Leases.
func (c *Client) SettlePresence(ctx context.Context, node string, turn int64, whole bool, lease time.Duration,
	sessions []presence.Session,
) (known bool, changed int, err error) {
	var k bool
	var n int
	sessions = slices.Clone(sessions)
	if err := c.call(ctx, true, func() { k, n = c.db.settle(node, turn, whole, lease, sessions) }); err != nil {
		return false, 0, err
	}
	return k, n, nil
}

// ExpirePresence implements presence.Leases.
func (c *Client) ExpirePresence(ctx context.Context, node string) (changed int, err error) {
	return c.change(ctx, func() int { return c.db.expire(node) })
}

// LapsePresence implements presence.Leases.
func (c *Client) LapsePresence(ctx context.Context) (changed int, err error) {
	return c.change(ctx, c.db.lapse)
}

func (c *Client) change(ctx context.Context, do func() int) (changed int, err error) {
	var n int
	if err := c.call(ctx, true, func() { n = do() }); err != nil {
		return 0, err
	}
	return n, nil
}

// LoadPresence implements presence.Leases.
func (c *Client) LoadPresence(ctx context.Context) (epoch, revision int64, states []presence.PersonState, err error) {
	err = c.call(ctx, false, func() { epoch, revision, states = c.db.load() })
	return epoch, revision, states, err
}

// LookPresence implements presence.Leases.
func (c *Client) LookPresence(ctx context.Context, node string, after int64,
	change func(revision, user int64, state, notice string, at time.Time),
) (presence.Looked, error) {
	var looked presence.Looked
	var changes []Change
	if err := c.call(ctx, false, func() { looked, changes = c.db.look(node, after) }); err != nil {
		return presence.Looked{}, err
	}
	for _, c := range changes {
		change(c.Revision, c.User, c.State, c.Notice, c.At)
	}
	return looked, nil
}
