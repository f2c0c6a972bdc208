package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// HandOverRoom makes a member of a public or private room its owner and whoever
// gives it away a plain member, both or neither. It takes being owner of the room
// and the right to change roles in it, else it returns ErrForbidden or, when the
// room is not theirs to know of, ErrNotFound. Somebody who is not in the room, or
// suspended, gives ErrNoSuchUser, and who could not look after it, or oneself, an
// *InvalidError. It ends a mute of theirs.
func (s *Store) HandOverRoom(ctx context.Context, by, user, room int64) (Pending, error) {
	if by == user {
		return nil, &InvalidError{Field: "user_id", Text: "This is you. Choose somebody else in the room."}
	}
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		return handOverRoom(ctx, tx, by, user, room)
	})
	if err != nil {
		return nil, fmt.Errorf("hand over room %d: %w", room, err)
	}
	return Pending{room, by, user}, nil
}

func handOverRoom(ctx context.Context, tx pgx.Tx, by, user, room int64) error {
	if err := holdPeople(ctx, tx, by, user); err != nil {
		return err
	}
	if err := holdStanding(ctx, tx, by, room, user); err != nil {
		return err
	}
	st, err := findStanding(ctx, tx, by, room)
	if err != nil {
		return err
	}
	if err := refusal(rights.ChangeRoomRoles, st); err != nil {
		return err
	}
	if st.RoomRole != RoomOwner {
		return ErrForbidden
	}
	if err := mayOwnRoom(ctx, tx, user, room); err != nil {
		return err
	}
	if err := unmute(ctx, tx, by, user, room); err != nil {
		return err
	}
	for _, given := range []struct {
		user int64
		role RoomRole
	}{{user, RoomOwner}, {by, RoomMember}} {
		if err := giveRoomRole(ctx, tx, by, given.user, room, given.role); err != nil {
			return err
		}
	}
	return record(ctx, tx, audited{
		by: by, action: AuditRoomHandedOver, user: user, room: room, before: facts{"owner": by}, after: facts{"owner": user},
	})
}

// mayOwnRoom returns why somebody cannot look after a room, nil when they can.
func mayOwnRoom(ctx context.Context, tx pgx.Tx, user, room int64) error {
	member, err := findMember(ctx, tx, user, room)
	if isNotFound(err) || err == nil && !member.active() {
		return ErrNoSuchUser
	}
	if err == nil && member.Role == RoleGuest {
		err = &InvalidError{Field: "user_id", Text: "A guest cannot look after a room. Choose somebody else in it."}
	}
	return err
}

// holdPeople keeps the accounts of two people as they are until the end of the
// transaction.
func holdPeople(ctx context.Context, tx pgx.Tx, by, user int64) error {
	_, err := tx.Exec(ctx, `select from users where id in ($1, $2) order by id for share`, by, user)
	return err
}

// unmute ends the mute of somebody who is to keep order in a room themselves, if
// there is one: they could end it a moment later, and nobody below them could.
func unmute(ctx context.Context, tx pgx.Tx, by, user, room int64) error {
	_, err := measure{SanctionMute, by, user, room}.lift(ctx, tx, AuditMuteEnded, func(tx pgx.Tx) (Pending, error) {
		return setMuted(ctx, tx, by, user, room, Terms{}, false)
	})
	return err
}

// giveRoomRole gives a member another role and leaves the news for the committer;
// nothing when it is theirs already.
func giveRoomRole(ctx context.Context, tx pgx.Tx, by, user, room int64, role RoomRole) error {
	_, err := tx.Exec(ctx, `
		with changed as (
			update memberships
			set role = $4, changed_tx = pg_current_xact_id()::text::bigint
			where room_id = $3 and user_id = $2 and left_at is null and role <> $4
			returning room_id, user_id
		)
		insert into pending_events (topic_id, kind, user_id, room_id, actor_id)
		select c.room_id, 'member-changed', c.user_id, c.room_id, $1::bigint from changed c
		union all
		select c.user_id, 'room-role-changed', c.user_id, c.room_id, $1 from changed c`, by, user, room, role)
	return err
}

// AppointRoomOwner makes somebody owner of a public or private room, and a member
// first if they are none. It asks for no right: it is there for the command line
// alone, for rooms that have lost their owners. Doing so twice changes nothing.
// It returns ErrNotFound for a room that is not there, ErrForbidden for a direct
// one, ErrNoSuchUser and *InvalidError as HandOverRoom does, and a *SanctionError for
// somebody who is banned from it. It ends a mute of theirs.
func (s *Store) AppointRoomOwner(ctx context.Context, user, room int64) (pending Pending, err error) {
	ctx = FromCommandLine(ctx)
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		pending, err = appointRoomOwner(ctx, tx, user, room)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("appoint an owner of room %d: %w", room, err)
	}
	return pending, nil
}

func appointRoomOwner(ctx context.Context, tx pgx.Tx, user, room int64) (Pending, error) {
	if err := holdStanding(ctx, tx, user, room); err != nil {
		return nil, err
	}
	found, err := findRoom(ctx, tx, room)
	switch {
	case err != nil:
		return nil, err
	case found.State == RoomDeleted:
		return nil, ErrNotFound
	case found.Kind == RoomDirect:
		return nil, ErrForbidden
	}
	ban, err := measure{kind: SanctionBan, user: user, room: room}.find(ctx, tx)
	if err == nil {
		return nil, &SanctionError{Kind: ban.Kind, Terms: ban.Terms}
	}
	if !isNotFound(err) {
		return nil, err
	}
	joined, err := bringIn(ctx, tx, user, room)
	if err != nil {
		return nil, err
	}
	member, err := findMember(ctx, tx, user, room)
	if err != nil {
		return nil, err
	}
	if err := mayOwnRoom(ctx, tx, user, room); err != nil || member.RoomRole == RoomOwner {
		return nil, err
	}
	if err := unmute(ctx, tx, user, user, room); err != nil {
		return nil, err
	}
	if err := giveRoomRole(ctx, tx, user, user, room, RoomOwner); err != nil {
		return nil, err
	}
	if joined {
		if err := record(ctx, tx, audited{action: AuditMemberAdded, user: user, room: room}); err != nil {
			return nil, err
		}
	}
	return Pending{room, user}, record(ctx, tx, audited{
		action: AuditMemberRoleChanged, user: user, room: room,
		before: facts{"role": member.RoomRole}, after: facts{"role": RoomOwner},
	})
}

// bringIn makes somebody a member of a room and reports whether they were none.
// ErrNoSuchUser means that there is nobody active with this id.
func bringIn(ctx context.Context, tx pgx.Tx, user, room int64) (joined bool, err error) {
	if found, err := findUser(ctx, tx, user); isNotFound(err) || err == nil && found.DeactivatedAt != nil {
		return false, ErrNoSuchUser
	} else if err != nil {
		return false, err
	}
	tag, err := tx.Exec(ctx, `
		with entered as (
			insert into memberships as m (room_id, user_id, read_number, read_aside)
			select t.id, $1, t.last_number, t.last_aside from topics t where t.id = $2
			on conflict (room_id, user_id) do update
			set role = excluded.role, joined_at = excluded.joined_at, left_at = null, section_id = 0, changed_tx = excluded.changed_tx
			where m.left_at is not null
			returning m.room_id, m.user_id
		)
		insert into pending_events (topic_id, kind, user_id, room_id, actor_id)
		select e.room_id, 'join', e.user_id, e.room_id, e.user_id from entered e
		union all
		select e.user_id, 'room-added', e.user_id, e.room_id, e.user_id from entered e`, user, room)
	return err == nil && tag.RowsAffected() > 0, err
}
