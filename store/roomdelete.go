package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// RoomGrace is for how long a deleted room can be taken back.
const RoomGrace = 7 * 24 * time.Hour

// ErrRoomErased means that the time is over in which a deleted room could be
// taken back. It is a kind of ErrGone.
var ErrRoomErased = fmt.Errorf("the room is erased: %w", ErrGone)

// RoomDeletion is what it means that a room was deleted.
type RoomDeletion struct {
	UndeleteUntil time.Time
	Members       []int64 // who were in it until now
}

// DeleteRoom deletes a public or private room: it is gone for everybody at once,
// its name is free, and it is erased when RoomGrace is over. Doing so twice
// changes nothing. Those without the right get ErrForbidden or, when the room is
// not theirs to know of, ErrNotFound; direct rooms give ErrForbidden.
func (s *Store) DeleteRoom(ctx context.Context, by, room int64, reason string) (RoomDeletion, Pending, error) {
	reason, err := cleanReason(reason)
	if err != nil {
		return RoomDeletion{}, nil, err
	}
	var deleted RoomDeletion
	var pending Pending
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		deleted, pending, err = deleteRoom(ctx, tx, by, room, reason)
		return err
	})
	if err != nil {
		return RoomDeletion{}, nil, fmt.Errorf("delete room %d: %w", room, err)
	}
	return deleted, pending, nil
}

func deleteRoom(ctx context.Context, tx pgx.Tx, by, room int64, reason string) (RoomDeletion, Pending, error) {
	if err := holdRoom(ctx, tx, by, room); err != nil {
		return RoomDeletion{}, nil, err
	}
	st, err := findStanding(ctx, tx, by, room)
	if isNotFound(err) {
		gone, err := findDeleted(ctx, tx, by, room)
		if err == nil && gone.over {
			err = ErrNotFound
		}
		return RoomDeletion{UndeleteUntil: gone.until}, nil, err
	}
	if err != nil {
		return RoomDeletion{}, nil, err
	}
	if err := mayInRoom(ctx, rights.DeleteRoom, st); err != nil {
		return RoomDeletion{}, nil, err
	}
	was, err := findSettings(ctx, tx, room)
	if err != nil {
		return RoomDeletion{}, nil, err
	}
	deleted, err := markDeleted(ctx, tx, room)
	if err != nil {
		return RoomDeletion{}, nil, err
	}
	pending, err := tellMembers(ctx, tx, by, room, was, "room-removed", "room-unlisted", deleted.Members)
	if err != nil {
		return RoomDeletion{}, nil, err
	}
	return deleted, pending, record(ctx, tx, audited{by: by, action: AuditRoomDeleted, room: room, reason: reason, before: was.title()})
}

// markDeleted ends all memberships together with the room, at the same moment, by
// which they are found again. They are locked in the order of users, after the
// room.
func markDeleted(ctx context.Context, tx pgx.Tx, room int64) (RoomDeletion, error) {
	var deleted RoomDeletion
	err := tx.QueryRow(ctx, `
		update rooms set deleted_at = now(), changed_tx = pg_current_xact_id()::text::bigint
		where id = $1
		returning deleted_at + $2::interval`, room, RoomGrace).Scan(&deleted.UndeleteUntil)
	if err != nil {
		return RoomDeletion{}, err
	}
	rows, err := tx.Query(ctx, `
		with live as (
			select user_id from memberships where room_id = $1 and left_at is null order by user_id for no key update
		)
		update memberships m
		set left_at = now(), changed_tx = pg_current_xact_id()::text::bigint
		from live
		where m.room_id = $1 and m.user_id = live.user_id
		returning m.user_id`, room)
	if err != nil {
		return RoomDeletion{}, err
	}
	deleted.Members, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	return deleted, err
}

// tellMembers leaves news of a room on the topics of people, and of a public room
// on the workspace's.
func tellMembers(ctx context.Context, tx pgx.Tx, by, room int64, was roomSettings, own, listed EventKind, people []int64) (Pending, error) {
	_, err := tx.Exec(ctx, `
		insert into pending_events (topic_id, kind, user_id, room_id, actor_id)
		select id, $3, id, $2::bigint, $1::bigint from unnest($4::bigint[]) id`, by, room, own, people)
	if err != nil || was.kind != RoomPublic {
		return people, err
	}
	_, err = tx.Exec(ctx, `
		insert into pending_events (topic_id, kind, room_id, actor_id) values ($4, $3, $2, $1)`, by, room, listed, WorkspaceTopic)
	return append(Pending{WorkspaceTopic}, people...), err
}
