package storetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// LeaveUnused makes all sessions of a user be ones that were last used two hours
// ago, and returns a question: how many sessions of anybody still are.
func LeaveUnused(t testing.TB, url string, user int64) (unused func() int) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	if _, err := db.Exec(t.Context(), `update sessions set last_used_at = now() - interval '2 hours' where user_id = $1`, user); err != nil {
		t.Fatal(err)
	}
	return func() (n int) {
		t.Helper()
		err := db.QueryRow(t.Context(), `select count(*) from sessions where last_used_at < now() - interval '1 hour'`).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}
