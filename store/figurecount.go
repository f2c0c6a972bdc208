package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// figuresLock is the key of the advisory lock of the node that counts figures.
const figuresLock = 0x66696775726573 // "figures"

// countBatch is how many messages a statement counts at most.
const countBatch = 20_000

// errOthersCount means that another node counts at the moment.
var errOthersCount = errors.New("another node counts")

// CountDays counts the days that are over and were not counted before, at most
// FigureDays back, and returns how many it has counted. Of several nodes one
// does; the others return 0 at once.
func (s *Store) CountDays(ctx context.Context) (days int, err error) {
	for {
		counted, err := s.countDay(ctx)
		switch {
		case errors.Is(err, errOthersCount):
			return days, nil
		case err != nil:
			return days, fmt.Errorf("count the figures of a day: %w", err)
		case !counted:
			return days, nil
		}
		days++
	}
}

// countDay counts the oldest day that is missing, if there is one.
func (s *Store) countDay(ctx context.Context) (counted bool, err error) {
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		counted = false
		if err := aloneCounting(ctx, tx); err != nil {
			return err
		}
		day, last, err := missingDay(ctx, tx)
		if err != nil || day.IsZero() {
			return err
		}
		messages, writers, err := countMessages(ctx, tx, day)
		if err != nil {
			return err
		}
		counted = true
		_, err = tx.Exec(ctx, insertDay, day, day.AddDate(0, 0, 1), last, messages, writers)
		return err
	})
	return counted && err == nil, err
}

// aloneCounting makes sure that no other node counts before the transaction ends.
func aloneCounting(ctx context.Context, tx pgx.Tx) error {
	var alone bool
	err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1)`, figuresLock).Scan(&alone)
	if err == nil && !alone {
		err = errOthersCount
	}
	return err
}

// missingDay is the oldest day to count, the zero time when there is none, and
// whether it is the last one that is over.
func missingDay(ctx context.Context, tx pgx.Tx) (day time.Time, last bool, err error) {
	err = tx.QueryRow(ctx, `
		select d::date, d::date = current_date - 1
		from workspace w
		cross join generate_series(greatest(w.created_at::date, current_date - $1::int), current_date - 1, interval '1 day') d
		where not exists (select from daily_figures f where f.day = d::date)
		order by d
		limit 1`, FigureDays).Scan(&day, &last)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return day, last, err
}

// insertDay stores a day with the number of its messages and the people who wrote
// them. Whom others saw last on that day is known of each day; who was seen on the
// last one and has come again since, only now. How large the database was is
// known of the last day alone.
const insertDay = `
	insert into daily_figures (day, messages, writers, people, rooms, bytes)
	select $1::date, $4::bigint, cardinality($5::bigint[]),
		(
			select count(*)
			from users
			where created_at < $2 and (id = any ($5::bigint[]) or last_seen_at >= $1 and (last_seen_at < $2 or $3::bool))
		),
		(select count(*) from rooms where kind <> 'direct' and created_at < $2 and (deleted_at is null or deleted_at >= $2)),
		case when $3::bool then pg_database_size(current_database()) end`

// countMessages counts the messages of a day, and returns who wrote them. It goes
// through them in the order of their ids, which are almost in the order of time:
// those of several transactions at once are mixed.
func countMessages(ctx context.Context, tx pgx.Tx, day time.Time) (messages int64, writers []int64, err error) {
	from, err := firstMessage(ctx, tx, day.Add(-mixedFor))
	if err != nil {
		return 0, nil, err
	}
	wrote := map[int64]bool{}
	next := day.AddDate(0, 0, 1)
	for over := false; !over; {
		var counted int64
		var authors []int64
		err = tx.QueryRow(ctx, messagesOfDay, from, countBatch, day, next, next.Add(mixedFor)).Scan(&counted, &authors, &from, &over)
		if err != nil {
			return 0, nil, err
		}
		messages += counted
		for _, author := range authors {
			if !wrote[author] {
				wrote[author] = true
				writers = append(writers, author)
			}
		}
	}
	return messages, append([]int64{}, writers...), nil
}

// mixedFor is longer than a message can take from its time to its commit.
const mixedFor = 10 * time.Minute

// messagesOfDay counts in one batch, and says which message follows it and
// whether all later ones are of other days.
const messagesOfDay = `
	with batch as materialized (
		select id, author_id, created_at from messages where id >= $1 order by id limit $2
	), today as materialized (
		select author_id, count(*) as n from batch where created_at >= $3 and created_at < $4 group by author_id
	)
	select coalesce((select sum(n) from today), 0)::bigint, coalesce((select array_agg(author_id) from today), '{}'),
		coalesce((select max(id) + 1 from batch), $1), (select count(*) < $2 or min(created_at) >= $5 from batch)`

// firstMessage is the id of the first message from a time on, by halving: there
// is no index by time, which only this would use.
func firstMessage(ctx context.Context, tx pgx.Tx, at time.Time) (int64, error) {
	var low, high int64
	err := tx.QueryRow(ctx, `select coalesce(min(id), 1), coalesce(max(id), 0) + 1 from messages`).Scan(&low, &high)
	for err == nil && low < high {
		middle := low + (high-low)/2
		var id int64
		var earlier bool
		err = tx.QueryRow(ctx, `select id, created_at < $2 from messages where id >= $1 order by id limit 1`, middle, at).Scan(&id, &earlier)
		if earlier {
			low = id + 1
		} else {
			high = middle
		}
	}
	return low, err
}
