package store

import (
	"context"
	"errors"
	"io/fs"

	"github.com/jackc/pgx/v5"
)

// The statements whose plans are tested.
var (
	HistoryBefore = historyBefore
	HistoryAfter  = historyAfter
	PageOfPeople  = peoplePage
)

// RoomsOfUser is the longest statement of an overview.
const RoomsOfUser = roomsOfUser

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
		"(bigint[], bigint[], uuid[], uuid[], text[])": postSends,
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

// IsEmoji says whether a text is one emoji.
var IsEmoji = isEmoji

// PresenceLock is what changes of who is here hold.
const PresenceLock int64 = presenceLock
