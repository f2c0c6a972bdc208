package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// ResetTTL is for how long a link is good with which somebody sets a new
// password.
const ResetTTL = 24 * time.Hour

// Why a link that exists sets no password. All are a kind of ErrGone. It is revoked
// also when the account is closed or suspended or signed out everywhere meanwhile,
// and when its maker may no longer manage the person.
var (
	ErrResetUsed    = fmt.Errorf("reset link was used: %w", ErrGone)
	ErrResetExpired = fmt.Errorf("reset link has expired: %w", ErrGone)
	ErrResetRevoked = fmt.Errorf("reset link was revoked: %w", ErrGone)
)

// Reset is a link with which somebody sets a new password of their own, once.
type Reset struct {
	ID        int64
	User      User // whose password it sets
	ExpiresAt time.Time
	// Token is the secret of the link. Only CreateReset fills it: the database
	// holds its hash.
	Token string
}

// CreateReset makes a link for somebody, which takes the place of the one that
// they had. Nobody makes one for themselves (*InvalidError): it would be a way
// around the password that a change of one's own asks for. The command line does,
// for an owner who is locked out, and its links depend on nobody's rights. The
// other errors are those of SetRole, and ErrDeactivated.
func (s *Store) CreateReset(ctx context.Context, by, user int64) (Reset, error) {
	if by == user && !isFromCommandLine(ctx) {
		return Reset{}, &InvalidError{Field: "user", Text: "You are signed in: change your own password in your settings."}
	}
	token := rand.Text()
	var reset Reset
	_, _, err := s.manage(ctx, "make a reset link for", by, user, func(tx pgx.Tx, m *management) error {
		if m.user.DeactivatedAt != nil {
			return ErrDeactivated
		}
		if err := revokeResets(ctx, tx, user); err != nil {
			return err
		}
		reset = Reset{User: m.user, Token: token}
		err := tx.QueryRow(ctx, `
			insert into password_resets (token_hash, user_id, created_by, expires_at)
			values ($1, $2, nullif($3::bigint, 0), now() + $4::interval)
			returning id, expires_at`, hashToken(token), user, makerOf(ctx, by), ResetTTL).Scan(&reset.ID, &reset.ExpiresAt)
		if err != nil {
			return err
		}
		return record(ctx, tx, audited{
			by: by, action: AuditResetLinkMade, user: user, object: strconv.FormatInt(reset.ID, 10),
			after: facts{"expires_at": reset.ExpiresAt},
		})
	})
	return reset, err
}

// makerOf is who answers for what is made, 0 for the command line.
func makerOf(ctx context.Context, by int64) int64 {
	if isFromCommandLine(ctx) {
		return 0
	}
	return by
}

// revokeResets ends the links of a user, whose row is locked. A password that was
// set in another way is not to be set by an older link.
func revokeResets(ctx context.Context, tx pgx.Tx, user int64) error {
	_, err := tx.Exec(ctx, `
		update password_resets
		set revoked_at = now()
		where user_id = $1 and used_at is null and revoked_at is null`, user)
	return err
}

// revokeStaleResets ends the links for a user and by them, whose row is locked and
// has changed, as far as they are worth nothing now. What comes back later, the
// account or the role, brings none of them back.
func revokeStaleResets(ctx context.Context, tx pgx.Tx, user int64) error {
	_, err := tx.Exec(ctx, `
		update password_resets p
		set revoked_at = now()
		from password_resets open
		join users u on u.id = open.user_id
		left join users maker on maker.id = open.created_by
		where (open.user_id = $1 or open.created_by = $1) and open.used_at is null and open.revoked_at is null
			and not (`+active(`u`)+` and (maker is null or `+active(`maker`)+` and maker.role || '/' || u.role = any ($2)))
			and p.id = open.id`, user, managed)
	return err
}

// managed are the pairs of roles, with a slash between, of which the first manages
// people of the second.
var managed = managedRoles()

func managedRoles() (pairs []string) {
	for _, by := range rights.Roles {
		for _, role := range rights.Roles {
			if rights.Manage(role).May(by) {
				pairs = append(pairs, string(by)+"/"+string(role))
			}
		}
	}
	return pairs
}

// ResetByToken returns the link of a token that can still be used. It returns
// ErrNotFound for an unknown one, and ErrResetUsed, ErrResetExpired or
// ErrResetRevoked for one that has ended.
func (s *Store) ResetByToken(ctx context.Context, token string) (Reset, error) {
	reset, err := findReset(ctx, s.db, token)
	if err != nil {
		return Reset{}, fmt.Errorf("find reset link: %w", err)
	}
	return reset, nil
}

// findReset judges the maker by what they may do at this moment: a link that was
// made for a member must not open the account of an owner, which they are by now.
func findReset(ctx context.Context, db querier, token string) (Reset, error) {
	var reset Reset
	var used, revoked, expired bool
	var maker *Role // null: the command line, or somebody who may do nothing any more
	var byPerson bool
	err := db.QueryRow(ctx, `
		select p.id, p.expires_at, p.used_at is not null, p.revoked_at is not null, p.expires_at <= now(),
			p.created_by is not null, me.role, u.id, u.username, u.display_name, u.role, u.deactivated_at
		from password_resets p
		join users u on u.id = p.user_id
		left join users me on me.id = p.created_by and `+active(`me`)+`
		where p.token_hash = $1`, hashToken(token)).Scan(
		&reset.ID, &reset.ExpiresAt, &used, &revoked, &expired, &byPerson, &maker,
		&reset.User.ID, &reset.User.Username, &reset.User.DisplayName, &reset.User.Role, &reset.User.DeactivatedAt)
	switch {
	case err != nil:
		return Reset{}, orNotFound(err)
	case used:
		return Reset{}, ErrResetUsed
	case revoked || reset.User.DeactivatedAt != nil:
		return Reset{}, ErrResetRevoked
	case expired:
		return Reset{}, ErrResetExpired
	case byPerson && (maker == nil || !rights.Manage(reset.User.Role).May(*maker)):
		return Reset{}, ErrResetRevoked
	}
	return reset, nil
}

// UseReset sets the password of the person whose link it is and ends all their
// sessions and access tokens, whose ids it returns. Of several at once one
// succeeds. Its errors are those of ResetByToken.
func (s *Store) UseReset(ctx context.Context, token, newHash string) (user User, ended []string, err error) {
	err = s.transact(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := holdReset(ctx, tx, token); err != nil {
			return err
		}
		// A statement of its own: it sees what was done while the locks were
		// waited for.
		reset, err := findReset(ctx, tx, token)
		if err != nil {
			return err
		}
		user = reset.User
		ended, err = setPassword(ctx, tx, reset, newHash)
		return err
	})
	if err != nil {
		return User{}, nil, fmt.Errorf("use reset link: %w", err)
	}
	return user, ended, nil
}

// holdReset locks the two people whom a link depends on, in the order of ids as
// everybody does. Whatever else is done with the link of a person locks them too.
func holdReset(ctx context.Context, tx pgx.Tx, token string) error {
	_, err := tx.Exec(ctx, `
		select from users
		where id in (select unnest(array[user_id, created_by]) from password_resets where token_hash = $1)
		order by id
		for no key update`, hashToken(token))
	return err
}

func setPassword(ctx context.Context, tx pgx.Tx, reset Reset, newHash string) (ended []string, err error) {
	var batch pgx.Batch
	batch.Queue(`update users set password_hash = $2 where id = $1`, reset.User.ID, newHash)
	batch.Queue(`update password_resets set used_at = now() where id = $1`, reset.ID)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, err
	}
	if ended, err = endSessions(ctx, tx, reset.User.ID, "", ReasonPasswordChanged, KindBrowser, KindToken); err != nil {
		return nil, err
	}
	return ended, record(ctx, tx, audited{
		by: reset.User.ID, action: AuditPasswordReset, user: reset.User.ID,
		object: strconv.FormatInt(reset.ID, 10), after: sessionsEnded(ended),
	})
}
