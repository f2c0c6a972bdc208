package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// openAtOnce is how many listeners begin at a time. Only the beginning is so
// orderly; whoever comes back does so alone.
const openAtOnce = 64

// crowd is all listeners of a scenario.
type crowd struct {
	// Static once listeners run.
	world     *world
	tally     *tally
	presence  bool
	listeners []*listener
	stalled   chan struct{} // slow listeners read on when it is closed

	receipt histogram // from the call that sends to the receipt

	opening chan struct{} // a slot for each that begins
	begun   atomic.Int64  // listeners that have had their first answer
	running sync.WaitGroup
	stay    context.Context // of all who listen
	cancel  context.CancelFunc
}

// newCrowd makes a listener of everybody. The modes take turns.
func (w *world) newCrowd(p params, modes ...string) *crowd {
	c := w.noCrowd(p)
	for _, r := range w.rooms {
		for _, p := range r.members {
			c.listeners = append(c.listeners, w.newListener(c, p, modes[len(c.listeners)%len(modes)], r))
		}
	}
	return c
}

// noCrowd is one of nobody yet.
func (w *world) noCrowd(p params) *crowd {
	w.crowd = &crowd{world: w, tally: w.tally, presence: !p.Blind, opening: make(chan struct{}, openAtOnce)}
	return w.crowd
}

func (w *world) newListener(c *crowd, p person, mode string, rooms ...room) *listener {
	l := &listener{
		crowd: c, person: p, mode: mode, poll: mode == modeLong,
		id: "load-" + strconv.FormatUint(rand.Uint64(), 36),
	}
	topics := []string{"workspace", fmt.Sprintf("user:%d", p.id)}
	for _, r := range rooms {
		topics = append(topics, fmt.Sprintf("room:%d", r.id))
	}
	for _, name := range topics {
		t := w.ledger.topics[name]
		l.cursors = append(l.cursors, cursor{t, t.start.Seq})
	}
	return l
}

// gather lets everybody begin to listen, and returns when all do.
func (c *crowd) gather(ctx context.Context) error {
	began := time.Now()
	c.stay, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, l := range c.listeners {
		if err := c.begin(ctx, l); err != nil {
			return err
		}
	}
	err := c.await(ctx, "everybody listens", func() bool { return int(c.begun.Load()) == len(c.listeners) })
	note("%d listeners after %v", c.begun.Load(), time.Since(began).Round(time.Millisecond))
	return err
}

// begin lets one more listen, once it is their turn.
func (c *crowd) begin(ctx context.Context, l *listener) error {
	select {
	case c.opening <- struct{}{}:
		c.running.Go(func() { l.run(c.stay) })
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// acked is told of each listen-ack.
func (c *crowd) acked(l *listener) {
	if !l.begun {
		l.begun = true
		c.begun.Add(1)
		<-c.opening
	}
}

// stalls reports whether a listener is one of those that do not read.
func (c *crowd) stalls(l *listener) bool {
	if !l.slow {
		return false
	}
	select {
	case <-c.stalled:
		return false
	default:
		return true
	}
}

// stall keeps such a listener from reading once it listens.
func (c *crowd) stall(ctx context.Context, l *listener) {
	if !l.begun || !c.stalls(l) {
		return
	}
	select {
	case <-c.stalled:
	case <-ctx.Done():
	}
}

// awaitLimit is how long it may take until everybody listens, is back, or has
// the last events.
const awaitLimit = time.Minute

// await waits for something that other goroutines or processes do.
func (c *crowd) await(ctx context.Context, what string, done func() bool) error {
	end := time.Now().Add(awaitLimit)
	for !done() {
		if !time.Now().Before(end) {
			return fmt.Errorf("still not so after %v: %s", awaitLimit, what)
		}
		pause(ctx, 5*time.Millisecond)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// awaitAll waits until everybody has everything that the database holds.
func (c *crowd) awaitAll(ctx context.Context) error {
	heads, err := c.world.heads(ctx)
	if err != nil {
		return err
	}
	var want int64
	for _, l := range c.listeners {
		for i := range l.cursors { // their seq is the listener's
			start := l.cursors[i].topic.start
			want += heads[start.ID].Seq - start.Seq
		}
	}
	return c.await(ctx, "everybody has everything", func() bool { return c.tally.deliveries.Load() >= want })
}

// goHome ends all listeners and checks their transcripts: each stands where its
// topics do, after having counted every step. When the scenario was cut short,
// only what they have got is checked.
func (c *crowd) goHome(ctx context.Context, cut bool) error {
	if c.cancel == nil {
		return nil
	}
	c.cancel()
	for _, l := range c.listeners {
		l.hangUp()
	}
	c.running.Wait()
	if !cut {
		if err := c.checkPositions(ctx); err != nil {
			return err
		}
	}
	return c.world.ledger.verify(ctx, c.world.db, c.tally.violate)
}

func (c *crowd) checkPositions(ctx context.Context) error {
	heads, err := c.world.heads(ctx)
	if err != nil {
		return err
	}
	for _, l := range c.listeners {
		for _, cursor := range l.cursors {
			if now := heads[cursor.topic.start.ID]; now != (head{now.ID, cursor.topic.start.Epoch, cursor.seq}) {
				c.tally.violate("user %d stands at %s [%d,%d], the database at [%d,%d]",
					l.person.id, cursor.topic.name, cursor.topic.start.Epoch, cursor.seq, now.Epoch, now.Seq)
			}
		}
	}
	return nil
}
