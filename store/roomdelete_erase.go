package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// eraseBatch is how many rows of a table one transaction erases: few enough to be
// done in a fraction of a second.
const eraseBatch = 5000

// EraseDeletedRoom erases a part of a room whose RoomGrace is over, or reports
// false when there is none. What is left in the end is a row without a name, to
// which the audit log refers. Call it again until it reports false. Rooms that
// another node is at are left to that.
func (s *Store) EraseDeletedRoom(ctx context.Context) (more bool, err error) {
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		more, err = eraseDeletedRoom(ctx, tx)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("erase a deleted room: %w", err)
	}
	return more, nil
}

func eraseDeletedRoom(ctx context.Context, tx pgx.Tx) (more bool, err error) {
	var room int64
	err = tx.QueryRow(ctx, `
		select id
		from rooms
		where deleted_at <= now() - $1::interval and erased_at is null
		order by deleted_at, id
		limit 1
		for no key update skip locked`, RoomGrace).Scan(&room)
	if err != nil {
		if err = orNotFound(err); isNotFound(err) {
			err = nil
		}
		return false, err
	}
	left, err := eraseRows(ctx, tx, room)
	if err != nil || left {
		return true, err
	}
	return true, eraseRoom(ctx, tx, room)
}

// eraseRows erases a batch of what belongs to a room, and reports whether there
// may be more: also of what was reported and decided in it, and why. Nobody reads or follows the log of a deleted room any more, so it
// need not stay whole.
func eraseRows(ctx context.Context, tx pgx.Tx, room int64) (more bool, err error) {
	for _, statement := range []string{
		`delete from messages where id in (select id from messages where room_id = $1 order by number limit $2)`,
		`delete from events where topic_id = $1 and seq in (select seq from events where topic_id = $1 order by seq limit $2)`,
		`delete from memberships where room_id = $1 and user_id in (select user_id from memberships where room_id = $1 limit $2)`,
		`delete from reactions where (room_id, number, emoji, user_id) in (
			select room_id, number, emoji, user_id from reactions where room_id = $1 limit $2)`,
		`delete from pins where room_id = $1 and number in (select number from pins where room_id = $1 limit $2)`,
		`delete from saved_messages where (user_id, room_id, number) in (
			select user_id, room_id, number from saved_messages where room_id = $1 limit $2)`,
		`delete from drafts where (user_id, room_id, thread) in (select user_id, room_id, thread from drafts where room_id = $1 limit $2)`,
		`delete from message_revisions where room_id = $1 and (number, revision) in (
			select number, revision from message_revisions where room_id = $1 limit $2)`,
		`delete from mentions where room_id = $1 and (user_id, number) in (select user_id, number from mentions where room_id = $1 limit $2)`,
		`delete from thread_replies where room_id = $1 and (root, number) in (select root, number from thread_replies where room_id = $1 limit $2)`,
		`delete from thread_follows where room_id = $1 and (root, user_id) in (select root, user_id from thread_follows where room_id = $1 limit $2)`,
		`delete from threads where room_id = $1 and root in (select root from threads where room_id = $1 limit $2)`,
		`delete from slow_posts where room_id = $1 and user_id in (select user_id from slow_posts where room_id = $1 limit $2)`,
		`delete from reports where id in (select id from reports where room_id = $1 order by id limit $2)`,
		`delete from sanctions where id in (select id from sanctions where room_id = $1 order by id limit $2)`,
		`delete from deletion_messages where (deletion_id, message_id) in (
			select x.deletion_id, x.message_id from deletions d join deletion_messages x on x.deletion_id = d.id where d.room_id = $1 limit $2)`,
		`delete from deletions where id in (select id from deletions where room_id = $1 order by id limit $2)`,
	} {
		tag, err := tx.Exec(ctx, statement, room, eraseBatch)
		if err != nil || tag.RowsAffected() == eraseBatch {
			return true, err
		}
	}
	return false, nil
}

// eraseRoom takes from the row what people wrote. How many messages there were
// tell their numbers.
func eraseRoom(ctx context.Context, tx pgx.Tx, room int64) error {
	var messages int64
	err := tx.QueryRow(ctx, `
		update rooms r
		set erased_at = now(), name = null, name_key = null, topic = '', description = ''
		from topics t
		where r.id = $1 and t.id = r.id
		returning t.last_number - r.first_number + 1`, room).Scan(&messages)
	if err != nil {
		return err
	}
	return record(ctx, tx, audited{action: AuditRoomErased, room: room, before: facts{"messages": messages}})
}
