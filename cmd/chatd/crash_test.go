package main

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store"
	"chatd/store/localpg"
)

// A PostgreSQL that crashes forgets the transactions of which it had written
// nothing to its disk yet, and gives their ids away again. A node that has
// looked at the database before must not take what these do for old.
func TestNothingIsMissedWhenPostgreSQLGivesTransactionIDsAwayAgain(t *testing.T) {
	t.Parallel()
	data := filepath.Join(folder(t), "data")
	cluster, err := localpg.Start(t.Context(), localpg.Config{DataDir: data, Settings: map[string]string{"wal_writer_delay": "10s"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := store.Migrate(t.Context(), cluster.URL()); err != nil {
		t.Fatal(err)
	}
	a, b := twoNodesOf(t, cluster.URL(), false, "CHATD_METRICS_ADDR=localhost:0")
	ana := a.setUp(t)
	room := ana.rooms(t)[0].ID
	e := ana.ear(t)
	e.streams(ana.at(b))
	for range 5 { // the nodes may make it write just then
		if forgets(t, data, cluster.URL(), ana, room, b, e) {
			return
		}
	}
	t.Error("PostgreSQL forgets nothing")
}

// forgets kills PostgreSQL after transactions that stored nothing, sends a
// message while node b is cut off, and waits until the ear there shows it. It
// reports whether ids were given away again.
func forgets(t *testing.T, data, database string, ana *browser, room int64, b node, e *ear) bool {
	t.Helper()
	execute(t, database, `do $$ begin for i in 1..500 loop perform pg_current_xact_id(); rollback; end loop; end $$`)
	before := transactionID(t, database)
	const looks = `chatd_database_acquires_total{pool="control"}`
	metrics := b.metricsURL(t)
	sofar := scrape(t, metrics, looks)
	execute(t, database, `notify chatd, 'another node'`)
	eventually(t, "the node has looked", func() bool { return scrape(t, metrics, looks) != sofar })
	b.line.cut()
	postmaster := postmasterOf(t, data)
	if err := syscall.Kill(postmaster, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "there is a new PostgreSQL", func() bool { return postmasterOf(t, data) != postmaster })
	if err := ana.post(t.Context(), room, "after the crash"); err != nil {
		t.Fatal(err)
	}
	after := transactionID(t, database)
	b.line.mend()
	e.shows("after the crash", 10*time.Second)
	t.Logf("the next transaction was %d before the crash and is %d now", before, after)
	return after < before
}

// transactionID is the id that the next transaction gets.
func transactionID(t *testing.T, address string) (id int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), `select pg_snapshot_xmax(pg_current_snapshot())::text::bigint`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}
