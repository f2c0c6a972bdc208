package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// ReadMark is how far somebody has read a room.
type ReadMark struct {
	Number int64 // of the newest message that they have read
	// Aside is how many of the messages up to that one are in threads.
	Aside int64
	// Mentions are how many of those after it mention them.
	Mentions int64
}

// MarkRead notes that the user has read a room's messages up to a number. The
// read position never goes back and never beyond the room's last message. It
// returns where the position is now and whether it moved; ErrNotMember for a
// public room that the user has not joined, and ErrNotFound for a room that is
// not theirs to know of.
func (s *Store) MarkRead(ctx context.Context, user, room, number int64) (now ReadMark, moved bool, err error) {
	return s.moveMark(ctx, markRead, user, room, number)
}

// MarkUnread notes that the user has not read a room's messages from a number on,
// which is at least 1. The read position never goes forth. Otherwise it is as
// MarkRead.
func (s *Store) MarkUnread(ctx context.Context, user, room, number int64) (now ReadMark, moved bool, err error) {
	return s.moveMark(ctx, markUnread, user, room, number-1)
}

func (s *Store) moveMark(ctx context.Context, statement string, user, room, number int64) (now ReadMark, moved bool, err error) {
	now, err = scanMark(s.db.QueryRow(ctx, statement, user, room, rights.ReadMessages.Grant(), number))
	if err == nil {
		return now, true, nil
	}
	if isNotFound(err) {
		now, err = findMark(ctx, s.db, user, room)
	}
	if err != nil {
		return ReadMark{}, false, fmt.Errorf("mark how far room %d is read: %w", room, err)
	}
	return now, false, nil
}

var (
	markRead   = movingMark(`<`)
	markUnread = movingMark(`>`)
)

// movingMark moves the position of user $1 in room $2 to the number $4, if the one
// where it was compares so with that.
func movingMark(compare string) string {
	return `
	update memberships m
	set read_number = upto.number, read_aside = upto.aside
	from rooms r
	join topics t on t.id = r.id
	cross join lateral (
		select least($4::bigint, t.last_number) as number, ` + asideOf(`$4::bigint`) + ` as aside
	) upto, ` + asker + `
	where ` + granted + `
		and m.room_id = mine.room_id and m.user_id = mine.user_id and m.left_at is null
		and m.read_number ` + compare + ` upto.number
	returning ` + markColumns(`m`)
}

// asideOf is how many messages of the room r with the topic t are in threads, up
// to one that may be gone: then the one before it tells.
func asideOf(number string) string {
	return `case when ` + number + ` >= t.last_number then t.last_aside
		else coalesce((
			select x.aside from messages x where x.room_id = t.id and x.number <= ` + number + ` order by x.number desc limit 1
		), r.first_aside) end`
}

// readNumber is the number of the newest message that me has read of the room r,
// and readAside how many up to it are in threads, as a membership says. What is
// kept no longer counts as read.
func readNumber(m string) string { return `greatest(` + m + `.read_number, r.first_number - 1)` }
func readAside(m string) string  { return `greatest(` + m + `.read_aside, r.first_aside)` }

// unreadMentions counts the messages of others that mention me after the position
// in a membership m of the room r with the topic t: by name, or because everybody
// who was in the room is mentioned. One that does both counts once, and what people
// wrote whom I block does not count.
func unreadMentions(m string) string {
	return `case when t.last_number <= ` + readNumber(m) + ` then 0 else (
		select count(distinct x.number)
		from mentions x
		where x.room_id = r.id and x.user_id = any (array[0, me.id]) and x.number > ` + readNumber(m) + ` and x.author_id <> me.id
			and not exists (select from blocks b where b.user_id = me.id and b.blocked_id = x.author_id)
			and (x.user_id <> 0 or exists (
				select from messages e where e.room_id = x.room_id and e.number = x.number and e.created_at > ` + m + `.joined_at))) end`
}

// markColumns are read by scanMark.
func markColumns(m string) string {
	return readNumber(m) + `, ` + readAside(m) + `, ` + unreadMentions(m)
}

func scanMark(row pgx.Row) (mark ReadMark, err error) {
	err = row.Scan(&mark.Number, &mark.Aside, &mark.Mentions)
	return mark, orNotFound(err)
}

func findMark(ctx context.Context, db querier, user, room int64) (ReadMark, error) {
	mark, err := scanMark(db.QueryRow(ctx, `
		select `+markColumns(`mine`)+` from rooms r join topics t on t.id = r.id, `+asker+` where `+granted,
		user, room, rights.ReadMessages.Grant()))
	if err != nil {
		return ReadMark{}, whyNotRead(ctx, db, err, user, room)
	}
	return mark, nil
}
