package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/migrations"
	"chatd/store/archive"
)

// ErrNothingToBackUp means that no chatd has used the database yet.
var ErrNothingToBackUp = errors.New("there is nothing to back up: the database holds no tables of chatd")

// backupName is how the connection of a backup calls itself.
const backupName = "chatd backup"

// errUpgrading means that the tables changed while they were looked at.
var errUpgrading = errors.New("the database is being upgraded at the moment; try again when that is done")

// Contents is what a backup holds, for people.
type Contents struct {
	At                      time.Time
	Messages, People, Rooms int64
}

func contentsOf(head archive.Head, rows func(table string) int64) Contents {
	return Contents{At: head.At, Messages: rows("messages"), People: rows("users"), Rooms: rows("rooms")}
}

// Backup writes an archive of the database to out. chatd may be at work
// meanwhile: the archive holds what was committed at one moment. program names
// this chatd in the archive.
//
// Rows are copied as text and without any of PostgreSQL's own programs, so
// another version of PostgreSQL can load them.
func Backup(ctx context.Context, url, program string, out io.Writer) (contents Contents, err error) {
	conn, err := connectForLong(ctx, url, backupName)
	if err != nil {
		return Contents{}, err
	}
	defer closeConn(ctx, conn)
	steps, err := readMigrations(migrations.Files)
	if err != nil {
		return Contents{}, err
	}
	opts := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	for range 3 {
		version, err := knownVersion(ctx, conn, steps)
		if err != nil {
			return Contents{}, err
		}
		err = pgx.BeginTxFunc(ctx, conn, opts, func(tx pgx.Tx) error {
			head, err := freeze(ctx, tx, steps[:version])
			if err != nil {
				return err
			}
			head.Program = program
			contents, err = writeArchive(ctx, conn, head, out)
			return err
		})
		if !errors.Is(err, errUpgrading) {
			return contents, err
		}
	}
	return Contents{}, errUpgrading
}

// knownVersion is the version of the tables that chatd made.
func knownVersion(ctx context.Context, db querier, steps []migration) (int, error) {
	version, err := appliedVersion(ctx, db)
	switch {
	case err != nil:
		return 0, err
	case version == 0:
		return 0, ErrNothingToBackUp
	case version > len(steps):
		return 0, newerSchema(version, len(steps))
	default:
		return version, nil
	}
}

// freeze fixes what the transaction sees, and returns the head of an archive of
// it. Unlike rows, tables have no past: an older snapshot sees a table as the
// last migration left it. So they are locked before there is a snapshot, which
// LOCK takes none of.
func freeze(ctx context.Context, tx pgx.Tx, steps []migration) (archive.Head, error) {
	names := tablesOf(steps)
	if _, err := tx.Exec(ctx, `lock table `+quoted(names)+` in access share mode`); err != nil {
		return archive.Head{}, fmt.Errorf("lock the tables: %w", err)
	}
	version, err := appliedVersion(ctx, tx)
	if err != nil {
		return archive.Head{}, err
	}
	if version != len(steps) {
		return archive.Head{}, errUpgrading
	}
	head := archive.Head{Schema: version}
	if err := tx.QueryRow(ctx, `select now()`).Scan(&head.At); err != nil {
		return archive.Head{}, fmt.Errorf("ask for the time: %w", err)
	}
	if head.Tables, err = readTables(ctx, tx, names); err != nil {
		return archive.Head{}, err
	}
	// After the snapshot, so no row in it can have a later id.
	head.Sequences, err = readSequences(ctx, tx, names)
	return head, err
}

// writeArchive copies all tables of the head.
func writeArchive(ctx context.Context, conn *pgx.Conn, head archive.Head, out io.Writer) (Contents, error) {
	w, err := archive.NewWriter(out, head)
	if err != nil {
		return Contents{}, err
	}
	for _, t := range head.Tables {
		err := w.Table(t.Name, func(rows io.Writer) error {
			_, err := conn.PgConn().CopyTo(ctx, rows, copyOut(t))
			return err
		})
		if err != nil {
			return Contents{}, fmt.Errorf("copy the table %s: %w", t.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return Contents{}, err
	}
	return contentsOf(head, w.Rows), nil
}

// copyOut is the statement that writes a table's rows.
func copyOut(t archive.Table) string {
	values := make([]string, len(t.Columns))
	for i, column := range t.Columns {
		values[i] = quoted([]string{column})
		if holdsTransaction(column) {
			// Ids of transactions mean nothing in another cluster, or something
			// else. 0 is older than every look; null stays null.
			values[i] += " * 0"
		}
	}
	return fmt.Sprintf(`copy (select %s from %s) to stdout`, strings.Join(values, ", "), quoted([]string{t.Name}))
}

// holdsTransaction reports whether a column holds ids of transactions.
func holdsTransaction(column string) bool {
	return column == "tx" || strings.HasSuffix(column, "_tx")
}

// connectForLong opens a connection for work that may take its time.
func connectForLong(ctx context.Context, url, name string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	configure(cfg, name, map[string]string{
		"statement_timeout":                   "0",
		"idle_in_transaction_session_timeout": "0",
		// How values are written as text, and read again.
		"client_encoding":    "UTF8",
		"datestyle":          "ISO, YMD",
		"intervalstyle":      "postgres",
		"bytea_output":       "hex",
		"extra_float_digits": "1",
	})
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	// Known from PostgreSQL 17 on.
	_, err = conn.Exec(ctx, `select set_config(name, '0', false) from pg_settings where name = 'transaction_timeout'`)
	if err == nil {
		err = checkServer(ctx, conn)
	}
	if err != nil {
		closeConn(ctx, conn)
		return nil, err
	}
	return conn, nil
}
