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

// ErrTakenOver means that somebody else who keeps order has deleted what people
// want to have back of their own. It is a kind of ErrForbidden.
var ErrTakenOver = fmt.Errorf("somebody else has deleted the messages: %w", ErrForbidden)

// UndoDeletion shows deleted messages again. What people have deleted of their
// own only they take back, as far as they may write in the room at that time, or
// they get its errors and a *SanctionError; ErrTakenOver means that somebody else
// has deleted some of it since. The rest takes the right to delete what others
// wrote, and its author, who may have that right, gets ErrTakenOver; of that stays
// hidden what its author had deleted before. Doing so twice
// changes nothing. It returns ErrErased when it is too late, and ErrNotFound for a
// deletion that does not exist or is in a room that is not theirs to know of.
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
	if deletedBy == author {
		if err := notTakenOver(ctx, tx, deletion); err != nil {
			return nil, err
		}
	}
	var shown int64
	var threads []int64
	if err := tx.QueryRow(ctx, undoDeletion, deletion).Scan(&shown, &threads); err != nil {
		return nil, err
	}
	if err := recountThreads(ctx, tx, room, threads); err != nil {
		return nil, err
	}
	if err := unpinSurplus(ctx, tx, room, deletion); err != nil {
		return nil, err
	}
	if deletedBy == author {
		return Pending{room}, nil
	}
	return Pending{room, author}, record(ctx, tx, audited{
		by: by, action: AuditMessagesUndeleted, user: author, room: room, object: strconv.FormatInt(deletion, 10),
		after: facts{"count": shown},
	})
}

// notTakenOver returns ErrTakenOver when another deletion hides some of the
// messages of this one.
func notTakenOver(ctx context.Context, tx pgx.Tx, deletion int64) error {
	var taken bool
	err := tx.QueryRow(ctx, `
		select exists (
			select from deletion_messages x
			join messages m on m.id = x.message_id
			where x.deletion_id = $1 and m.deletion_id <> x.deletion_id)`, deletion).Scan(&taken)
	if err == nil && taken {
		err = ErrTakenOver
	}
	return err
}

// undoDeletion counts the messages that are there again. What the author had
// deleted before is hidden by that once more, and erased soon if it would have
// been meanwhile.
var undoDeletion = `
	with d as (
		update deletions
		set undone_at = now(), changed_tx = pg_current_xact_id()::text::bigint
		where id = $1
		returning id, room_id, user_id, deleted_by, created_at
	), told as (
		insert into pending_events (topic_id, kind, user_id, deletion_id)
		select d.room_id, 'messages-undeleted', null::bigint, d.id from d
		union all
		select d.user_id, 'decided', d.user_id, null from d where d.deleted_by is distinct from d.user_id
	), own as materialized (
		select own.id
		from d
		join deletions own on own.room_id = d.room_id and own.user_id = d.user_id and own.deleted_by = own.user_id
			and own.id < d.id and own.undone_at is null and (own.erased_at is null or own.erased_at >= d.created_at)
	), shown as (
		update messages m
		set deletion_id = before.id
		from d
		join deletion_messages x on x.deletion_id = d.id
		left join lateral (
			select own.id from own join deletion_messages y on y.deletion_id = own.id and y.message_id = x.message_id
		) before on true
		where m.id = x.message_id and m.deletion_id = d.id
		returning m.deletion_id, m.room_id, m.number, m.author_id, m.thread, m.mentions, m.mentions_all
	), mentioned as (
		insert into mentions (room_id, user_id, number, author_id, thread)
		select room_id, user_id, number, author_id, thread
		from (` + mentionsOf("shown") + ` and deletion_id is null) m
		on conflict do nothing
	), due as (
		update deletions before set erased_at = null
		where before.erased_at is not null and before.id in (select deletion_id from shown)
	)
	select count(*), coalesce(array_agg(distinct thread) filter (where thread is not null), '{}') from shown where deletion_id is null`

// mayUndo returns nil when by may take back a deletion of an author's messages.
// To show one's own again is to write them.
func mayUndo(ctx context.Context, db querier, by, room, author, deletedBy int64) error {
	if deletedBy != author {
		if err := whyNot(ctx, db, rights.DeleteMessage, by, room); err != nil {
			return err
		}
		if notOneself(ctx, by, author) != nil {
			return ErrTakenOver
		}
		return nil
	}
	if err := whyNot(ctx, db, rights.PostMessage, by, room); err != nil {
		return err
	}
	if by != author {
		return ErrForbidden
	}
	return notMuted(ctx, db, by, room)
}

// PendingDeletion is a deletion that can still be taken back.
type PendingDeletion struct {
	Deletion
	User   User  // whose messages they are
	By     *User // nil for the command line
	Reason string
	// Excerpt is how the first of the messages begins, at most excerptLength
	// characters of its text, and WrittenAt when it was written.
	Excerpt   string
	WrittenAt time.Time
}

// excerptLength is how much of a deleted message shows which one it was.
const excerptLength = 200

// Deletions returns the newest 200 deletions in a room that can be taken back by
// those who delete what others wrote, which is never one's own, the newest first. Others get the errors of
// a right that is missing.
func (s *Store) Deletions(ctx context.Context, by, room int64) ([]PendingDeletion, error) {
	rows, err := s.db.Query(ctx, `
		select d.id, d.room_id, d.created_at, d.undo_until, d.reason,
			(select count(*) from deletion_messages x where x.deletion_id = d.id), first.excerpt, first.created_at,
			u.id, u.username, u.display_name, u.role, u.deactivated_at,
			a.id, a.username, a.display_name, a.role, a.deactivated_at
		from rooms r
		cross join `+asker+`
		join deletions d on d.room_id = r.id
		join users u on u.id = d.user_id
		left join users a on a.id = d.deleted_by
		join lateral (
			select left(m.body, $5) as excerpt, m.created_at
			from deletion_messages x join messages m on m.id = x.message_id
			where x.deletion_id = d.id
			order by x.number
			limit 1
		) first on true
		where `+granted+` and d.undone_at is null and d.erased_at is null
			and d.undo_until > statement_timestamp() and d.deleted_by is distinct from d.user_id and d.user_id <> $1
		order by d.id desc
		limit $4`, by, room, rights.DeleteMessage.Grant(), MaxPage, excerptLength)
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
	targets := []any{&d.ID, &d.RoomID, &d.CreatedAt, &d.UndoUntil, &d.Reason, &d.Count, &d.Excerpt, &d.WrittenAt}
	if err := row.Scan(append(append(targets, user.targets()...), by.targets()...)...); err != nil {
		return PendingDeletion{}, err
	}
	d.User, d.By, d.MayUndo = *user.user(), by.user(), true
	d.UserID = d.User.ID
	return d, nil
}
