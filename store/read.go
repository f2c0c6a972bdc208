package store

import (
	"context"
	"fmt"

	"chatd/store/rights"
)

// MarkRead notes that the user has read a room's messages up to a number. The
// read position never goes back and never beyond the room's last message. It
// returns where the position is now and whether it moved; ErrNotMember for a
// public room that the user has not joined, and ErrNotFound for a room that is
// not theirs to know of.
func (s *Store) MarkRead(ctx context.Context, user, room, number int64) (now int64, moved bool, err error) {
	err = s.db.QueryRow(ctx, `
		update memberships m
		set read_number = least($4::bigint, t.last_number)
		from topics t, rooms r, `+asker+`
		where `+granted+`
			and m.room_id = mine.room_id and m.user_id = mine.user_id and m.left_at is null
			and t.id = r.id and m.read_number < least($4::bigint, t.last_number)
		returning greatest(m.read_number, r.first_number - 1)`, user, room, rights.ReadMessages.Grant(), number).Scan(&now)
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

// readNumber is the number of the newest message that me has read of the room r.
// What is kept no longer counts as read.
const readNumber = `greatest(mine.read_number, r.first_number - 1)`

func findReadNumber(ctx context.Context, db querier, user, room int64) (int64, error) {
	var number int64
	err := db.QueryRow(ctx, `
		select `+readNumber+` from rooms r, `+asker+` where `+granted,
		user, room, rights.ReadMessages.Grant()).Scan(&number)
	if err != nil {
		return 0, whyNotRead(ctx, db, orNotFound(err), user, room)
	}
	return number, nil
}
