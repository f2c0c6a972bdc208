package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// UndeleteRoom takes a deletion back: the room is as it was, with everybody who
// was in it, whom it returns. A name that somebody has taken meanwhile gives a
// *TakenError; then it can have another one, else name is nil. Doing so twice, or
// with a room that nobody has deleted, changes nothing. It takes the right to
// delete the room as it was; others get ErrNotFound. ErrRoomErased means that it
// is too late.
func (s *Store) UndeleteRoom(ctx context.Context, by, room int64, name *string) (back Room, members []int64, pending Pending, err error) {
	change, err := RoomChange{Name: name}.clean()
	if err != nil {
		return Room{}, nil, nil, err
	}
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		back, members, pending, err = undeleteRoom(ctx, tx, by, room, change)
		return err
	})
	if err != nil {
		return Room{}, nil, nil, fmt.Errorf("undelete room %d: %w", room, takenError(err))
	}
	return back, members, pending, nil
}

func undeleteRoom(ctx context.Context, tx pgx.Tx, by, room int64, change RoomChange) (back Room, members []int64, pending Pending, err error) {
	if err := holdRoom(ctx, tx, by, room); err != nil {
		return Room{}, nil, nil, err
	}
	st, err := findStanding(ctx, tx, by, room)
	if err == nil {
		if err = mayInRoom(ctx, rights.DeleteRoom, st); err == nil {
			back, err = findRoom(ctx, tx, room)
		}
		return back, nil, nil, err
	}
	if !isNotFound(err) {
		return Room{}, nil, nil, err
	}
	gone, err := findDeleted(ctx, tx, by, room)
	if err != nil {
		return Room{}, nil, nil, err
	}
	if gone.over {
		return Room{}, nil, nil, ErrRoomErased
	}
	was, err := findSettings(ctx, tx, room)
	if err != nil {
		return Room{}, nil, nil, err
	}
	is := change.applied(was)
	if back, members, err = unmarkDeleted(ctx, tx, room, is.name, gone.at); err != nil {
		return Room{}, nil, nil, err
	}
	if pending, err = tellMembers(ctx, tx, by, room, is, "room-added", "room-listed", members); err != nil {
		return Room{}, nil, nil, err
	}
	return back, members, pending, record(ctx, tx, audited{by: by, action: AuditRoomUndeleted, room: room, after: is.title()})
}

// unmarkDeleted lets a room live again with those whose memberships ended as it
// was deleted.
func unmarkDeleted(ctx context.Context, tx pgx.Tx, room int64, name string, at time.Time) (Room, []int64, error) {
	_, err := tx.Exec(ctx, `update rooms set deleted_at = null, name = $2, name_key = $3 where id = $1`, room, name, nameKey(name))
	if err != nil {
		return Room{}, nil, err
	}
	rows, err := tx.Query(ctx, `
		with back as (
			select user_id from memberships where room_id = $1 and left_at = $2 order by user_id for no key update
		)
		update memberships m
		set left_at = null, changed_tx = pg_current_xact_id()::text::bigint
		from back
		where m.room_id = $1 and m.user_id = back.user_id
		returning m.user_id`, room, at)
	if err != nil {
		return Room{}, nil, err
	}
	members, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return Room{}, nil, err
	}
	back, err := findRoom(ctx, tx, room)
	return back, members, err
}

// deletedRoom is a room that can be taken back, or could.
type deletedRoom struct {
	at, until time.Time
	over      bool
}

// findDeleted returns a deleted room to those who may take it back: they would
// have the right to delete it if it were still there. For others it does not
// exist. The time is judged when the room's row is held: whoever has begun to
// erase it has the last word.
func findDeleted(ctx context.Context, tx pgx.Tx, by, room int64) (deletedRoom, error) {
	var gone deletedRoom
	var granted bool
	err := tx.QueryRow(ctx, `
		select r.deleted_at, r.deleted_at + $4::interval, clock_timestamp() >= r.deleted_at + $4::interval or r.erased_at is not null,
			concat_ws('/', me.role, coalesce(mine.role, 'outside'), r.kind, `+undeletedState+`) = any($3::text[])
		from rooms r
		cross join users me
		left join memberships mine on mine.room_id = r.id and mine.user_id = me.id
			and (mine.left_at is null or mine.left_at = r.deleted_at)
		where me.id = $1 and `+active(`me`)+` and r.id = $2 and r.deleted_at is not null`,
		by, room, rights.DeleteRoom.Grant(), RoomGrace).Scan(&gone.at, &gone.until, &gone.over, &granted)
	if err != nil {
		return deletedRoom{}, orNotFound(err)
	}
	if !granted && !isFromCommandLine(ctx) {
		return deletedRoom{}, ErrNotFound
	}
	return gone, nil
}

// LostRoom is what is told of a deleted room while it can be taken back.
type LostRoom struct {
	Name          string
	UndeleteUntil time.Time
	MayUndelete   bool // the one who asks
	// By is who deleted it; nil for the command line. Only ID, Username and
	// DisplayName are set.
	By     *User
	Reason string
}

// LostRoom tells of a deleted room those who were in it until then and those who
// may take it back. For others, and once it is too late, it does not exist:
// ErrNotFound.
func (s *Store) LostRoom(ctx context.Context, user, room int64) (LostRoom, error) {
	var lost LostRoom
	var by userRow
	err := s.db.QueryRow(ctx, `
		with lost as (
			select r.name, r.deleted_at + $4::interval as until, mine.user_id is not null as was_in,
				concat_ws('/', me.role, coalesce(mine.role, 'outside'), r.kind, `+undeletedState+`) = any($3::text[]) as granted
			from rooms r
			cross join users me
			left join memberships mine on mine.room_id = r.id and mine.user_id = me.id and mine.left_at = r.deleted_at
			where me.id = $1 and `+active(`me`)+` and r.id = $2 and r.deleted_at is not null and r.erased_at is null
		)
		select l.name, l.until, l.granted, d.id, d.username, d.display_name, e.reason
		from lost l
		join lateral (
			select e.actor_id, e.reason from audit_entries e
			where e.room_id = $2 and e.action = $5
			order by e.id desc
			limit 1
		) e on true
		left join users d on d.id = e.actor_id
		where now() < l.until and (l.was_in or l.granted)`, user, room, rights.DeleteRoom.Grant(), RoomGrace, AuditRoomDeleted).
		Scan(&lost.Name, &lost.UndeleteUntil, &lost.MayUndelete, &by.id, &by.username, &by.displayName, &lost.Reason)
	if err != nil {
		return LostRoom{}, fmt.Errorf("find deleted room %d: %w", room, orNotFound(err))
	}
	if by.id != nil {
		lost.By = &User{ID: *by.id, Username: *by.username, DisplayName: *by.displayName}
	}
	return lost, nil
}
