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
	WorkspaceLimits
	CreatedAt time.Time
}

// WorkspaceLimits are for how many days messages are kept, 0 for ever, and how
// many messages a person sends at most in so many seconds.
type WorkspaceLimits struct {
	RetentionDays               int
	FloodMessages, FloodSeconds int
}

// DefaultLimits are those of a workspace of which nobody has said anything else.
var DefaultLimits = WorkspaceLimits{FloodMessages: 40, FloodSeconds: 2}

// WorkspaceChange is what may change about the workspace; nil leaves it as it
// is.
type WorkspaceChange struct {
	Name                        *string
	SignUpOpen                  *bool
	RetentionDays               *int // 0: for ever
	FloodMessages, FloodSeconds *int
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

// WorkspaceSettings returns the workspace to somebody who may see the
// administration; others get ErrForbidden.
func (s *Store) WorkspaceSettings(ctx context.Context, by int64) (Workspace, error) {
	err := whyNotHere(ctx, s.db, rights.SeeAdministration, by)
	var w Workspace
	if err == nil {
		w, err = findWorkspace(ctx, s.db)
	}
	if err != nil {
		return Workspace{}, fmt.Errorf("find the settings of the workspace: %w", err)
	}
	return w, nil
}

// ChangeWorkspace changes the workspace's name and settings; what is the same
// already causes no event. It returns ErrForbidden to those who may not, and
// *InvalidError for what it cannot be.
func (s *Store) ChangeWorkspace(ctx context.Context, by int64, change WorkspaceChange) (Workspace, Pending, error) {
	if change.Name != nil {
		name, err := cleanWorkspaceName(*change.Name, "name")
		if err != nil {
			return Workspace{}, nil, err
		}
		change.Name = &name
	}
	if err := change.checkLimits(); err != nil {
		return Workspace{}, nil, err
	}
	var changed Workspace
	var pending Pending
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		changed, pending, err = changeWorkspace(ctx, tx, by, change)
		return err
	})
	if err != nil {
		return Workspace{}, nil, fmt.Errorf("change the workspace: %w", err)
	}
	return changed, pending, nil
}

// checkLimits refuses what the table does.
func (c WorkspaceChange) checkLimits() error {
	for _, limit := range []struct {
		value       *int
		least, most int
		field, text string
	}{
		{c.RetentionDays, 0, 36500, "retention_days", "Messages are kept for 1 to 36,500 days, or for ever."},
		{c.FloodMessages, 1, 1000, "flood_messages", "People send at most 1 to 1,000 messages in the time."},
		{c.FloodSeconds, 1, 3600, "flood_seconds", "The time is 1 to 3,600 seconds."},
	} {
		if limit.value != nil && (*limit.value < limit.least || *limit.value > limit.most) {
			return &InvalidError{Field: limit.field, Text: limit.text}
		}
	}
	return nil
}

// changeWorkspace returns no news when it was so already.
func changeWorkspace(ctx context.Context, tx pgx.Tx, by int64, change WorkspaceChange) (Workspace, Pending, error) {
	before, err := scanWorkspace(tx.QueryRow(ctx, `select `+workspaceColumns+` from workspace w for no key update`))
	if err != nil {
		return Workspace{}, nil, err
	}
	changed, err := scanWorkspace(tx.QueryRow(ctx, `
		with w as (
			update workspace
			set name = coalesce($2, workspace.name), sign_up_open = coalesce($3, workspace.sign_up_open),
				retention_days = nullif(coalesce($5, workspace.retention_days), 0),
				flood_messages = coalesce($6, workspace.flood_messages), flood_seconds = coalesce($7, workspace.flood_seconds)
			from users me
			where me.id = $1 and `+active(`me`)+` and me.role = any ($4)
				and (workspace.name, workspace.sign_up_open, coalesce(workspace.retention_days, 0), workspace.flood_messages, workspace.flood_seconds)
					<> (coalesce($2, workspace.name), coalesce($3, workspace.sign_up_open), coalesce($5, workspace.retention_days, 0),
						coalesce($6, workspace.flood_messages), coalesce($7, workspace.flood_seconds))
			returning workspace.*
		), told as (
			insert into pending_events (topic_id, kind, actor_id)
			select w.id, 'workspace-changed', $1::bigint from w
		)
		select `+workspaceColumns+` from w`, by, change.Name, change.SignUpOpen, rights.ChangeWorkspace.Roles(),
		change.RetentionDays, change.FloodMessages, change.FloodSeconds))
	if isNotFound(err) {
		return before, nil, whyNotHere(ctx, tx, rights.ChangeWorkspace, by)
	}
	if err != nil {
		return Workspace{}, nil, err
	}
	was, is := differing(before.facts(), changed.facts())
	return changed, Pending{WorkspaceTopic}, record(ctx, tx, audited{by: by, action: AuditWorkspaceChanged, before: was, after: is})
}

// facts are what the audit log tells of the workspace.
func (w Workspace) facts() facts {
	return facts{
		"name": w.Name, "sign_up_open": w.SignUpOpen,
		"retention_days": w.RetentionDays, "flood_messages": w.FloodMessages, "flood_seconds": w.FloodSeconds,
	}
}

// workspaceColumns are the columns that scanWorkspace reads, of workspace w.
const workspaceColumns = `w.name, w.sign_up_open, w.created_at, coalesce(w.retention_days, 0), w.flood_messages, w.flood_seconds`

// scanWorkspace reads workspaceColumns. No row is ErrNotFound.
func scanWorkspace(row pgx.Row) (Workspace, error) {
	var w Workspace
	err := row.Scan(&w.Name, &w.SignUpOpen, &w.CreatedAt, &w.RetentionDays, &w.FloodMessages, &w.FloodSeconds)
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
		if err := insertFirstRoom(ctx, tx, owner.ID); err != nil {
			return err
		}
		return record(ctx, tx, audited{by: owner.ID, action: AuditWorkspaceMade, user: owner.ID, after: facts{"name": name}})
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
