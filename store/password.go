package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ErrDeactivated means that the account is closed until an administrator opens
// it again. It is a kind of ErrForbidden.
var ErrDeactivated = fmt.Errorf("user is deactivated: %w", ErrForbidden)

// PasswordHash returns the hash of an active user's password, or ErrNotFound.
func (s *Store) PasswordHash(ctx context.Context, user int64) (string, error) {
	var hash string
	err := s.db.QueryRow(ctx, `
		select password_hash from users where id = $1 and `+active(`users`)+``, user).Scan(&hash)
	if err != nil {
		return "", fmt.Errorf("find the password of user %d: %w", user, orNotFound(err))
	}
	return hash, nil
}

// ChangePassword replaces the password whose hash is oldHash and ends, in the
// same transaction, all browser sessions of the user but keep, in which they do
// it. It returns the ids of those it ended. ErrConflict means that the password
// is no longer that one: of several changes at once one succeeds.
// ErrSessionEnded means that keep is no live browser session of the user.
func (s *Store) ChangePassword(ctx context.Context, user int64, oldHash, newHash, keep string) (ended []string, err error) {
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update users
			set password_hash = $3
			where id = $1 and password_hash = $2 and `+active(`users`), user, oldHash, newHash)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return ErrConflict
		}
		// Statements of their own: they see the sessions that were made and
		// ended while the first one waited.
		if err := liveBrowser(ctx, tx, user, keep); err != nil {
			return err
		}
		if ended, err = endSessions(ctx, tx, user, keep, ReasonPasswordChanged, KindBrowser); err != nil {
			return err
		}
		if err := revokeResets(ctx, tx, user); err != nil {
			return err
		}
		return record(ctx, tx, audited{by: user, action: AuditPasswordChanged, user: user, after: sessionsEnded(ended)})
	})
	if err != nil {
		return nil, fmt.Errorf("change the password of user %d: %w", user, err)
	}
	return ended, nil
}

// Rehash stores the same password under another hash, unless it has been
// changed meanwhile; then it does nothing.
func (s *Store) Rehash(ctx context.Context, user int64, oldHash, newHash string) error {
	_, err := s.db.Exec(ctx, `
		update users
		set password_hash = $3
		where id = $1 and password_hash = $2`, user, oldHash, newHash)
	if err != nil {
		return fmt.Errorf("rehash the password of user %d: %w", user, err)
	}
	return nil
}

// ResetPassword gives somebody a new password, whatever the old one was, and
// ends all their sessions and access tokens, whose ids it returns. The login
// is a user name or an e-mail address. It returns ErrNotFound for an unknown
// one and ErrDeactivated for that of a deactivated user. It asks for no right:
// it is there for the command line alone.
func (s *Store) ResetPassword(ctx context.Context, login, newHash string) (user User, ended []string, err error) {
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		where, key := byLogin(login)
		user, err = scanUser(tx.QueryRow(ctx, `
			update users u
			set password_hash = case when u.deactivated_at is null then $2 else u.password_hash end
			where `+where+`
			returning `+userColumns, key, newHash))
		if err != nil {
			return err
		}
		if user.DeactivatedAt != nil {
			return ErrDeactivated
		}
		if ended, err = endSessions(ctx, tx, user.ID, "", ReasonPasswordChanged, KindBrowser, KindToken); err != nil {
			return err
		}
		if err := revokeResets(ctx, tx, user.ID); err != nil {
			return err
		}
		return record(FromCommandLine(ctx), tx, audited{action: AuditPasswordReset, user: user.ID, after: sessionsEnded(ended)})
	})
	if err != nil {
		return User{}, nil, fmt.Errorf("reset password: %w", err)
	}
	return user, ended, nil
}
