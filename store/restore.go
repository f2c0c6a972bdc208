package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"chatd/migrations"
	"chatd/store/archive"
)

// ErrNewerBackup means that a backup holds tables of a newer chatd than this.
// It is the end of a sentence that begins with the backup's name.
var ErrNewerBackup = errors.New("was made by a newer chatd; restore it with that version or a later one")

// RestoreOptions say what a restore need not be careful about.
type RestoreOptions struct {
	// Replace puts the backup in the place of what the database holds.
	Replace bool
	// Alone says that no chatd can be using the database.
	Alone bool
}

// idsApart is how many ids are left out after those of a backup. Browsers may
// still know rooms and people that came after it and are lost; nobody else
// should be given their ids.
const idsApart = 10_000

// Restore loads an archive into a database and brings its tables up to date,
// in one transaction: whatever happens, the database holds either all of the
// archive or what it held before. All epochs are renewed, so nothing that
// happens from now on is taken for something that was lost.
//
// It refuses a database in use with a *RunningError, one that holds something
// with a *OccupiedError, and archives with the errors of package archive or
// ErrNewerBackup.
func Restore(ctx context.Context, url string, from *archive.Reader, opts RestoreOptions) (Contents, error) {
	steps, err := readMigrations(migrations.Files)
	if err != nil {
		return Contents{}, err
	}
	if schema := from.Head().Schema; schema > len(steps) {
		return Contents{}, ErrNewerBackup
	}
	conn, err := connectForLong(ctx, url, restoreName)
	if err != nil {
		return Contents{}, err
	}
	// Closing also gives the advisory lock back, for which a chatd waits that starts.
	defer closeConn(ctx, conn)
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, migrationLock); err != nil {
		return Contents{}, fmt.Errorf("wait for a migration: %w", err)
	}
	if !opts.Alone {
		if err := checkNobodyRuns(ctx, conn); err != nil {
			return Contents{}, err
		}
	}
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadWrite}, func(tx pgx.Tx) error {
		r := &restore{tx: tx, conn: conn, from: from, steps: steps}
		return r.run(ctx, opts)
	})
	if err != nil {
		return Contents{}, err
	}
	return contentsOf(from.Head(), from.Rows), nil
}

// restore is the work of one transaction.
type restore struct {
	tx    pgx.Tx
	conn  *pgx.Conn
	from  *archive.Reader
	steps []migration

	// names are the tables that the backup's version of chatd has.
	names []string
	// before is what the database used until now.
	before past
}

// past is what must not be used again.
type past struct {
	topics, epochs []int64
	sequences      []archive.Sequence
}

func (r *restore) run(ctx context.Context, opts RestoreOptions) error {
	if err := r.clear(ctx, opts); err != nil {
		return err
	}
	schema := r.from.Head().Schema
	r.names = tablesOf(r.steps[:schema])
	if err := r.migrate(ctx, r.steps[:schema]); err != nil {
		return err
	}
	if err := r.checkTables(ctx); err != nil {
		return err
	}
	if err := r.load(ctx); err != nil {
		return err
	}
	if err := r.setSequences(ctx); err != nil {
		return err
	}
	if err := r.migrate(ctx, r.steps[schema:]); err != nil {
		return err
	}
	if err := r.renewEpochs(ctx); err != nil {
		return err
	}
	_, err := r.tx.Exec(ctx, `analyze `+quoted(tablesOf(r.steps)))
	return err
}

// clear makes place for the backup and remembers what was used.
func (r *restore) clear(ctx context.Context, opts RestoreOptions) error {
	// Somebody who forgot a transaction must not keep us waiting for ever.
	if _, err := r.tx.Exec(ctx, `set local lock_timeout = '30s'`); err != nil {
		return err
	}
	version, err := appliedVersion(ctx, r.tx)
	if err != nil {
		return err
	}
	if version > len(r.steps) {
		return newerSchema(version, len(r.steps))
	}
	if version == 0 {
		return refuseTaken(ctx, r.tx, tablesOf(r.steps))
	}
	if !opts.Replace {
		if err := checkNobodyLives(ctx, r.tx); err != nil {
			return err
		}
	}
	names := tablesOf(r.steps[:version])
	if err := r.remember(ctx, names); err != nil {
		return err
	}
	return dropTables(ctx, r.tx, append(names, versionTable))
}

func (r *restore) remember(ctx context.Context, names []string) (err error) {
	err = r.tx.QueryRow(ctx, `select array_agg(id), array_agg(epoch) from topics`).Scan(&r.before.topics, &r.before.epochs)
	if err != nil {
		return fmt.Errorf("read the epochs: %w", err)
	}
	r.before.sequences, err = readSequences(ctx, r.tx, names)
	return err
}

// migrate runs migrations inside the transaction.
func (r *restore) migrate(ctx context.Context, steps []migration) error {
	if err := makeVersionTable(ctx, r.tx); err != nil {
		return err
	}
	for _, step := range steps {
		if err := step.apply(ctx, r.tx); err != nil {
			return fmt.Errorf("migration %s: %w", step.name, err)
		}
	}
	return nil
}

// checkTables compares what the archive says it holds with the tables of its
// version. After this, names that stand in the archive may stand in statements.
func (r *restore) checkTables(ctx context.Context) error {
	want, err := readTables(ctx, r.tx, r.names)
	if err != nil {
		return err
	}
	same := func(a, b archive.Table) bool { return a.Name == b.Name && slices.Equal(a.Columns, b.Columns) }
	if !slices.EqualFunc(want, r.from.Head().Tables, same) {
		return fmt.Errorf("%w (its tables are not those of its version)", archive.ErrDamaged)
	}
	return nil
}

// load copies the rows. What migrations put into tables is in the archive, too.
func (r *restore) load(ctx context.Context) error {
	// The audit log refuses to be emptied; no migration puts anything there.
	filled := slices.DeleteFunc(slices.Clone(r.names), func(name string) bool { return name == auditTable })
	if _, err := r.tx.Exec(ctx, `truncate `+quoted(filled)); err != nil {
		return fmt.Errorf("empty the tables: %w", err)
	}
	columns := map[string][]string{}
	for _, t := range r.from.Head().Tables {
		columns[t.Name] = t.Columns
	}
	for {
		table, err := r.from.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		sql := fmt.Sprintf(`copy %s (%s) from stdin`, quoted([]string{table}), quoted(columns[table]))
		tag, err := r.conn.PgConn().CopyFrom(ctx, r.from, sql)
		if err != nil {
			return r.whyNotLoaded(table, err)
		}
		if tag.RowsAffected() != r.from.Rows(table) {
			return fmt.Errorf("%w (the table %s has %d rows and not %d)", archive.ErrDamaged, table, tag.RowsAffected(), r.from.Rows(table))
		}
	}
}

// whyNotLoaded finds out whether it is the archive that is wrong: PostgreSQL may
// have met first what a checksum, which comes later, would have found.
func (r *restore) whyNotLoaded(table string, err error) error {
	refused, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || r.conn.IsClosed() {
		return fmt.Errorf("load the table %s: %w", table, err) // and somebody may still read the archive
	}
	badRow := strings.HasPrefix(refused.Code, classData) || strings.HasPrefix(refused.Code, classConstraint)
	for badRow && r.from.Err() == nil {
		if _, end := r.from.Next(); errors.Is(end, io.EOF) {
			return fmt.Errorf("%w (the database refuses rows of the table %s: %s)", archive.ErrDamaged, table, refused.Code)
		}
	}
	if wrong := r.from.Err(); wrong != nil {
		return wrong
	}
	return fmt.Errorf("load the table %s: %w", table, err)
}

// The classes of SQLSTATE that say that a row cannot be.
const (
	classData       = "22"
	classConstraint = "23"
)
