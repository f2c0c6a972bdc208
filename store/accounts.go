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

// UserByLogin finds an active user by user name or e-mail address, whatever
// the case, and returns the password's hash too. An address has an '@' and a
// user name cannot have one, so neither is taken for the other. It returns
// ErrNotFound when there is no such user.
func (s *Store) UserByLogin(ctx context.Context, login string) (User, string, error) {
	const byUsername = `
		select ` + userColumns + `, u.password_hash
		from users u
		where u.username_key = $1 and u.deactivated_at is null`
	const byEmail = `
		select ` + userColumns + `, u.password_hash
		from users u
		where u.email_key = $1 and u.deactivated_at is null`

	query, key := byUsername, UsernameKey(login)
	if strings.Contains(login, "@") {
		query, key = byEmail, emailKey(login)
	}
	if key == "" {
		return User{}, "", ErrNotFound
	}
	var hash string
	user, err := scanUser(s.db.QueryRow(ctx, query, key), &hash)
	if err != nil {
		return User{}, "", fmt.Errorf("find user by login: %w", err)
	}
	return user, hash, nil
}

// User returns one user, also a deactivated one, or ErrNotFound.
func (s *Store) User(ctx context.Context, id int64) (User, error) {
	user, err := findUser(ctx, s.db, id)
	if err != nil {
		return User{}, fmt.Errorf("find user %d: %w", id, err)
	}
	return user, nil
}

// Users returns all active users, by display name.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	rows, err := s.db.Query(ctx, activeUsers)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	users, err := collectUsers(rows)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return users, nil
}

// SignUp makes the account of somebody who was invited and makes them a member
// of the first public room. It returns ErrNotFound for an unknown invite,
// ErrInviteRevoked or ErrInviteExpired for one that has ended, *TakenError for a user name or e-mail address that somebody
// has, and *InvalidError for one that cannot be had.
func (s *Store) SignUp(ctx context.Context, inviteToken string, account NewUser) (User, Pending, error) {
	var user User
	var pending Pending
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := useInvite(ctx, tx, inviteToken); err != nil {
			return err
		}
		var err error
		if user, err = insertUser(ctx, tx, account, RoleMember); err != nil {
			return err
		}
		pending, err = welcome(ctx, tx, user.ID)
		return err
	})
	if err != nil {
		return User{}, nil, fmt.Errorf("sign up: %w", err)
	}
	return user, pending, nil
}

// userColumns are the columns that scanUser reads, of users u.
const userColumns = `u.id, u.username, u.display_name, coalesce(u.email, ''), u.role, u.created_at, u.last_seen_at, u.deactivated_at`

const activeUsers = `
	select ` + userColumns + `
	from users u
	where u.deactivated_at is null
	order by lower(u.display_name), u.id`

// scanUser reads userColumns and, after them, more. No row is ErrNotFound.
func scanUser(row pgx.Row, more ...any) (User, error) {
	var u User
	err := row.Scan(append([]any{&u.ID, &u.Username, &u.DisplayName, &u.Email, &u.Role, &u.CreatedAt, &u.LastSeenAt, &u.DeactivatedAt}, more...)...)
	return u, orNotFound(err)
}

func collectUsers(rows pgx.Rows) ([]User, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (User, error) { return scanUser(row) })
}

func findUser(ctx context.Context, db querier, id int64) (User, error) {
	return scanUser(db.QueryRow(ctx, `
		select `+userColumns+`
		from users u
		where u.id = $1`, id))
}

// insertUser makes the user and the user's own topic.
func insertUser(ctx context.Context, tx pgx.Tx, account NewUser, role Role) (User, error) {
	username, err := cleanUsername(account.Username)
	if err != nil {
		return User{}, err
	}
	displayName, err := cleanLine(account.DisplayName, MaxDisplayName,
		&InvalidError{Field: "display_name", Text: "A name has 1 to 80 characters on one line."})
	if err != nil {
		return User{}, err
	}
	var email, key *string
	if strings.TrimSpace(account.Email) != "" {
		clean, err := cleanEmail(account.Email)
		if err != nil {
			return User{}, err
		}
		folded := emailKey(clean)
		email, key = &clean, &folded
	}
	user, err := scanUser(tx.QueryRow(ctx, `
		with topic as (
			insert into topics (kind) values ('user') returning id
		)
		insert into users as u (id, username, username_key, display_name, email, email_key, password_hash, role)
		select topic.id, $1, $2, $3, $4, $5, $6, $7 from topic
		returning `+userColumns,
		username, UsernameKey(username), displayName, email, key, account.PasswordHash, role))
	return user, takenError(err)
}

// welcome makes a new user a member of the first public room and tells the
// workspace.
func welcome(ctx context.Context, tx pgx.Tx, user int64) (Pending, error) {
	rows, err := tx.Query(ctx, `
		with room as (
			select r.id, t.last_number
			from rooms r
			join topics t on t.id = r.id
			where r.kind = 'public'
			order by r.id
			limit 1
		), joined as (
			insert into memberships (room_id, user_id, role, read_number)
			select room.id, $1, 'member', room.last_number from room
			returning room_id, user_id
		)
		insert into pending_events (topic_id, kind, user_id, room_id, actor_id)
		select $2::bigint, 'user-added', $1::bigint, null::bigint, $1::bigint
		union all
		select joined.room_id, 'join', joined.user_id, joined.room_id, joined.user_id from joined
		returning topic_id`, user, WorkspaceTopic)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
