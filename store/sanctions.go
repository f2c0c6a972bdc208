package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// SanctionKind says what was decided against somebody.
type SanctionKind string

// The kinds of sanction.
const (
	SanctionMute       SanctionKind = "mute"       // may not write in a room
	SanctionBan        SanctionKind = "ban"        // may not be in a room
	SanctionSuspension SanctionKind = "suspension" // may not sign in
)

// Terms are why somebody is muted, banned or suspended, and until when.
type Terms struct {
	Reason string     // one line of at most MaxReason characters; may be empty
	Until  *time.Time // nil: until somebody ends it
	// For says instead how long it lasts from now on, by the database's clock:
	// that of whoever decides may be wrong. In what was decided it is 0.
	For time.Duration
}

// Sanction is what was decided against somebody and is in force.
type Sanction struct {
	ID   int64
	Kind SanctionKind
	User User
	// By is who decided it; nil is the command line. Only ID, Username and
	// DisplayName are set.
	By *User
	Terms
	CreatedAt time.Time
}

// SanctionError means that a sanction against the person of whom it is about
// stands in the way. It is a kind of ErrForbidden.
type SanctionError struct {
	Kind SanctionKind
	Terms
}

func (e *SanctionError) Error() string { return string(e.Kind) + " is in force" }

// Unwrap makes a SanctionError a kind of ErrForbidden.
func (e *SanctionError) Unwrap() error { return ErrForbidden }

// SlowModeError means that somebody has to wait before they write in a room
// again.
type SlowModeError struct{ Wait time.Duration }

func (e *SlowModeError) Error() string { return "the room is in slow mode" }

// ErrOneself means that nobody does this to themselves. It is a kind of
// ErrInvalid.
var ErrOneself = fmt.Errorf("on oneself: %w", ErrInvalid)

// notOneself refuses what nobody does to themselves. Somebody at the command
// line acts in the name of an owner, whom it may concern.
func notOneself(ctx context.Context, by, user int64) error {
	if by == user && !isFromCommandLine(ctx) {
		return ErrOneself
	}
	return nil
}

// sameEnd is how far apart two ends may be that are the same: two who mute
// somebody for an hour at the same moment have decided one thing.
const sameEnd = time.Minute

// same reports whether somebody who asks for t finds it done.
func (t Terms) same(now Terms) bool {
	if t.Reason != now.Reason || (t.Until == nil) != (now.Until == nil) {
		return false
	}
	return t.Until == nil || t.Until.Sub(*now.Until).Abs() < sameEnd
}

// clean returns the terms as they are stored. Whether the end lies ahead the
// database finds out.
func (t Terms) clean() (Terms, error) {
	reason, err := cleanReason(t.Reason)
	return Terms{Reason: reason, Until: t.Until, For: t.For}, err
}

// dated returns the terms with the end that they have if they begin now.
func (t Terms) dated(ctx context.Context, tx pgx.Tx) (Terms, error) {
	if t.For == 0 {
		return t, nil
	}
	dated := Terms{Reason: t.Reason}
	err := tx.QueryRow(ctx, `select statement_timestamp() + $1::interval`, t.For).Scan(&dated.Until)
	return dated, err
}

// cleanReason returns why somebody does something, as it is stored.
func cleanReason(reason string) (string, error) {
	return cleanText(reason, MaxReason,
		&InvalidError{Field: "reason", Text: "A reason has at most 500 characters on one line, and none that control how text is shown."})
}

// facts are what the audit log tells of the terms, beside the reason.
func (t Terms) facts() facts { return facts{"until": t.Until} }

// inForce chooses those of a table of sanctions that are, by the database's
// clock.
func inForce(sanction string) string {
	return strings.ReplaceAll(`(@.ended_at is null and coalesce(@.until > statement_timestamp(), true))`, "@", sanction)
}

// sanctionColumns are the columns that scanSanction reads, of sanctions s, whom
// they concern u and who decided them d, who may be nobody.
var sanctionColumns = `s.id, s.kind, s.reason, s.until, s.created_at, d.id, d.username, d.display_name, ` + userColumns

// scanSanction reads sanctionColumns. No row is ErrNotFound.
func scanSanction(row pgx.Row) (Sanction, error) {
	var s Sanction
	var by userRow
	targets := []any{&s.ID, &s.Kind, &s.Reason, &s.Until, &s.CreatedAt, &by.id, &by.username, &by.displayName}
	err := row.Scan(append(targets, s.User.targets()...)...)
	if by.id != nil {
		s.By = &User{ID: *by.id, Username: *by.username, DisplayName: *by.displayName}
	}
	return s, orNotFound(err)
}

// measure is a sanction to be put in force or to be ended.
type measure struct {
	kind     SanctionKind
	by, user int64
	room     int64 // 0 for a suspension
}

// find returns the sanction that is in force, or ErrNotFound.
func (m measure) find(ctx context.Context, db querier) (Sanction, error) {
	return scanSanction(db.QueryRow(ctx, `
		select `+sanctionColumns+`
		from sanctions s
		join users u on u.id = s.user_id
		left join users d on d.id = s.created_by
		where s.kind = $1 and s.user_id = $2 and coalesce(s.room_id, 0) = $3 and `+inForce(`s`), m.kind, m.user, m.room))
}

// end ends the sanction that is in force, and closes one whose time is over.
func (m measure) end(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `
		update sanctions s
		set ended_at = least(s.until, statement_timestamp()),
			ended_by = case when `+inForce(`s`)+` then $4::bigint end
		where s.kind = $1 and s.user_id = $2 and coalesce(s.room_id, 0) = $3 and s.ended_at is null`,
		m.kind, m.user, m.room, m.actor(ctx))
	return err
}

// begin puts a sanction in force, in the place of the one that there may be.
func (m measure) begin(ctx context.Context, tx pgx.Tx, terms Terms) (Sanction, error) {
	if err := m.end(ctx, tx); err != nil {
		return Sanction{}, err
	}
	tag, err := tx.Exec(ctx, `
		insert into sanctions (kind, user_id, room_id, reason, until, created_by)
		select $1, $2, nullif($3, 0), $4, $5::timestamptz, $6
		where coalesce($5 > statement_timestamp() and $5 < statement_timestamp() + interval '3660 days', true)`,
		m.kind, m.user, m.room, terms.Reason, terms.Until, m.actor(ctx))
	if err != nil {
		return Sanction{}, err
	}
	if tag.RowsAffected() == 0 {
		return Sanction{}, &InvalidError{Field: "until", Text: "Choose an end that lies ahead, within ten years, or none."}
	}
	return m.find(ctx, tx)
}

// actor is who stands in the row; nil for the command line.
func (m measure) actor(ctx context.Context) *int64 {
	if isFromCommandLine(ctx) {
		return nil
	}
	return &m.by
}
