package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

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
// due. Nobody counts the sizes of rooms meanwhile: what is erased was counted or
// will not be.
func eraseNext(ctx context.Context, tx pgx.Tx) (erased int64, due bool, err error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock_shared($1)`, figuresLock); err != nil {
		return 0, false, err
	}
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
		set body = '', erased_at = now(), html = null, edited_at = null, reply_to = null, mentions = null, mentions_all = null
		from due
		join deletion_messages x on x.deletion_id = due.id
		join messages was on was.id = x.message_id
		where m.id = x.message_id and m.deletion_id = due.id
		returning m.number, octet_length(was.body) as bytes
	), unreacted as (
		delete from reactions x using due, erased where x.room_id = due.room_id and x.number = erased.number
	), unpinned as (
		delete from pins x using due, erased where x.room_id = due.room_id and x.number = erased.number
	), unsaved as (
		delete from saved_messages x using due, erased where x.room_id = due.room_id and x.number = erased.number
	), forgotten as (
		delete from message_revisions old using due, erased where old.room_id = due.room_id and old.number = erased.number
	), unfollowed as (
		delete from thread_follows f
		using due, erased
		where f.room_id = due.room_id and f.root = erased.number
			and not exists (select from thread_replies x where x.room_id = f.room_id and x.root = f.root)
	), undrafted as (
		delete from drafts d
		using due, erased
		where d.room_id = due.room_id and d.thread = erased.number
			and not exists (select from thread_replies x where x.room_id = d.room_id and x.root = d.thread)
	), shrunk as (
		update room_sizes size
		set bytes = size.bytes - gone.bytes
		from (
			select counted.room_id, sum(erased.bytes) as bytes
			from due
			join room_sizes counted on counted.room_id = due.room_id
			join erased on erased.number between counted.first_number and counted.last_number
			group by counted.room_id
		) gone
		where size.room_id = gone.room_id
	)
	select id, room_id, user_id, coalesce(deleted_by, 0), created_at, (select count(*) from erased) from due`
