package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// Member is a user in a room. LastSeenAt is set of those who are offline.
type Member struct {
	User
	RoomRole RoomRole
	JoinedAt time.Time
	State    string // as others see it
	// Muted says that they may not write in the room, until MutedUntil; nil is
	// until somebody ends it. Only those who may restrain members learn it.
	Muted      bool
	MutedUntil *time.Time
}

// planned makes PostgreSQL plan a statement for its arguments each time. A plan
// for any room is one for an average room, of a dozen members, and takes half a
// second for ten thousand.
const planned = pgx.QueryExecModeCacheDescribe

// MembersPage says which members of a room are wanted.
type MembersPage struct {
	Page
	Here   bool   // only those who are not offline
	Search string // only those with this in a name, whatever the case
}

// Members returns a page of the members of a room to one of them, by display
// name, and where the next page begins, "" after the last one. It returns
// ErrNotMember for a public room that the user has not joined, ErrNotFound
// for a room that is not theirs to know of, and *InvalidError for a search or
// a place that cannot be.
func (s *Store) Members(ctx context.Context, user, room int64, page MembersPage) (members []Member, next string, err error) {
	list := fmt.Sprintf("members/%d", room)
	after, err := page.from(list)
	if err != nil {
		return nil, "", err
	}
	search, err := cleanSearch(page.Search)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.Query(ctx, membersPage, planned,
		user, room, rights.ListMembers.Grant(), after.Name, after.ID, page.limit()+1, page.Here, search, rights.RestrainMember.Grant())
	if err != nil {
		return nil, "", fmt.Errorf("list members of room %d: %w", room, err)
	}
	members, next, err = collectPage(rows, page.Page, list, func(row pgx.Row) (m Member, at cursor, err error) {
		m.User, err = scanUser(row, &m.RoomRole, &m.JoinedAt, &m.State, &m.Muted, &m.MutedUntil, &at.Name)
		if m.State != StateOffline {
			m.LastSeenAt = nil
		}
		at.ID = m.ID
		return m, at, err
	})
	if err == nil && len(members) == 0 {
		err = whyNot(ctx, s.db, rights.ListMembers, user, room)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list members of room %d: %w", room, err)
	}
	return members, next, nil
}

var membersPage = `
	select ` + userColumns + `, m.role, m.joined_at, coalesce(s.state, 'offline'),
		coalesce(m.muted_until > statement_timestamp() and ` + standing + ` = any($9::text[]), false),
		case when ` + standing + ` = any($9::text[]) then nullif(m.muted_until, 'infinity') end, lower(u.display_name)
	from rooms r
	cross join ` + asker + `
	join memberships m on m.room_id = r.id and m.left_at is null
	join users u on u.id = m.user_id
	left join presence_states s on s.user_id = u.id
	where ` + granted + ` and (lower(u.display_name), u.id) > ($4, $5)
		and (s.user_id is not null or not $7)
		and ($8 = '' or strpos(lower(u.display_name), lower($8)) > 0 or strpos(lower(u.username), lower($8)) > 0)
	order by lower(u.display_name), u.id
	limit $6`

// cleanSearch returns what is looked for in names, which are composed and have
// single spaces.
func cleanSearch(search string) (string, error) {
	return cleanText(search, MaxDisplayName,
		&InvalidError{Field: "search", Text: "Search for at most 80 characters of a name."})
}

// MemberCounts returns how many members a room has and how many of them are
// here, not offline, to one of them. Its errors are those of Members.
func (s *Store) MemberCounts(ctx context.Context, user, room int64) (members, here int, err error) {
	var granted bool
	err = s.db.QueryRow(ctx, memberCounts, planned, user, room, rights.ListMembers.Grant()).Scan(&granted, &members, &here)
	if err == nil && !granted {
		err = whyNot(ctx, s.db, rights.ListMembers, user, room)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("count members of room %d: %w", room, err)
	}
	return members, here, nil
}

var memberCounts = `
	with asked as materialized (
		select r.id from rooms r, ` + asker + ` where ` + granted + `
	)
	select exists (select from asked), count(*), count(s.user_id)
	from memberships m left join presence_states s on s.user_id = m.user_id
	where m.room_id = $2 and m.left_at is null and exists (select from asked)`

// CountHere returns how many members of a room are here, not offline, and a mark
// of who they are: it is another one when others are, and the same for the same
// people. It asks nobody's permission.
func (s *Store) CountHere(ctx context.Context, room int64) (here int, mark int64, err error) {
	if err := s.db.QueryRow(ctx, countHere, planned, room).Scan(&here, &mark); err != nil {
		return 0, 0, fmt.Errorf("count who is here in room %d: %w", room, err)
	}
	return here, mark, nil
}

const countHere = `
	select count(*), coalesce(bit_xor(hashint8extended(m.user_id, 0)), 0)
	from memberships m join presence_states s on s.user_id = m.user_id
	where m.room_id = $1 and m.left_at is null`
