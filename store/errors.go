package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// What callers decide on. Methods wrap these; compare with errors.Is.
var (
	// ErrNotFound means that it does not exist or that this person may not
	// know that it does.
	ErrNotFound = errors.New("not found")
	// ErrNotMember means that the room is known to this person but they are
	// not a member of it.
	ErrNotMember = errors.New("not a member of the room")
	// ErrForbidden means that this person may not do this.
	ErrForbidden = errors.New("not allowed")
	// ErrReadOnly means that the room is read-only to this person. It is a kind
	// of ErrForbidden.
	ErrReadOnly = fmt.Errorf("the room is read-only: %w", ErrForbidden)
	// ErrArchived means that the room is archived. It is a kind of ErrForbidden.
	ErrArchived = fmt.Errorf("the room is archived: %w", ErrForbidden)
	// ErrSessionEnded means that the session was signed out, has expired or
	// belongs to a user who is deactivated or suspended.
	ErrSessionEnded = errors.New("session has ended")
	// ErrConflict means that it was done before in another way.
	ErrConflict = errors.New("conflicts with what is stored")
	// ErrGone means that it existed but no longer counts, as an invite that
	// expired or was revoked.
	ErrGone = errors.New("no longer valid")
	// ErrInvalid means that a value can never be stored, whoever asks.
	ErrInvalid = errors.New("invalid value")
	// ErrUnavailable means that the database did not answer in time, or gave
	// way to others again and again. Whether the change was made is unknown;
	// sending it again is safe.
	ErrUnavailable = errors.New("database is not available")
)

// TakenError reports that a value must be unique and is in use. Field names it
// as the API does: "username", "email" or "name". errors.Is(err, ErrConflict)
// is true for it.
type TakenError struct{ Field string }

func (e *TakenError) Error() string { return e.Field + " is taken" }

// Unwrap makes a TakenError a kind of ErrConflict.
func (e *TakenError) Unwrap() error { return ErrConflict }

// SQLSTATEs that the store decides on.
const (
	stateUniqueViolation     = "23505"
	stateForeignKeyViolation = "23503"
	stateDeadlock            = "40P01"
	stateSerialization       = "40001"
)

// sqlState returns the SQLSTATE of a database error, or "" if err is not one.
func sqlState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// violates reports whether err is the violation of the named constraint.
func violates(err error, constraint string) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.ConstraintName == constraint
}

// orNotFound turns pgx's "no rows" into ErrNotFound.
func orNotFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	return err
}
