package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// liveBrowser returns nil when the user is signed in with this session of a
// browser, else ErrSessionEnded.
func liveBrowser(ctx context.Context, db querier, user int64, session string) error {
	key, ok := sessionKey(session)
	if !ok {
		return ErrSessionEnded
	}
	var live bool
	err := db.QueryRow(ctx, `
		select exists (
			select
			from sessions s
			join users u on u.id = s.user_id
			where s.id = $2 and s.user_id = $1 and s.kind = 'browser' and s.ended_at is null
				and s.expires_at > now() and `+active(`u`)+`)`, user, key).Scan(&live)
	if err == nil && !live {
		err = ErrSessionEnded
	}
	return err
}

// LiveRole returns what the user of a session is in the workspace, or
// ErrSessionEnded when nobody is signed in with it: it is unknown, has ended or
// expired, or its user is deactivated or suspended.
func (s *Store) LiveRole(ctx context.Context, session string) (Role, error) {
	key, ok := sessionKey(session)
	if !ok {
		return "", fmt.Errorf("look up session: %w", ErrSessionEnded)
	}
	var role Role
	err := s.db.QueryRow(ctx, `
		select u.role
		from sessions s
		join users u on u.id = s.user_id
		where s.id = $1 and s.ended_at is null and s.expires_at > now() and `+active(`u`), key).Scan(&role)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrSessionEnded
	}
	if err != nil {
		return "", fmt.Errorf("look up session: %w", err)
	}
	return role, nil
}
