package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"chatd/store/archive"
)

// notBackedUp are the tables that say something about one database at one
// time, and are wrong in any other.
var notBackedUp = []string{
	// Which database it is: the restored one is another, see checkIdentity.
	"database_identity",
	// Who is here is told by nodes that run; the restored database has none
	// yet. Changes of it are counted within an epoch, and all epochs end.
	"nodes", "presence_leases", "presence_changes", "presence_states",
}

// versionTable holds the version of the schema, which a backup has in its head.
const versionTable = "schema_migrations"

var createTable = regexp.MustCompile(`(?mi)^\s*create table (?:if not exists )?([a-z0-9_]+)`)

// tablesOf lists the tables that migrations make. A database may hold tables
// that are not chatd's, which are neither copied nor dropped; so the catalogue
// cannot tell.
func tablesOf(steps []migration) []string {
	var names []string
	for _, step := range steps {
		for _, match := range createTable.FindAllStringSubmatch(step.sql, -1) {
			names = append(names, match[1])
		}
	}
	return names
}

// appliedVersion is the version of the newest applied migration; 0 when there
// is none. It changes nothing, and refuses another program's table of that
// name, which several tools of others have.
func appliedVersion(ctx context.Context, db querier) (version int, err error) {
	var exists, ours bool
	err = db.QueryRow(ctx, `
		select to_regclass($1) is not null, 3 = (
			select count(*) from pg_attribute
			where attrelid = to_regclass($1) and not attisdropped
				and (attname, atttypid) in (('version', 'int'::regtype), ('name', 'text'::regtype), ('applied_at', 'timestamptz'::regtype)))`,
		versionTable).Scan(&exists, &ours)
	if err == nil && exists && !ours {
		// In another schema than the one where our tables would be it may stay.
		return 0, refuseTaken(ctx, db, []string{versionTable})
	}
	if err == nil && exists {
		err = db.QueryRow(ctx, `select coalesce(max(version), 0) from schema_migrations`).Scan(&version)
	}
	if err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return version, nil
}

// refuseTaken refuses a database in which somebody else's tables have names
// that ours are to have.
func refuseTaken(ctx context.Context, db querier, names []string) error {
	var taken []string
	err := db.QueryRow(ctx, `
		select array(
			select name from unnest($1::text[]) name
			where to_regclass(quote_ident(current_schema()) || '.' || quote_ident(name)) is not null)`, names).Scan(&taken)
	if err != nil {
		return fmt.Errorf("see what the database holds: %w", err)
	}
	if len(taken) > 0 {
		return errors.New("the database holds tables of another program (" + strings.Join(taken, ", ") + "); give chatd a database of its own")
	}
	return nil
}

// readTables returns those of the tables that a backup holds, with their columns, each
// after those that its foreign keys point to.
func readTables(ctx context.Context, db querier, names []string) ([]archive.Table, error) {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(notBackedUp, name) })
	rows, err := db.Query(ctx, `
		select t.name, array_agg(a.attname::text order by a.attnum),
		       array(
		           select distinct f.relname::text
		           from pg_constraint k join pg_class f on f.oid = k.confrelid
		           where k.conrelid = t.oid and k.contype = 'f' and k.confrelid <> t.oid
		       )
		from (select name, to_regclass(quote_ident(name)) as oid from unnest($1::text[]) name) t
		join pg_attribute a on a.attrelid = t.oid
		where a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
		group by t.name, t.oid
		order by t.name`, names)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	var tables []archive.Table
	targets := map[string][]string{}
	var table archive.Table
	var points []string
	_, err = pgx.ForEachRow(rows, []any{&table.Name, &table.Columns, &points}, func() error {
		tables = append(tables, archive.Table{Name: table.Name, Columns: slices.Clone(table.Columns)})
		targets[table.Name] = slices.Clone(points)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	return inOrder(tables, targets), nil
}

// inOrder sorts tables so that each comes after its targets.
func inOrder(tables []archive.Table, targets map[string][]string) []archive.Table {
	var sorted []archive.Table
	done := map[string]bool{}
	var visit func(t archive.Table)
	visit = func(t archive.Table) {
		if done[t.Name] {
			return
		}
		done[t.Name] = true
		for _, other := range tables {
			if slices.Contains(targets[t.Name], other.Name) {
				visit(other)
			}
		}
		sorted = append(sorted, t)
	}
	for _, t := range tables {
		visit(t)
	}
	return sorted
}

// readSequences returns the next id of every column of the tables that counts
// by itself.
func readSequences(ctx context.Context, db querier, names []string) ([]archive.Sequence, error) {
	rows, err := db.Query(ctx, `
		select t.name, a.attname::text, pg_get_serial_sequence(quote_ident(t.name), a.attname)
		from unnest($1::text[]) with ordinality t (name, n)
		join pg_attribute a on a.attrelid = to_regclass(quote_ident(t.name))
		where a.attnum > 0 and not a.attisdropped
			and pg_get_serial_sequence(quote_ident(t.name), a.attname) is not null
		order by t.n, a.attnum`, names)
	if err != nil {
		return nil, fmt.Errorf("read the sequences: %w", err)
	}
	type found struct{ Table, Column, Sequence string }
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[found])
	if err != nil {
		return nil, fmt.Errorf("read the sequences: %w", err)
	}
	sequences := make([]archive.Sequence, len(list))
	for i, f := range list {
		sequences[i] = archive.Sequence{Table: f.Table, Column: f.Column}
		// The name comes quoted.
		err := db.QueryRow(ctx, `select last_value + is_called::int from `+f.Sequence).Scan(&sequences[i].Next)
		if err != nil {
			return nil, fmt.Errorf("read the sequence %s: %w", f.Sequence, err)
		}
	}
	return sequences, nil
}

// quoted writes names for a statement.
func quoted(names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = pgx.Identifier{name}.Sanitize()
	}
	return strings.Join(list, ", ")
}
