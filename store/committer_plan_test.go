package store_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"chatd/store"
)

// TestTheCommitterLooksEverythingUpByKey reads the plans that are made on
// empty tables without statistics: they must do when the tables have grown.
func TestTheCommitterLooksEverythingUpByKey(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	cfg := w.sql.Config().ConnConfig.Copy()
	for k, v := range store.CommitterSettings {
		cfg.RuntimeParams[k] = v
	}
	conn, err := pgx.ConnectConfig(t.Context(), cfg)
	w.ok(err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), `select set_config('chatd.locked', '{1}', false)`)
	w.ok(err)
	scan := regexp.MustCompile(`^(.*) on (topics|messages|events|pending_events|users|rooms|memberships|sessions|slow_posts|threads|thread_replies|thread_follows|mentions)\b`)
	for types, statement := range store.CommitterStatements {
		_, err := conn.Exec(t.Context(), `prepare p`+types+` as `+statement)
		w.ok(err)
		nulls := "null" + strings.Repeat(", null", strings.Count(types, ","))
		rows, err := conn.Query(t.Context(), `explain (costs off) execute p(`+nulls+`)`)
		w.ok(err)
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		w.ok(err)
		for i, line := range plan {
			found := scan.FindStringSubmatch(strings.TrimLeft(line, " ->"))
			if found == nil || !strings.Contains(found[1], "Scan") {
				continue
			}
			if !strings.Contains(found[1], "Index") || i+1 == len(plan) || !strings.Contains(plan[i+1], "Index Cond") {
				t.Errorf("%s is not looked up by key:\n%s", found[2], strings.Join(plan, "\n"))
			}
		}
		_, err = conn.Exec(t.Context(), `deallocate p`)
		w.ok(err)
	}
}
