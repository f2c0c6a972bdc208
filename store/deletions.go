package store

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

const (
	// MaxDeletion is how many messages are deleted together at most.
	MaxDeletion = 1000
	// MaxRecent is how far back the recent messages of somebody go.
	MaxRecent = 7 * 24 * time.Hour
	// undoWithin is for how long a deletion can be taken back.
	undoWithin = 10 * time.Minute
	// deletionsAtOnce bounds how often the same person's messages in a room are
	// deleted for one request.
	deletionsAtOnce = 10
)

// Deletion is messages of one person in one room that were deleted together.
// They are hidden, and their text is erased after UndoUntil.
type Deletion struct {
	ID, RoomID int64
	UserID     int64 // whose messages they are
	CreatedAt  time.Time
	UndoUntil  time.Time
	// MayUndo says that the one who asks can take it back until then.
	MayUndo bool
	// Already says that somebody had deleted the message before.
	Already bool
	Count   int
	// Withdrawn is what a deletion that was just made takes out of the log.
	Withdrawn Withdrawn
}

// DeleteMessage hides a message from everybody. One's own takes the right to
// delete one's own messages, that of somebody else the right to delete those of
// others, and stands in the audit log. Of two who delete a message the second
// gets the Deletion of the first, and nothing more happens; but what its author
// has deleted is theirs no longer to take back once somebody else deletes it too.
// It returns ErrNotFound for a message that the room does not have, and otherwise
// the errors of a right that is missing.
func (s *Store) DeleteMessage(ctx context.Context, by, room, number int64, reason string) (Deletion, Pending, error) {
	reason, err := cleanReason(reason)
	if err != nil {
		return Deletion{}, nil, err
	}
	var d Deletion
	var pending Pending
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := holdStanding(ctx, tx, by, room); err != nil {
			return err
		}
		author, err := mayDelete(ctx, tx, by, room, number)
		if err != nil {
			return err
		}
		h := hiding{by: by, room: room, author: author, first: number, last: number, reason: reason}
		d, pending, err = hide(ctx, tx, h)
		if isNotFound(err) { // perhaps its author has just hidden it, which a new statement sees
			d, pending, err = hide(ctx, tx, h)
		}
		if isNotFound(err) {
			d, err = findDeletionOf(ctx, tx, by, room, number)
		}
		return err
	})
	if err != nil {
		return Deletion{}, nil, fmt.Errorf("delete message %d of room %d: %w", number, room, err)
	}
	return d, pending, nil
}

// deleting is the action of deleting messages of an author.
func deleting(by, author int64) rights.RoomAction {
	if by == author {
		return rights.DeleteOwnMessage
	}
	return rights.DeleteMessage
}

// mayDelete returns who wrote a message that by may delete. Which messages there
// are it tells only those who may read them or delete them.
func mayDelete(ctx context.Context, tx pgx.Tx, by, room, number int64) (author int64, err error) {
	err = orNotFound(tx.QueryRow(ctx, `
		select author_id from messages where room_id = $1 and number = $2`, room, number).Scan(&author))
	if err != nil && !isNotFound(err) {
		return 0, err
	}
	refused := whyNot(ctx, tx, deleting(by, author), by, room)
	if refused != nil && err != nil && whyNot(ctx, tx, rights.ReadMessages, by, room) == nil {
		return 0, ErrNotFound
	}
	return author, cmp.Or(refused, err)
}

// hiding is which messages of an author are to be hidden, by whom and why.
type hiding struct {
	by, room, author int64
	first, last      int64  // numbers
	since            string // only those that are not older than this interval; "" for any
	reason           string
}

// hide hides the newest MaxDeletion of the messages that are not hidden yet. For
// others than the author those count that the author has hidden: else they could
// wait until nobody looks, and take that back. It returns ErrNotFound when there
// is none. Messages are locked from the newest to the oldest, so that two who
// delete do not wait in a circle, and each is hidden by one of them.
func hide(ctx context.Context, tx pgx.Tx, h hiding) (Deletion, Pending, error) {
	d := Deletion{RoomID: h.room, UserID: h.author, MayUndo: true, Withdrawn: Withdrawn{RoomID: h.room}}
	deletedBy := h.by
	if isFromCommandLine(ctx) {
		deletedBy = 0
	}
	var numbers, edits, threads []int64
	err := tx.QueryRow(ctx, hideMessages, planned,
		h.room, h.author, h.first, h.last, h.since, deletedBy, h.reason, undoWithin, MaxDeletion).
		Scan(&d.ID, &d.CreatedAt, &d.UndoUntil, &d.Withdrawn.Epoch, &numbers, &d.Withdrawn.Seqs, &edits, &threads)
	if err == nil {
		err = unmention(ctx, tx, h.room, numbers)
	}
	if err == nil {
		err = recountThreads(ctx, tx, h.room, threads)
	}
	if err != nil {
		return Deletion{}, nil, orNotFound(err)
	}
	d.Count, d.Withdrawn.Seqs = len(numbers), append(d.Withdrawn.Seqs, edits...)
	if deletedBy == h.author {
		d.MayUndo = mayUndo(ctx, tx, h.by, h.room, h.author, deletedBy) == nil
		return d, Pending{h.room}, nil
	}
	return d, Pending{h.room, h.author}, record(ctx, tx, audited{
		by: h.by, action: AuditMessagesDeleted, user: h.author, room: h.room, object: strconv.FormatInt(d.ID, 10),
		reason: h.reason, after: facts{"count": d.Count, "numbers": numbers},
	})
}

// hideMessages tells the author of what others have deleted.
const hideMessages = `
	with doomed as materialized (
		select m.id, m.number, m.seq, m.thread
		from messages m
		where m.room_id = $1 and m.author_id = $2 and m.number between $3 and $4
			and (m.deletion_id is null or $6::bigint <> $2::bigint and m.erased_at is null and exists (
				select from deletions own where own.id = m.deletion_id and own.deleted_by = own.user_id))
			and m.created_at >= now() - nullif($5, '')::interval is not false
		order by m.number desc
		limit $9
		for no key update
	), d as (
		insert into deletions (room_id, user_id, deleted_by, reason, undo_until)
		select $1, $2, nullif($6::bigint, 0), $7, now() + $8::interval
		where exists (select from doomed)
		returning id, created_at, undo_until
	), listed as (
		insert into deletion_messages (deletion_id, message_id, number, seq)
		select d.id, doomed.id, doomed.number, doomed.seq from d cross join doomed
	), hidden as (
		update messages m set deletion_id = d.id from d cross join doomed where m.id = doomed.id
	), told as (
		insert into pending_events (topic_id, kind, user_id, deletion_id)
		select $1::bigint, 'messages-deleted', null::bigint, d.id from d
		union all
		select $2::bigint, 'decided', $2::bigint, null from d where $6::bigint <> $2::bigint
	)
	select d.id, d.created_at, d.undo_until, t.epoch,
		(select array_agg(number order by number) from doomed), (select array_agg(seq order by seq) from doomed),
		array(
			select e.seq
			from events e
			where e.topic_id = $1 and e.seq > t.head - ` + editsBack + ` and e.kind = 'message-edited' and e.message_id in (select id from doomed)
		),
		array(select distinct thread from doomed where thread is not null)
	from d join topics t on t.id = $1`

// editsBack is how far back in a room's log edits of messages are looked for that
// are deleted: a client that is further behind is told to load the room afresh.
const editsBack = `1000`

// findDeletionOf returns the deletion that hides a message.
func findDeletionOf(ctx context.Context, tx pgx.Tx, by, room, number int64) (Deletion, error) {
	d := Deletion{RoomID: room, Already: true}
	var deletedBy int64
	var pending bool
	err := tx.QueryRow(ctx, `
		select d.id, d.user_id, coalesce(d.deleted_by, 0), d.created_at, d.undo_until,
			d.undone_at is null and d.erased_at is null and d.undo_until > statement_timestamp(),
			(select count(*) from deletion_messages x where x.deletion_id = d.id)
		from messages m join deletions d on d.id = m.deletion_id
		where m.room_id = $1 and m.number = $2`, room, number).
		Scan(&d.ID, &d.UserID, &deletedBy, &d.CreatedAt, &d.UndoUntil, &pending, &d.Count)
	if err != nil {
		return Deletion{}, orNotFound(err)
	}
	d.MayUndo = pending && mayUndo(ctx, tx, by, room, d.UserID, deletedBy) == nil
	return d, nil
}
