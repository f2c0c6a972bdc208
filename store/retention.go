package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// retainedDays is for how many days the messages of a room r of the workspace w
// are kept; null or 0 is for ever.
const retainedDays = `coalesce(r.retention_days, w.retention_days)`

// maxOverdue is how many rooms at a time have messages to be erased.
const maxOverdue = 500

// OverdueRooms returns rooms, by id and beginning after one, with messages that
// are kept no longer.
func (s *Store) OverdueRooms(ctx context.Context, after int64) ([]int64, error) {
	rows, err := s.db.Query(ctx, overdueRooms, after, maxOverdue)
	if err != nil {
		return nil, fmt.Errorf("find rooms with old messages: %w", err)
	}
	rooms, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("find rooms with old messages: %w", err)
	}
	return rooms, nil
}

// overdueRooms looks at the oldest message of each room alone.
const overdueRooms = `
	select r.id
	from workspace w
	join rooms r on r.id > $1 and r.deleted_at is null and ` + retainedDays + ` > 0
	cross join lateral (
		select x.created_at from messages x where x.room_id = r.id order by x.number limit 1
	) oldest
	where oldest.created_at < now() - make_interval(days => ` + retainedDays + `)
	order by r.id
	limit $2`

// EraseOldMessages erases the oldest messages of a room, as far as they are kept
// no longer, and returns how many; as many as at most means that there may be
// more. From then on the room begins with those that follow: numbers and read
// positions stay as they are, and those below the first one count as read. On the
// room's topic it leaves news. A room that somebody is changing is left alone.
func (s *Store) EraseOldMessages(ctx context.Context, room int64) (erased int64, more bool, err error) {
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		erased, err = eraseOldMessages(ctx, tx, room)
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("erase old messages of room %d: %w", room, err)
	}
	return erased, erased == eraseBatch, nil
}

func eraseOldMessages(ctx context.Context, tx pgx.Tx, room int64) (int64, error) {
	var days int
	err := tx.QueryRow(ctx, `
		select `+retainedDays+`
		from rooms r
		cross join workspace w
		where r.id = $1 and r.deleted_at is null and `+retainedDays+` > 0
		for no key update of r skip locked`, room).Scan(&days)
	if err != nil {
		if err = orNotFound(err); isNotFound(err) {
			err = nil
		}
		return 0, err
	}
	erased, err := eraseFront(ctx, tx, room, days)
	if err != nil || erased == 0 {
		return 0, err
	}
	if err := eraseBefore(ctx, tx, room); err != nil {
		return 0, err
	}
	return erased, record(ctx, tx, audited{
		action: AuditMessagesErased, room: room, before: facts{"messages": erased}, after: facts{"retention_days": days},
	})
}

// eraseFront erases messages up to the first one that is kept, so that numbers
// have no gap.
func eraseFront(ctx context.Context, tx pgx.Tx, room int64, days int) (erased int64, err error) {
	err = tx.QueryRow(ctx, `
		with front as materialized (
			select id, number, created_at < now() - make_interval(days => $2::integer) as old
			from messages
			where room_id = $1
			order by number
			limit $3
		), gone as (
			delete from messages
			where id in (select id from front where number < coalesce((select min(number) from front where not old), $4))
			returning number, aside, thread
		), begins as (
			update rooms
			set first_number = gone.last + 1, first_aside = gone.aside, changed_tx = pg_current_xact_id()::text::bigint
			from (select max(number) as last, max(aside) as aside from gone) gone
			where id = $1 and gone.last is not null
			returning id
		), replies as (
			delete from thread_replies x
			using gone
			where x.room_id = $1 and x.root = gone.thread and x.number = gone.number
		), told as (
			insert into pending_events (topic_id, kind, room_id) select id, 'room-changed', id from begins
		)
		select count(*) from gone`, room, days, eraseBatch, int64(1)<<62).Scan(&erased)
	if err == nil && erased > 0 {
		err = eraseThreads(ctx, tx, room)
	}
	return erased, err
}

// eraseBefore erases what belongs to messages of a room that are gone.
func eraseBefore(ctx context.Context, tx pgx.Tx, room int64) error {
	var batch pgx.Batch
	for _, table := range []string{"reactions", "pins", "saved_messages", "message_revisions", "mentions"} {
		batch.Queue(`
			delete from `+table+` x using rooms r
			where r.id = $1 and x.room_id = r.id and x.number < r.first_number`, room)
	}
	return tx.SendBatch(ctx, &batch).Close()
}

// eraseThreads forgets the threads of which nothing is kept any more: neither the
// message with which one began nor a reply; with them go who follows them and what
// was drafted for them. Of the others it counts what is left.
// It waits for replies that are just being stored, which the statements that
// follow see.
func eraseThreads(ctx context.Context, tx pgx.Tx, room int64) error {
	_, err := tx.Exec(ctx, `
		select from threads th
		where th.room_id = $1 and th.root < (select first_number from rooms where id = $1)
		order by th.root
		for no key update of th`, room)
	if err != nil {
		return err
	}
	// A thread can be followed, and a draft be written in it, before it has a reply.
	var batch pgx.Batch
	for table, root := range map[string]string{"threads": "root", "thread_follows": "root", "drafts": "thread"} {
		batch.Queue(`
			delete from `+table+` of
			using rooms r
			where r.id = $1 and of.room_id = r.id and of.`+root+` between 1 and r.first_number - 1
				and not exists (select from thread_replies x where x.room_id = of.room_id and x.root = of.`+root+`)`, room)
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `
		select th.root
		from rooms r
		join threads th on th.room_id = r.id and th.root < r.first_number and th.last_number > 0
		where r.id = $1`, room)
	if err != nil {
		return err
	}
	roots, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	return recountThreads(ctx, tx, room, roots)
}
