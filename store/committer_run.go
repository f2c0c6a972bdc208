package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// statementWithin and lockWithin are the server's limits for one statement
	// and for waiting for one lock.
	statementWithin = 4 * time.Second
	lockWithin      = 2 * time.Second
	// attemptWithin is the limit of the whole transaction; a connection that
	// takes longer is taken for lost.
	attemptWithin = 6 * time.Second
	// contendedMax is how often a batch that lost against another transaction
	// is tried again as it is.
	contendedMax = 3
)

// Run works until ctx ends, then finishes the commits in flight and answers
// everything that waits with ErrUnavailable. It returns when all its
// goroutines and connections are gone. A committer runs once.
func (c *Committer) Run(ctx context.Context) error {
	pool, err := c.openPool(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	c.pool = pool
	defer c.queue.close()
	defer c.waiters.Wait()
	if err := c.kickLeftovers(ctx); err != nil && ctx.Err() == nil {
		c.log.WarnContext(ctx, "committer: cannot see which events wait to be numbered", "error", err)
	}
	w := &worker{Committer: c, lock: lockTopicsOrSkip, limit: c.batchMax}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.queue.wake:
		}
		for c.startWaiters(ctx); ctx.Err() == nil; c.startWaiters(ctx) {
			b := c.queue.take(w.limit)
			if b == nil {
				break
			}
			w.work(ctx, b)
		}
	}
}

// kickLeftovers finds the topics whose events an earlier node left unnumbered.
func (c *Committer) kickLeftovers(ctx context.Context) error {
	rows, err := c.pool.Query(ctx, `select distinct topic_id from pending_events`)
	if err != nil {
		return err
	}
	topics, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	c.queue.kick(topics)
	return err
}

// startWaiters starts a goroutine for stuck lanes when there is none to spare.
func (c *Committer) startWaiters(ctx context.Context) {
	for c.queue.hire() {
		c.waiters.Go(func() { c.waitForStuck(ctx) })
	}
}

// waitForStuck handles stuck lanes, each alone and waiting for its lock.
func (c *Committer) waitForStuck(ctx context.Context) {
	w := &worker{Committer: c, lock: lockTopicsAndWait, limit: c.batchMax}
	for ctx.Err() == nil {
		b := c.queue.takeStuck(w.limit)
		if b == nil {
			return
		}
		w.work(ctx, b)
	}
}

// worker is a goroutine that commits batches.
type worker struct {
	*Committer
	lock      string // how to lock topics
	limit     int    // sends in a batch; below batchMax while one of them is bad
	contended int    // failures in a row for reasons of other transactions
	away      bool   // the database was not to be reached at the last attempt
	retry     backoff
}

// work attempts a batch and deals with the outcome. All its sends are answered
// or back in the queue when it returns.
func (w *worker) work(ctx context.Context, b *batch) {
	begin := time.Now()
	a, err := w.transact(ctx, b, w.lock)
	w.onBatch(b.size, time.Since(begin), err)
	if err != nil {
		w.failed(ctx, b, err)
		return
	}
	w.recovered(ctx)
	w.publish(b, a)
}

// recovered widens the batches again after a success.
func (w *worker) recovered(ctx context.Context) {
	if w.away {
		w.away = false
		w.log.InfoContext(ctx, "committer: can commit again")
	}
	w.contended = 0
	w.retry.reset()
	w.limit = min(2*w.limit, w.batchMax)
}

// failed gives a batch back after an error, in a way that brings the sends
// nearer to an answer.
func (w *worker) failed(ctx context.Context, b *batch, err error) {
	for _, p := range b.parts {
		for _, s := range p.sends {
			s.tried = true
		}
	}
	switch reasonOf(err) {
	case lockHeld:
		w.queue.giveBack(b)
	case contention:
		if w.contended++; w.contended <= contendedMax {
			w.queue.giveBack(b)
			return
		}
		w.halve(ctx, b, err)
	case badData:
		w.halve(ctx, b, err)
	case noDatabase:
		w.queue.giveBack(b)
		if !w.away && ctx.Err() == nil {
			w.away = true
			w.log.WarnContext(ctx, "committer: cannot commit, trying again", "error", err)
		}
		w.retry.wait(ctx)
	}
}

// halve makes the next batches smaller so that whatever is wrong with one send
// in the end fails it alone.
func (w *worker) halve(ctx context.Context, b *batch, err error) {
	if n := max(b.size, len(b.parts)); n > 1 {
		w.limit = n / 2
		w.queue.giveBack(b)
		return
	}
	w.log.ErrorContext(ctx, "committer: cannot be stored", "topic", b.parts[0].lane.topic, "sends", b.size, "error", err)
	for i := range b.parts {
		for _, s := range b.parts[i].sends {
			w.queue.finish(s, outcome{err: fmt.Errorf("store the message: %w", err)})
		}
		// Pending events are kicked again by the next look.
		b.parts[i].sends, b.parts[i].kicked = nil, false
	}
	w.queue.settle(b)
}
