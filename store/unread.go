package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Unread is what somebody has not read, everywhere.
type Unread struct {
	Rooms []RoomUnread // by id
	// Threads is how many threads that they follow have replies they have not read.
	Threads int64
}

// RoomUnread is how much there is in a room, and how much of it is read.
type RoomUnread struct {
	RoomID, LastNumber, LastAside int64
	Read                          ReadMark
}

// Unread returns what the user has not read, of one moment.
func (s *Store) Unread(ctx context.Context, user int64) (Unread, error) {
	var u Unread
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := s.transact(ctx, snapshot, func(tx pgx.Tx) error {
		u = Unread{}
		var batch pgx.Batch
		batch.Queue(unreadRooms, user, rights.ReadMessages.Grant()).Query(func(rows pgx.Rows) (err error) {
			u.Rooms, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r RoomUnread, err error) {
				err = row.Scan(&r.RoomID, &r.LastNumber, &r.LastAside, &r.Read.Number, &r.Read.Aside, &r.Read.Mentions)
				return r, err
			})
			return err
		})
		queueThreadsUnread(&batch, user, &u.Threads)
		return tx.SendBatch(ctx, &batch).Close()
	})
	if err != nil {
		return Unread{}, fmt.Errorf("what user %d has not read: %w", user, err)
	}
	return u, nil
}

// unreadRooms are the rooms that user $1 is in and, by the grant $2, reads.
var unreadRooms = `
	select r.id, t.last_number, t.last_aside, ` + markColumns(`mine`) + `
	from users me
	join memberships mine on mine.user_id = me.id and mine.left_at is null
	join rooms r on r.id = mine.room_id
	join topics t on t.id = r.id
	where me.id = $1 and ` + reads + `
	order by r.id`

// queueThreadsUnread counts the threads that a user follows, in rooms that they
// read, and in which there are replies that they have not read, of people whom
// they do not block.
func queueThreadsUnread(batch *pgx.Batch, user int64, count *int64) {
	batch.Queue(`
		select count(*)
		from thread_follows x
		join threads th on th.room_id = x.room_id and th.root = x.root
		`+reader(`x`)+`
		where x.user_id = $1 and x.following and th.replies > 0 and th.last_number > x.read_number and `+reads+`
			and exists (
				select
				from thread_replies reply
				join messages m on m.room_id = reply.room_id and m.number = reply.number
				where reply.room_id = x.room_id and reply.root = x.root and reply.number > x.read_number
					and not exists (select from blocks b where b.user_id = $1 and b.blocked_id = m.author_id))`,
		user, rights.ReadMessages.Grant()).QueryRow(func(row pgx.Row) error { return row.Scan(count) })
}
