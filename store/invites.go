package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Why an invite that exists cannot be used. Both are a kind of ErrGone.
var (
	ErrInviteRevoked = fmt.Errorf("invite was revoked: %w", ErrGone)
	ErrInviteExpired = fmt.Errorf("invite has expired: %w", ErrGone)
)

// Invite is a link with which people make their own accounts.
type Invite struct {
	ID        int64
	CreatedBy User
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt *time.Time
	Uses      int64
	// Token is the secret of the link. Only CreateInvite fills it: the
	// database holds its hash.
	Token string
}

// CreateInvite makes an invite that lives for ttl. Only the owner may, others
// get ErrForbidden.
func (s *Store) CreateInvite(ctx context.Context, by int64, ttl time.Duration) (Invite, error) {
	if ttl <= 0 {
		return Invite{}, &InvalidError{Field: "expires_in_days", Text: "An invite has to be good for some time."}
	}
	token := rand.Text()
	invite, err := scanInvite(s.db.QueryRow(ctx, `
		with i as (
			insert into invites (token_hash, created_by, expires_at)
			select $1, owner.id, now() + $2::interval
			from users owner
			where owner.id = $3 and owner.role = 'owner' and owner.deactivated_at is null
			returning id, created_by, created_at, expires_at, revoked_at, uses
		)
		select `+inviteColumns+`
		from i
		join users u on u.id = i.created_by`, hashToken(token), ttl, by))
	if errors.Is(err, ErrNotFound) {
		return Invite{}, fmt.Errorf("create invite: %w", ErrForbidden)
	}
	if err != nil {
		return Invite{}, fmt.Errorf("create invite: %w", err)
	}
	invite.Token = token
	return invite, nil
}

// Invites returns all invites, the newest first. Only the owner may see them,
// others get ErrForbidden.
func (s *Store) Invites(ctx context.Context, by int64) ([]Invite, error) {
	rows, err := s.db.Query(ctx, `
		select `+inviteColumns+`
		from invites i
		join users u on u.id = i.created_by
		where exists (`+isOwner+`)
		order by i.id desc`, by)
	if err != nil {
		return nil, fmt.Errorf("list invites: %w", err)
	}
	invites, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Invite, error) { return scanInvite(row) })
	if err == nil && len(invites) == 0 {
		err = requireOwner(ctx, s.db, by)
	}
	if err != nil {
		return nil, fmt.Errorf("list invites: %w", err)
	}
	return invites, nil
}

// RevokeInvite ends an invite. Revoking it again does nothing. Only the owner
// may, others get ErrForbidden.
func (s *Store) RevokeInvite(ctx context.Context, by, id int64) error {
	tag, err := s.db.Exec(ctx, `
		update invites
		set revoked_at = coalesce(revoked_at, now())
		where id = $2 and exists (`+isOwner+`)`, by, id)
	if err == nil && tag.RowsAffected() == 0 {
		if err = requireOwner(ctx, s.db, by); err == nil {
			err = ErrNotFound
		}
	}
	if err != nil {
		return fmt.Errorf("revoke invite %d: %w", id, err)
	}
	return nil
}

// InviteByToken returns the invite of a link that can still be used. It
// returns ErrNotFound for an unknown one, and ErrInviteRevoked or
// ErrInviteExpired for one that has ended.
func (s *Store) InviteByToken(ctx context.Context, token string) (Invite, error) {
	invite, err := findInvite(ctx, s.db, token)
	if err != nil {
		return Invite{}, fmt.Errorf("find invite: %w", err)
	}
	return invite, nil
}

const inviteColumns = `i.id, u.id, u.username, u.display_name, u.role, i.created_at, i.expires_at, i.revoked_at, i.uses`

func scanInvite(row pgx.Row, more ...any) (Invite, error) {
	var i Invite
	err := row.Scan(append([]any{&i.ID, &i.CreatedBy.ID, &i.CreatedBy.Username, &i.CreatedBy.DisplayName, &i.CreatedBy.Role, &i.CreatedAt, &i.ExpiresAt, &i.RevokedAt, &i.Uses}, more...)...)
	return i, orNotFound(err)
}

// findInvite returns a live invite, or the error that says why there is none.
func findInvite(ctx context.Context, db querier, token string) (Invite, error) {
	var expired bool
	invite, err := scanInvite(db.QueryRow(ctx, `
		select `+inviteColumns+`, i.expires_at <= now()
		from invites i
		join users u on u.id = i.created_by
		where i.token_hash = $1`, hashToken(token)), &expired)
	switch {
	case err != nil:
		return Invite{}, err
	case invite.RevokedAt != nil:
		return Invite{}, ErrInviteRevoked
	case expired:
		return Invite{}, ErrInviteExpired
	}
	return invite, nil
}

// useInvite counts one use of a live invite. It locks the invite, so a
// revocation comes either before the sign-up or after it.
func useInvite(ctx context.Context, tx pgx.Tx, token string) error {
	tag, err := tx.Exec(ctx, `
		update invites
		set uses = uses + 1
		where token_hash = $1 and revoked_at is null and expires_at > now()`, hashToken(token))
	if err != nil || tag.RowsAffected() == 1 {
		return err
	}
	if _, err = findInvite(ctx, tx, token); err == nil {
		return ErrInviteExpired
	}
	return err
}

// isOwner finds a row when user $1 is an active owner of the workspace.
const isOwner = `select from users where id = $1 and role = 'owner' and deactivated_at is null`

func requireOwner(ctx context.Context, db querier, user int64) error {
	var is bool
	if err := db.QueryRow(ctx, `select exists (`+isOwner+`)`, user).Scan(&is); err != nil {
		return err
	}
	if !is {
		return ErrForbidden
	}
	return nil
}

// hashToken is what the database knows of a secret: its SHA-256. The secrets
// are long random strings, so they need no salt and no slow hash.
func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
