package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Figures are what the workspace amounts to now, and what it did day by day.
type Figures struct {
	People struct {
		Active, Guests         int // Guests are among the active
		Suspended, Deactivated int
		Here                   int // not offline for others
	}
	Rooms struct {
		Public, Private, Direct int // Archived are among them
		Archived, Deleted       int // Deleted can be undeleted yet
	}
	Messages    int64 // that are kept
	Bytes       int64 // size of the database
	Connections int   // as Connections lists them
	Nodes       int   // chatds that run
	Days        []DayFigures
}

// DayFigures are those of one day (UTC) that is over.
type DayFigures struct {
	Day      time.Time // its beginning
	Messages int64
	Writers  int64 // people who wrote
	People   int64 // people who wrote or were seen
	Rooms    int64 // public and private ones
	Bytes    *int64
}

// FigureDays is how many days are told.
const FigureDays = 90

// Figures returns the figures to somebody who may see the administration; others
// get ErrForbidden. Of the days only those come that were counted.
func (s *Store) Figures(ctx context.Context, by int64) (Figures, error) {
	var f Figures
	err := whyNotHere(ctx, s.db, rights.SeeAdministration, by)
	if err == nil {
		p, r := &f.People, &f.Rooms
		err = s.db.QueryRow(ctx, totals, by).Scan(
			&p.Active, &p.Guests, &p.Suspended, &p.Deactivated, &p.Here,
			&r.Public, &r.Private, &r.Direct, &r.Archived, &r.Deleted,
			&f.Messages, &f.Bytes, &f.Connections, &f.Nodes)
	}
	if err == nil {
		f.Days, err = s.dayFigures(ctx)
	}
	if err != nil {
		return Figures{}, fmt.Errorf("find figures: %w", err)
	}
	return f, nil
}

// totals counts what is in tables of people, rooms and connections alone: how
// many messages a room has its topic tells.
var totals = `
	select people.active, people.guests, people.suspended, people.deactivated, (select count(*) from presence_states),
		rooms.public, rooms.private, rooms.direct, rooms.archived, rooms.deleted,
		rooms.messages, pg_database_size(current_database()),
		(
			select count(*)
			from presence_leases l join nodes n on n.id = l.node_id and n.lease_until > now() join users u on u.id = l.user_id
			where u.id = $1 or u.presence_choice <> 'invisible' or u.presence_until <= now()
		), (select count(*) from nodes where lease_until > now())
	from (
		select count(*) filter (where state = '` + AccountActive + `') as active,
			count(*) filter (where state = '` + AccountActive + `' and role = 'guest') as guests,
			count(*) filter (where state = '` + AccountSuspended + `') as suspended,
			count(*) filter (where state = '` + AccountDeactivated + `') as deactivated
		from (select u.role, ` + accountState + ` as state from users u) accounts
	) people, (
		select count(*) filter (where r.deleted_at is null and r.kind = 'public') as public,
			count(*) filter (where r.deleted_at is null and r.kind = 'private') as private,
			count(*) filter (where r.deleted_at is null and r.kind = 'direct') as direct,
			count(*) filter (where r.deleted_at is null and r.archived_at is not null) as archived,
			count(*) filter (where r.deleted_at is not null) as deleted,
			coalesce(sum(` + keptMessages + `), 0)::bigint as messages
		from rooms r join topics t on t.id = r.id
		where r.erased_at is null
	) rooms`

func (s *Store) dayFigures(ctx context.Context) ([]DayFigures, error) {
	rows, err := s.db.Query(ctx, `
		select day, messages, writers, people, rooms, bytes
		from daily_figures
		where day >= current_date - $1::int
		order by day`, FigureDays)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d DayFigures, err error) {
		err = row.Scan(&d.Day, &d.Messages, &d.Writers, &d.People, &d.Rooms, &d.Bytes)
		return d, err
	})
}
