package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Why a token that exists cannot be used. Both are a kind of ErrSessionEnded.
var (
	ErrTokenRevoked = fmt.Errorf("access token was revoked: %w", ErrSessionEnded)
	ErrTokenExpired = fmt.Errorf("access token has expired: %w", ErrSessionEnded)
)

// tokenPrefix tells people and scanners of leaked secrets what they have found.
const tokenPrefix = "chatd_"

// maxTokenTTL is the longest that a token may live.
const maxTokenTTL = 3650 * 24 * time.Hour

// Token is a personal access token: a session of somebody's script.
type Token struct {
	ID, Name, Scope string
	// Secret is what the script shows. Only CreateToken fills it: the database
	// holds its hash.
	Secret               string
	Address              string // where it was last used from
	CreatedAt, ExpiresAt time.Time
	LastUsedAt           *time.Time // nil when it never was
}

// NewToken is an access token to be made.
type NewToken struct {
	Name  string
	Scope string // ScopeRead or ScopeReadWrite
	TTL   time.Duration
}

// TokenLogin is whose script it is and what it may do. ID is that of the
// session.
type TokenLogin struct {
	ID        string
	UserID    int64
	Scope     string
	ExpiresAt time.Time
}

// CreateToken makes an access token. It returns *InvalidError for a name,
// scope or life that it cannot have.
func (s *Store) CreateToken(ctx context.Context, user int64, token NewToken) (Token, error) {
	name, err := token.check()
	if err != nil {
		return Token{}, err
	}
	secret := tokenPrefix + rand.Text() + rand.Text()
	// The lock makes a token come either before a deactivation, which ends it,
	// or after it.
	created, err := scanToken(s.db.QueryRow(ctx, `
		with u as (
			select id from users where id = $1 and deactivated_at is null for share
		)
		insert into sessions as s (id, kind, token_hash, user_id, name, scope, expires_at)
		select gen_random_uuid(), 'token', $2, u.id, $3, $4, now() + $5::interval from u
		returning `+sessionColumns, user, hashToken(secret), name, token.Scope, token.TTL))
	if errors.Is(err, ErrNotFound) {
		err = ErrForbidden
	}
	if err != nil {
		return Token{}, fmt.Errorf("create access token: %w", err)
	}
	created.Secret = secret
	return created, nil
}

// check returns the name as it is stored.
func (t NewToken) check() (name string, err error) {
	if t.Scope != ScopeRead && t.Scope != ScopeReadWrite {
		return "", &InvalidError{Field: "scope", Text: "A token may either read, or read and write."}
	}
	if t.TTL <= 0 || t.TTL > maxTokenTTL {
		return "", &InvalidError{Field: "expires_in_days", Text: "A token is good for 1 to 3650 days."}
	}
	return cleanLine(t.Name, MaxTokenName,
		&InvalidError{Field: "name", Text: "A token's name has 1 to 80 characters on one line."})
}

// Tokens returns the user's tokens that can be used, the newest first.
func (s *Store) Tokens(ctx context.Context, user int64) ([]Token, error) {
	rows, err := s.db.Query(ctx, `
		select `+sessionColumns+`
		from sessions s
		where s.user_id = $1 and s.kind = 'token' and s.ended_at is null and s.expires_at > now()
		order by s.created_at desc, s.id`, user)
	if err != nil {
		return nil, fmt.Errorf("list access tokens of user %d: %w", user, err)
	}
	tokens, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Token, error) { return scanToken(row) })
	if err != nil {
		return nil, fmt.Errorf("list access tokens of user %d: %w", user, err)
	}
	return tokens, nil
}

// RevokeToken ends one of the user's tokens for good, on every node; doing so
// twice is fine. It returns ErrNotFound for a token that is not theirs.
func (s *Store) RevokeToken(ctx context.Context, user int64, id string) error {
	if err := s.endOwn(ctx, user, id, KindToken, ReasonRevoked); err != nil {
		return fmt.Errorf("revoke access token: %w", err)
	}
	return nil
}

// TokenBySecret returns whose token it is. It returns ErrNotFound for an
// unknown one, ErrTokenRevoked for one that was revoked or whose user is
// deactivated, and ErrTokenExpired for one whose time is over. A while after
// that it is unknown.
func (s *Store) TokenBySecret(ctx context.Context, secret string) (TokenLogin, error) {
	var login TokenLogin
	var revoked, expired bool
	err := s.db.QueryRow(ctx, `
		select s.id, s.user_id, s.scope, s.expires_at, s.ended_at is not null or u.deactivated_at is not null, s.expires_at <= now()
		from sessions s
		join users u on u.id = s.user_id
		where s.token_hash = $1 and s.kind = 'token'`,
		hashToken(secret)).Scan(&login.ID, &login.UserID, &login.Scope, &login.ExpiresAt, &revoked, &expired)
	switch {
	case err != nil:
		err = orNotFound(err)
	case revoked:
		err = ErrTokenRevoked
	case expired:
		err = ErrTokenExpired
	}
	if err != nil {
		return TokenLogin{}, fmt.Errorf("find access token: %w", err)
	}
	return login, nil
}

// token is what a token's person sees of the session. One that was never used
// has the time of its making as its last use.
func (s Session) token() Token {
	t := Token{ID: s.ID, Name: s.Name, Scope: s.Scope, Address: s.Address, CreatedAt: s.CreatedAt, ExpiresAt: s.ExpiresAt}
	if s.LastUsedAt.After(s.CreatedAt) {
		t.LastUsedAt = &s.LastUsedAt
	}
	return t
}

func scanToken(row pgx.Row) (Token, error) {
	s, err := scanSession(row)
	return s.token(), err
}
