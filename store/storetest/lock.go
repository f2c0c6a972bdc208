package storetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Lock takes a table away from everybody else until release is called or the
// test ends: whatever needs it keeps its connection and waits.
func Lock(t testing.TB, url, table string) (release func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		cancel()
		t.Fatalf("storetest: %v", err)
	}
	release = func() {
		_ = conn.Close(ctx)
		cancel()
	}
	t.Cleanup(release)
	if _, err := conn.Exec(ctx, "begin; lock table "+table+" in access exclusive mode"); err != nil {
		t.Fatalf("storetest: %v", err)
	}
	return release
}

// Waiting is how many connections of a database wait for a lock, of those with
// this application_name.
func Waiting(t testing.TB, url, application string) (n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, `
		select count(*) from pg_stat_activity
		where datname = current_database() and application_name = $1 and wait_event_type = 'Lock'`, application).Scan(&n)
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	return n
}
