package store

import (
	"context"
	"fmt"
)

// MarkRead notes that the user has read a room's messages up to a number. The
// read position never goes back and never beyond the room's last message. It
// returns where the position is now and whether it moved; ErrNotMember for a
// public room that the user has not joined, and ErrNotFound for a room that is
// not theirs to know of.
func (s *Store) MarkRead(ctx context.Context, user, room, number int64) (now int64, moved bool, err error) {
	err = s.db.QueryRow(ctx, `
		update memberships m
		set read_number = least($3::bigint, t.last_number)
		from topics t
		where m.room_id = $2 and m.user_id = $1 and m.left_at is null
			and t.id = m.room_id and m.read_number < least($3::bigint, t.last_number)
		returning m.read_number`, user, room, number).Scan(&now)
	if err = orNotFound(err); err == nil {
		return now, true, nil
	}
	if isNotFound(err) {
		now, err = findReadNumber(ctx, s.db, user, room)
	}
	if err != nil {
		return 0, false, fmt.Errorf("mark room %d read: %w", room, err)
	}
	return now, false, nil
}

func findReadNumber(ctx context.Context, db querier, user, room int64) (int64, error) {
	var number int64
	err := db.QueryRow(ctx, `
		select read_number
		from memberships
		where room_id = $2 and user_id = $1 and left_at is null`, user, room).Scan(&number)
	if err != nil {
		return 0, whyNoMember(ctx, db, orNotFound(err), user, room)
	}
	return number, nil
}
