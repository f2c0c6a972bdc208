package store

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// DeleteRecent hides what somebody has written in a room within the time before
// now, of at most MaxRecent, in as many deletions as it takes. More says that
// there is still more. For oneself it takes the right to delete one's own
// messages, for others that to delete those of others. It returns ErrNoSuchUser
// for somebody unknown, and no Deletion when there was nothing to delete.
func (s *Store) DeleteRecent(ctx context.Context, by, user, room int64, within time.Duration, reason string) (deletions []Deletion, more bool, pending Pending, err error) {
	h := hiding{by: by, room: room, author: user, last: math.MaxInt64}
	if h.since, h.reason, err = cleanRecent(within, reason); err != nil {
		return nil, false, nil, err
	}
	// What its author has just hidden only the next look sees.
	for len(deletions) < deletionsAtOnce {
		d, topics, err := s.deleteRecent(ctx, h)
		if err != nil {
			return deletions, false, pending, fmt.Errorf("delete what user %d wrote in room %d: %w", user, room, err)
		}
		if d.Count == 0 {
			return deletions, false, pending, nil
		}
		deletions, pending = append(deletions, d), append(pending, topics...)
		more = d.Count == MaxDeletion
	}
	return deletions, more, pending, nil
}

// cleanRecent returns for how long back messages are wanted, as the database
// reads it, and why.
func cleanRecent(within time.Duration, reason string) (since, why string, err error) {
	if within < time.Second || within > MaxRecent {
		return "", "", &InvalidError{Field: "since_seconds", Text: "Delete what was written within the last second to seven days."}
	}
	why, err = cleanReason(reason)
	return strconv.FormatInt(int64(within/time.Second), 10) + " seconds", why, err
}

// deleteRecent makes one deletion, with a Count of 0 when there is nothing to
// delete.
func (s *Store) deleteRecent(ctx context.Context, h hiding) (d Deletion, pending Pending, err error) {
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := holdStanding(ctx, tx, h.by, h.room); err != nil {
			return err
		}
		if err := whyNot(ctx, tx, deleting(h.by, h.author), h.by, h.room); err != nil {
			return err
		}
		if _, err := findVisible(ctx, tx, h.by, h.author); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, firstSince, h.room, h.since).Scan(&h.first); err != nil {
			return err
		}
		d, pending, err = hide(ctx, tx, h)
		if isNotFound(err) {
			d, pending, err = Deletion{}, nil, nil
		}
		return err
	})
	return d, pending, err
}

// firstSince finds the number of the first message of room $1 that is not older
// than interval $2. Messages have no index by author, which each send would have
// to pay for; but in a room they are in the order of time, so halving what may
// be old finds where to begin.
const firstSince = `
	with recursive search as (
		select r.first_number - 1 as old, t.last_number + 1 as recent
		from rooms r join topics t on t.id = r.id
		where r.id = $1
		union all
		select case when m.recent then s.old else s.middle end, case when m.recent then s.middle else s.recent end
		from (select old, recent, (old + recent) / 2 as middle from search where recent - old > 1) s
		cross join lateral (
			select coalesce((
				select created_at >= now() - $2::text::interval from messages where room_id = $1 and number = s.middle
			), false) as recent
		) m
	)
	select min(recent) from search`

// RoomsToDeleteIn lists the rooms where somebody has written within the time
// before now, as far as by may delete that. It returns ErrNoSuchUser for somebody
// unknown, and ErrForbidden to those who may delete nothing anywhere.
func (s *Store) RoomsToDeleteIn(ctx context.Context, by, user int64, within time.Duration) ([]int64, error) {
	since, _, err := cleanRecent(within, "")
	if err != nil {
		return nil, err
	}
	grant := deleting(by, user).Grant()
	rows, err := s.db.Query(ctx, roomsToDeleteIn, by, user, grant, since)
	if err != nil {
		return nil, fmt.Errorf("find rooms to delete in: %w", err)
	}
	rooms, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err == nil && len(rooms) == 0 {
		err = whyNowhere(ctx, s.db, by, user, grant)
	}
	if err != nil {
		return nil, fmt.Errorf("find rooms to delete in: %w", err)
	}
	return rooms, nil
}

// Whoever has written in a room is or was in it.
var roomsToDeleteIn = `
	select r.id
	from users me
	join memberships wrote on wrote.user_id = $2
	join rooms r on r.id = wrote.room_id
	left join memberships mine on mine.room_id = r.id and mine.user_id = me.id and mine.left_at is null
	cross join lateral (
		select x.created_at from messages x where x.room_id = r.id order by x.number desc limit 1
	) newest
	where me.id = $1 and ` + active(`me`) + ` and ` + standing + ` = any($3::text[])
		and newest.created_at >= now() - $4::text::interval
	order by r.id`

// whyNowhere returns nil when by may delete messages somewhere.
func whyNowhere(ctx context.Context, db querier, by, user int64, grant []string) error {
	var somewhere bool
	err := db.QueryRow(ctx, `
		select exists (
			select from users me
			cross join rooms r
			left join memberships mine on mine.room_id = r.id and mine.user_id = me.id and mine.left_at is null
			where me.id = $1 and `+active(`me`)+` and `+standing+` = any($2::text[]))`, by, grant).Scan(&somewhere)
	switch {
	case err != nil:
		return err
	case !somewhere:
		return ErrForbidden
	}
	_, err = findVisible(ctx, db, by, user)
	return err
}
