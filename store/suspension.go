package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Suspended is what became of a suspension.
type Suspended struct {
	Sanction
	// Ended are the ids of the sessions and access tokens that it has ended.
	Ended []string
	// Banned are the addresses from which nobody signs in or up while it lasts,
	// and Spared those of the person's addresses that are never banned.
	Banned, Spared []string
}

// Suspend lets somebody sign in no more for a time: it ends all their sessions
// and access tokens in the same transaction. What the person has written stays,
// and so do their memberships. Somebody who is suspended already is from now on
// by these terms; the same ones again change nothing. With addresses those of the
// person's browsers are banned too; without, nil, those stay banned that are.
//
// Errors are those of SetRole, ErrOneself, and *InvalidError for terms that
// cannot be. The last active owner gives ErrLastOwner.
func (s *Store) Suspend(ctx context.Context, by, user int64, terms Terms, addresses *AddressBan) (done Suspended, pending Pending, err error) {
	if terms, err = terms.clean(); err != nil {
		return Suspended{}, nil, err
	}
	if err := notOneself(ctx, by, user); err != nil {
		return Suspended{}, nil, fmt.Errorf("suspend user %d: %w", user, err)
	}
	_, _, err = s.manage(ctx, "suspend", by, user, func(tx pgx.Tx, m *management) error {
		done, pending = Suspended{}, nil
		if done.Banned, done.Spared, err = addresses.choose(ctx, tx, user); err != nil {
			return err
		}
		return m.suspend(ctx, tx, terms, addresses == nil, &done, &pending)
	})
	if err != nil {
		return Suspended{}, nil, err
	}
	return done, pending, nil
}

// suspend puts the suspension in force, unless it finds it done. With keep the
// addresses stay banned that are.
func (m *management) suspend(ctx context.Context, tx pgx.Tx, terms Terms, keep bool, done *Suspended, pending *Pending) error {
	terms, err := terms.dated(ctx, tx)
	if err != nil {
		return err
	}
	measure := measure{kind: SanctionSuspension, by: m.by.ID, user: m.user.ID}
	entry := audited{by: m.by.ID, action: AuditUserSuspended, user: m.user.ID, reason: terms.Reason}
	before, err := measure.find(ctx, tx)
	switch {
	case isNotFound(err):
		if m.user.isActiveOwner() && m.owners == 0 {
			return ErrLastOwner
		}
	case err != nil:
		return err
	default:
		banned, err := bannedBy(ctx, tx, before.ID)
		if err != nil {
			return err
		}
		if keep {
			done.Banned = banned
		}
		if terms.same(before.Terms) && slices.Equal(banned, done.Banned) {
			done.Sanction = before
			return nil
		}
		entry.before = facts{"until": before.Until, "reason": before.Reason, "addresses": len(banned)}
	}
	if done.Sanction, err = measure.begin(ctx, tx, terms); err != nil {
		return err
	}
	if err := done.carryOut(ctx, tx); err != nil {
		return err
	}
	*pending = Pending{m.user.ID}
	entry.after = facts{"until": terms.Until, "addresses": len(done.Banned), "sessions_ended": len(done.Ended)}
	return record(ctx, tx, entry)
}

// carryOut does what follows from the suspension.
func (d *Suspended) carryOut(ctx context.Context, tx pgx.Tx) error {
	user, err := scanUser(tx.QueryRow(ctx, `
		update users u
		set suspended_until = coalesce($2::timestamptz, 'infinity'), changed_tx = pg_current_xact_id()::text::bigint
		where id = $1
		returning `+userColumns, d.User.ID, d.Until))
	if err != nil {
		return err
	}
	d.User = user
	if len(d.Banned) > 0 {
		_, err = tx.Exec(ctx, `
			insert into banned_addresses (sanction_id, address) select $1, unnest($2::inet[])`, d.ID, d.Banned)
		if err != nil {
			return err
		}
	}
	if err := revokeStaleResets(ctx, tx, user.ID); err != nil {
		return err
	}
	d.Ended, err = endSessions(ctx, tx, user.ID, "", ReasonSuspended, KindBrowser, KindToken)
	return err
}

// EndSuspension lets somebody sign in again, and others from their addresses;
// the sessions stay ended. Doing so twice changes nothing. Errors are those of
// Suspend.
func (s *Store) EndSuspension(ctx context.Context, by, user int64) (now User, pending Pending, err error) {
	if err := notOneself(ctx, by, user); err != nil {
		return User{}, nil, fmt.Errorf("end the suspension of user %d: %w", user, err)
	}
	now, _, err = s.manage(ctx, "end the suspension of", by, user, func(tx pgx.Tx, m *management) error {
		pending = nil
		measure := measure{kind: SanctionSuspension, by: by, user: user}
		before, err := measure.find(ctx, tx)
		if isNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := measure.end(ctx, tx); err != nil {
			return err
		}
		m.user, err = scanUser(tx.QueryRow(ctx, `
			update users u
			set suspended_until = null, changed_tx = pg_current_xact_id()::text::bigint
			where id = $1
			returning `+userColumns, user))
		if err != nil {
			return err
		}
		pending = Pending{user}
		return record(ctx, tx, audited{by: by, action: AuditSuspensionEnded, user: user,
			before: facts{"until": before.Until, "reason": before.Reason}})
	})
	return now, pending, err
}

// Suspension returns the suspension of somebody that is in force, or ErrNotFound.
// It asks nobody's permission.
func (s *Store) Suspension(ctx context.Context, user int64) (Sanction, error) {
	found, err := measure{kind: SanctionSuspension, user: user}.find(ctx, s.db)
	if err != nil {
		return Sanction{}, fmt.Errorf("find the suspension of user %d: %w", user, err)
	}
	return found, nil
}

// SuspensionBySession returns the suspension that has ended the session with a
// token of a browser, if it is still in force, else ErrNotFound.
func (s *Store) SuspensionBySession(ctx context.Context, token string) (Sanction, error) {
	found, err := scanSanction(s.db.QueryRow(ctx, `
		select `+sanctionColumns+`
		from sessions x
		join sanctions s on s.user_id = x.user_id and s.kind = 'suspension' and coalesce(s.room_id, 0) = 0 and `+inForce(`s`)+`
		join users u on u.id = x.user_id
		left join users d on d.id = s.created_by
		where x.token_hash = $1 and x.kind = 'browser' and x.end_reason = $2`, hashToken(token), ReasonSuspended))
	if err != nil {
		return Sanction{}, fmt.Errorf("find the suspension that ended a session: %w", err)
	}
	return found, nil
}
