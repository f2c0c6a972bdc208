package presence

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

const (
	// leaseTime is how long a node's people stay online without a renewal.
	leaseTime  = 30 * time.Second
	renewEvery = 10 * time.Second
	// lookEvery bounds how late a change is seen when the doorbell is lost.
	lookEvery = 2 * time.Second
	// showEvery bounds how often viewers are woken: four times a second.
	showEvery = 250 * time.Millisecond
	// lookGap bounds the looks that a busy doorbell causes.
	lookGap = 50 * time.Millisecond
	// settleGap gathers what happens in a storm of sign-ins.
	settleGap = 20 * time.Millisecond
	// replacedGrace is the time a browser has to come back with its new login.
	replacedGrace = 15 * time.Second
	// idleGrace keeps a client that says idle and active in turn from being told
	// of each time. Nobody misses a second of the minutes it takes to be idle.
	idleGrace  = time.Second
	retryEvery = 500 * time.Millisecond
	// A call to the database that takes longer has failed. One that carries
	// rows may take longer for each of them.
	callTimeout = 5 * time.Second
	rowTimeout  = time.Millisecond
	stopTimeout = 2 * time.Second
)

// schedule says what Run has to do, and when.
type schedule struct {
	// away is set while the database is not known to hold this node's lease
	// and sessions: at the start, and after every failure.
	away    bool
	failing bool // the loss has been told
	watched bool // there was a look before
	changed bool // this node has changed something since its last look
	turn    int64
	lapsed  bool // another node's lease has run out
	ending  bool // the time of somebody's choice is over

	retryAt  time.Time // nothing is done before
	renewAt  time.Time
	settleAt time.Time // not before
	bulkAt   time.Time // not before: what can wait goes along
	closeAt  time.Time // zero: no session closes or goes idle later
	lookAt   time.Time // at the latest
	lookFrom time.Time // not before
	expireAt time.Time // not before
	moveAt   time.Time // when viewers who are behind are moved on next; zero: all were
}

// Run works until ctx ends, then tells the database what is left to tell. It
// does not give the node's lease up: people who come back to another node, or
// to the next start of this one, before it runs out cause no notice. End the
// hub before, so that log-outs until its end are known here.
func (t *Tracker) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			t.stop(ctx)
			return nil
		case <-timer.C:
		case <-t.wake:
		}
		timer.Reset(t.step(ctx))
	}
}

// stop tells the database of the last sessions that opened or closed.
func (t *Tracker) stop(ctx context.Context) {
	if t.failing || !t.queue.pending() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := t.settle(ctx); err != nil {
		t.log.WarnContext(ctx, "the last sign-outs could not be stored; these people go offline a little later", slog.Any("error", err))
	}
}

// step does what is due and returns the time until something is due again.
func (t *Tracker) step(ctx context.Context) time.Duration {
	t.move()
	if time.Now().Before(t.retryAt) {
		return time.Until(t.retryAt)
	}
	if err := t.work(ctx); err != nil && ctx.Err() == nil {
		t.lose(ctx, err)
	}
	return max(0, time.Until(t.next()))
}

// move wakes viewers, of whom some have been told nothing since an old change,
// which was about none of theirs: the next one could come when their revision is
// too old. It does not wait for the database, and a little late is early enough.
func (t *Tracker) move() {
	if !t.moveAt.IsZero() && due(t.moveAt) {
		t.moveAt = t.view.nextMove(time.Now())
		t.config.OnChange()
	}
}

// work does what is due, first of all what keeps the node's lease.
func (t *Tracker) work(ctx context.Context) error {
	t.closeAt = t.queue.due(time.Now())
	if t.away || due(t.renewAt) || t.queue.pending() && due(t.settleAt) {
		if err := t.settle(ctx); err != nil {
			return err
		}
	}
	if due(t.lookAt) || t.wanted() && due(t.lookFrom) {
		if err := t.look(ctx); err != nil {
			return err
		}
	}
	if t.ending {
		if err := t.lapse(ctx); err != nil {
			return err
		}
	}
	if t.lapsed && !t.away && due(t.expireAt) {
		return t.expire(ctx)
	}
	return nil
}

// next is when something is due again.
func (t *Tracker) next() time.Time {
	if time.Now().Before(t.retryAt) {
		return t.retryAt
	}
	if t.away {
		return time.Now()
	}
	next := t.renewAt
	sooner := func(wanted bool, at time.Time) {
		if wanted && at.Before(next) {
			next = at
		}
	}
	sooner(true, t.lookAt)
	sooner(t.queue.pending(), t.settleAt)
	sooner(!t.closeAt.IsZero(), t.closeAt)
	sooner(t.wanted(), t.lookFrom)
	sooner(t.lapsed, t.expireAt)
	return next
}

func due(at time.Time) bool { return !time.Now().Before(at) }

// wanted says whether there is a reason to look.
func (t *Tracker) wanted() bool { return t.changed || t.refreshed.Load() }

// lose notes a failure. Whether the call took effect is not known.
func (t *Tracker) lose(ctx context.Context, err error) {
	t.away = true
	t.retryAt = time.Now().Add(retryEvery)
	if !t.failing {
		t.failing = true
		t.log.WarnContext(ctx, "presence cannot reach the database; everybody stays as they are until it is back", slog.Any("error", err))
	}
}

// settle renews the node's lease and tells which sessions opened, changed and
// closed; all of them when this node was away.
func (t *Tracker) settle(ctx context.Context) error {
	whole := t.away
	t.turn++
	bulk := due(t.bulkAt)
	if bulk && t.config.Lags != nil {
		t.queue.lag(t.config.Lags())
	}
	b := t.queue.take(whole, bulk)
	ctx, cancel := context.WithTimeout(ctx, callTimeout+time.Duration(len(b.sessions))*rowTimeout)
	defer cancel()
	known, people, err := t.config.Leases.SettlePresence(ctx, t.node, t.turn, whole, leaseTime, b.sessions)
	if err == nil && whole && !known {
		err = errTurn
	}
	if err != nil || !known {
		t.queue.failed(b)
		t.away = true
	}
	if err != nil {
		return fmt.Errorf("settle sessions: %w", err)
	}
	if known {
		t.settled(ctx, b, people)
	}
	return nil
}

// errTurn says that another program writes under this node's name.
var errTurn = errors.New("the database has seen a later turn of this node")

// settled notes that the database knows what a batch told.
func (t *Tracker) settled(ctx context.Context, b batch, people int) {
	t.queue.done(b)
	t.settleAt = time.Now().Add(settleGap)
	t.renewAt = time.Now().Add(renewEvery)
	if b.bulk {
		t.bulkAt = t.renewAt
	}
	t.tell(people > 0)
	if !t.away {
		return
	}
	t.away = false
	// The other nodes may have been away as well: for the time of a lease,
	// this one takes none of them for dead.
	if t.watched {
		t.expireAt = time.Now().Add(leaseTime)
	}
	if t.failing {
		t.failing = false
		t.log.InfoContext(ctx, "presence reaches the database again")
	}
}

// expire removes nodes that are gone.
func (t *Tracker) expire(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	people, err := t.config.Leases.ExpirePresence(ctx, t.node)
	if err != nil {
		return fmt.Errorf("expire nodes: %w", err)
	}
	t.lapsed = false
	t.tell(people > 0)
	return nil
}

// lapse ends choices whose time is over.
func (t *Tracker) lapse(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	people, err := t.config.Leases.LapsePresence(ctx)
	if err != nil {
		return fmt.Errorf("end choices: %w", err)
	}
	t.ending = false
	t.tell(people > 0)
	return nil
}

// tell makes this and the other nodes look at what this one has changed.
func (t *Tracker) tell(changed bool) {
	if changed {
		t.changed = true
		t.config.Ring()
	}
}
