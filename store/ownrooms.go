package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// OwnRoom is a room that a user is in and reads. The name of a direct room is
// empty.
type OwnRoom struct {
	ID       int64
	Name     string
	Position Position
}

// OwnRooms returns the user's rooms by id, and where the user's own topic stood
// when these were all. It is one snapshot, and lighter than an Overview. It
// returns ErrNotFound for a user that does not exist or may not act.
func (s *Store) OwnRooms(ctx context.Context, user int64) (rooms []OwnRoom, own Position, err error) {
	rows, err := s.db.Query(ctx, `
		select own.epoch, own.head, coalesce(mine.id, 0), coalesce(mine.name, ''), coalesce(mine.epoch, 0), coalesce(mine.head, 0)
		from users me
		join topics own on own.id = me.id
		left join lateral (
			select r.id, r.name, t.epoch, t.head
			from memberships mine
			join rooms r on r.id = mine.room_id
			join topics t on t.id = r.id
			where mine.user_id = me.id and mine.left_at is null and `+standing+` = any($2::text[])
		) mine on true
		where me.id = $1 and `+active(`me`)+`
		order by mine.id`, user, rights.ReadMessages.Grant())
	if err != nil {
		return nil, own, fmt.Errorf("rooms of user %d: %w", user, err)
	}
	var r OwnRoom
	tag, err := pgx.ForEachRow(rows, []any{&own.Epoch, &own.Seq, &r.ID, &r.Name, &r.Position.Epoch, &r.Position.Seq}, func() error {
		if r.ID != 0 {
			rooms = append(rooms, r)
		}
		return nil
	})
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, own, fmt.Errorf("rooms of user %d: %w", user, err)
	}
	return rooms, own, nil
}

// RoomNameKey returns what the names of rooms are compared by: it is the same for
// names that differ only in case, width and white space.
func RoomNameKey(name string) string { return nameKey(name) }
