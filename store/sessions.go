package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// The kinds of session.
const (
	KindBrowser = "browser" // found by its cookie
	KindToken   = "token"   // found by the secret in an Authorization header
)

// What a session may do. A browser's may do everything.
const (
	ScopeRead      = "read"
	ScopeReadWrite = "read-write"
)

// Why sessions end that the store itself ends. Others are chosen by the caller.
const (
	ReasonReplaced        = "replaced"         // the token of a browser was renewed
	ReasonRevoked         = "revoked"          // an access token was taken back
	ReasonPasswordChanged = "password-changed" // changed elsewhere, or reset by an administrator
	ReasonDeactivated     = "deactivated"      // so was the user
	ReasonSuspended       = "suspended"        // so is the user
)

// Session is one signed-in browser or one access token. EndedAt and EndReason
// are set once it has ended; it then stays as a tombstone.
type Session struct {
	ID                               string
	UserID                           int64
	Kind, Scope                      string
	Name                             string // of an access token
	UserAgent, Address               string
	CreatedAt, LastUsedAt, ExpiresAt time.Time
	EndedAt                          *time.Time
	EndReason                        string
}

const sessionColumns = `s.id, s.user_id, s.kind, s.scope, coalesce(s.name, ''), s.user_agent, s.address,
	s.created_at, s.last_used_at, s.expires_at, s.ended_at, coalesce(s.end_reason, '')`

// scanSession reads sessionColumns. No row is ErrNotFound.
func scanSession(row pgx.Row) (Session, error) {
	var s Session
	err := row.Scan(&s.ID, &s.UserID, &s.Kind, &s.Scope, &s.Name, &s.UserAgent, &s.Address,
		&s.CreatedAt, &s.LastUsedAt, &s.ExpiresAt, &s.EndedAt, &s.EndReason)
	return s, orNotFound(err)
}

// Session returns a session, also an ended one, or ErrNotFound.
func (s *Store) Session(ctx context.Context, id string) (Session, error) {
	key, ok := sessionKey(id)
	if !ok {
		return Session{}, fmt.Errorf("find session: %w", ErrNotFound)
	}
	found, err := scanSession(s.db.QueryRow(ctx, `
		select `+sessionColumns+`
		from sessions s
		where s.id = $1`, key))
	if err != nil {
		return Session{}, fmt.Errorf("find session: %w", err)
	}
	return found, nil
}

// SessionByToken returns the session with a token of a browser, also an ended
// one, or ErrNotFound.
func (s *Store) SessionByToken(ctx context.Context, token string) (Session, error) {
	found, err := scanSession(s.db.QueryRow(ctx, `
		select `+sessionColumns+`
		from sessions s
		where s.token_hash = $1 and s.kind = 'browser'`, hashToken(token)))
	if err != nil {
		return Session{}, fmt.Errorf("find session by token: %w", err)
	}
	return found, nil
}

// Sessions returns the browsers in which the user is signed in, the last used
// first.
func (s *Store) Sessions(ctx context.Context, user int64) ([]Session, error) {
	rows, err := s.db.Query(ctx, `
		select `+sessionColumns+`
		from sessions s
		where s.user_id = $1 and s.kind = 'browser' and s.ended_at is null and s.expires_at > now()
		order by s.last_used_at desc, s.id`, user)
	if err != nil {
		return nil, fmt.Errorf("list sessions of user %d: %w", user, err)
	}
	sessions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Session, error) { return scanSession(row) })
	if err != nil {
		return nil, fmt.Errorf("list sessions of user %d: %w", user, err)
	}
	return sessions, nil
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

// EndOwnSession ends one of the user's browsers; doing so twice is fine. It
// returns ErrNotFound for a session that is not theirs or is no browser's.
func (s *Store) EndOwnSession(ctx context.Context, user int64, id, reason string) error {
	if err := s.endOwn(ctx, user, id, KindBrowser, reason, AuditOwnSessionsEnded); err != nil {
		return fmt.Errorf("end own session: %w", err)
	}
	return nil
}

// endOwn ends one session of a kind, which stands in the audit log as action.
func (s *Store) endOwn(ctx context.Context, user int64, id, kind, reason string, action AuditAction) error {
	key, ok := sessionKey(id)
	if !ok {
		return ErrNotFound
	}
	return s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		ended, err := scanSession(tx.QueryRow(ctx, `
			update sessions s
			set ended_at = now(), end_reason = $4, ended_tx = pg_current_xact_id()::text::bigint
			where id = $2 and user_id = $1 and kind = $3 and ended_at is null
			returning `+sessionColumns, user, key, kind, reason))
		if isNotFound(err) {
			var before bool
			err = tx.QueryRow(ctx, `
				select true from sessions where id = $2 and user_id = $1 and kind = $3`, user, key, kind).Scan(&before)
			return orNotFound(err)
		}
		if err != nil {
			return err
		}
		return record(ctx, tx, audited{by: user, action: action, user: user, object: ended.ID, before: ended.facts()})
	})
}

// facts are what the audit log tells of one session.
func (s Session) facts() facts {
	if s.Kind == KindToken {
		return facts{"name": s.Name, "scope": s.Scope}
	}
	return facts{"user_agent": s.UserAgent}
}

// sessionsEnded is what the audit log tells of sessions that have ended.
func sessionsEnded(ids []string) facts { return facts{"sessions_ended": len(ids)} }

// EndUserSessions ends all browser sessions of a user, who asks for it, but one
// (except may be empty) and returns the ids of those it ended. Access tokens go
// on.
func (s *Store) EndUserSessions(ctx context.Context, user int64, except, reason string) ([]string, error) {
	var ended []string
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		ended, err = endSessions(ctx, tx, user, except, reason, KindBrowser)
		if err != nil || len(ended) == 0 {
			return err
		}
		return record(ctx, tx, audited{by: user, action: AuditOwnSessionsEnded, user: user, after: sessionsEnded(ended)})
	})
	if err != nil {
		return nil, fmt.Errorf("end sessions of user %d: %w", user, err)
	}
	return ended, nil
}

// endSessions ends all sessions of some kinds but one, unless except is empty,
// and returns the ids of those it ended.
func endSessions(ctx context.Context, db querier, user int64, except, reason string, kinds ...string) ([]string, error) {
	var key pgtype.UUID // null, unless there is an exception
	if except != "" {
		var ok bool
		if key, ok = sessionKey(except); !ok {
			return nil, fmt.Errorf("all but %q: %w", except, ErrNotFound)
		}
	}
	// Locked in one order, so that two of these cannot block each other.
	rows, err := db.Query(ctx, `
		with live as (
			select id
			from sessions
			where user_id = $1 and ended_at is null and kind = any ($4) and id is distinct from $2
			order by id
			for no key update
		)
		update sessions s
		set ended_at = now(), end_reason = $3, ended_tx = pg_current_xact_id()::text::bigint
		from live
		where s.id = live.id
		returning s.id`, user, key, reason, kinds)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// TouchSession notes that a session is in use from an address, at most once a
// minute, and that its user was seen, if others see that they are here: of
// somebody who is offline, or pretends to be, nothing moves on. An access token
// does not say so: a script is nobody being here. An ended session is left alone.
func (s *Store) TouchSession(ctx context.Context, id, address string) error {
	key, ok := sessionKey(id)
	if !ok {
		return fmt.Errorf("touch session: %w", ErrNotFound)
	}
	// The user is locked before the session, as those do who end the sessions
	// of a user. A token that was never used has the time of its making.
	_, err := s.db.Exec(ctx, `
		with here as (
			select s.id, s.user_id
			from sessions s
			join users u on u.id = s.user_id
			where s.id = $1 and s.ended_at is null and (
				s.last_used_at < now() - interval '1 minute'
				or s.kind = 'token' and s.last_used_at = s.created_at)
			for no key update of u
		), touched as (
			update sessions s
			set last_used_at = now(), address = $2
			from here
			where s.id = here.id and s.ended_at is null
			returning s.user_id, s.kind
		)
		update users u
		set last_seen_at = greatest(u.last_seen_at, now())
		from touched
		join presence_states p on p.user_id = touched.user_id
		where u.id = touched.user_id and touched.kind = 'browser'`, key, storable(address))
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
