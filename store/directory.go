package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// DirectoryRoom is a public room as somebody sees it who looks for one.
type DirectoryRoom struct {
	Room
	Members int
	Joined  bool
}

// Directory returns all public rooms by name, and whether the user has joined.
func (s *Store) Directory(ctx context.Context, user int64) ([]DirectoryRoom, error) {
	rows, err := s.db.Query(ctx, `
		select `+roomColumns+`, coalesce(m.members, 0), coalesce(m.joined, false)
		from rooms r
		left join (
			select room_id, count(*) as members, bool_or(user_id = $1) as joined
			from memberships
			where left_at is null
			group by room_id
		) m on m.room_id = r.id
		where r.kind = 'public'
		order by r.name_key`, user)
	if err != nil {
		return nil, fmt.Errorf("list public rooms: %w", err)
	}
	rooms, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DirectoryRoom, error) {
		var d DirectoryRoom
		var err error
		d.Room, err = scanRoom(row, &d.Members, &d.Joined)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("list public rooms: %w", err)
	}
	return rooms, nil
}

// Members returns the members of a room to one of them, by display name. It
// returns ErrNotMember for a public room that the user has not joined, and
// ErrNotFound for a room that is not theirs to know of.
func (s *Store) Members(ctx context.Context, user, room int64) ([]Member, error) {
	rows, err := s.db.Query(ctx, `
		select `+userColumns+`, m.role, m.joined_at
		from memberships me
		join memberships m on m.room_id = me.room_id and m.left_at is null
		join users u on u.id = m.user_id
		where me.room_id = $2 and me.user_id = $1 and me.left_at is null
		order by lower(u.display_name), u.id`, user, room)
	if err != nil {
		return nil, fmt.Errorf("list members of room %d: %w", room, err)
	}
	members, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Member, error) {
		var m Member
		var err error
		m.User, err = scanUser(row, &m.RoomRole, &m.JoinedAt)
		return m, err
	})
	if err == nil && len(members) == 0 {
		err = whyNoMember(ctx, s.db, ErrNotFound, user, room)
	}
	if err != nil {
		return nil, fmt.Errorf("list members of room %d: %w", room, err)
	}
	return members, nil
}
