package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Age makes everything that was written in a room, and its deletion, happen
// earlier.
func Age(t testing.TB, url string, room int64, by time.Duration) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(context.Background())
	for _, statement := range []string{
		`update messages set created_at = created_at - $2::interval where room_id = $1`,
		`update memberships m set left_at = m.left_at - $2::interval from rooms r where m.room_id = $1 and r.id = $1 and m.left_at = r.deleted_at`,
		`update rooms set deleted_at = deleted_at - $2::interval where id = $1`,
	} {
		if _, err := db.Exec(t.Context(), statement, room, by); err != nil {
			t.Fatal(err)
		}
	}
}
