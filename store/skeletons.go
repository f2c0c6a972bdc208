package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// skeletonBatch bounds how many names one statement fills in.
const skeletonBatch = 1000

// fillSkeletons works out the skeletons of user names from before there were
// any, which the database cannot. Of names that look alike the oldest gets the
// skeleton; the others go on without one. It may be called at any time.
func fillSkeletons(ctx context.Context, db querier) error {
	rows, err := db.Query(ctx, `select id, username from users where username_skeleton is null order by id`)
	if err != nil {
		return fmt.Errorf("find user names without skeleton: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowToStructByPos[bareName])
	if err != nil {
		return fmt.Errorf("find user names without skeleton: %w", err)
	}
	for batch := range slices.Chunk(names, skeletonBatch) {
		err := fillSome(ctx, db, batch)
		for violates(err, "users_username_skeleton_unique") || sqlState(err) == stateDeadlock {
			// Another node is at work. Whoever has just signed up with a name
			// that looks like one of these is seen the next time.
			err = fillSome(ctx, db, batch)
		}
		if err != nil {
			return fmt.Errorf("fill in the skeletons of user names: %w", err)
		}
	}
	return nil
}

// bareName is a user name without skeleton.
type bareName struct {
	ID       int64
	Username string
}

func fillSome(ctx context.Context, db querier, names []bareName) error {
	ids, skeletons := make([]int64, len(names)), make([]string, len(names))
	for i, n := range names {
		ids[i], skeletons[i] = n.ID, skeleton(n.Username)
	}
	_, err := db.Exec(ctx, `
		with found as (
			select distinct on (f.skeleton) f.id, f.skeleton
			from unnest($1::bigint[], $2::text[]) as f (id, skeleton)
			order by f.skeleton, f.id
		)
		update users u
		set username_skeleton = found.skeleton
		from found
		where u.id = found.id and u.username_skeleton is null
			and not exists (select from users o where o.username_skeleton = found.skeleton)`, ids, skeletons)
	return err
}
