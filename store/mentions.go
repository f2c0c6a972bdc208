package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// AllMembers returns who is in each of the rooms. It asks nobody's permission.
func (s *Store) AllMembers(ctx context.Context, rooms []int64) (map[int64][]int64, error) {
	rows, err := s.db.Query(ctx, `
		select room_id, user_id from memberships where room_id = any ($1::bigint[]) and left_at is null`, rooms)
	if err != nil {
		return nil, fmt.Errorf("find who is in rooms: %w", err)
	}
	members := map[int64][]int64{}
	var room, user int64
	_, err = pgx.ForEachRow(rows, []any{&room, &user}, func() error {
		members[room] = append(members[room], user)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find who is in rooms: %w", err)
	}
	return members, nil
}

// unmention forgets whom messages mention that are deleted. It is a statement of
// its own, after the messages are locked: it sees what an edit that they waited
// for has written.
func unmention(ctx context.Context, tx pgx.Tx, room int64, numbers []int64) error {
	_, err := tx.Exec(ctx, `delete from mentions where room_id = $1 and number = any ($2::bigint[])`, planned, room, numbers)
	return err
}

// mentionsOf is the rows of mentions for messages of a source, for each of the
// people who are mentioned but their author, and for 0 when it is everybody. More
// conditions may follow.
func mentionsOf(source string) string {
	return `
		select room_id, user_id, number, author_id, thread
		from ` + source + `
		cross join lateral (
		  select unnest(mentions) as user_id
		  union all
		  select 0 where mentions_all = '` + MentionsRoom + `'
		) named
		where user_id <> author_id`
}
