package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// ErrErased means that the time in which a deletion could be taken back is over.
// It is a kind of ErrGone.
var ErrErased = fmt.Errorf("the messages are erased: %w", ErrGone)

// UndoDeletion shows deleted messages again. What people have deleted of their
// own only they take back; the rest takes the right to delete what others wrote.
// Doing so twice changes nothing. It returns ErrErased when it is too late, and
// ErrNotFound for a deletion that does not exist or is in a room that is not
// theirs to know of.
func (s *Store) UndoDeletion(ctx context.Context, by, deletion int64) (Pending, error) {
	var pending Pending
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		pending, err = undo(ctx, tx, by, deletion)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("undo deletion %d: %w", deletion, err)
	}
	return pending, nil
}

func undo(ctx context.Context, tx pgx.Tx, by, deletion int64) (Pending, error) {
	var room, author, deletedBy int64
	var undone, over bool
	// Whoever erases it, or undoes it too, waits, and finds it done.
	err := tx.QueryRow(ctx, `
		select room_id, user_id, coalesce(deleted_by, 0), undone_at is not null,
			erased_at is not null or undo_until <= statement_timestamp()
		from deletions
		where id = $1
		for no key update`, deletion).Scan(&room, &author, &deletedBy, &undone, &over)
	if err != nil {
		return nil, orNotFound(err)
	}
	if err := holdStanding(ctx, tx, by, room); err != nil {
		return nil, err
	}
	if err := mayUndo(ctx, tx, by, room, author, deletedBy); err != nil || undone {
		return nil, err
	}
	if over {
		return nil, ErrErased
	}
	tag, err := tx.Exec(ctx, undoDeletion, deletion)
	if err != nil {
		return nil, err
	}
	if deletedBy == author {
		return Pending{room}, nil
	}
	return Pending{room, author}, record(ctx, tx, audited{
		by: by, action: AuditMessagesUndeleted, user: author, room: room, object: strconv.FormatInt(deletion, 10),
		after: facts{"count": tag.RowsAffected()},
	})
}

// undoDeletion touches as many rows as there are messages again.
const undoDeletion = `
	with d as (
		update deletions
		set undone_at = now(), changed_tx = pg_current_xact_id()::text::bigint
		where id = $1
		returning id, room_id, user_id, deleted_by
	), told as (
		insert into pending_events (topic_id, kind, user_id, deletion_id)
		select d.room_id, 'messages-undeleted', null::bigint, d.id from d
		union all
		select d.user_id, 'decided', d.user_id, null from d where d.deleted_by is distinct from d.user_id
	)
	update messages m
	set deletion_id = null
	from d join deletion_messages x on x.deletion_id = d.id
	where m.id = x.message_id and m.deletion_id = d.id`

// mayUndo returns nil when by may take back a deletion of an author's messages.
func mayUndo(ctx context.Context, db querier, by, room, author, deletedBy int64) error {
	if deletedBy != author {
		return whyNot(ctx, db, rights.DeleteMessage, by, room)
	}
	err := whyNot(ctx, db, rights.DeleteOwnMessage, by, room)
	if err == nil && by != author {
		err = ErrForbidden
	}
	return err
}

// PendingDeletion is a deletion that can still be taken back.
type PendingDeletion struct {
	Deletion
	User   User  // whose messages they are
	By     *User // nil for the command line
	Reason string
}

// Deletions returns the newest 200 deletions in a room that can be taken back by
// those who delete what others wrote, the newest first. Others get the errors of
// a right that is missing.
func (s *Store) Deletions(ctx context.Context, by, room int64) ([]PendingDeletion, error) {
	rows, err := s.db.Query(ctx, `
		select d.id, d.room_id, d.created_at, d.undo_until, d.reason,
			(select count(*) from deletion_messages x where x.deletion_id = d.id),
			u.id, u.username, u.display_name, u.role, u.deactivated_at,
			a.id, a.username, a.display_name, a.role, a.deactivated_at
		from rooms r
		cross join `+asker+`
		join deletions d on d.room_id = r.id
		join users u on u.id = d.user_id
		left join users a on a.id = d.deleted_by
		where `+granted+` and d.undone_at is null and d.erased_at is null
			and d.undo_until > statement_timestamp() and d.deleted_by is distinct from d.user_id
		order by d.id desc
		limit $4`, by, room, rights.DeleteMessage.Grant(), MaxPage)
	if err != nil {
		return nil, fmt.Errorf("list deletions of room %d: %w", room, err)
	}
	list, err := pgx.CollectRows(rows, scanPendingDeletion)
	if err == nil && len(list) == 0 {
		err = whyNot(ctx, s.db, rights.DeleteMessage, by, room)
	}
	if err != nil {
		return nil, fmt.Errorf("list deletions of room %d: %w", room, err)
	}
	return list, nil
}

func scanPendingDeletion(row pgx.CollectableRow) (PendingDeletion, error) {
	var d PendingDeletion
	var user, by userRow
	targets := []any{&d.ID, &d.RoomID, &d.CreatedAt, &d.UndoUntil, &d.Reason, &d.Count}
	if err := row.Scan(append(append(targets, user.targets()...), by.targets()...)...); err != nil {
		return PendingDeletion{}, err
	}
	d.User, d.By, d.MayUndo = *user.user(), by.user(), true
	d.UserID = d.User.ID
	return d, nil
}

// EraseDeleted erases the text of messages whose deletion can be taken back no
// more, and returns of how many. Several nodes may do so at once.
func (s *Store) EraseDeleted(ctx context.Context) (erased int64, err error) {
	for {
		var due bool
		var n int64
		err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
			n, due, err = eraseNext(ctx, tx)
			return err
		})
		if err != nil {
			return erased, fmt.Errorf("erase deleted messages: %w", err)
		}
		if !due {
			return erased, nil
		}
		erased += n
	}
}

// eraseNext erases the messages of one deletion. It reports false when none is
// due.
func eraseNext(ctx context.Context, tx pgx.Tx) (erased int64, due bool, err error) {
	var deletion, room, author, deletedBy int64
	var began time.Time
	err = tx.QueryRow(ctx, eraseDeletion).Scan(&deletion, &room, &author, &deletedBy, &began, &erased)
	if err = orNotFound(err); isNotFound(err) {
		return 0, false, nil
	}
	if err != nil || deletedBy == author {
		return erased, true, err
	}
	return erased, true, record(ctx, tx, audited{
		action: AuditMessagesErased, user: author, room: room, object: strconv.FormatInt(deletion, 10),
		after: facts{"count": erased, "deleted_at": began},
	})
}

const eraseDeletion = `
	with due as (
		select id, room_id, user_id, deleted_by, created_at
		from deletions
		where undone_at is null and erased_at is null and undo_until <= statement_timestamp()
		order by undo_until
		limit 1
		for no key update skip locked
	), done as (
		update deletions d set erased_at = now() from due where d.id = due.id
	), erased as (
		update messages m
		set body = '', erased_at = now()
		from due join deletion_messages x on x.deletion_id = due.id
		where m.id = x.message_id and m.deletion_id = due.id
		returning m.id
	)
	select id, room_id, user_id, coalesce(deleted_by, 0), created_at, (select count(*) from erased) from due`
