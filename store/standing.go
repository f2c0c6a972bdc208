package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// A statement that authorises finds out itself how somebody stands to a room,
// and compares that with what the table of rights allows. Its aliases are
//
//	me    the user who asks
//	r     the room
//	mine  me's live membership of r, or nulls
//
// and its first parameters $1 the user, $2 the room and $3 the action's grant.
// The two that run most, postSends and followed, have their grants written out:
// a list that PostgreSQL knows when it plans is hashed once, a parameter is
// sent, read and searched each time.

// standing is how me stands to r, spelled as [rights.RoomAction.Grant] does.
const standing = `concat_ws('/', me.role, coalesce(mine.role, '` + string(rights.Outside) + `'),
	r.kind, ` + roomState + `)`

// roomState is the state of a room r, as [rights.State] spells it. The table of
// rights knows nothing of deleted rooms, so nobody has a right in one, and for
// all who ask it does not exist.
const roomState = `case when r.deleted_at is not null then '` + string(RoomDeleted) + `' else ` + undeletedState + ` end`

// undeletedState is the state of a room r, as if nobody had deleted it.
const undeletedState = `case when r.archived_at is not null then '` + string(rights.Archived) + `'
	when r.read_only then '` + string(rights.ReadOnly) + `' when r.guests_read_only then '` + string(rights.Members) + `'
	else '` + string(rights.Open) + `' end`

var (
	// asker joins me and mine to a statement that has, or changes, r.
	asker = `(users me left join memberships mine
		on mine.room_id = $2 and mine.user_id = me.id and mine.left_at is null)`

	// asked chooses the rows of asker and r.
	asked = `me.id = $1 and ` + active(`me`) + ` and r.id = $2`

	// granted chooses them when me may do the action.
	granted = asked + ` and ` + standing + ` = any($3::text[])`
)

// reader joins me, mine and r to rows of an alias that belong to a user and a
// room, by their user_id and room_id. reads chooses those of rooms that me reads
// by the grant $2.
func reader(of string) string {
	return fmt.Sprintf(`join users me on me.id = %[1]s.user_id
		join rooms r on r.id = %[1]s.room_id
		join memberships mine on mine.room_id = r.id and mine.user_id = me.id and mine.left_at is null`, of)
}

var reads = active(`me`) + ` and ` + standing + ` = any($2::text[])`

// literal is a grant as it is written into a statement.
func literal(grant []string) string { return `'{` + strings.Join(grant, ",") + `}'::text[]` }

// findStanding returns how an active user stands to a room, or ErrNotFound when
// one of them does not exist.
func findStanding(ctx context.Context, db querier, user, room int64) (rights.Standing, error) {
	var key string
	err := db.QueryRow(ctx, `select `+standing+` from rooms r, `+asker+` where `+asked, user, room).Scan(&key)
	if err != nil {
		return rights.Standing{}, orNotFound(err)
	}
	st, known := rights.ParseStanding(key)
	if !known { // a role or kind that only a newer chatd knows has no rights here
		return rights.Standing{}, ErrNotFound
	}
	return st, nil
}

// refusal says why somebody may not do an action; nil when they may. What one
// may not see does not exist. Outsiders who only lack a membership are told so.
func refusal(action rights.RoomAction, st rights.Standing) error {
	writable, joined := st, st
	writable.State, joined.RoomRole = rights.Open, RoomMember
	switch {
	case !rights.SeeRoom.May(st):
		return ErrNotFound
	case action.May(st):
		return nil
	case action.May(writable) && st.State == rights.Archived:
		return ErrArchived
	case action.May(writable):
		return ErrReadOnly
	case st.RoomRole == rights.Outside && action.May(joined):
		return ErrNotMember
	}
	return ErrForbidden
}

// whyNot explains why a statement found nothing for this user to do; nil when
// the right was there.
func whyNot(ctx context.Context, db querier, action rights.RoomAction, user, room int64) error {
	st, err := findStanding(ctx, db, user, room)
	if err != nil {
		return err
	}
	return refusal(action, st)
}

// May reports whether somebody may do an action in a room. Nobody may in a room
// that does not exist, nor when they are deactivated or suspended; and nobody
// posts who is muted.
func (s *Store) May(ctx context.Context, action rights.RoomAction, user, room int64) (bool, error) {
	var may bool
	err := s.db.QueryRow(ctx, `
		select exists (
			select from rooms r, `+asker+`
			where `+granted+` and ($4 or coalesce(mine.muted_until <= statement_timestamp(), true)))`,
		user, room, action.Grant(), action != rights.PostMessage).Scan(&may)
	if err != nil {
		return false, fmt.Errorf("ask whether user %d may %s in room %d: %w", user, action, room, err)
	}
	return may, nil
}

// whyNotRead explains the ErrNotFound of a statement that finds something for
// everybody who may read the room. Other errors are returned as they are.
func whyNotRead(ctx context.Context, db querier, err error, user, room int64) error {
	if !isNotFound(err) {
		return err
	}
	if err := whyNot(ctx, db, rights.ReadMessages, user, room); err != nil {
		return err
	}
	return ErrNotMember // a moment ago
}

// whyNotHere explains why a statement that asks for a right in the workspace
// found nothing; nil when the right was there.
func whyNotHere(ctx context.Context, db querier, action rights.WorkspaceAction, user int64) error {
	found, err := findUser(ctx, db, user)
	switch {
	case isNotFound(err):
		return ErrForbidden
	case err != nil:
		return err
	case !found.active() || !action.May(found.Role):
		return ErrForbidden
	}
	return nil
}

// holdStanding keeps until the end of the transaction what a right in a room
// depends on, and the memberships of those whom the change concerns. A right
// that is being taken away is waited for; statements that follow judge with a
// fresh snapshot (READ COMMITTED). Memberships are locked in the order of ids,
// so that two who act on each other do not wait in a circle.
func holdStanding(ctx context.Context, tx pgx.Tx, by, room int64, others ...int64) error {
	var batch pgx.Batch
	batch.Queue(`select from users where id = $1 for share`, by)
	batch.Queue(`select from rooms where id = $1 for share`, room)
	batch.Queue(`
		select from memberships
		where room_id = $1 and user_id = any($2::bigint[])
		order by user_id
		for no key update`, room, append(others, by))
	return tx.SendBatch(ctx, &batch).Close()
}

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }
