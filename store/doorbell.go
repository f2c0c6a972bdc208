package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// doorbellChannel is what all nodes of a database listen to.
const doorbellChannel = "chatd"

const (
	// ringEvery is the least time between two rings of a node.
	ringEvery = 5 * time.Millisecond
	// pingEvery is the silence after which the doorbell makes sure that the
	// server is still there, and pingWithin how long that may take.
	pingEvery  = 30 * time.Second
	pingWithin = 5 * time.Second
)

// Doorbell tells the nodes of a database of each other's commits by LISTEN and
// NOTIFY. It says that something happened, not what: whoever hears it looks
// ([Store.Look]). It may miss rings while the connection is lost, so nodes
// also look now and then without one.
type Doorbell struct {
	// Static after construction.
	store     *Store
	node      string
	onConnect func()
	onRing    func()

	// press holds one entry while a ring is wanted. Never closed.
	press chan struct{}
	// rang is when the last ring was sent. Owned by Run.
	rang time.Time
}

// NewDoorbell makes the doorbell of a node. onRing is called when another node
// rings; onConnect each time that the connection is there (again), when rings
// may have been missed and the server may have crashed ([Store.LookBack]). The
// calls come one at a time from Run; a slow one delays the next.
func (s *Store) NewDoorbell(node string, onConnect, onRing func()) *Doorbell {
	return &Doorbell{store: s, node: node, onConnect: onConnect, onRing: onRing, press: make(chan struct{}, 1)}
}

// Ring tells the other nodes to look, at most once per 5 ms however often it
// is called. It never blocks. Call it after the commit that others should see.
func (d *Doorbell) Ring() {
	select {
	case d.press <- struct{}{}:
	default: // a ring is wanted already
	}
}

// Run listens and rings on a connection of its own until ctx ends. A lost
// connection is made again.
func (d *Doorbell) Run(ctx context.Context) error {
	cfg, err := pgx.ParseConfig(d.store.url)
	if err != nil {
		return fmt.Errorf("doorbell: %w", err)
	}
	configure(cfg, "chatd doorbell", nil)
	var retry backoff
	for ctx.Err() == nil {
		if err := d.serve(ctx, cfg, &retry); ctx.Err() == nil {
			d.store.log.WarnContext(ctx, "doorbell: connection lost, trying again", "error", err)
		}
		retry.wait(ctx)
	}
	return nil
}

// serve connects, listens and rings until the connection is lost.
func (d *Doorbell) serve(ctx context.Context, cfg *pgx.ConnConfig, retry *backoff) error {
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer closeConn(ctx, conn)
	if _, err := conn.Exec(ctx, `listen `+doorbellChannel); err != nil {
		return err
	}
	retry.reset()
	d.onConnect()
	for {
		note, err := d.waitForNote(ctx, conn)
		switch {
		case err != nil:
			return err
		case note == nil:
			err = d.sendRing(ctx, conn)
		case note.Payload != d.node:
			d.onRing()
		}
		if err != nil {
			return err
		}
	}
}

// waitForNote returns the next notification, or nil when a ring is to be sent
// first.
func (d *Doorbell) waitForNote(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	for {
		waiting, stop := context.WithTimeout(ctx, pingEvery)
		pressed := make(chan bool)
		go func() { pressed <- d.awaitPress(waiting, stop) }()
		note, err := conn.WaitForNotification(waiting)
		stop()
		wanted := <-pressed
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case note == nil && wanted && !conn.IsClosed():
			return nil, nil
		case wanted:
			d.Ring() // later
		}
		if note != nil || conn.IsClosed() {
			return note, err
		}
		if err := ping(ctx, conn); err != nil {
			return nil, err
		}
	}
}

// awaitPress waits until a ring is wanted and may be sent, then ends the wait
// for a notification by calling stop and returns true. It returns false when
// the wait ended before.
func (d *Doorbell) awaitPress(waiting context.Context, stop func()) bool {
	select {
	case <-waiting.Done():
		return false
	case <-d.press:
	}
	pause := time.NewTimer(ringEvery - time.Since(d.rang))
	defer pause.Stop()
	select {
	case <-waiting.Done():
	case <-pause.C:
		stop()
	}
	return true
}

// sendRing notifies everybody. A ring that could not be sent stays wanted.
func (d *Doorbell) sendRing(ctx context.Context, conn *pgx.Conn) error {
	d.rang = time.Now()
	ctx, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	if _, err := conn.Exec(ctx, `select pg_notify($1, $2)`, doorbellChannel, d.node); err != nil {
		d.Ring()
		return err
	}
	return nil
}

// ping makes sure that the connection still works.
func ping(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	if err := conn.Ping(ctx); err != nil {
		return errors.Join(errors.New("the server does not answer"), err)
	}
	return nil
}
