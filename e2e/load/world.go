package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// world is a chatd, its database and who lives in it.
type world struct {
	options  options
	database string
	db       *pgx.Conn
	version  string // of PostgreSQL
	// pace is how long we watch what stands still, as a share of the time that
	// good figures take.
	pace float64
	// postmaster is the process of PostgreSQL; 0: on another machine.
	postmaster int

	server *server
	addr   string // of the server, also of the next one
	rooms  []room
	ledger *ledger
	crowd  *crowd // nil until there is one
	tally  *tally
}

// newWorld connects to a migrated database. The server is not started yet.
func newWorld(ctx context.Context, o options, database string) (*world, error) {
	w := &world{options: o, database: database, tally: newTally(), pace: 1}
	var err error
	if w.db, err = pgx.Connect(ctx, database); err != nil {
		return nil, err
	}
	var backend int
	if err := w.db.QueryRow(ctx, `select pg_backend_pid(), current_setting('server_version')`).Scan(&backend, &w.version); err != nil {
		return nil, err
	}
	if s, err := readStat(backend); err == nil && s.name == "postgres" {
		w.postmaster = s.parent
	}
	return w, nil
}

// open fills the database and starts the server on it.
func (w *world) open(ctx context.Context, rooms, members int) error {
	began := time.Now()
	if err := w.seed(ctx, rooms, members); err != nil {
		return fmt.Errorf("fill the database: %w", err)
	}
	note("%d people in %d rooms after %v", rooms*members, rooms, time.Since(began).Round(time.Millisecond))
	return w.start(ctx)
}

// start starts the server on the database.
func (w *world) start(ctx context.Context) (err error) {
	if w.options.given.url != "" {
		w.server, err = givenServer(w.options.given)
	} else {
		w.server, err = startServer(ctx, w.options.chatd, "127.0.0.1:0", w.database)
	}
	if err != nil {
		return err
	}
	w.addr = w.server.addr
	return w.loadLedger(ctx)
}

// close ends what is left: usually the server has been stopped before.
func (w *world) close(ctx context.Context) {
	if w.server != nil {
		w.stopServer()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	_ = w.db.Close(ctx)
}

// stopServer stops the server and looks at how it ends.
func (w *world) stopServer() {
	if err := w.server.stop(); err != nil {
		w.tally.violate("chatd ended with %v", err)
	}
	for _, line := range w.server.output.complaints() {
		w.tally.violate("chatd says: %s", line)
	}
	w.server = nil
}

// spent is the processor time that something has taken.
type spent struct{ server, database time.Duration }

// spent is what server and database have taken so far; 0 for one that is not
// on this machine.
func (w *world) spent() (s spent) {
	if w.server.pid != 0 {
		if stat, err := readStat(w.server.pid); err == nil {
			s.server = stat.own
		}
	}
	if w.postmaster != 0 {
		s.database, _ = familyTime(w.postmaster)
	}
	return s
}

// since is what has been taken after an earlier moment.
func (w *world) since(before spent) spent {
	now := w.spent()
	return spent{now.server - before.server, now.database - before.database}
}

// memory is the server's resident memory in bytes, 0 when nobody knows.
func (w *world) memory() float64 {
	if w.server.pid == 0 {
		return 0
	}
	bytes, _ := resident(w.server.pid)
	return float64(bytes)
}

// rest lets time pass in which nothing happens.
func (w *world) rest(ctx context.Context, d time.Duration) {
	pause(ctx, time.Duration(w.pace*float64(d)))
}

// settledMemory waits until the server's memory has moved by less than 1 % in
// 3 s, at most the given time.
func (w *world) settledMemory(ctx context.Context, limit time.Duration) float64 {
	const still = 3 * time.Second
	end := time.Now().Add(limit)
	for before := w.memory(); ; {
		w.rest(ctx, still)
		now := w.memory()
		if change := now - before; change < before/100 && -change < before/100 || !time.Now().Before(end) || ctx.Err() != nil {
			return now
		}
		before = now
	}
}

// pause waits for a while, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
