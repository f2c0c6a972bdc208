package store

import (
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Unchanged reports whether err proves that a method which runs one statement
// has changed nothing: the statement never left for the database, or the
// database refused it. After any other error nobody knows.
func Unchanged(err error) bool {
	if _, never := errors.AsType[*pgconn.ConnectError](err); never || pgconn.SafeToRetry(err) {
		return true
	}
	refused, ok := errors.AsType[*pgconn.PgError](err)
	return ok && refused.SeverityUnlocalized == "ERROR"
}

// Unreachable reports whether err means that the database is away or going
// away, rather than that something is wrong with what was asked.
func Unreachable(err error) bool {
	if _, away := errors.AsType[*pgconn.ConnectError](err); away || pgconn.SafeToRetry(err) {
		return true
	}
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		// Class 08: connection exception; 53: out of resources; 57P: shutdown,
		// crash, starting up. A standby (25006) will be left behind too.
		return strings.HasPrefix(refused.Code, "08") || strings.HasPrefix(refused.Code, "53") ||
			strings.HasPrefix(refused.Code, "57P") || refused.Code == "25006"
	}
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, ErrUnavailable) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
