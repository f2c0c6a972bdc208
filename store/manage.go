package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// ErrLastOwner means that the workspace would be left without an active owner.
// It is a kind of ErrConflict.
var ErrLastOwner = fmt.Errorf("the workspace needs an owner: %w", ErrConflict)

// SetRole gives somebody a role in the workspace; giving the one that they have
// changes nothing. It takes the right to manage people of both roles, else it
// returns ErrForbidden; ErrNoSuchUser for somebody unknown, and ErrLastOwner
// for the last active owner.
func (s *Store) SetRole(ctx context.Context, by, user int64, role Role) (User, Pending, error) {
	if !slices.Contains(rights.Roles, role) {
		return User{}, nil, &InvalidError{Field: "role", Text: "The roles are owner, admin, member and guest."}
	}
	return s.manage(ctx, "set role of", by, user, func(tx pgx.Tx, m *management) error {
		if err := m.allow(role); err != nil {
			return err
		}
		if m.user.Role == role {
			return nil
		}
		was := m.user.Role
		if err := m.change(ctx, tx, role, m.user.DeactivatedAt != nil); err != nil {
			return err
		}
		return record(ctx, tx, audited{by: by, action: AuditUserRoleChanged, user: user, before: facts{"role": was}, after: facts{"role": role}})
	})
}

// Deactivate closes an account: it ends all sessions, access tokens and reset links
// in the same transaction, and returns the ids of the first two. What the person has written stays,
// and so do their memberships. Doing so twice changes nothing. Errors are those
// of SetRole.
func (s *Store) Deactivate(ctx context.Context, by, user int64) (changed User, ended []string, pending Pending, err error) {
	changed, pending, err = s.manage(ctx, "deactivate", by, user, func(tx pgx.Tx, m *management) error {
		closed := m.user.DeactivatedAt != nil
		if !closed {
			if err := m.change(ctx, tx, m.user.Role, true); err != nil {
				return err
			}
		}
		ended, err = endSessions(ctx, tx, user, "", ReasonDeactivated, KindBrowser, KindToken)
		if err != nil || closed {
			return err
		}
		return record(ctx, tx, audited{by: by, action: AuditUserDeactivated, user: user, after: sessionsEnded(ended)})
	})
	return changed, ended, pending, err
}

// Reactivate opens a closed account again; its sessions stay ended. Doing so
// twice changes nothing. Errors are those of SetRole.
func (s *Store) Reactivate(ctx context.Context, by, user int64) (User, Pending, error) {
	return s.manage(ctx, "reactivate", by, user, func(tx pgx.Tx, m *management) error {
		if m.user.DeactivatedAt == nil {
			return nil
		}
		if err := m.change(ctx, tx, m.user.Role, false); err != nil {
			return err
		}
		return record(ctx, tx, audited{by: by, action: AuditUserReactivated, user: user})
	})
}

// SignOutUser ends all sessions, access tokens and reset links of somebody and
// returns the ids of the first two. Errors are those of SetRole.
func (s *Store) SignOutUser(ctx context.Context, by, user int64, reason string) (ended []string, err error) {
	_, _, err = s.manage(ctx, "sign out", by, user, func(tx pgx.Tx, _ *management) error {
		if err := revokeResets(ctx, tx, user); err != nil {
			return err
		}
		ended, err = endSessions(ctx, tx, user, "", reason, KindBrowser, KindToken)
		if err != nil || len(ended) == 0 {
			return err
		}
		return record(ctx, tx, audited{by: by, action: AuditUserSignedOut, user: user, after: sessionsEnded(ended)})
	})
	return ended, err
}

// management is somebody who acts on a user, as their locked rows say.
type management struct {
	by, user User
	owners   int // active ones other than user
	pending  Pending
}

// manage locks everybody whom the change depends on, makes sure that by may
// manage user, and then makes the change.
func (s *Store) manage(ctx context.Context, what string, by, user int64, change func(pgx.Tx, *management) error) (User, Pending, error) {
	var m management
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		m = management{}
		if err := m.lock(ctx, tx, by, user); err != nil {
			return err
		}
		return change(tx, &m)
	})
	if err != nil {
		return User{}, nil, fmt.Errorf("%s user %d: %w", what, user, err)
	}
	return m.user, m.pending, nil
}

// lock reads the two people and all owners, and keeps them as they are until
// the end of the transaction. Everybody locks in the order of ids, so nobody
// waits in a circle; and of two owners who act on each other the second finds
// what the first has done.
func (m *management) lock(ctx context.Context, tx pgx.Tx, by, user int64) error {
	rows, err := tx.Query(ctx, `
		select `+userColumns+`
		from users u
		where u.id in ($1, $2) or u.role = $3 and u.deactivated_at is null
		order by u.id
		for no key update`, by, user, RoleOwner)
	if err != nil {
		return err
	}
	people, err := collectUsers(rows)
	if err != nil {
		return err
	}
	for _, u := range people {
		if u.ID == by {
			m.by = u
		}
		if u.ID == user {
			m.user = u
		} else if u.isActiveOwner() {
			m.owners++
		}
	}
	return m.judge(ctx, tx)
}

// judge returns nil when by may manage user. Somebody whom by may not see does
// not exist.
func (m *management) judge(ctx context.Context, db querier) error {
	if m.by.ID == 0 || !m.by.active() {
		return ErrForbidden
	}
	if m.user.ID == 0 {
		return ErrNoSuchUser
	}
	err := m.allow(m.user.Role)
	if err == nil {
		return nil
	}
	if _, unseen := findVisible(ctx, db, m.by.ID, m.user.ID); unseen != nil {
		return unseen
	}
	return err
}

// allow returns nil when by may manage people of a role.
func (m *management) allow(role Role) error {
	if !rights.Manage(role).May(m.by.Role) {
		return ErrForbidden
	}
	return nil
}

// change stores what the user is from now on and tells everybody.
func (m *management) change(ctx context.Context, tx pgx.Tx, role Role, deactivated bool) error {
	before := m.user
	changed, err := scanUser(tx.QueryRow(ctx, `
		with u as (
			update users
			set role = $3, changed_tx = pg_current_xact_id()::text::bigint,
				deactivated_at = case when $4 then coalesce(deactivated_at, now()) end
			where id = $2
			returning *
		), told as (
			insert into pending_events (topic_id, kind, user_id, actor_id)
			select $5::bigint, 'user-changed', u.id, $1::bigint from u
			union all
			select u.id, 'me-changed', u.id, $1::bigint from u
		)
		select `+userColumns+` from u`, m.by.ID, before.ID, role, deactivated, WorkspaceTopic))
	if err != nil {
		return err
	}
	if before.isActiveOwner() && !changed.isActiveOwner() && m.owners == 0 {
		return ErrLastOwner
	}
	m.user, m.pending = changed, Pending{WorkspaceTopic, changed.ID}
	return revokeStaleResets(ctx, tx, changed.ID)
}

func (u User) isActiveOwner() bool { return u.Role == RoleOwner && u.active() }

// active is the condition of that name, for a user who was read just now.
func (u User) active() bool { return u.DeactivatedAt == nil && !u.Suspended }
