package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Workspace is the installation.
type Workspace struct {
	Name      string
	CreatedAt time.Time
}

// SetUp is what makes a workspace: its name and the owner's account.
type SetUp struct {
	Workspace string
	NewUser
}

// Workspace returns the workspace, or ErrNotFound before it is set up.
func (s *Store) Workspace(ctx context.Context) (Workspace, error) {
	var w Workspace
	err := s.db.QueryRow(ctx, `select name, created_at from workspace`).Scan(&w.Name, &w.CreatedAt)
	if err != nil {
		return Workspace{}, fmt.Errorf("find workspace: %w", orNotFound(err))
	}
	return w, nil
}

// SetUp makes the workspace, its owner and the public room "general", or
// nothing. Of several at once exactly one succeeds; the others get
// ErrConflict, and so does everyone later. Names that cannot be used give an
// *InvalidError.
func (s *Store) SetUp(ctx context.Context, setUp SetUp) (User, error) {
	name, err := cleanLine(setUp.Workspace, MaxRoomName,
		&InvalidError{Field: "workspace", Text: "The workspace's name has 1 to 80 characters on one line."})
	if err != nil {
		return User{}, err
	}
	var owner User
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		// First of all: the one row of this table is what others wait for.
		if _, err := tx.Exec(ctx, `insert into workspace (name) values ($1)`, name); err != nil {
			return err
		}
		var err error
		if owner, err = insertUser(ctx, tx, setUp.NewUser, RoleOwner); err != nil {
			return err
		}
		return insertFirstRoom(ctx, tx, owner.ID)
	})
	if violates(err, "workspace_pkey") {
		err = ErrConflict
	}
	if err != nil {
		return User{}, fmt.Errorf("set up: %w", err)
	}
	return owner, nil
}

// insertFirstRoom makes the room that everybody joins. Nobody is there to be
// told, so the log stays empty.
func insertFirstRoom(ctx context.Context, tx pgx.Tx, owner int64) error {
	_, err := tx.Exec(ctx, `
		with topic as (
			insert into topics (kind) values ('room') returning id
		), room as (
			insert into rooms (id, kind, name, name_key, created_by)
			select topic.id, 'public', 'general', 'general', $1 from topic
			returning id
		)
		insert into memberships (room_id, user_id, role)
		select room.id, $1, 'owner' from room`, owner)
	return err
}
