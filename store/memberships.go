package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Pending lists the topics whose news a change has left in pending_events. It
// has committed; give them to the committer to have them numbered:
//
//	committer.Number(pending...)
//
// It is empty when there was nothing to change.
type Pending []int64

// Member is a user in a room.
type Member struct {
	User
	RoomRole RoomRole
	JoinedAt time.Time
}

// JoinRoom makes the user a member of a public room; doing so twice changes
// nothing. Somebody new starts with everything read, somebody who returns
// where they were. It returns ErrNotFound for a room that does not exist or is
// private to others, and ErrForbidden for a direct room.
func (s *Store) JoinRoom(ctx context.Context, user, room int64) (Pending, error) {
	pending, err := s.enter(ctx, user, user, room)
	if err != nil {
		return nil, fmt.Errorf("join room %d: %w", room, err)
	}
	return pending, nil
}

// AddMember makes another user a member of a public or private room; doing so
// twice changes nothing. Any member may. Others get ErrNotMember or, when the
// room is not theirs to know of, ErrNotFound; direct rooms give ErrForbidden,
// and an unknown user ErrNoSuchUser.
func (s *Store) AddMember(ctx context.Context, by, user, room int64) (Pending, error) {
	pending, err := s.enter(ctx, by, user, room)
	if err != nil {
		return nil, fmt.Errorf("add member to room %d: %w", room, err)
	}
	return pending, nil
}

// LeaveRoom ends the user's membership; doing so twice changes nothing. The
// last owner may leave. It returns ErrForbidden for a direct room and
// ErrNotFound for one that the user never knew.
func (s *Store) LeaveRoom(ctx context.Context, user, room int64) (Pending, error) {
	pending, err := s.exit(ctx, user, user, room)
	if err != nil {
		return nil, fmt.Errorf("leave room %d: %w", room, err)
	}
	return pending, nil
}

// RemoveMember ends another user's membership; doing so twice changes nothing.
// The owners of the room may, and the workspace's owners and admins in public
// rooms and in private rooms that they are members of. Others get ErrForbidden
// or, when the room is not theirs to know of, ErrNotFound. Direct rooms give
// ErrForbidden.
func (s *Store) RemoveMember(ctx context.Context, by, user, room int64) (Pending, error) {
	pending, err := s.exit(ctx, by, user, room)
	if err != nil {
		return nil, fmt.Errorf("remove member from room %d: %w", room, err)
	}
	return pending, nil
}

// ErrNoSuchUser means that the user to be added does not exist or has been
// deactivated. It is a kind of ErrNotFound.
var ErrNoSuchUser = fmt.Errorf("no such user: %w", ErrNotFound)

// enter makes user a member of the room and leaves the news for the committer.
// It locks the membership and nothing else: no topic, and so never waits for a
// send.
func (s *Store) enter(ctx context.Context, by, user, room int64) (Pending, error) {
	tag, err := s.db.Exec(ctx, `
		with room as (
			select r.id, t.last_number
			from rooms r
			join topics t on t.id = r.id
			join users u on u.id = $2 and u.deactivated_at is null
			where r.id = $3 and r.kind <> 'direct' and (
				r.kind = 'public' and $1::bigint = $2::bigint
				or exists (
					select from memberships a
					where a.room_id = r.id and a.user_id = $1 and a.left_at is null))
		), entered as (
			insert into memberships as m (room_id, user_id, role, read_number)
			select room.id, $2, 'member', room.last_number from room
			on conflict (room_id, user_id) do update
			set role = excluded.role, joined_at = excluded.joined_at, left_at = null, changed_tx = excluded.changed_tx
			where m.left_at is not null
			returning m.room_id, m.user_id
		)
		insert into pending_events (topic_id, kind, user_id, room_id, actor_id)
		select e.room_id, 'join', e.user_id, e.room_id, $1 from entered e
		union all
		select e.user_id, 'room-added', e.user_id, e.room_id, $1 from entered e`, by, user, room)
	if err != nil {
		return nil, err
	}
	if tag.RowsAffected() > 0 {
		return Pending{room, user}, nil
	}
	return nil, s.whyNotEntered(ctx, by, user, room)
}

// whyNotEntered returns nil when user was a member already.
func (s *Store) whyNotEntered(ctx context.Context, by, user, room int64) error {
	seen, err := findStanding(ctx, s.db, by, room)
	switch {
	case err != nil:
		return err
	case seen.kind == RoomDirect:
		return ErrForbidden
	case by != user && !seen.member:
		return ErrNotMember
	}
	added, err := findUser(ctx, s.db, user)
	if errors.Is(err, ErrNotFound) || err == nil && added.DeactivatedAt != nil {
		return ErrNoSuchUser
	}
	return err
}

// exit ends user's membership and leaves the news for the committer. Like
// enter it locks the membership and no topic.
func (s *Store) exit(ctx context.Context, by, user, room int64) (Pending, error) {
	tag, err := s.db.Exec(ctx, `
		with ended as (
			update memberships m
			set left_at = now(), changed_tx = pg_current_xact_id()::text::bigint
			from rooms r
			where m.room_id = $3 and m.user_id = $2 and m.left_at is null
				and r.id = m.room_id and r.kind <> 'direct'
				and ($1::bigint = $2::bigint or exists (`+manages+`))
			returning m.room_id, m.user_id
		)
		insert into pending_events (topic_id, kind, user_id, room_id, actor_id)
		select e.room_id, 'leave', e.user_id, e.room_id, $1 from ended e
		union all
		select e.user_id, 'room-removed', e.user_id, e.room_id, $1 from ended e`, by, user, room)
	if err != nil {
		return nil, err
	}
	if tag.RowsAffected() > 0 {
		return Pending{room, user}, nil
	}
	return nil, s.whyNotExited(ctx, by, user, room)
}

// whyNotExited returns nil when user is no member any more.
func (s *Store) whyNotExited(ctx context.Context, by, user, room int64) error {
	seen, err := findStanding(ctx, s.db, by, room)
	switch {
	case by == user && seen.wasMember && seen.kind != RoomDirect:
		return nil
	case err != nil:
		return err
	case seen.kind == RoomDirect:
		return ErrForbidden
	case by != user && !seen.manages:
		return ErrForbidden
	}
	return nil
}

// manages finds a row when user $1 may remove members of room r.
const manages = `
	select from users b
	left join memberships a on a.user_id = b.id and a.room_id = r.id and a.left_at is null
	where b.id = $1 and b.deactivated_at is null and (
		a.role = 'owner'
		or b.role in ('owner', 'admin') and (r.kind = 'public' or a.room_id is not null))`

// standing is how a user stands to a room.
type standing struct {
	kind                       RoomKind
	member, wasMember, manages bool
}

// findStanding explains why a statement found nothing to do. It returns
// ErrNotFound, with what it found, when the room does not exist or is private
// to others.
func findStanding(ctx context.Context, db querier, user, room int64) (standing, error) {
	var st standing
	err := db.QueryRow(ctx, `
		select r.kind, m.room_id is not null and m.left_at is null, m.room_id is not null, exists (`+manages+`)
		from rooms r
		left join memberships m on m.room_id = r.id and m.user_id = $1
		where r.id = $2`, user, room).Scan(&st.kind, &st.member, &st.wasMember, &st.manages)
	if err != nil {
		return standing{}, orNotFound(err)
	}
	if st.kind != RoomPublic && !st.member {
		return st, ErrNotFound
	}
	return st, nil
}

// whyNoMember explains why a statement that only finds something for members
// of the room returned ErrNotFound: the room is not for this user to know of
// (ErrNotFound) or they have not joined it (ErrNotMember). Other errors are
// returned as they are.
func whyNoMember(ctx context.Context, db querier, err error, user, room int64) error {
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	if _, err := findStanding(ctx, db, user, room); err != nil {
		return err
	}
	return ErrNotMember
}

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }
