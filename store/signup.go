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
	return admission{role: RoleMember}, err
}

// useInvite counts one use of a live invite.
func useInvite(ctx context.Context, tx pgx.Tx, token string) (admission, error) {
	var id, maker int64
	err := tx.QueryRow(ctx, `
		update invites
		set uses = uses + 1
		where token_hash = $1 and revoked_at is null and expires_at > now() and (max_uses is null or uses < max_uses)
		returning id, created_by`, hashToken(token)).Scan(&id, &maker)
	if errors.Is(err, pgx.ErrNoRows) {
		return admission{}, whyNotUsed(ctx, tx, token)
	}
	if err != nil {
		return admission{}, err
	}
	if err := holdMaker(ctx, tx, id, maker); err != nil {
		return admission{}, err
	}
	// A statement of its own: it sees what was taken from the maker while the
	// locks were waited for.
	invite, err := findInvite(ctx, tx, token)
	return admission{role: invite.Role, invite: strconv.FormatInt(id, 10), invitedBy: &maker, rooms: invite.Rooms}, err
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

// holdMaker keeps until the end of the transaction what the maker of an invite
// may do with its rooms.
func holdMaker(ctx context.Context, tx pgx.Tx, invite, maker int64) error {
	var batch pgx.Batch
	batch.Queue(`select from users where id = $1 for share`, maker)
	batch.Queue(`
		select from memberships
		where user_id = $2 and room_id in (select room_id from invite_rooms where invite_id = $1)
		order by room_id
		for share`, invite, maker)
	return tx.SendBatch(ctx, &batch).Close()
}

// welcome makes a new user a member of the rooms of the invite and, unless they
// are a guest, of those that everybody new comes into, or of the first public
// one where there are none, and tells everybody. The rooms of the invite are news
// for the user too: they were added by whoever invited them. Rooms that are being
// changed are waited for.
func welcome(ctx context.Context, tx pgx.Tx, user User, way admission) (Pending, error) {
	rows, err := tx.Query(ctx, `
		with given as (
			select id as room_id from rooms where id = any ($3::bigint[]) and deleted_at is null for share
		), defaults as materialized (
			select id as room_id from rooms
			where is_default and deleted_at is null and archived_at is null and $5
			for share
		), first as (
			select id as room_id from rooms
			where kind = 'public' and deleted_at is null and archived_at is null and $5 and not exists (select from defaults)
			order by id
			limit 1
			for share
		), joined as (
			insert into memberships (room_id, user_id, read_number)
			select t.id, $1, t.last_number
			from topics t
			where t.id in (select room_id from given union select room_id from defaults union select room_id from first)
			returning room_id, user_id
		), actor as (
			select j.room_id, case when g.room_id is null then $1 else $4 end as id
			from joined j
			left join given g on g.room_id = j.room_id
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
		user.ID, WorkspaceTopic, way.rooms, way.invitedBy, user.Role != RoleGuest)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
