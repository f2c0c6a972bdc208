package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Mute lets a member of a room write nothing in it for a time, also when they
// leave and come back. Somebody who is muted already is from now on by these
// terms; the same ones again change nothing.
//
// It takes the right to restrain members, and for those who have it themselves
// the right to remove moderators. Others get ErrForbidden or, when the room is not
// theirs to know of, ErrNotFound; direct rooms give ErrForbidden, oneself
// ErrOneself, somebody who is not in the room ErrNoSuchUser, and terms that
// cannot be *InvalidError.
func (s *Store) Mute(ctx context.Context, by, user, room int64, terms Terms) (Sanction, Pending, error) {
	return s.restrain(ctx, measure{SanctionMute, by, user, room}, terms, AuditMemberMuted,
		func(tx pgx.Tx, target restrained, terms Terms) (Pending, error) {
			if target.RoomRole == rights.Outside {
				return nil, ErrNoSuchUser
			}
			return setMuted(ctx, tx, by, user, room, terms, true)
		})
}

// EndMute lets somebody write again; doing so twice changes nothing. Errors are
// those of Mute, but it does not matter whether they are in the room.
func (s *Store) EndMute(ctx context.Context, by, user, room int64) (Pending, error) {
	return s.release(ctx, measure{SanctionMute, by, user, room}, AuditMuteEnded, func(tx pgx.Tx) (Pending, error) {
		return setMuted(ctx, tx, by, user, room, Terms{}, false)
	})
}

// Ban removes somebody from a room, and lets nobody bring them back for a time.
// They need not be in it. Terms and errors are those of Mute.
func (s *Store) Ban(ctx context.Context, by, user, room int64, terms Terms) (Sanction, Pending, error) {
	return s.restrain(ctx, measure{SanctionBan, by, user, room}, terms, AuditMemberBanned,
		func(tx pgx.Tx, target restrained, _ Terms) (Pending, error) {
			if target.RoomRole == rights.Outside && target.deactivated {
				return nil, ErrNoSuchUser
			}
			return expel(ctx, tx, by, user, room)
		})
}

// EndBan lets somebody be in a room again, who joins it themselves or is added;
// doing so twice changes nothing. Errors are those of Mute.
func (s *Store) EndBan(ctx context.Context, by, user, room int64) (Pending, error) {
	return s.release(ctx, measure{SanctionBan, by, user, room}, AuditBanEnded, func(pgx.Tx) (Pending, error) {
		return nil, nil
	})
}

// restrained is somebody against whom something is to be decided in a room.
type restrained struct {
	rights.Standing
	deactivated bool
}

// restrain puts a sanction in force, with what follows from it by apply. Of two
// who decide the same at once the second finds it done.
func (s *Store) restrain(ctx context.Context, m measure, terms Terms, action AuditAction,
	apply func(pgx.Tx, restrained, Terms) (Pending, error),
) (decided Sanction, pending Pending, err error) {
	if terms, err = terms.clean(); err != nil {
		return Sanction{}, nil, err
	}
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		pending = nil
		target, err := m.judge(ctx, tx)
		if err != nil {
			return err
		}
		terms, err := terms.dated(ctx, tx)
		if err != nil {
			return err
		}
		before, err := m.find(ctx, tx)
		if err != nil && !isNotFound(err) {
			return err
		}
		entry := audited{by: m.by, action: action, user: m.user, room: m.room, reason: terms.Reason, after: terms.facts()}
		if err == nil {
			if terms.same(before.Terms) {
				decided = before
				return nil
			}
			entry.before = facts{"until": before.Until, "reason": before.Reason}
		}
		if decided, err = m.begin(ctx, tx, terms); err != nil {
			return err
		}
		if pending, err = apply(tx, target, terms); err != nil {
			return err
		}
		pending = append(pending, m.user)
		return record(ctx, tx, entry)
	})
	if err != nil {
		return Sanction{}, nil, fmt.Errorf("%s in room %d: %w", m.kind, m.room, err)
	}
	return decided, pending, nil
}

// release ends a sanction, with what follows from it by apply.
func (s *Store) release(ctx context.Context, m measure, action AuditAction, apply func(pgx.Tx) (Pending, error)) (pending Pending, err error) {
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		pending = nil
		if _, err = m.judge(ctx, tx); err != nil {
			return err
		}
		pending, err = m.lift(ctx, tx, action, apply)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("end %s in room %d: %w", m.kind, m.room, err)
	}
	return pending, nil
}

// lift ends the sanction that is in force, with what follows from it by apply, and
// writes that to the audit log. It does nothing when there is none.
func (m measure) lift(ctx context.Context, tx pgx.Tx, action AuditAction, apply func(pgx.Tx) (Pending, error)) (Pending, error) {
	before, err := m.find(ctx, tx)
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := m.end(ctx, tx); err != nil {
		return nil, err
	}
	pending, err := apply(tx)
	if err != nil {
		return nil, err
	}
	return append(pending, m.user), record(ctx, tx, audited{by: m.by, action: action, user: m.user, room: m.room,
		before: facts{"until": before.Until, "reason": before.Reason}})
}

// judge locks the two people and their memberships, and returns who it is about
// if by may decide about them. Whoever comes into the room meanwhile holds the
// row of their own account; see [Store.enter].
func (m measure) judge(ctx context.Context, tx pgx.Tx) (restrained, error) {
	if err := notOneself(ctx, m.by, m.user); err != nil {
		return restrained{}, err
	}
	_, err := tx.Exec(ctx, `
		select from users where id in ($1, $2) order by id for no key update`, m.by, m.user)
	if err != nil {
		return restrained{}, err
	}
	if err := holdStanding(ctx, tx, m.by, m.room, m.user); err != nil {
		return restrained{}, err
	}
	st, err := findStanding(ctx, tx, m.by, m.room)
	if err != nil {
		return restrained{}, err
	}
	if err := refusal(rights.RestrainMember, st); err != nil {
		return restrained{}, err
	}
	target, err := findRestrained(ctx, tx, m.user, m.room)
	if isNotFound(err) {
		err = ErrNoSuchUser
	}
	if err == nil && target.looksAfter() {
		err = refusal(rights.RemoveModerator, st)
	}
	return target, err
}

// findRestrained returns how somebody, who may be deactivated, stands to a room, or
// ErrNotFound when one of them does not exist.
func findRestrained(ctx context.Context, db querier, user, room int64) (restrained, error) {
	var r restrained
	err := db.QueryRow(ctx, `
		select u.role, u.deactivated_at is not null, coalesce(m.role, $3), r.kind, `+roomState+`
		from rooms r cross join users u
		left join memberships m on m.room_id = r.id and m.user_id = u.id and m.left_at is null
		where u.id = $1 and r.id = $2`, user, room, rights.Outside).Scan(&r.Role, &r.deactivated, &r.RoomRole, &r.Kind, &r.State)
	return r, orNotFound(err)
}

// looksAfter reports whether somebody keeps order in the room themselves.
func (r restrained) looksAfter() bool {
	return r.RoomRole == RoomOwner || r.RoomRole == RoomModerator || rights.RestrainMember.May(r.Standing)
}

// setMuted keeps the copy of a mute that the committer judges by, and lets the
// person's own list of rooms follow.
func setMuted(ctx context.Context, tx pgx.Tx, by, user, room int64, terms Terms, muted bool) (Pending, error) {
	tag, err := tx.Exec(ctx, `
		with changed as (
			update memberships
			set muted_until = case when $4 then coalesce($5::timestamptz, 'infinity') end,
				changed_tx = pg_current_xact_id()::text::bigint
			where room_id = $2 and user_id = $3
			returning room_id, user_id, left_at
		)
		insert into pending_events (topic_id, kind, user_id, room_id, actor_id)
		select c.user_id, 'room-role-changed', c.user_id, c.room_id, $1 from changed c where c.left_at is null`,
		by, room, user, muted, terms.Until)
	if err != nil || tag.RowsAffected() == 0 {
		return nil, err
	}
	return Pending{user}, nil
}

// expel ends somebody's membership, if there is one, whoever asks, and leaves the
// news for the committer.
func expel(ctx context.Context, tx pgx.Tx, by, user, room int64) (Pending, error) {
	tag, err := tx.Exec(ctx, `
		with ended as (
			update memberships
			set left_at = now(), changed_tx = pg_current_xact_id()::text::bigint
			where room_id = $2 and user_id = $3 and left_at is null
			returning room_id, user_id
		)
		insert into pending_events (topic_id, kind, user_id, room_id, actor_id)
		select e.room_id, 'leave', e.user_id, e.room_id, $1::bigint from ended e
		union all
		select e.user_id, 'room-removed', e.user_id, e.room_id, $1::bigint from ended e`, by, room, user)
	if err != nil || tag.RowsAffected() == 0 {
		return nil, err
	}
	return Pending{room, user}, nil
}

// notMuted returns a *SanctionError when somebody may not write in a room.
func notMuted(ctx context.Context, db querier, user, room int64) error {
	mute, err := measure{kind: SanctionMute, user: user, room: room}.find(ctx, db)
	if isNotFound(err) {
		return nil
	}
	if err == nil {
		err = &SanctionError{Kind: mute.Kind, Terms: mute.Terms}
	}
	return err
}
