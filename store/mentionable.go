package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Mentionable are the names that mean something where somebody writes.
type Mentionable struct {
	Users map[string]int64 // by [UsernameKey]
	Rooms map[string]int64 // by [RoomNameKey]
	// Everyone says that the author may call everybody in the room.
	Everyone bool
}

// Mentionable finds the people whom an author sees by the keys of their user
// names, and the rooms that the author sees by the keys of their names: of several
// with a name the public one, else the oldest. Everyone is judged for the room that
// the author writes in. Whether the author may write there at all is not asked.
func (s *Store) Mentionable(ctx context.Context, author, room int64, usernames, roomNames []string) (Mentionable, error) {
	found := Mentionable{Users: map[string]int64{}, Rooms: map[string]int64{}}
	rows, err := s.db.Query(ctx, mentionable, author, rights.SeeDirectory.Roles(), orEmpty(usernames), orEmpty(roomNames),
		rights.SeeRoom.Grant(), room, rights.MentionRoom.Grant())
	if err != nil {
		return found, fmt.Errorf("find who is mentioned: %w", err)
	}
	var kind, key string
	var id int64
	_, err = pgx.ForEachRow(rows, []any{&kind, &key, &id}, func() error {
		switch kind {
		case "user":
			found.Users[key] = id
		case "room":
			if found.Rooms[key] == 0 {
				found.Rooms[key] = id
			}
		default:
			found.Everyone = true
		}
		return nil
	})
	if err != nil {
		return found, fmt.Errorf("find who is mentioned: %w", err)
	}
	return found, nil
}

// orEmpty is a list that PostgreSQL does not take for null.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// mentionable asks for public rooms and for one's own apart, since they have an
// index each.
var mentionable = `
	(select 'user' as kind, u.username_key as key, u.id
	 from users u, users me
	 where u.username_key = any ($3::text[]) and u.deactivated_at is null and ` + visible + `)
	union all
	(select 'room', r.name_key, r.id
	 from rooms r
	 join users me on me.id = $1 and ` + active(`me`) + `
	 left join memberships mine on mine.room_id = r.id and mine.user_id = me.id and mine.left_at is null
	 where r.name_key = any ($4::text[]) and r.kind = 'public' and r.deleted_at is null and ` + standing + ` = any ($5::text[]))
	union all
	(select 'room', r.name_key, r.id
	 from memberships mine
	 join users me on me.id = mine.user_id and ` + active(`me`) + `
	 join rooms r on r.id = mine.room_id
	 where mine.user_id = $1 and mine.left_at is null and cardinality($4::text[]) > 0
	   and r.name_key = any ($4::text[]) and r.kind = 'private' and ` + standing + ` = any ($5::text[])
	 order by r.id)
	union all
	(select 'everyone', '', 0
	 from users me
	 join rooms r on r.id = $6
	 left join memberships mine on mine.room_id = r.id and mine.user_id = me.id and mine.left_at is null
	 where me.id = $1 and ` + active(`me`) + ` and ` + standing + ` = any ($7::text[]))`

// MaxHere is how many people of a room are called at most who are here.
const MaxHere = 1_000

// HereIn returns the members of a room who are here, as others see it, without
// the one who asks, at most MaxHere. It asks nobody's permission.
func (s *Store) HereIn(ctx context.Context, room, asker int64) ([]int64, error) {
	rows, err := s.db.Query(ctx, `
		select m.user_id
		from memberships m join presence_states s on s.user_id = m.user_id
		where m.room_id = $1 and m.left_at is null and m.user_id <> $2
		order by m.user_id
		limit $3`, planned, room, asker, MaxHere)
	if err != nil {
		return nil, fmt.Errorf("find who is here in room %d: %w", room, err)
	}
	users, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("find who is here in room %d: %w", room, err)
	}
	return users, nil
}
