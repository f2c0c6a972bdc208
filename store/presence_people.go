package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// PresenceOf returns the state of somebody as others see it, and of those who
// are offline when they were last seen, nil if never. People whom the viewer
// may not see are ErrNoSuchUser.
func (s *Store) PresenceOf(ctx context.Context, viewer, user int64) (state string, lastSeen *time.Time, err error) {
	err = s.db.QueryRow(ctx, `
		select coalesce(s.state, 'offline'), case when s.user_id is null then u.last_seen_at end
		from users me, users u left join presence_states s on s.user_id = u.id
		where `+visible+` and u.id = $3`, viewer, rights.SeeDirectory.Roles(), user).Scan(&state, &lastSeen)
	if err = orNotFound(err); isNotFound(err) {
		err = ErrNoSuchUser
	}
	if err != nil {
		return "", nil, fmt.Errorf("find the presence of user %d: %w", user, err)
	}
	return state, lastSeen, nil
}

// MembersOf returns those of some users who are in a room, and whose accounts
// are open. It asks nobody's permission.
func (s *Store) MembersOf(ctx context.Context, room int64, users []int64) ([]int64, error) {
	rows, err := s.db.Query(ctx, `
		select m.user_id
		from memberships m join users u on u.id = m.user_id
		where m.room_id = $1 and m.user_id = any ($2) and m.left_at is null and u.deactivated_at is null`, room, users)
	if err != nil {
		return nil, fmt.Errorf("find members of room %d: %w", room, err)
	}
	members, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("find members of room %d: %w", room, err)
	}
	return members, nil
}

// Device is where somebody is connected.
type Device struct {
	Login     string // id of the session it is signed in with; "" when it is not known
	Device    string // browser, phone, plain or api
	Transport string // such as stream; "" unknown
	RoundTrip time.Duration
	Idle      bool
	Node      string
	Since     time.Time
}

// Devices returns where a user is connected, oldest first. It is for the user's
// own eyes: it holds the devices of somebody invisible too.
func (s *Store) Devices(ctx context.Context, user int64) ([]Device, error) {
	rows, err := s.db.Query(ctx, `
		select coalesce(login::text, ''), device, transport, coalesce(round_trip, 0), idle, node_id::text, created_at
		from presence_leases
		where user_id = $1
		order by created_at, node_id, id`, user)
	if err != nil {
		return nil, fmt.Errorf("list the devices of user %d: %w", user, err)
	}
	devices, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Device, err error) {
		var ms int64
		err = row.Scan(&d.Login, &d.Device, &d.Transport, &ms, &d.Idle, &d.Node, &d.Since)
		d.RoundTrip = time.Duration(ms) * time.Millisecond
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the devices of user %d: %w", user, err)
	}
	return devices, nil
}
