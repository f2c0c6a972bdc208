package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Why a token that exists cannot be used. Both are a kind of ErrSessionEnded.
var (
	ErrTokenRevoked = fmt.Errorf("access token was revoked: %w", ErrSessionEnded)
	ErrTokenExpired = fmt.Errorf("access token has expired: %w", ErrSessionEnded)
)

// ErrTooManyTokens means that somebody has MaxTokens access tokens that can be
// used. It is a kind of ErrConflict.
var ErrTooManyTokens = fmt.Errorf("too many access tokens: %w", ErrConflict)

// MaxTokens is how many access tokens somebody can have that can be used.
const MaxTokens = 100

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

// CreateToken makes an access token for somebody who is signed in with a browser
// session. It returns *InvalidError for a name, scope or life that it cannot
// have, ErrSessionEnded when the session is not live or not such a one, and
// ErrTooManyTokens for somebody who has MaxTokens.
func (s *Store) CreateToken(ctx context.Context, user int64, session string, token NewToken) (Token, error) {
	name, err := token.check()
	if err != nil {
		return Token{}, err
	}
	token.Name = name
	var created Token
	secret := tokenPrefix + rand.Text() + rand.Text()
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		err := holdLogin(ctx, tx, user, session)
		if err != nil {
			return err
		}
		if created, err = insertToken(ctx, tx, user, secret, token); err != nil {
			return err
		}
		return record(ctx, tx, audited{
			by: user, action: AuditTokenMade, user: user, object: created.ID,
			after: facts{"name": created.Name, "scope": created.Scope, "expires_at": created.ExpiresAt},
		})
	})
	if err != nil {
		return Token{}, fmt.Errorf("create access token: %w", err)
	}
	created.Secret = secret
	return created, nil
}

// holdLogin makes what follows come either before the end of a browser session,
// which may end access tokens too, or not at all: it waits for those who are
// ending it, and then finds it ended. One at a time makes tokens for a user.
func holdLogin(ctx context.Context, tx pgx.Tx, user int64, session string) error {
	key, ok := sessionKey(session)
	if !ok {
		return ErrSessionEnded
	}
	var batch pgx.Batch
	batch.Queue(`select from users where id = $1 for no key update`, user)
	batch.Queue(`select from sessions where id = $1 for share`, key)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return err
	}
	return liveBrowser(ctx, tx, user, session)
}

// insertToken stores a token unless the user has the most.
func insertToken(ctx context.Context, tx pgx.Tx, user int64, secret string, token NewToken) (Token, error) {
	created, err := scanToken(tx.QueryRow(ctx, `
		insert into sessions as s (id, kind, token_hash, user_id, name, scope, expires_at)
		select gen_random_uuid(), 'token', $2, $1, $3, $4, now() + $5::interval
		where (
			select count(*)
			from sessions
			where user_id = $1 and kind = 'token' and ended_at is null and expires_at > now()) < $6
		returning `+sessionColumns, user, hashToken(secret), token.Name, token.Scope, token.TTL, MaxTokens))
	if isNotFound(err) {
		err = ErrTooManyTokens
	}
	return created, err
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
	if err := s.endOwn(ctx, user, id, KindToken, ReasonRevoked, AuditTokenRevoked); err != nil {
		return fmt.Errorf("revoke access token: %w", err)
	}
	return nil
}

// TokenBySecret returns whose token it is. It returns ErrNotFound for an
// unknown one, ErrTokenRevoked for one that was revoked or whose user is
// deactivated or suspended, and ErrTokenExpired for one whose time is over. A while after
// that it is unknown.
func (s *Store) TokenBySecret(ctx context.Context, secret string) (TokenLogin, error) {
	var login TokenLogin
	var revoked, expired bool
	err := s.db.QueryRow(ctx, `
		select s.id, s.user_id, s.scope, s.expires_at, s.ended_at is not null or not `+active(`u`)+`, s.expires_at <= now()
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
