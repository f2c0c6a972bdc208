package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// The statements whose plans are tested.
var (
	HistoryBefore = historyBefore
	HistoryAfter  = historyAfter
	PageOfPeople  = peoplePage
)

// RoomsOfUser is the longest statement of an overview.
var RoomsOfUser = roomsOfUser

// MigrateFiles is Migrate with other migrations.
func MigrateFiles(ctx context.Context, url string, files fs.FS) error {
	return migrate(ctx, url, files, func(context.Context, querier) error { return nil })
}

// The committer's statements and the settings under which they are planned.
var (
	CommitterSettings   = committerSettings
	CommitterStatements = map[string]string{
		"(bigint[])": lockTopicsOrSkip,
		"(bigint)":   movePending,
		"(bigint[], bigint[], uuid[], uuid[], text[], text[])":                                     postSends,
		"(bigint[], bigint[], uuid[], uuid[], text[], text[]) ":                                    postSendsSlowly,
		"(bigint[], bigint[], uuid[], uuid[], text[], text[], bigint[], bigint[], text[], text[])": postSendsWhole,
	}
)

// ValidUsername says whether a name can be a new user name.
func ValidUsername(username string) error {
	_, err := newUsername(username)
	return err
}

// What makes names that look alike one.
var (
	Skeleton    = skeleton
	Confusables = confusables
)

// NameKey is a room's name as names are compared.
var NameKey = nameKey

// PlaceCursor is what a page of a list that ended there says as its next.
func PlaceCursor(list, name string, id int64) string { return cursor{list, name, id}.encode() }

// CursorPlace is where a page of a list begins.
func CursorPlace(list, after string) (name string, id int64, err error) {
	c, err := Page{After: after}.from(list)
	return c.Name, c.ID, err
}

// Retry makes a change again that the database has undone.
var Retry = retry

// Transact runs one statement in a transaction.
func Transact(ctx context.Context, s *Store, sql string, args ...any) error {
	return s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	})
}

// SessionLive says whether somebody is signed in with the session.
func (s *Store) SessionLive(ctx context.Context, id string) (bool, error) {
	_, err := s.LiveRole(ctx, id)
	if errors.Is(err, ErrSessionEnded) {
		return false, nil
	}
	return err == nil, err
}

// The statements about who is here.
var (
	PageOfMembers = membersPage
	MemberTotals  = memberCounts
	HereTotal     = countHere
	RoomsOfCircle = smallRooms
)

// OverdueRoomsPage finds rooms with messages that are kept no longer.
const OverdueRoomsPage = overdueRooms

// IsEmoji says whether a text is one emoji.
var IsEmoji = isEmoji

// PresenceLock is what changes of who is here hold.
const PresenceLock int64 = presenceLock

// How figures are counted, and the pages of the administration.
const (
	FiguresLock int64 = figuresLock
	CountBatch        = countBatch
)

var (
	Totals            = totals
	PageOfConnections = connectionsPage
)

// PageOfAdminPeople and PageOfAdminRooms are those in an order.
func PageOfAdminPeople(order string) string { return adminPeople(peopleOrders[order]) }
func PageOfAdminRooms(order string) string  { return adminRooms(roomOrders[order]) }

// AuditStatement is what finds a page of the audit log, with its arguments as
// they are written between quotes.
func AuditStatement(by int64, filter AuditFilter, before int64, limit int) (sql string, args []any) {
	q, err := newAuditQuery(by, false, filter, before, limit)
	if err != nil {
		panic(err)
	}
	for _, arg := range q.args {
		switch value := arg.(type) {
		case time.Time:
			arg = value.Format(time.RFC3339Nano)
		case string:
			arg = strings.ReplaceAll(value, "'", "''")
		case []Role:
			arg = fmt.Sprintf("{%s,%s}", value[0], value[1])
		}
		args = append(args, arg)
	}
	return q.sql(), args
}

// WalkFirst is how many entries a search of the audit log looks through first.
const WalkFirst = walkFirst

// The statements about deleted messages.
var (
	FirstSince            = firstSince
	HideMessages          = hideMessages
	UndoDeletionStatement = undoDeletion
	EraseDeletion         = eraseDeletion
)

// RoomsToDeleteInStatement finds the rooms in which somebody wrote of late.
var RoomsToDeleteInStatement = roomsToDeleteIn

// Queued is how many sends are in the committer.
func (c *Committer) Queued() int { return len(c.queue.slots) }

// The statements about threads and single messages.
var (
	ThreadBefore   = threadBefore
	ThreadAfter    = threadAfter
	OneMessage     = oneMessage
	QuotedMessages = quotedMessages
	ThreadsOfUser  = threadsOfUser
	Recount        = recount
)
