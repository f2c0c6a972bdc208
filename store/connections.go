package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Connection is where somebody listens to chatd now.
type Connection struct {
	ID   int64 // counted by its node
	User User
	Device
	UserAgent string // of the sign-in; "" when that is not known
	Lag       int    // events that it is behind what there is, as its node told the last time
}

// ConnectionsPage says which connections are wanted.
type ConnectionsPage struct {
	Page
	Search string // only of people with this in a name, whatever the case
}

// Connections returns a page of the live connections, the newest first, and
// where the next page begins. Those of people who chose to be invisible are in no
// list but their own: for all others, owners and admins too, they are not here,
// and a connection without a name would tell that somebody is. Readers, Pushlet
// clients and scripts with access tokens have none: only who is here keeps a lease.
// Those who may not see the administration get ErrForbidden.
func (s *Store) Connections(ctx context.Context, by int64, page ConnectionsPage) (found []Connection, next string, err error) {
	if page.Search, err = cleanSearch(page.Search); err != nil {
		return nil, "", err
	}
	const list = "connections"
	after, err := connectionPlace(page.Page, list)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.Query(ctx, connectionsPage, planned, by, rights.SeeAdministration.Roles(),
		after.since, after.node, after.id, page.limit()+1, page.Search)
	if err != nil {
		return nil, "", fmt.Errorf("list connections: %w", err)
	}
	found, next, err = collectPage(rows, page.Page, list, func(row pgx.Row) (c Connection, at cursor, err error) {
		c, err = scanConnection(row)
		return c, cursor{Name: c.Since.Format(time.RFC3339Nano) + "/" + c.Node, ID: c.ID}, err
	})
	if err == nil && len(found) == 0 {
		err = whyNotHere(ctx, s.db, rights.SeeAdministration, by)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list connections: %w", err)
	}
	return found, next, nil
}

// connectionAt is a place in the list: since when, and which of those of the same
// moment.
type connectionAt struct {
	since time.Time
	node  string
	id    int64
}

// connectionPlace reads where a page ended.
func connectionPlace(p Page, list string) (at connectionAt, err error) {
	from, err := p.from(list)
	if err != nil {
		return at, err
	}
	if p.After == "" {
		return connectionAt{since: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), node: "ffffffff-ffff-ffff-ffff-ffffffffffff", id: 1 << 62}, nil
	}
	since, node, _ := strings.Cut(from.Name, "/")
	at.since, err = time.Parse(time.RFC3339Nano, since)
	if _, ok := sessionKey(node); !ok || err != nil {
		return at, wrongPlace()
	}
	at.node, at.id = node, from.ID
	return at, nil
}

// seenConnections chooses the leases l, of users u, that me may know of.
const seenConnections = `(l.user_id = me.id or u.presence_choice <> 'invisible' or u.presence_until <= now())`

var connectionsPage = `
	with page as materialized (
		select l.*
		from users me, presence_leases l
		join nodes n on n.id = l.node_id and n.lease_until > now()
		join users u on u.id = l.user_id
		where ` + administrator + ` and ` + seenConnections + `
			and (l.created_at, l.node_id, l.id) < ($3::timestamptz, $4::uuid, $5::bigint)
			and ($7 = '' or strpos(lower(u.display_name), lower($7)) > 0 or strpos(lower(u.username), lower($7)) > 0)
		order by l.created_at desc, l.node_id desc, l.id desc
		limit $6
	)
	select l.node_id::text, l.id, ` + userColumns + `, coalesce(l.login::text, ''), l.device, l.transport, coalesce(l.round_trip, 0), l.idle,
		l.created_at, l.lag, coalesce(s.user_agent, '')
	from page l
	join users u on u.id = l.user_id
	left join sessions s on s.id = l.login
	order by l.created_at desc, l.node_id desc, l.id desc`

func scanConnection(row pgx.Row) (c Connection, err error) {
	var ms int64
	targets := append([]any{&c.Node, &c.ID}, c.User.targets()...)
	targets = append(targets, &c.Login, &c.Device.Device, &c.Transport, &ms, &c.Idle, &c.Since, &c.Lag, &c.UserAgent)
	err = row.Scan(targets...)
	c.RoundTrip = time.Duration(ms) * time.Millisecond
	return c, orNotFound(err)
}

// EndConnection ends the sign-in behind a connection, and so whatever else
// listens with it, and returns whose it was and the id of its session if it was
// live. Somebody else's takes the right to manage people of their role, else it
// returns ErrForbidden. ErrNotFound is for a connection that is gone, or of which
// by may not know.
func (s *Store) EndConnection(ctx context.Context, by int64, node string, id int64, why, reason string) (user int64, ended []string, err error) {
	if reason, err = cleanReason(reason); err != nil {
		return 0, nil, err
	}
	user, login, err := s.findLogin(ctx, by, node, id)
	switch {
	case err != nil:
	case user == by:
		err = s.endOwn(ctx, user, login, KindBrowser, why, AuditOwnSessionsEnded)
		ended = []string{login}
	default:
		_, _, err = s.manage(ctx, "end a connection of", by, user, func(tx pgx.Tx, _ *management) error {
			ended, err = endLogin(ctx, tx, audited{by: by, action: AuditSessionEnded, user: user, object: login, reason: reason}, why)
			return err
		})
	}
	if err != nil {
		return 0, nil, fmt.Errorf("end connection %d: %w", id, err)
	}
	return user, ended, nil
}

// findLogin returns whose connection it is and the session behind it.
func (s *Store) findLogin(ctx context.Context, by int64, node string, id int64) (user int64, login string, err error) {
	key, ok := sessionKey(node)
	if !ok {
		return 0, "", ErrNotFound
	}
	err = s.db.QueryRow(ctx, `
		select l.user_id, l.login::text
		from users me, presence_leases l join users u on u.id = l.user_id
		where `+administrator+` and `+seenConnections+` and l.node_id = $3 and l.id = $4 and l.login is not null`,
		by, rights.SeeAdministration.Roles(), key, id).Scan(&user, &login)
	if errors.Is(err, pgx.ErrNoRows) {
		if err = whyNotHere(ctx, s.db, rights.SeeAdministration, by); err == nil {
			err = ErrNotFound
		}
	}
	return user, login, err
}

// endLogin ends a session as an act. One that has ended before leaves no entry.
func endLogin(ctx context.Context, tx pgx.Tx, act audited, why string) (ended []string, err error) {
	session, err := scanSession(tx.QueryRow(ctx, `
		update sessions s
		set ended_at = now(), end_reason = $3, ended_tx = pg_current_xact_id()::text::bigint
		where s.id = $2 and s.user_id = $1 and s.ended_at is null
		returning `+sessionColumns, act.user, act.object, why))
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	act.before = session.facts()
	return []string{session.ID}, record(ctx, tx, act)
}
