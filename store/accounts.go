package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// NewUser is an account to be made. The password is hashed by the caller.
type NewUser struct {
	Username, DisplayName string
	Email                 string // "" when the person gave none
	PasswordHash          string
}

// UserByLogin finds a user, who may be suspended but not deactivated, by user name or e-mail address, whatever
// the case, and returns the password's hash too. An address has an '@' and a
// user name cannot have one, so neither is taken for the other. It returns
// ErrNotFound when there is no such user.
func (s *Store) UserByLogin(ctx context.Context, login string) (User, string, error) {
	where, key := byLogin(login)
	var hash string
	user, err := scanOwn(s.db.QueryRow(ctx, `
		select `+ownColumns+`, u.password_hash
		from users u
		where `+where+` and u.deactivated_at is null`, key), &hash)
	if err != nil {
		return User{}, "", fmt.Errorf("find user by login: %w", err)
	}
	return user, hash, nil
}

// byLogin returns the condition that finds a user by user name or e-mail
// address, and the key that is its $1. Nobody has the key of a login that can
// be neither.
func byLogin(login string) (where, key string) {
	if strings.Contains(login, "@") {
		return `u.email_key = $1`, emailKey(login)
	}
	return `u.username_key = $1`, UsernameKey(login)
}

// User returns one's own account, also a deactivated one, or ErrNotFound. For
// those of others see [Store.Person].
func (s *Store) User(ctx context.Context, id int64) (User, error) {
	user, err := findUser(ctx, s.db, id)
	if err != nil {
		return User{}, fmt.Errorf("find user %d: %w", id, err)
	}
	return user, nil
}

// userColumns are the columns that scanUser reads, of users u.
var userColumns = `u.id, u.username, u.display_name, coalesce(u.email, ''), u.role, ` + statusColumns(`u`) + `, u.time_zone,
	u.created_at, u.last_seen_at, u.deactivated_at,
	coalesce(u.suspended_until > statement_timestamp(), false), nullif(u.suspended_until, 'infinity')`

// scanUser reads userColumns and, after them, more. No row is ErrNotFound.
func scanUser(row pgx.Row, more ...any) (User, error) {
	var u User
	err := row.Scan(append(u.targets(), more...)...)
	return u, orNotFound(err)
}

func (u *User) targets() []any {
	return []any{&u.ID, &u.Username, &u.DisplayName, &u.Email, &u.Role, &u.Status.Emoji, &u.Status.Text, &u.Status.Until, &u.TimeZone,
		&u.CreatedAt, &u.LastSeenAt, &u.DeactivatedAt, &u.Suspended, &u.SuspendedUntil}
}

// ownColumns are those that scanOwn reads: userColumns and what is nobody
// else's business.
var ownColumns = userColumns + `, u.notices, u.send_with, u.seen_by,
	case when u.presence_until <= now() then 'automatic' else u.presence_choice end,
	case when u.presence_until > now() then u.presence_until end`

// scanOwn reads ownColumns and, after them, more. No row is ErrNotFound.
func scanOwn(row pgx.Row, more ...any) (User, error) {
	var u User
	own := append(u.targets(), &u.Notices, &u.SendWith, &u.SeenBy, &u.PresenceChoice, &u.PresenceUntil)
	err := row.Scan(append(own, more...)...)
	return u, orNotFound(err)
}

func collectUsers(rows pgx.Rows) ([]User, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (User, error) { return scanUser(row) })
}

func findUser(ctx context.Context, db querier, id int64) (User, error) {
	return scanOwn(db.QueryRow(ctx, `
		select `+ownColumns+`
		from users u
		where u.id = $1`, id))
}

// insertUser makes the user and the user's own topic.
func insertUser(ctx context.Context, tx pgx.Tx, account NewUser, role Role) (User, error) {
	username, err := newUsername(account.Username)
	if err != nil {
		return User{}, err
	}
	displayName, err := cleanDisplayName(account.DisplayName)
	if err != nil {
		return User{}, err
	}
	email, key, err := emailColumns(account.Email)
	if err != nil {
		return User{}, err
	}
	user, err := scanOwn(tx.QueryRow(ctx, `
		with topic as (
			insert into topics (kind) values ('user') returning id
		)
		insert into users as u (id, username, username_key, username_skeleton, display_name, email, email_key, password_hash, role)
		select topic.id, $1, $2, $3, $4, $5, $6, $7, $8 from topic
		returning `+ownColumns,
		username, UsernameKey(username), skeleton(username), displayName, email, key, account.PasswordHash, role))
	return user, takenError(err)
}
