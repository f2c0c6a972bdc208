package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"chatd/store/rights"
)

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

var _ querier = (*pgxpool.Pool)(nil)

// NewRoom is a public or private room to be made.
type NewRoom struct {
	Kind              RoomKind
	Name, Description string
}

// CreateRoom makes a room with its creator as member and owner. Names of public
// rooms are unique without regard to case, width and white space: one in use
// gives a *TakenError. Private rooms may share a name with any room. A name
// that cannot be used gives an *InvalidError. Those without the right get
// ErrForbidden.
func (s *Store) CreateRoom(ctx context.Context, by int64, room NewRoom) (Room, Pending, error) {
	action, ok := map[RoomKind]rights.WorkspaceAction{
		RoomPublic: rights.CreatePublicRoom, RoomPrivate: rights.CreatePrivateRoom,
	}[room.Kind]
	if !ok {
		return Room{}, nil, &InvalidError{Field: "kind", Text: "A room is either public or private."}
	}
	name, err := cleanRoomName(room.Name)
	if err != nil {
		return Room{}, nil, err
	}
	description, err := cleanDescription(room.Description)
	if err != nil {
		return Room{}, nil, err
	}
	var created Room
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		if created, err = insertRoom(ctx, tx, by, room.Kind, name, description, action); err != nil {
			return err
		}
		return roomSettings{kind: created.Kind, name: created.Name}.recordMade(ctx, tx, by, created.ID)
	})
	if err != nil {
		return Room{}, nil, fmt.Errorf("create room: %w", takenError(err))
	}
	pending := Pending{by}
	if created.Kind == RoomPublic {
		pending = append(pending, WorkspaceTopic)
	}
	return created, pending, nil
}

// insertRoom makes a room for whoever may make one, and tells them and, if it
// is public, everybody.
func insertRoom(ctx context.Context, tx pgx.Tx, by int64, kind RoomKind, name, description string, action rights.WorkspaceAction) (Room, error) {
	created, err := scanRoom(tx.QueryRow(ctx, `
		with me as materialized (
			select u.id
			from users u
			where u.id = $1 and `+active(`u`)+` and u.role = any($7::text[])
			for share -- a role that is being taken away is waited for
		), topic as (
			insert into topics (kind) select 'room' from me returning id
		), r as (
			insert into rooms (id, kind, name, name_key, description, created_by)
			select topic.id, $2, $3, $4, $5, $1 from topic
			returning *
		), joined as (
			insert into memberships (room_id, user_id, role)
			select r.id, r.created_by, $8 from r
		), pending as (
			insert into pending_events (topic_id, kind, room_id, actor_id)
			select r.created_by, 'room-added', r.id, r.created_by from r
			union all
			select $6::bigint, 'room-created', r.id, r.created_by from r where r.kind = 'public'
		)
		select `+roomColumns+` from r`,
		by, kind, name, nameKey(name), description, WorkspaceTopic, action.Roles(), RoomOwner))
	if isNotFound(err) {
		err = ErrForbidden
	}
	return created, err
}

// RoomForMember returns a room to a member of it. It returns ErrNotMember for
// a public room that the user has not joined, and ErrNotFound for a room that
// does not exist or that is not theirs to know of.
func (s *Store) RoomForMember(ctx context.Context, user, room int64) (Room, error) {
	found, err := scanRoom(s.db.QueryRow(ctx, `
		select `+roomColumns+` from rooms r, `+asker+` where `+granted, user, room, rights.ReadMessages.Grant()))
	if err != nil {
		return Room{}, fmt.Errorf("find room %d: %w", room, whyNotRead(ctx, s.db, err, user, room))
	}
	return found, nil
}

// roomColumns are the columns that scanRoom reads, of rooms r.
const roomColumns = `r.id, r.kind, coalesce(r.name, ''), r.topic, r.description, ` + roomState + `,
	r.slow_mode, r.notices, r.retention_days, r.is_default, r.first_number, r.created_by, r.created_at`

// scanRoom reads roomColumns and, after them, more. No row is ErrNotFound.
func scanRoom(row pgx.Row, more ...any) (Room, error) {
	var r Room
	var slow int
	err := row.Scan(append([]any{&r.ID, &r.Kind, &r.Name, &r.Topic, &r.Description, &r.State,
		&slow, &r.Notices, &r.RetentionDays, &r.Default, &r.FirstNumber, &r.CreatedBy, &r.CreatedAt}, more...)...)
	r.SlowMode = time.Duration(slow) * time.Second
	return r, orNotFound(err)
}

func cleanRoomName(name string) (string, error) {
	return cleanLine(name, MaxRoomName,
		&InvalidError{Field: "name", Text: "A room's name has 1 to 80 characters on one line."})
}

func cleanTopic(topic string) (string, error) {
	return cleanText(topic, MaxTopic,
		&InvalidError{Field: "topic", Text: "A room's topic has up to 250 characters."})
}

func cleanDescription(description string) (string, error) {
	return cleanText(description, MaxDescription,
		&InvalidError{Field: "description", Text: "A room's description has up to 500 characters."})
}

// takenError names the field when err says that its value is in use.
func takenError(err error) error {
	for constraint, field := range map[string]string{
		"users_username_key_unique":      "username",
		"users_username_skeleton_unique": "username",
		"users_email_key_unique":         "email",
		"rooms_public_name_unique":       "name",
	} {
		if violates(err, constraint) {
			return &TakenError{Field: field}
		}
	}
	return err
}
