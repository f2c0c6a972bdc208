package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ErrSignUpClosed means that it takes an invite to make an account. It is a
// kind of ErrForbidden.
var ErrSignUpClosed = fmt.Errorf("sign-up takes an invite: %w", ErrForbidden)

// SignUp makes an account. With an invite the person gets its role and joins
// those of its rooms that its maker may add people to at that moment; without
// one ("") they become a member, if the workspace lets everybody sign up.
// Members join the first public room too.
//
// It returns ErrNotFound for an unknown invite, ErrInviteRevoked or
// ErrInviteExpired for one that has ended or that its maker may not give any more, ErrSignUpClosed without one,
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
		pending, err = welcome(ctx, tx, user, way)
		return err
	})
	if err != nil {
		return User{}, nil, fmt.Errorf("sign up: %w", err)
	}
	return user, pending, nil
}

// admission is how somebody comes in.
type admission struct {
	role      Role
	invitedBy *int64  // nil without an invite
	rooms     []int64 // of the invite
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
		where token_hash = $1 and revoked_at is null and expires_at > now()
		returning id, created_by`, hashToken(token)).Scan(&id, &maker)
	if errors.Is(err, pgx.ErrNoRows) {
		if _, err = findInvite(ctx, tx, token); err == nil {
			err = ErrInviteExpired
		}
		return admission{}, err
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
	return admission{role: invite.Role, invitedBy: &maker, rooms: invite.Rooms}, err
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
// are a guest, of the first public room, and tells everybody. The rooms of the
// invite are news for the user too: they were added by whoever invited them.
func welcome(ctx context.Context, tx pgx.Tx, user User, way admission) (Pending, error) {
	rows, err := tx.Query(ctx, `
		with given as (
			select unnest($3::bigint[]) as room_id
		), first as (
			select id as room_id from rooms where kind = 'public' and $5 order by id limit 1
		), joined as (
			insert into memberships (room_id, user_id, read_number)
			select t.id, $1, t.last_number
			from topics t
			where t.id in (select room_id from given union select room_id from first)
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
