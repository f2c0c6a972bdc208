package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/migrations"
)

// ErrNewerSchema means that the database was last used by a newer chatd than
// this one.
var ErrNewerSchema = errors.New("the database was last used by a newer chatd; run that version or a later one again, or restore a backup from before the upgrade")

// migrationLock is the advisory lock under which migrations run ("chatd").
const migrationLock int64 = 0x6368617464

// migrateName is how the connection that migrates calls itself.
const migrateName = "chatd migrate"

// oldestServer is the first PostgreSQL whose features the store needs.
const oldestServer = 150000

// Migrate brings the schema up to date. It may be called at any time and by
// several nodes at once: one works, the others wait for it. A database newer
// than this program is refused with [ErrNewerSchema].
func Migrate(ctx context.Context, url string) error {
	return migrate(ctx, url, migrations.Files, fillSkeletons)
}

// migrate applies the files that are new, and then what only this program can
// work out.
func migrate(ctx context.Context, url string, files fs.FS, fillIn func(context.Context, querier) error) error {
	steps, err := readMigrations(files)
	if err != nil {
		return err
	}
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("read the database URL: %w", err)
	}
	configure(cfg, migrateName, nil)
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	// Closing also gives the advisory lock back.
	defer closeConn(ctx, conn)
	if err := checkServer(ctx, conn); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, migrationLock); err != nil {
		return fmt.Errorf("wait for another migration: %w", err)
	}
	current, err := appliedVersion(ctx, conn)
	if err == nil && current == 0 {
		if err = refuseTaken(ctx, conn, tablesOf(steps)); err == nil {
			err = makeVersionTable(ctx, conn)
		}
	}
	if err != nil {
		return err
	}
	if newest := steps[len(steps)-1].version; current > newest {
		return newerSchema(current, newest)
	}
	for _, step := range steps {
		if step.version > current {
			if err := step.apply(ctx, conn); err != nil {
				return fmt.Errorf("migration %s: %w", step.name, err)
			}
		}
	}
	return fillIn(ctx, conn)
}

func newerSchema(current, newest int) error {
	return fmt.Errorf("%w (its schema is %d, this program knows %d)", ErrNewerSchema, current, newest)
}

// checkServer refuses servers on which chatd cannot work.
func checkServer(ctx context.Context, conn *pgx.Conn) error {
	var number int
	var version, encoding string
	err := conn.QueryRow(ctx, `
		select current_setting('server_version_num')::int, current_setting('server_version'),
		       current_setting('server_encoding')`).Scan(&number, &version, &encoding)
	if err != nil {
		return fmt.Errorf("ask for the server's version: %w", err)
	}
	if number < oldestServer {
		return fmt.Errorf("chatd needs PostgreSQL 15 or later; this server is %s", version)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("chatd needs a database with the encoding UTF8; this one has %s; create one with: createdb --encoding=UTF8 --template=template0", encoding)
	}
	return nil
}

// makeVersionTable makes the table that knows which migrations are applied.
func makeVersionTable(ctx context.Context, db querier) error {
	_, err := db.Exec(ctx, `
		create table if not exists schema_migrations (
			version    int primary key,
			name       text        not null,
			applied_at timestamptz not null default now()
		)`)
	if err != nil {
		return fmt.Errorf("make the table of migrations: %w", err)
	}
	return nil
}

// migration is one file of the schema's history.
type migration struct {
	version int
	name    string
	sql     string
}

// readMigrations returns the files in order; their versions are 1, 2, 3, ….
func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		return nil, errors.Join(errors.New("no migrations found"), err)
	}
	steps := make([]migration, len(names))
	for i, name := range names {
		number, _, _ := strings.Cut(name, "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s should begin with number %04d", name, i+1)
		}
		sql, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		steps[i] = migration{version: version, name: name, sql: string(sql)}
	}
	return steps, nil
}

// beginner is a connection, or a transaction in which another one can be.
type beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// apply runs the file and records it, in one transaction.
func (m migration) apply(ctx context.Context, db beginner) error {
	return pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, m.sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into schema_migrations (version, name) values ($1, $2)`, m.version, m.name)
		return err
	})
}

// closeConn says goodbye to the server, even when ctx is over.
func closeConn(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = conn.Close(ctx) // the connection is given up either way
}
