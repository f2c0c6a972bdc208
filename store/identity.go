package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// CheckIdentity makes sure that positions given out before still mean the same
// events. When the database is another one than at the last check (restored
// from a backup or promoted from a standby) it may have lost events whose
// positions clients still hold, so the epochs of all topics are renewed and
// renewed is true. The committer checks again with every connection it makes.
func (s *Store) CheckIdentity(ctx context.Context) (renewed bool, err error) {
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		renewed, err = checkIdentity(ctx, tx)
		return err
	})
	return renewed, err
}

// identity is what PostgreSQL says about itself. The cluster's system
// identifier changes with initdb, the database's and the table's own ids when
// a dump is loaded into the same cluster again, the timeline with every
// recovery that ends before the end of the log.
type identity struct {
	System   string
	Timeline int64
}

// checkIdentity compares the recorded identity with the present one. Only one
// of several nodes that find a change renews the epochs: the row's lock makes
// the others wait, and then they find nothing to do.
func checkIdentity(ctx context.Context, tx pgx.Tx) (renewed bool, err error) {
	present, err := readIdentity(ctx, tx)
	if err != nil {
		return false, err
	}
	recorded, err := recordedIdentity(ctx, tx, present)
	if err != nil || recorded == present {
		return false, err
	}
	_, err = tx.Exec(ctx, `update topics set epoch = 1 + (epoch + floor(random() * 2147483645)::bigint) % 2147483646`)
	if err != nil {
		return false, fmt.Errorf("renew the epochs: %w", err)
	}
	_, err = tx.Exec(ctx, `update database_identity set system_identifier = $1, timeline = $2`, present.System, present.Timeline)
	if err != nil {
		return false, fmt.Errorf("record the database's identity: %w", err)
	}
	return true, nil
}

func readIdentity(ctx context.Context, tx pgx.Tx) (id identity, err error) {
	// The control file names the timeline only from the first checkpoint on,
	// the name of the log file at once.
	err = tx.QueryRow(ctx, `
		select concat_ws('/', c.system_identifier, d.oid, 'topics'::regclass::oid),
		       ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint
		from pg_control_system() c, pg_database d
		where d.datname = current_database()`).Scan(&id.System, &id.Timeline)
	if err != nil {
		return id, fmt.Errorf("read the database's identity: %w", err)
	}
	return id, nil
}

// recordedIdentity returns the identity of the last check; at the first check
// it records the present one. It is read without a lock first, since it almost
// never differs.
func recordedIdentity(ctx context.Context, tx pgx.Tx, present identity) (id identity, err error) {
	const read = `select system_identifier, timeline from database_identity`
	err = tx.QueryRow(ctx, read).Scan(&id.System, &id.Timeline)
	if err == nil && id == present {
		return id, nil
	}
	if errors.Is(err, pgx.ErrNoRows) {
		_, err = tx.Exec(ctx, `
			insert into database_identity (system_identifier, timeline) values ($1, $2)
			on conflict (id) do nothing`, present.System, present.Timeline)
	}
	if err == nil {
		err = tx.QueryRow(ctx, read+` for update`).Scan(&id.System, &id.Timeline)
	}
	if err != nil {
		return id, fmt.Errorf("read the recorded identity: %w", err)
	}
	return id, nil
}
