package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// restoreName is how the connection of a restore calls itself.
const restoreName = "chatd restore"

// RunningError means that a chatd uses the database.
type RunningError struct {
	// Connections are the names of its connections; none when it is gone but
	// its lease still holds, for so long.
	Connections []string
	Lease       time.Duration
}

func (e *RunningError) Error() string {
	switch {
	case slices.Equal(e.Connections, []string{backupName}):
		return "a backup is being made of the database; try again when it is done"
	case len(e.Connections) > 0:
		return "chatd is running on the database; stop it first, on every machine"
	default:
		return fmt.Sprintf("chatd was running on the database until a moment ago; stop it, or, if it was killed, try again in %.0f seconds", e.Lease.Seconds()+1)
	}
}

// checkNobodyRuns refuses a database that a chatd works on. One that is just
// starting waits until the restore is over, and is no obstacle.
func checkNobodyRuns(ctx context.Context, conn *pgx.Conn) error {
	var running RunningError
	err := conn.QueryRow(ctx, `
		select array(
			select distinct application_name from pg_stat_activity
			where datname = current_database() and application_name like 'chatd%' and application_name <> all ($1))`,
		[]string{restoreName, migrateName}).Scan(&running.Connections)
	if err == nil && len(running.Connections) == 0 {
		running.Lease, err = longestLease(ctx, conn)
	}
	switch {
	case err != nil:
		return fmt.Errorf("see who uses the database: %w", err)
	case len(running.Connections) > 0, running.Lease > 0:
		return &running
	default:
		return nil
	}
}

// longestLease is how long some node may still be alive, which connections do
// not tell behind a pooler.
func longestLease(ctx context.Context, conn *pgx.Conn) (lease time.Duration, err error) {
	var exists bool
	err = conn.QueryRow(ctx, `select to_regclass('nodes') is not null`).Scan(&exists)
	if err == nil && exists {
		err = conn.QueryRow(ctx, `select coalesce(max(lease_until) - now(), '0') from nodes`).Scan(&lease)
	}
	return lease, err
}

// OccupiedError means that there is something in the database that a restore
// would replace.
type OccupiedError struct {
	Workspace        string // empty: it is not set up
	People, Messages int64
}

func (e *OccupiedError) Error() string {
	what := "people"
	if e.Workspace != "" {
		what = fmt.Sprintf("the workspace “%s”", e.Workspace)
	}
	return fmt.Sprintf("the database holds %s (%s and %s)", what, count(e.People, "person", "people"), count(e.Messages, "message", "messages"))
}

// checkNobodyLives refuses a database in which there is a workspace, or anybody.
func checkNobodyLives(ctx context.Context, tx pgx.Tx) error {
	var there OccupiedError
	err := tx.QueryRow(ctx, `
		select coalesce((select name from workspace), ''), (select count(*) from users), (select count(*) from messages)`).
		Scan(&there.Workspace, &there.People, &there.Messages)
	switch {
	case err != nil:
		return fmt.Errorf("see what the database holds: %w", err)
	case there.Workspace != "" || there.People > 0:
		return &there
	default:
		return nil
	}
}

// stateDependent is the SQLSTATE of a table that something hangs on.
const stateDependent = "2BP01"

// dropTables removes tables, unless something that is not chatd's hangs on them.
func dropTables(ctx context.Context, tx pgx.Tx, names []string) error {
	_, err := tx.Exec(ctx, `drop table if exists `+quoted(names))
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == stateDependent {
		what := strings.ReplaceAll(strings.TrimSpace(refused.Detail), "\n", ", ")
		return errors.New("the tables of chatd cannot be replaced while something of another program hangs on them (" + what +
			"); drop that and make it again after the restore, or restore into a new database; nothing was changed")
	}
	if err != nil {
		return fmt.Errorf("remove the old tables: %w", err)
	}
	return nil
}

// count writes a number of things as people do: 1 person, 1,234 messages.
func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits + " " + many
}

// String says what it holds: 1,234 messages, 12 people, 3 rooms.
func (c Contents) String() string {
	return strings.Join([]string{
		count(c.Messages, "message", "messages"), count(c.People, "person", "people"), count(c.Rooms, "room", "rooms"),
	}, ", ")
}
