package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Contents returns a question: what is in each table of a database, as a text that
// is another one after whatever change. Of the tables besides it does not ask.
func Contents(t testing.TB, url string, besides ...string) (contents func() map[string]string) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	rows, err := db.Query(t.Context(), `select relname from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range besides {
		if !slices.Contains(tables, name) {
			t.Fatalf("there is no table %s", name)
		}
	}
	tables = slices.DeleteFunc(tables, func(name string) bool { return slices.Contains(besides, name) })
	return func() map[string]string {
		t.Helper()
		found := map[string]string{}
		for _, name := range tables {
			var text string
			// A row that was written again is another one, even if it says the same.
			err := db.QueryRow(t.Context(), fmt.Sprintf(`
				select concat_ws(' ', count(*), sum(hashtextextended(x::text || x.xmin::text, 0)))
				from %s x`, pgx.Identifier{name}.Sanitize())).Scan(&text)
			if err != nil {
				t.Fatal(err)
			}
			found[name] = text
		}
		return found
	}
}
