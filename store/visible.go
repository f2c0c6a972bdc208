package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// visible chooses the users u whom the active user me, $1, sees; $2 are the
// roles of those who see everybody. Others see themselves and those whom they
// share a room with, who are looked up once, and only if need be.
var visible = `me.id = $1 and ` + active(`me`) + ` and (
	me.role = any ($2::text[]) or u.id = me.id or u.id in (
		select theirs.user_id
		from memberships own
		join memberships theirs on theirs.room_id = own.room_id and theirs.left_at is null
		where own.user_id = $1 and own.left_at is null))`

// visibleUsers finds the active users whom user $1 sees.
var visibleUsers = `
	select ` + userColumns + `
	from users u, users me
	where u.deactivated_at is null and ` + visible + `
	order by lower(u.display_name), u.id`

// VisibleUsers returns the ids of all active people whom the user sees: for
// guests those they share a room with and themselves, for others everybody.
func (s *Store) VisibleUsers(ctx context.Context, user int64) ([]int64, error) {
	rows, err := s.db.Query(ctx, `
		select u.id from users u, users me where u.deactivated_at is null and `+visible,
		user, rights.SeeDirectory.Roles())
	if err != nil {
		return nil, fmt.Errorf("list visible users: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("list visible users: %w", err)
	}
	return ids, nil
}
