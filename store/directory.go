package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// DirectoryRoom is a public room as somebody sees it who looks for one.
type DirectoryRoom struct {
	Room
	Members int
	Joined  bool
}

// Directory returns a page of all public rooms by name, whether the user has
// joined, and where the next page begins, "" after the last one. Those who may
// not see the directory get ErrForbidden.
func (s *Store) Directory(ctx context.Context, user int64, page Page) (rooms []DirectoryRoom, next string, err error) {
	const list = "directory"
	after, err := page.from(list)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.Query(ctx, `
		select `+roomColumns+`, r.name_key, counted.members, counted.joined
		from users me
		join rooms r on r.kind = 'public' and r.deleted_at is null and (r.name_key, r.id) > ($3, $4)
		cross join lateral (
			select count(*) as members, coalesce(bool_or(m.user_id = me.id), false) as joined
			from memberships m
			where m.room_id = r.id and m.left_at is null
		) counted
		where me.id = $1 and `+active(`me`)+` and me.role = any($2::text[])
		order by r.name_key, r.id
		limit $5`, user, rights.SeeDirectory.Roles(), after.Name, after.ID, page.limit()+1)
	if err != nil {
		return nil, "", fmt.Errorf("list public rooms: %w", err)
	}
	rooms, next, err = collectPage(rows, page, list, func(row pgx.Row) (d DirectoryRoom, at cursor, err error) {
		d.Room, err = scanRoom(row, &at.Name, &d.Members, &d.Joined)
		at.ID = d.ID
		return d, at, err
	})
	if err == nil && len(rooms) == 0 {
		err = whyNotHere(ctx, s.db, rights.SeeDirectory, user)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list public rooms: %w", err)
	}
	return rooms, next, nil
}
