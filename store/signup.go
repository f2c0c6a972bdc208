package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// ErrSignUpClosed means that it takes an invite to make an account. It is a
// kind of ErrForbidden.
var ErrSignUpClosed = fmt.Errorf("sign-up takes an invite: %w", ErrForbidden)

// SignUp makes an account. With an invite the person gets its role and joins
// those of its rooms that its maker may add people to at that moment; without
// one ("") they become a member, if the workspace lets everybody sign up.
// Members join the rooms that everybody new comes into, too, or the first public
// one where there are none.
//
// It returns ErrNotFound for an unknown invite, ErrInviteRevoked,
// ErrInviteExpired or ErrInviteUsedUp for one that has ended or that its maker may not give any more, ErrSignUpClosed without one,
// *TakenError for a user name or e-mail address that somebody has, or for a
// user name that looks like one, and *InvalidError for one that cannot be had.
func (s *Store) SignUp(ctx context.Context, inviteToken string, account NewUser) (User, Pending, error) {
	var user User
	var pending Pending
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		way, err := admit(ctx, tx, inviteToken)
		if err != nil {
			return err
		}
		if user, err = insertUser(ctx, tx, account, way.role); err != nil {
			return err
		}
		if pending, err = welcome(ctx, tx, user, way); err != nil {
			return err
		}
		return record(ctx, tx, way.account(user))
	})
	if err != nil {
		return User{}, nil, fmt.Errorf("sign up: %w", err)
	}
	return user, pending, nil
}

// admission is how somebody comes in.
type admission struct {
	role      Role
	invite    string  // its id; "" without one
	invitedBy *int64  // nil without an invite
	rooms     []int64 // of the invite
	defaults  []int64 // that everybody new comes into
}

// account is what the audit log tells of the new account.
func (a admission) account(user User) audited {
	after := facts{"role": a.role}
	if a.invite != "" {
		after["invited_by"], after["room_ids"] = a.invitedBy, a.rooms
	}
	return audited{by: user.ID, action: AuditUserAdded, user: user.ID, object: a.invite, after: after}
}

// admit lets somebody in with an invite, or without one if everybody may sign
// up. It locks what allows it, so a revocation comes either before the sign-up
// or after it.
func admit(ctx context.Context, tx pgx.Tx, token string) (admission, error) {
	if token != "" {
		return useInvite(ctx, tx, token)
	}
	var open bool
	err := tx.QueryRow(ctx, `select sign_up_open from workspace for share`).Scan(&open)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !open {
		err = ErrSignUpClosed
	}
	if err != nil {
		return admission{}, err
	}
	defaults, err := holdDefaults(ctx, tx, RoleMember)
	return admission{role: RoleMember, defaults: defaults}, err
}

// useInvite counts one use of a live invite.
func useInvite(ctx context.Context, tx pgx.Tx, token string) (admission, error) {
	var id, maker int64
	var role Role
	err := tx.QueryRow(ctx, `
		update invites
		set uses = uses + 1
		where token_hash = $1 and revoked_at is null and expires_at > now() and (max_uses is null or uses < max_uses)
		returning id, created_by, role`, hashToken(token)).Scan(&id, &maker, &role)
	if errors.Is(err, pgx.ErrNoRows) {
		return admission{}, whyNotUsed(ctx, tx, token)
	}
	if err != nil {
		return admission{}, err
	}
	defaults, err := holdMaker(ctx, tx, id, maker, role)
	if err != nil {
		return admission{}, err
	}
	// A statement of its own: it sees what was taken from the maker while the
	// locks were waited for.
	invite, err := findInvite(ctx, tx, token)
	return admission{
		role: invite.Role, invite: strconv.FormatInt(id, 10), invitedBy: &maker, rooms: invite.Rooms, defaults: defaults,
	}, err
}

// whyNotUsed explains why an invite could not be used a moment ago.
func whyNotUsed(ctx context.Context, db querier, token string) error {
	invite, err := findInvite(ctx, db, token)
	switch {
	case err != nil:
		return err
	case invite.usedUp():
		return ErrInviteUsedUp
	default:
		return ErrInviteExpired
	}
}

// holdMaker keeps until the end of the transaction the rooms that somebody comes
// into by an invite, and what its maker may do with those that they chose; it
// returns the others. A room that is being changed is waited for before any
// membership is held, in the order that everybody keeps to: so nobody waits in a
// circle, and nothing keeps the maker from leaving meanwhile.
func holdMaker(ctx context.Context, tx pgx.Tx, invite, maker int64, role Role) (defaults []int64, err error) {
	if err := holdRole(ctx, tx, maker); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `
		select from rooms
		where id in (select room_id from invite_rooms where invite_id = $1)
		order by id
		for share`, invite); err != nil {
		return nil, err
	}
	if defaults, err = holdDefaults(ctx, tx, role); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `
		select from memberships
		where user_id = $2 and room_id in (select room_id from invite_rooms where invite_id = $1)
		order by room_id
		for share`, invite, maker)
	return defaults, err
}

// holdDefaults returns the rooms that everybody new of a role comes into, or the
// first public one where there are none, and keeps them so. It locks them apart
// from the rooms of the invite: whoever changes a room holds no other.
func holdDefaults(ctx context.Context, tx pgx.Tx, role Role) ([]int64, error) {
	if role == RoleGuest {
		return nil, nil
	}
	for _, choice := range []string{
		`is_default order by id for share`,
		`kind = 'public' order by id limit 1 for share`,
	} {
		rows, err := tx.Query(ctx, `select id from rooms where deleted_at is null and archived_at is null and `+choice)
		if err != nil {
			return nil, err
		}
		rooms, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil || len(rooms) > 0 {
			return rooms, err
		}
	}
	return nil, nil
}

// welcome makes a new user a member of the rooms by which they come in, and tells
// everybody. The rooms of the invite are news for the user too: they were added
// by whoever invited them.
func welcome(ctx context.Context, tx pgx.Tx, user User, way admission) (Pending, error) {
	rows, err := tx.Query(ctx, `
		with joined as (
			insert into memberships (room_id, user_id, read_number, read_aside)
			select t.id, $1, t.last_number, t.last_aside
			from topics t
			where t.id = any ($3::bigint[]) or t.id = any ($5::bigint[])
			returning room_id, user_id
		), actor as (
			select j.room_id, case when j.room_id = any ($3::bigint[]) then $4 else $1 end as id
			from joined j
		), told as (
			insert into pending_events (topic_id, kind, user_id, room_id, actor_id)
			select $2::bigint, 'user-added', $1::bigint, null::bigint, $1::bigint
			union all
			select a.room_id, 'join', $1, a.room_id, a.id from actor a
			union all
			select $1, 'room-added', $1, a.room_id, a.id from actor a where a.id <> $1
			returning topic_id
		)
		select distinct topic_id from told`,
		user.ID, WorkspaceTopic, way.rooms, way.invitedBy, way.defaults)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
