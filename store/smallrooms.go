package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// SmallRoom is how many members a small room has at most. The members of a
// small room, direct rooms included, are told of each other's presence.
const SmallRoom = 100

// RoomMembers are the members of a room, sorted, and when each of them joined, in
// microseconds since 1970.
type RoomMembers struct {
	ID      int64
	Members []int64
	Since   []int64
}

// SmallRooms returns the small rooms that some of the users are in, and those of
// others that are small, by id, and of each of the users which ones they are in,
// sorted.
func (s *Store) SmallRooms(ctx context.Context, users, others []int64) (rooms []RoomMembers, of map[int64][]int64, err error) {
	rows, err := s.db.Query(ctx, smallRooms, users, SmallRoom, others)
	if err != nil {
		return nil, nil, fmt.Errorf("list small rooms: %w", err)
	}
	rooms, err = pgx.CollectRows(rows, pgx.RowToStructByPos[RoomMembers])
	if err != nil {
		return nil, nil, fmt.Errorf("list small rooms: %w", err)
	}
	of = make(map[int64][]int64, len(users))
	for _, user := range users {
		of[user] = nil
	}
	for _, room := range rooms {
		for _, member := range room.Members {
			if list, asked := of[member]; asked {
				of[member] = append(list, room.ID)
			}
		}
	}
	return rooms, of, nil
}

// smallRooms reads of each room one member more than a small one has, and no
// further.
const smallRooms = `
	select r.id, first.members, first.since
	from (
		select room_id as id from memberships where user_id = any ($1::bigint[]) and left_at is null
		union
		select unnest($3::bigint[])
	) r
	cross join lateral (
		select array_agg(m.user_id) as members, array_agg((extract(epoch from m.joined_at) * 1000000)::bigint) as since
		from (
			select user_id, joined_at
			from memberships
			where room_id = r.id and left_at is null
			order by user_id
			limit $2::int + 1
		) m
	) first
	where cardinality(first.members) <= $2::int
	order by r.id`
