package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Workspace is the installation.
type Workspace struct {
	Name       string
	SignUpOpen bool // whether people may make an account without an invite
	CreatedAt  time.Time
}

// WorkspaceChange is what may change about the workspace; nil leaves it as it
// is.
type WorkspaceChange struct {
	Name       *string
	SignUpOpen *bool
}

// SetUp is what makes a workspace: its name and the owner's account.
type SetUp struct {
	Workspace string
	NewUser
}

// Workspace returns the workspace, or ErrNotFound before it is set up.
func (s *Store) Workspace(ctx context.Context) (Workspace, error) {
	w, err := findWorkspace(ctx, s.db)
	if err != nil {
		return Workspace{}, fmt.Errorf("find workspace: %w", err)
	}
	return w, nil
}

// ChangeWorkspace changes the workspace's name and who may sign up; what is the
// same already causes no event. It returns ErrForbidden to those who may not,
// and *InvalidError for a name that it cannot have.
func (s *Store) ChangeWorkspace(ctx context.Context, by int64, change WorkspaceChange) (Workspace, Pending, error) {
	if change.Name != nil {
		name, err := cleanWorkspaceName(*change.Name, "name")
		if err != nil {
			return Workspace{}, nil, err
		}
		change.Name = &name
	}
	changed, pending, err := s.changeWorkspace(ctx, by, change)
	if err != nil {
		return Workspace{}, nil, fmt.Errorf("change the workspace: %w", err)
	}
	return changed, pending, nil
}

func (s *Store) changeWorkspace(ctx context.Context, by int64, change WorkspaceChange) (Workspace, Pending, error) {
	changed, err := scanWorkspace(s.db.QueryRow(ctx, `
		with w as (
			update workspace
			set name = coalesce($2, workspace.name), sign_up_open = coalesce($3, workspace.sign_up_open)
			from users me
			where me.id = $1 and me.deactivated_at is null and me.role = any ($4)
				and (workspace.name, workspace.sign_up_open)
					<> (coalesce($2, workspace.name), coalesce($3, workspace.sign_up_open))
			returning workspace.*
		), told as (
			insert into pending_events (topic_id, kind, actor_id)
			select w.id, 'workspace-changed', $1::bigint from w
		)
		select `+workspaceColumns+` from w`, by, change.Name, change.SignUpOpen, rights.ChangeWorkspace.Roles()))
	if err == nil {
		return changed, Pending{WorkspaceTopic}, nil
	}
	if isNotFound(err) {
		if err = whyNotHere(ctx, s.db, rights.ChangeWorkspace, by); err == nil {
			changed, err = findWorkspace(ctx, s.db) // it was so already
		}
	}
	return changed, nil, err
}

// workspaceColumns are the columns that scanWorkspace reads, of workspace w.
const workspaceColumns = `w.name, w.sign_up_open, w.created_at`

// scanWorkspace reads workspaceColumns. No row is ErrNotFound.
func scanWorkspace(row pgx.Row) (Workspace, error) {
	var w Workspace
	err := row.Scan(&w.Name, &w.SignUpOpen, &w.CreatedAt)
	return w, orNotFound(err)
}

func findWorkspace(ctx context.Context, db querier) (Workspace, error) {
	return scanWorkspace(db.QueryRow(ctx, `select `+workspaceColumns+` from workspace w`))
}

func cleanWorkspaceName(name, field string) (string, error) {
	return cleanLine(name, MaxRoomName,
		&InvalidError{Field: field, Text: "The workspace's name has 1 to 80 characters on one line."})
}

// SetUp makes the workspace, its owner and the public room "general", or
// nothing. Of several at once exactly one succeeds; the others get
// ErrConflict, and so does everyone later. Names that cannot be used give an
// *InvalidError.
func (s *Store) SetUp(ctx context.Context, setUp SetUp) (User, error) {
	name, err := cleanWorkspaceName(setUp.Workspace, "workspace")
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
