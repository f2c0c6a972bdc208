package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// HandOverWorkspace makes somebody owner of the workspace and the owner who gives
// it away an admin, both or neither, and returns them. The password hash is the
// owner's own, who has just shown that they know the password: ErrConflict means
// that it is another one by now. It takes being owner, else it returns
// ErrForbidden; somebody unknown, deactivated or suspended gives ErrNoSuchUser,
// and oneself an *InvalidError.
func (s *Store) HandOverWorkspace(ctx context.Context, by, user int64, passwordHash string) (owner, admin User, pending Pending, err error) {
	if by == user {
		return User{}, User{}, nil, &InvalidError{Field: "user_id", Text: "This is you. Choose somebody else."}
	}
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		owner, admin, err = handOverWorkspace(ctx, tx, by, user, passwordHash)
		return err
	})
	if err != nil {
		return User{}, User{}, nil, fmt.Errorf("hand over the workspace: %w", err)
	}
	return owner, admin, Pending{WorkspaceTopic, user, by}, nil
}

func handOverWorkspace(ctx context.Context, tx pgx.Tx, by, user int64, passwordHash string) (owner, admin User, err error) {
	var m management
	if err := m.lock(ctx, tx, by, user); err != nil {
		return User{}, User{}, err
	}
	if m.by.Role != RoleOwner {
		return User{}, User{}, ErrForbidden
	}
	var known, available bool
	err = tx.QueryRow(ctx, `
		select me.password_hash = $3, `+active(`u`)+`
		from users me, users u
		where me.id = $1 and u.id = $2`, by, user, passwordHash).Scan(&known, &available)
	switch {
	case err != nil:
		return User{}, User{}, err
	case !available:
		return User{}, User{}, ErrNoSuchUser
	case !known:
		return User{}, User{}, ErrConflict
	}
	was := m.user.Role
	if owner, err = giveRole(ctx, tx, by, user, RoleOwner); err != nil {
		return User{}, User{}, err
	}
	if admin, err = giveRole(ctx, tx, by, by, RoleAdmin); err != nil {
		return User{}, User{}, err
	}
	for _, changed := range []int64{by, user} {
		if err := revokeStaleResets(ctx, tx, changed); err != nil {
			return User{}, User{}, err
		}
	}
	return owner, admin, record(ctx, tx, audited{
		by: by, action: AuditWorkspaceHandedOver, user: user,
		before: facts{"owner": by, "role": was}, after: facts{"owner": user, "role": RoleOwner},
	})
}

// giveRole gives a locked user a role in the workspace and tells everybody.
func giveRole(ctx context.Context, tx pgx.Tx, by, user int64, role Role) (User, error) {
	return scanUser(tx.QueryRow(ctx, `
		with u as (
			update users
			set role = $3, changed_tx = pg_current_xact_id()::text::bigint
			where id = $2
			returning *
		), told as (
			insert into pending_events (topic_id, kind, user_id, actor_id)
			select $4::bigint, 'user-changed', u.id, $1::bigint from u
			union all
			select u.id, 'me-changed', u.id, $1 from u
		)
		select `+userColumns+` from u`, by, user, role, WorkspaceTopic))
}
