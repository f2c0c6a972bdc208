package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Why an invite that exists cannot be used. All are a kind of ErrGone. It counts
// as revoked while its maker may not invite any more, and a guest's also while
// its maker may not add people to any of its rooms.
var (
	ErrInviteRevoked = fmt.Errorf("invite was revoked: %w", ErrGone)
	ErrInviteExpired = fmt.Errorf("invite has expired: %w", ErrGone)
	ErrInviteUsedUp  = fmt.Errorf("invite is used up: %w", ErrGone)
)

// Invite is a link with which people make their own accounts.
type Invite struct {
	ID        int64
	CreatedBy User
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt *time.Time
	Uses      int64
	MaxUses   int64   // how many accounts can be made with it; 0 for any number
	Role      Role    // of those who sign up with it
	Rooms     []int64 // that they join, besides the first public one for members, or those of them that one may know
	// Token is the secret of the link. Only CreateInvite fills it: the
	// database holds its hash.
	Token string
}

// NewInvite is an invite to be made.
type NewInvite struct {
	TTL     time.Duration
	Role    Role // RoleMember or RoleGuest; "" means a member
	Rooms   []int64
	MaxUses int64 // 0 for any number
}

// CreateInvite makes an invite. It takes the right to invite, else it returns
// ErrForbidden, and the right to add people to each of the rooms: rooms where
// the inviter has none, whatever the reason, give an *InvalidError, and so does
// a guest without a room.
func (s *Store) CreateInvite(ctx context.Context, by int64, invite NewInvite) (Invite, error) {
	if err := invite.check(); err != nil {
		return Invite{}, err
	}
	token := rand.Text()
	var created Invite
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
		if created, err = insertInvite(ctx, tx, by, token, invite); err != nil {
			return err
		}
		return record(ctx, tx, audited{by: by, action: AuditInviteMade, object: strconv.FormatInt(created.ID, 10), after: created.facts()})
	})
	if err != nil {
		return Invite{}, fmt.Errorf("create invite: %w", err)
	}
	created.Token = token
	return created, nil
}

// facts are what the audit log tells of an invite.
func (i Invite) facts() facts {
	return facts{"role": i.Role, "room_ids": i.Rooms, "expires_at": i.ExpiresAt, "max_uses": i.MaxUses}
}

// insertInvite stores an invite for whoever may make it.
func insertInvite(ctx context.Context, tx pgx.Tx, by int64, token string, invite NewInvite) (Invite, error) {
	created, err := scanInvite(tx.QueryRow(ctx, `
		with me as (
			select * from users where id = $1 and `+active(`users`)+` and role = any ($5)
		), open as (
			select r.id
			from me
			join rooms r on r.id = any ($6)
			left join memberships mine on mine.room_id = r.id and mine.user_id = me.id and mine.left_at is null
			where `+standing+` = any ($7)
		), i as (
			insert into invites (token_hash, created_by, expires_at, role, max_uses)
			select $2, me.id, now() + $3::interval, $4, nullif($8::bigint, 0)
			from me
			where (select count(*) from open) = cardinality($6::bigint[])
			returning *
		), opened as (
			insert into invite_rooms (invite_id, room_id)
			select i.id, open.id from i cross join open
		)
		select `+inviteColumns+`, $6::bigint[]
		from i
		join users u on u.id = i.created_by`,
		by, hashToken(token), invite.TTL, invite.Role, rights.Invite.Roles(), invite.Rooms, rights.AddMember.Grant(), invite.MaxUses))
	if errors.Is(err, ErrNotFound) {
		if err = whyNotHere(ctx, tx, rights.Invite, by); err == nil {
			err = &InvalidError{Field: "room_ids", Text: "You cannot add people to one of these rooms. Take it out, or ask somebody in it to invite."}
		}
	}
	return created, err
}

// check makes the invite ready to be stored: each room once.
func (i *NewInvite) check() error {
	if i.TTL <= 0 {
		return &InvalidError{Field: "expires_in_days", Text: "An invite has to be good for some time."}
	}
	if i.MaxUses < 0 {
		return &InvalidError{Field: "max_uses", Text: "An invite is good for at least one account. Leave the number out for any number."}
	}
	i.Rooms = append([]int64{}, i.Rooms...)
	slices.Sort(i.Rooms)
	i.Rooms = slices.Compact(i.Rooms)
	switch {
	case i.Role == "":
		i.Role = RoleMember
	case i.Role == RoleGuest && len(i.Rooms) == 0:
		return &InvalidError{Field: "room_ids", Text: "A guest sees nothing but the rooms they are in. Choose at least one."}
	case i.Role != RoleMember && i.Role != RoleGuest:
		return &InvalidError{Field: "role", Text: "People are invited as members or as guests."}
	}
	return nil
}

// Invites returns a page of all invites with who made them, the newest first,
// and where the next page begins. Of the rooms of an invite it lists those that the user may see.
// Those who may not invite get ErrForbidden.
func (s *Store) Invites(ctx context.Context, by int64, page Page) (invites []Invite, next string, err error) {
	const list = "invites"
	from, err := page.from(list)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.Query(ctx, `
		select `+inviteColumns+`, array(
			select r.id
			from invite_rooms x
			join rooms r on r.id = x.room_id
			left join memberships mine on mine.room_id = r.id and mine.user_id = me.id and mine.left_at is null
			where x.invite_id = i.id and `+standing+` = any ($3)
			order by r.id)
		from users me
		cross join invites i
		join users u on u.id = i.created_by
		where me.id = $1 and `+active(`me`)+` and me.role = any ($2) and ($4::bigint = 0 or i.id < $4)
		order by i.id desc
		limit $5`, by, rights.Invite.Roles(), rights.SeeRoom.Grant(), from.ID, page.limit()+1)
	if err != nil {
		return nil, "", fmt.Errorf("list invites: %w", err)
	}
	invites, next, err = collectPage(rows, page, list, func(row pgx.Row) (Invite, cursor, error) {
		i, err := scanInvite(row)
		return i, cursor{ID: i.ID}, err
	})
	if err == nil && len(invites) == 0 {
		err = whyNotHere(ctx, s.db, rights.Invite, by)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list invites: %w", err)
	}
	return invites, next, nil
}

// RevokeInvite ends an invite. Revoking it again does nothing. Those who may
// not invite get ErrForbidden.
func (s *Store) RevokeInvite(ctx context.Context, by, id int64) error {
	err := s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update invites
			set revoked_at = now()
			where id = $2 and revoked_at is null and exists (
				select from users where id = $1 and `+active(`users`)+` and role = any ($3))`,
			by, id, rights.Invite.Roles())
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return whyNotRevoked(ctx, tx, by, id)
		}
		return record(ctx, tx, audited{by: by, action: AuditInviteRevoked, object: strconv.FormatInt(id, 10)})
	})
	if err != nil {
		return fmt.Errorf("revoke invite %d: %w", id, err)
	}
	return nil
}

// whyNotRevoked returns nil for an invite that was revoked before.
func whyNotRevoked(ctx context.Context, db querier, by, id int64) error {
	if err := whyNotHere(ctx, db, rights.Invite, by); err != nil {
		return err
	}
	var revoked bool
	return orNotFound(db.QueryRow(ctx, `select true from invites where id = $1`, id).Scan(&revoked))
}

// InviteByToken returns the invite of a link that can still be used, with the
// rooms that its maker may add people to at present. It returns ErrNotFound for
// an unknown one, and ErrInviteRevoked, ErrInviteExpired or ErrInviteUsedUp for
// one that has ended.
func (s *Store) InviteByToken(ctx context.Context, token string) (Invite, error) {
	invite, err := findInvite(ctx, s.db, token)
	if err == nil && invite.usedUp() {
		err = ErrInviteUsedUp
	}
	if err != nil {
		return Invite{}, fmt.Errorf("find invite: %w", err)
	}
	return invite, nil
}

// inviteColumns are the columns that scanInvite reads, of invites i and their
// makers u; after them comes an array of rooms.
const inviteColumns = `i.id, u.id, u.username, u.display_name, u.role, u.deactivated_at,
	i.created_at, i.expires_at, i.revoked_at, i.uses, coalesce(i.max_uses, 0), i.role`

// scanInvite reads inviteColumns, the rooms and, after them, more. No row is
// ErrNotFound.
func scanInvite(row pgx.Row, more ...any) (Invite, error) {
	var i Invite
	by := &i.CreatedBy
	err := row.Scan(append([]any{&i.ID, &by.ID, &by.Username, &by.DisplayName, &by.Role, &by.DeactivatedAt,
		&i.CreatedAt, &i.ExpiresAt, &i.RevokedAt, &i.Uses, &i.MaxUses, &i.Role, &i.Rooms}, more...)...)
	return i, orNotFound(err)
}

// usedUp says whether no further account can be made with it.
func (i Invite) usedUp() bool { return i.MaxUses > 0 && i.Uses >= i.MaxUses }

// findInvite returns a live invite, be it used up, and the rooms that it opens
// now, or the error that says why there is none. What an invite gives is its maker's to give: it
// is judged by what they may do at this moment.
func findInvite(ctx context.Context, db querier, token string) (Invite, error) {
	var expired, backed bool
	invite, err := scanInvite(db.QueryRow(ctx, `
		select `+inviteColumns+`, array(
				select r.id
				from invite_rooms x
				join rooms r on r.id = x.room_id
				left join memberships mine on mine.room_id = r.id and mine.user_id = me.id and mine.left_at is null
				where x.invite_id = i.id and `+standing+` = any ($3)
				order by r.id),
			i.expires_at <= now(), `+active(`me`)+` and me.role = any ($2)
		from invites i
		join users u on u.id = i.created_by
		join users me on me.id = u.id
		where i.token_hash = $1`, hashToken(token), rights.Invite.Roles(), rights.AddMember.Grant()), &expired, &backed)
	switch {
	case err != nil:
		return Invite{}, err
	case invite.RevokedAt != nil:
		return Invite{}, ErrInviteRevoked
	case expired:
		return Invite{}, ErrInviteExpired
	case !backed || invite.Role == RoleGuest && len(invite.Rooms) == 0:
		return Invite{}, ErrInviteRevoked
	}
	return invite, nil
}

// hashToken is what the database knows of a secret: its SHA-256. The secrets
// are long random strings, so they need no salt and no slow hash.
func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
