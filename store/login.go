package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// LiveRole returns what the user of a session is in the workspace, or
// ErrSessionEnded when nobody is signed in with it: it is unknown, has ended or
// expired, or its user is deactivated.
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
		where s.id = $1 and s.ended_at is null and s.expires_at > now() and u.deactivated_at is null`, key).Scan(&role)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrSessionEnded
	}
	if err != nil {
		return "", fmt.Errorf("look up session: %w", err)
	}
	return role, nil
}
