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
