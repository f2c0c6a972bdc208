package store

import (
	"context"
	"fmt"
	"strconv"

	"chatd/store/rights"
)

// MaxSeenBy is how many members a room has at most whose members are told who
// has read a message. In direct rooms they are told always.
const MaxSeenBy = 20

// Why nobody is told who has read a message.
var (
	// ErrRoomTooLarge means that the room has more than MaxSeenBy members. It is a
	// kind of ErrForbidden.
	ErrRoomTooLarge = fmt.Errorf("the room is too large to tell who has read: %w", ErrForbidden)
	// ErrSeenByOff means that the one who asks does not tell others what they have
	// read. It is a kind of ErrForbidden.
	ErrSeenByOff = fmt.Errorf("they do not tell what they have read: %w", ErrForbidden)
)

// isSeenBy is whether the members of a room r are told who has read a message. It
// reads no more memberships than it has to.
var isSeenBy = `(r.kind = 'direct' or not exists (
		select from memberships few where few.room_id = r.id and few.left_at is null offset ` + strconv.Itoa(MaxSeenBy) + `))`

// SeenBy returns who else has read a message of a room that the user reads, by
// id: of the other members but its author those who tell what they have read. Of
// those who came after it nobody knows, nor of those who never followed the thread
// that it is in. It returns the errors of a right that is missing, ErrSeenByOff, ErrRoomTooLarge,
// ErrNotFound for a message that the room does not have, and ErrDeleted.
func (s *Store) SeenBy(ctx context.Context, user, room, number int64) ([]int64, error) {
	people, err := s.seenBy(ctx, user, room, number)
	if err != nil {
		return nil, fmt.Errorf("who has read message %d of room %d: %w", number, room, err)
	}
	return people, nil
}

func (s *Store) seenBy(ctx context.Context, user, room, number int64) ([]int64, error) {
	var tells, small bool
	var message *int64
	var deleted bool
	var people []int64
	err := s.db.QueryRow(ctx, seenBy, user, room, rights.ReadMessages.Grant(), number).
		Scan(&tells, &small, &message, &deleted, &people)
	switch {
	case err != nil:
		return nil, whyNotRead(ctx, s.db, orNotFound(err), user, room)
	case !tells:
		return nil, ErrSeenByOff
	case !small:
		return nil, ErrRoomTooLarge
	case message == nil:
		return nil, ErrNotFound
	case deleted:
		return nil, ErrDeleted
	}
	return people, nil
}

// seenBy looks at nobody when user $1 is not told.
var seenBy = `
	select me.seen_by, of.small, x.id, x.deletion_id is not null, array(
		select m.user_id
		from memberships m
		join users u on u.id = m.user_id
		where me.seen_by and of.small and m.room_id = r.id and m.left_at is null and m.user_id <> me.id and m.user_id <> x.author_id
			and u.seen_by and u.deactivated_at is null
			and case when x.thread is null then m.joined_at <= x.created_at and ` + readNumber(`m`) + ` >= x.number else exists (
				select from thread_follows f
				where f.room_id = r.id and f.root = x.thread and f.user_id = m.user_id and f.read_number >= x.number) end
		order by m.user_id)
	from rooms r
	cross join lateral (select ` + isSeenBy + ` as small offset 0) of
	cross join ` + asker + `
	left join messages x on x.room_id = r.id and x.number = $4
	where ` + granted
