package store

import (
	"context"
	"errors"
	"io/fs"
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

// PlaceCursor is what a page that ended there says as its next.
func PlaceCursor(name string, id int64) string { return cursor{name, id}.encode() }

// CursorPlace is where a page begins.
func CursorPlace(after string) (name string, id int64, err error) {
	c, err := Page{After: after}.from()
	return c.Name, c.ID, err
}

// SessionLive says whether somebody is signed in with the session.
func (s *Store) SessionLive(ctx context.Context, id string) (bool, error) {
	_, err := s.LiveRole(ctx, id)
	if errors.Is(err, ErrSessionEnded) {
		return false, nil
	}
	return err == nil, err
}
