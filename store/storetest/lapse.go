package storetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// LapseDeletions ends the time in which deletions can be taken back, and returns
// a question: how many messages are erased.
func LapseDeletions(t testing.TB, url string) (erased func() int) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	if _, err := db.Exec(t.Context(), `update deletions set undo_until = now() where erased_at is null`); err != nil {
		t.Fatal(err)
	}
	return func() (n int) {
		t.Helper()
		if err := db.QueryRow(t.Context(), `select count(*) from messages where body = ''`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
}
