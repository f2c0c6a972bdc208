package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// Session is one signed-in browser. EndedAt and EndReason are set once it has
// ended; it then stays as a tombstone.
type Session struct {
	ID                               string
	UserID                           int64
	UserAgent, Address               string
	CreatedAt, LastUsedAt, ExpiresAt time.Time
	EndedAt                          *time.Time
	EndReason                        string
}

// Session returns a session, also an ended one, or ErrNotFound.
func (s *Store) Session(ctx context.Context, id string) (Session, error) {
	key, ok := sessionKey(id)
	if !ok {
		return Session{}, fmt.Errorf("find session: %w", ErrNotFound)
	}
	var found Session
	err := s.db.QueryRow(ctx, `
		select id, user_id, user_agent, address, created_at, last_used_at, expires_at, ended_at, coalesce(end_reason, '')
		from sessions
		where id = $1`, key).Scan(&found.ID, &found.UserID, &found.UserAgent, &found.Address,
		&found.CreatedAt, &found.LastUsedAt, &found.ExpiresAt, &found.EndedAt, &found.EndReason)
	if err != nil {
		return Session{}, fmt.Errorf("find session: %w", orNotFound(err))
	}
	return found, nil
}

// SessionLive says whether the session is signed in: known, neither ended nor
// expired, and its user not deactivated.
func (s *Store) SessionLive(ctx context.Context, id string) (bool, error) {
	key, ok := sessionKey(id)
	if !ok {
		return false, nil
	}
	var live bool
	err := s.db.QueryRow(ctx, `
		select exists (
			select from sessions s
			join users u on u.id = s.user_id
			where s.id = $1 and s.ended_at is null and s.expires_at > now() and u.deactivated_at is null)`, key).Scan(&live)
	if err != nil {
		return false, fmt.Errorf("look up session: %w", err)
	}
	return live, nil
}

// EndSession is the log-out: once it has returned nil the session is over for
// good, on every node. It is false when there was no such session to end.
func (s *Store) EndSession(ctx context.Context, id, reason string) (bool, error) {
	key, ok := sessionKey(id)
	if !ok {
		return false, nil
	}
	tag, err := s.db.Exec(ctx, `
		update sessions
		set ended_at = now(), end_reason = $2, ended_tx = pg_current_xact_id()::text::bigint
		where id = $1 and ended_at is null`, key, reason)
	if err != nil {
		return false, fmt.Errorf("end session: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// EndUserSessions ends all sessions of a user but one (except may be empty)
// and returns the ids of those it ended.
func (s *Store) EndUserSessions(ctx context.Context, user int64, except, reason string) ([]string, error) {
	var key pgtype.UUID // null, unless there is an exception
	if except != "" {
		var ok bool
		if key, ok = sessionKey(except); !ok {
			return nil, fmt.Errorf("end sessions of user %d but %q: %w", user, except, ErrNotFound)
		}
	}
	// Locked in one order, so that two of these cannot block each other.
	rows, err := s.db.Query(ctx, `
		with live as (
			select id
			from sessions
			where user_id = $1 and ended_at is null and id is distinct from $2
			order by id
			for no key update
		)
		update sessions s
		set ended_at = now(), end_reason = $3, ended_tx = pg_current_xact_id()::text::bigint
		from live
		where s.id = live.id
		returning s.id`, user, key, reason)
	if err != nil {
		return nil, fmt.Errorf("end sessions of user %d: %w", user, err)
	}
	ended, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("end sessions of user %d: %w", user, err)
	}
	return ended, nil
}

// TouchSession notes that a session and its user are here, at most once a
// minute. An ended session is left alone.
func (s *Store) TouchSession(ctx context.Context, id string) error {
	key, ok := sessionKey(id)
	if !ok {
		return fmt.Errorf("touch session: %w", ErrNotFound)
	}
	_, err := s.db.Exec(ctx, `
		with touched as (
			update sessions
			set last_used_at = now()
			where id = $1 and ended_at is null and last_used_at < now() - interval '1 minute'
			returning user_id
		)
		update users u
		set last_seen_at = now()
		from touched
		where u.id = touched.user_id`, key)
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// DeleteExpiredSessions forgets the sessions, ended or not, that expired an
// hour ago: until then a late save may still come, and must find the
// tombstone. It returns how many there were.
func (s *Store) DeleteExpiredSessions(ctx context.Context) (int64, error) {
	tag, err := s.db.Exec(ctx, `delete from sessions where expires_at < now() - interval '1 hour'`)
	if err != nil {
		return 0, fmt.Errorf("delete expired sessions: %w", err)
	}
	return tag.RowsAffected(), nil
}

// sessionKey reads an id. One that is no UUID is nobody's.
func sessionKey(id string) (key pgtype.UUID, ok bool) {
	err := key.Scan(id)
	return key, err == nil
}
