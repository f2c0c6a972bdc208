package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Pending lists the topics whose news a change has left in pending_events. It
// has committed; give them to the committer to have them numbered:
//
//	committer.Number(pending...)
//
// It is empty when there was nothing to change.
type Pending []int64

// JoinRoom makes the user a member of a public room; doing so twice changes
// nothing. Somebody new starts with everything read, somebody who returns
// where they were. It returns ErrNotFound for a room that does not exist or is
// not theirs to know of, ErrForbidden for a direct room, and a *SanctionError
// for one that they are banned from.
func (s *Store) JoinRoom(ctx context.Context, user, room int64) (Pending, error) {
	pending, err := s.enter(ctx, rights.JoinRoom, user, user, room)
	if err != nil {
		return nil, fmt.Errorf("join room %d: %w", room, err)
	}
	return pending, nil
}

// AddMember makes another user, who may be a guest, a member of a public or
// private room; doing so twice changes nothing. Others than those with the
// right get ErrNotMember, ErrForbidden or, when the room is not theirs to know
// of, ErrNotFound; direct rooms give ErrForbidden, and an unknown user
// ErrNoSuchUser. Somebody who is banned from the room gives a *SanctionError: the
// ban has to be ended first.
func (s *Store) AddMember(ctx context.Context, by, user, room int64) (Pending, error) {
	if by == user {
		return s.JoinRoom(ctx, user, room)
	}
	pending, err := s.enter(ctx, rights.AddMember, by, user, room)
	if err != nil {
		return nil, fmt.Errorf("add member to room %d: %w", room, err)
	}
	return pending, nil
}

// LeaveRoom ends the user's membership; doing so twice changes nothing. The
// last owner may leave. Who leaves a deleted room is not brought back into it
// when the deletion is taken back. It returns ErrForbidden for a direct room and
// ErrNotFound for one that the user never knew.
func (s *Store) LeaveRoom(ctx context.Context, user, room int64) (Pending, error) {
	var pending Pending
	// Leaving never waits for anybody: it locks one's own membership alone.
	err := retry(func() (err error) {
		for range 2 { // the room may come back meanwhile
			if pending, err = exit(ctx, s.db, user, user, room); err != nil || len(pending) > 0 {
				return err
			}
			if forsaken, err := forsake(ctx, s.db, user, room); err != nil || forsaken {
				return err
			}
		}
		return whyNotLeft(ctx, s.db, user, room)
	})
	if err != nil {
		return nil, fmt.Errorf("leave room %d: %w", room, err)
	}
	return pending, nil
}

// RemoveMember ends another user's membership; doing so twice changes nothing.
// To remove somebody who keeps order in the room themselves, an owner or admin of
// the workspace too, is a right of its own. Others
// get ErrForbidden or, when the room is not theirs to know of, ErrNotFound.
// Direct rooms give ErrForbidden. The reason, which may be empty, is for the audit
// log and for the person: one that cannot be gives an *InvalidError.
func (s *Store) RemoveMember(ctx context.Context, by, user, room int64, reason string) (Pending, error) {
	if by == user {
		return s.LeaveRoom(ctx, user, room)
	}
	reason, err := cleanReason(reason)
	if err != nil {
		return nil, err
	}
	var pending Pending
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		err := holdStanding(ctx, tx, by, room, user)
		if err != nil {
			return err
		}
		pending, err = exit(ctx, tx, by, user, room)
		switch {
		case err != nil:
			return err
		case len(pending) == 0:
			return whyNotRemoved(ctx, tx, by, user, room)
		}
		return record(ctx, tx, audited{by: by, action: AuditMemberRemoved, user: user, room: room, reason: reason})
	})
	if err != nil {
		return nil, fmt.Errorf("remove member from room %d: %w", room, err)
	}
	return pending, nil
}

// ErrNoSuchUser means that the user to whom something is to be done does not
// exist, has been deactivated, is not in the room, or is nobody for this
// person to know of. It is a kind of ErrNotFound.
var ErrNoSuchUser = fmt.Errorf("no such user: %w", ErrNotFound)

// enter makes user a member of the room and leaves the news for the committer.
// It locks memberships and the rows of both people, but no topic, and so never
// waits for a send. Whoever bans somebody holds their row too: the ban comes
// before, and is seen, or after, and ends the membership.
func (s *Store) enter(ctx context.Context, action rights.RoomAction, by, user, room int64) (pending Pending, err error) {
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := holdPeople(ctx, tx, by, user); err != nil {
			return err
		}
		if err := holdStanding(ctx, tx, by, room, user); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			with room as (
				select r.id, t.last_number, t.last_aside
				from rooms r
				join topics t on t.id = r.id
				join users u on u.id = $4 and u.deactivated_at is null,
				`+asker+`
				where `+granted+` and not exists (
					select from sanctions b
					where b.kind = 'ban' and b.user_id = $4 and coalesce(b.room_id, 0) = r.id and `+inForce(`b`)+`)
			), entered as (
				insert into memberships as m (room_id, user_id, read_number, read_aside)
				select room.id, $4, room.last_number, room.last_aside from room
				on conflict (room_id, user_id) do update
				set role = excluded.role, joined_at = excluded.joined_at, left_at = null, section_id = 0, changed_tx = excluded.changed_tx
				where m.left_at is not null
				returning m.room_id, m.user_id
			)
			insert into pending_events (topic_id, kind, user_id, room_id, actor_id)
			select e.room_id, 'join', e.user_id, e.room_id, $1 from entered e
			union all
			select e.user_id, 'room-added', e.user_id, e.room_id, $1 from entered e`,
			by, room, action.Grant(), user)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return whyNotEntered(ctx, tx, action, by, user, room)
		}
		pending = Pending{room, user}
		if by == user {
			return nil
		}
		return record(ctx, tx, audited{by: by, action: AuditMemberAdded, user: user, room: room})
	})
	return pending, err
}

// whyNotEntered returns nil when user was a member already.
func whyNotEntered(ctx context.Context, db querier, action rights.RoomAction, by, user, room int64) error {
	st, err := findStanding(ctx, db, by, room)
	if err != nil {
		return err
	}
	if by == user && st.RoomRole != rights.Outside && st.Kind != RoomDirect {
		return nil
	}
	if err := refusal(action, st); err != nil {
		return err
	}
	added, err := findUser(ctx, db, user)
	if errors.Is(err, ErrNotFound) || err == nil && added.DeactivatedAt != nil {
		return ErrNoSuchUser
	}
	if err != nil {
		return err
	}
	ban, err := measure{kind: SanctionBan, user: user, room: room}.find(ctx, db)
	if err == nil {
		return &SanctionError{Kind: ban.Kind, Terms: ban.Terms}
	}
	if isNotFound(err) { // a member already
		return nil
	}
	return err
}

// exit ends user's membership and leaves the news for the committer. It
// returns nothing when there was no membership or no right to end it. Whoever
// keeps order in the room themselves is removed as moderators are.
func exit(ctx context.Context, db querier, by, user, room int64) (Pending, error) {
	plain, other := rights.RemoveMember, rights.RemoveModerator
	if by == user {
		plain, other = rights.LeaveRoom, rights.LeaveRoom
	}
	tag, err := db.Exec(ctx, `
		with ended as (
			update memberships m
			set left_at = now(), changed_tx = pg_current_xact_id()::text::bigint
			from rooms r, users u, `+asker+`
			where m.room_id = $2 and m.user_id = $3 and m.left_at is null and u.id = m.user_id and `+asked+`
				and `+standing+` = any(case when m.role = $4
					and concat_ws('/', u.role, m.role, r.kind, `+roomState+`) <> all($7::text[]) then $5::text[] else $6::text[] end)
			returning m.room_id, m.user_id
		)
		insert into pending_events (topic_id, kind, user_id, room_id, actor_id)
		select e.room_id, 'leave', e.user_id, e.room_id, $1 from ended e
		union all
		select e.user_id, 'room-removed', e.user_id, e.room_id, $1 from ended e`,
		by, room, user, RoomMember, plain.Grant(), other.Grant(), rights.RestrainMember.Grant())
	if err != nil || tag.RowsAffected() == 0 {
		return nil, err
	}
	return Pending{room, user}, nil
}

// forsake notes that a user does not want to be back in a deleted room, and
// reports whether they would have been: those come back who were in it until it
// was deleted.
func forsake(ctx context.Context, db querier, user, room int64) (forsaken bool, err error) {
	tag, err := db.Exec(ctx, `
		update memberships m
		set left_at = now(), changed_tx = pg_current_xact_id()::text::bigint
		from rooms r
		where r.id = $2 and m.room_id = r.id and m.user_id = $1 and m.left_at = r.deleted_at`, user, room)
	return tag.RowsAffected() > 0, err
}

// whyNotLeft returns nil when user is no member, or no longer, of a room that
// they know or knew.
func whyNotLeft(ctx context.Context, db querier, user, room int64) error {
	var past bool
	err := db.QueryRow(ctx, `
		select exists (
			select from memberships where room_id = $1 and user_id = $2 and left_at is not null)`, room, user).Scan(&past)
	if err != nil || past {
		return err
	}
	st, err := findStanding(ctx, db, user, room)
	switch {
	case err != nil:
		return err
	case !rights.SeeRoom.May(st):
		return ErrNotFound
	case st.RoomRole == rights.Outside:
		return nil
	}
	return refusal(rights.LeaveRoom, st)
}

// whyNotRemoved returns nil when user is no member any more.
func whyNotRemoved(ctx context.Context, db querier, by, user, room int64) error {
	target, err := findRestrained(ctx, db, user, room)
	if err != nil && !isNotFound(err) {
		return err
	}
	if err == nil && target.RoomRole != rights.Outside && target.looksAfter() {
		return whyNot(ctx, db, rights.RemoveModerator, by, room)
	}
	return whyNot(ctx, db, rights.RemoveMember, by, room)
}
