package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/scs/v2"
	"github.com/jackc/pgx/v5"
)

// Keys of the values that a session has in an scs.SessionManager. There are no
// others: all but the last are columns of the sessions table.
const (
	SessionID        = "session"    // string, a UUID; chosen at sign-in, else by the store
	SessionUser      = "user"       // int64; required
	SessionUserAgent = "user_agent" // string
	SessionAddress   = "address"    // string
	// SessionPassword is the hash of the password that somebody signs in with.
	// It is only compared: when the password was changed since it was looked
	// up, which ended all sessions, the new one does not come after it.
	SessionPassword = "password" // string
)

// SessionStore keeps the sessions of an scs.SessionManager in the sessions
// table, by the SHA-256 of their tokens. What an scs store usually does wrong
// it does not: a session that has ended cannot be saved again, so a request
// that began before the log-out and saves after it brings nothing back to
// life; it gets ErrSessionEnded.
//
// The manager's codec must be scs.GobCodec, its IdleTimeout 0.
type SessionStore struct{ store *Store }

var _ scs.CtxStore = (*SessionStore)(nil)

// SessionStore returns the store's sessions for an scs.SessionManager. That of
// Control reads and writes on the reserved connections.
func (s *Store) SessionStore() *SessionStore { return &SessionStore{store: s} }

// FindCtx returns a browser's session that is live: neither ended nor expired,
// and its user neither deactivated nor suspended. An access token is no cookie.
func (ss *SessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var id, userAgent, address string
	var user int64
	var expiry time.Time
	err := ss.store.db.QueryRow(ctx, `
		select s.id, s.user_id, s.user_agent, s.address, s.expires_at
		from sessions s
		join users u on u.id = s.user_id
		where s.token_hash = $1 and s.kind = 'browser' and s.ended_at is null and s.expires_at > now()
			and `+active(`u`),
		hashToken(token)).Scan(&id, &user, &userAgent, &address, &expiry)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	values := map[string]any{SessionID: id, SessionUser: user, SessionUserAgent: userAgent, SessionAddress: address}
	data, err := scs.GobCodec{}.Encode(expiry, values)
	if err != nil {
		return nil, false, fmt.Errorf("encode session: %w", err)
	}
	return data, true, nil
}

// CommitCtx saves a session. It returns ErrSessionEnded, and changes nothing,
// when the session or the one it continues has ended, when the token belongs
// to another user, and when the user is deactivated, is suspended or has another
// password by now. A renewed token continues
// a session under a new id.
func (ss *SessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	values, err := decodeSession(data)
	if err != nil {
		return err
	}
	// A new row takes the id it is given, unless that is of a session that was
	// replaced: the browser has renewed its token. The id of any other session
	// violates the primary key: it has ended, or it is not this browser's.
	// The user's lock makes a session come either before a deactivation, a
	// suspension or a change of the password, which end it, or after it.
	tag, err := ss.store.db.Exec(ctx, `
		with u as (
			select id
			from users
			where id = $3 and `+active(`users`)+` and ($8::text is null or password_hash = $8)
			for share
		)
		insert into sessions (id, token_hash, user_id, user_agent, address, expires_at)
		select case when $2::uuid is null or exists (
				select from sessions r
				where r.id = $2 and r.token_hash <> $1 and r.end_reason = $7
			) then gen_random_uuid() else $2 end, $1, u.id, $4, $5, $6
		from u
		on conflict (token_hash) do update
		set user_agent = excluded.user_agent, address = excluded.address,
			expires_at = excluded.expires_at, last_used_at = excluded.last_used_at
		where sessions.ended_at is null and sessions.user_id = excluded.user_id and sessions.kind = excluded.kind`,
		hashToken(token), values.id, values.user, values.userAgent, values.address, expiry, ReasonReplaced, values.password)
	if violates(err, "sessions_pkey") || err == nil && tag.RowsAffected() == 0 {
		err = ErrSessionEnded
	}
	if err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	return nil
}

// DeleteCtx ends the session as replaced: scs does this when it renews a
// token. A log-out is EndSession.
func (ss *SessionStore) DeleteCtx(ctx context.Context, token string) error {
	_, err := ss.store.db.Exec(ctx, `
		update sessions
		set ended_at = now(), end_reason = $2, ended_tx = pg_current_xact_id()::text::bigint
		where token_hash = $1 and kind = 'browser' and ended_at is null`, hashToken(token), ReasonReplaced)
	if err != nil {
		return fmt.Errorf("replace session: %w", err)
	}
	return nil
}

// Find is FindCtx without a context.
func (ss *SessionStore) Find(token string) ([]byte, bool, error) {
	return ss.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (ss *SessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return ss.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (ss *SessionStore) Delete(token string) error {
	return ss.DeleteCtx(context.Background(), token)
}

// sessionValues are a session's values, typed.
type sessionValues struct {
	id                 *string
	user               int64
	userAgent, address string
	password           *string
}

// decodeSession refuses values that no column would keep: to lose them without
// a word would be worse.
func decodeSession(data []byte) (sessionValues, error) {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return sessionValues{}, fmt.Errorf("decode session: %w", err)
	}
	var v sessionValues
	for key, value := range values {
		known := false
		switch key {
		case SessionID:
			var id string
			id, known = value.(string)
			v.id = &id
		case SessionUser:
			v.user, known = value.(int64)
		case SessionUserAgent:
			v.userAgent, known = value.(string)
		case SessionAddress:
			v.address, known = value.(string)
		case SessionPassword:
			var hash string
			hash, known = value.(string)
			v.password = &hash
		}
		if !known {
			return sessionValues{}, fmt.Errorf("save session: no column for value %q of type %T", key, value)
		}
	}
	if v.user == 0 {
		return sessionValues{}, errors.New("save session: it has no user")
	}
	v.userAgent, v.address = storable(v.userAgent), storable(v.address)
	return v, nil
}

// storable makes a text out of whatever bytes a request header had: valid, and
// no longer than somebody would read in a list of their sessions.
func storable(header string) string {
	const longest = 400
	text := strings.ToValidUTF8(strings.ReplaceAll(header, "\x00", ""), "\uFFFD")
	if len(text) <= longest {
		return text
	}
	cut := longest
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut]
}
