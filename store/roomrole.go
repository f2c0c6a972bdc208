package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// SetRoomRole makes a member of a public or private room its owner, a moderator
// or a plain member, and returns how they are in it then; what changes nothing
// makes no news. Who is to keep order in it is muted in it no longer. Somebody
// suspended can be given a role, as in the workspace: it gives nothing away, and
// waits for them. The last owner may step down. Those without the right get
// ErrForbidden or, when the room is not theirs to know of, ErrNotFound; direct
// rooms give ErrForbidden, and somebody who is not in the room ErrNoSuchUser.
func (s *Store) SetRoomRole(ctx context.Context, by, user, room int64, role RoomRole) (Member, Pending, error) {
	if role == rights.Outside || !slices.Contains(rights.RoomRoles, role) {
		return Member{}, nil, &InvalidError{Field: "role", Text: "Somebody in a room is its owner, a moderator or a member."}
	}
	var member Member
	var pending Pending
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		member, pending, err = setRoomRole(ctx, tx, by, user, room, role)
		return err
	})
	if err != nil {
		return Member{}, nil, fmt.Errorf("set role in room %d: %w", room, err)
	}
	return member, pending, nil
}

func setRoomRole(ctx context.Context, tx pgx.Tx, by, user, room int64, role RoomRole) (Member, Pending, error) {
	if err := holdStanding(ctx, tx, by, room, user); err != nil {
		return Member{}, nil, err
	}
	was, err := findMember(ctx, tx, user, room)
	if err != nil && !isNotFound(err) {
		return Member{}, nil, err
	}
	pending, err := updateRoomRole(ctx, tx, by, user, room, role)
	if err != nil {
		return Member{}, nil, err
	}
	if len(pending) > 0 && role != RoomMember {
		if err := unmute(ctx, tx, by, user, room); err != nil {
			return Member{}, nil, err
		}
	}
	if len(pending) == 0 {
		if err := whyNot(ctx, tx, rights.ChangeRoomRoles, by, room); err != nil {
			return Member{}, nil, err
		}
		if was.ID == 0 {
			return Member{}, nil, ErrNoSuchUser
		}
		return was, nil, nil
	}
	member, err := findMember(ctx, tx, user, room)
	if err != nil {
		return Member{}, nil, err
	}
	return member, pending, record(ctx, tx, audited{
		by: by, action: AuditMemberRoleChanged, user: user, room: room,
		before: facts{"role": was.RoomRole}, after: facts{"role": role},
	})
}

// updateRoomRole returns nothing when there is nothing to change or no right
// to.
func updateRoomRole(ctx context.Context, tx pgx.Tx, by, user, room int64, role RoomRole) (Pending, error) {
	tag, err := tx.Exec(ctx, `
		with changed as (
			update memberships m
			set role = $5, changed_tx = pg_current_xact_id()::text::bigint
			from rooms r, `+asker+`
			where `+granted+` and m.room_id = $2 and m.user_id = $4 and m.left_at is null and m.role <> $5
			returning m.room_id, m.user_id
		)
		insert into pending_events (topic_id, kind, user_id, room_id, actor_id)
		select c.room_id, 'member-changed', c.user_id, c.room_id, $1 from changed c
		union all
		select c.user_id, 'room-role-changed', c.user_id, c.room_id, $1 from changed c`,
		by, room, rights.ChangeRoomRoles.Grant(), user, role)
	if err != nil || tag.RowsAffected() == 0 {
		return nil, err
	}
	return Pending{room, user}, nil
}

// findMember returns somebody who is in the room, or ErrNotFound.
func findMember(ctx context.Context, db querier, user, room int64) (Member, error) {
	var m Member
	var err error
	m.User, err = scanUser(db.QueryRow(ctx, `
		select `+userColumns+`, m.role, m.joined_at, coalesce(s.state, 'offline')
		from memberships m
		join users u on u.id = m.user_id
		left join presence_states s on s.user_id = u.id
		where m.room_id = $2 and m.user_id = $1 and m.left_at is null`, user, room), &m.RoomRole, &m.JoinedAt, &m.State)
	if m.State != StateOffline {
		m.LastSeenAt = nil
	}
	return m, err
}
