package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// What the command line needs and nobody else. Its acts are made with a context of
// FromCommandLine, so that the audit log names no person for them.

// ActingOwner returns the active owner in whose right the command line acts:
// another one than somebody if there is one, since much cannot be done to oneself.
// ErrNotFound means that there is no active owner.
func (s *Store) ActingOwner(ctx context.Context, other int64) (int64, error) {
	var id int64
	err := s.db.QueryRow(ctx, `
		select id from users where role = $1 and `+active(`users`)+` order by id = $2, id limit 1`, RoleOwner, other).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("find an owner: %w", orNotFound(err))
	}
	return id, nil
}

// MakeUser makes an account for somebody else: they come into the rooms that
// everybody new comes into, and a guest into none. It takes the right to manage
// people of the role. The other errors are those of SignUp.
func (s *Store) MakeUser(ctx context.Context, by int64, account NewUser, role Role) (user User, pending Pending, err error) {
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := holdRole(ctx, tx, by); err != nil {
			return err
		}
		if err := whyNotHere(ctx, tx, rights.Manage(role), by); err != nil {
			return err
		}
		defaults, err := holdDefaults(ctx, tx, role)
		if err != nil {
			return err
		}
		if user, err = insertUser(ctx, tx, account, role); err != nil {
			return err
		}
		if pending, err = welcome(ctx, tx, user, admission{role: role, defaults: defaults}); err != nil {
			return err
		}
		return record(ctx, tx, audited{by: by, action: AuditUserAdded, user: user.ID, after: facts{"role": role}})
	})
	if err != nil {
		return User{}, nil, fmt.Errorf("make a user: %w", err)
	}
	return user, pending, nil
}

// RoomsCalled returns the public and private rooms with an id or a name, also
// deleted ones, with all that is known of them. It asks for no right: it is there
// for the command line alone.
func (s *Store) RoomsCalled(ctx context.Context, word string) ([]AdminRoom, error) {
	id, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		id = 0
	}
	rows, err := s.db.Query(ctx, `
		with page as (
			select id, '' as key from rooms
			where kind <> 'direct' and erased_at is null and (id = $1 or name_key = $2)
		)`+adminRoomColumns(`true`)+`
		order by r.id`, id, nameKey(word))
	if err != nil {
		return nil, fmt.Errorf("find rooms called %q: %w", word, err)
	}
	var owners [][]int64
	rooms, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r AdminRoom, err error) {
		var owned []int64
		r, owned, _, err = scanAdminRoom(row)
		owners = append(owners, owned)
		return r, err
	})
	if err == nil {
		err = s.nameOwners(ctx, rooms, owners)
	}
	if err != nil {
		return nil, fmt.Errorf("find rooms called %q: %w", word, err)
	}
	return rooms, nil
}
