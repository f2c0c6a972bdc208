package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/rights"
)

// RoomDeleted is the state of a room that somebody has deleted, which the table
// of rights does not know.
const RoomDeleted rights.State = "deleted"

// AdminRoom is a room as those see it who administer the workspace: a private
// one is the business of those in it, so of that one only what is counted. The
// command line sees everything.
type AdminRoom struct {
	Room                     // of a private one only ID, Kind, State and when it was made
	DeletedAt     *time.Time // nil unless State is RoomDeleted
	Members       int
	Messages      int64 // that are kept
	Bytes         int64 // of their texts, as counted the last time
	LastMessageAt *time.Time
	Owners        int
	OwnedBy       []User // at most maxOwners of them
}

// maxOwners is how many owners of a room are named.
const maxOwners = 10

// AdminRoomsPage says which rooms are wanted, and in which order.
type AdminRoomsPage struct {
	Page
	Search string       // only those with this in the name, as far as one may know it
	Kind   RoomKind     // "" for public and private ones
	State  rights.State // "" for all but deleted ones
	Order  string       // name, newest, members, messages, bytes or last-message; "" means name
}

// Rooms without a name that may be known follow those with one.
var roomOrders = orders{
	"name":         {key: `case when r.kind = 'public' or $9 then '0' || lower(r.name) else '1' end`},
	"newest":       {key: `r.id`, number: true},
	"messages":     {key: keptMessages, number: true},
	"last-message": {key: microseconds(`newest.created_at`), number: true, more: newestMessage},
	"bytes":        {key: `coalesce(size.bytes, 0)`, number: true, more: `left join room_sizes size on size.room_id = r.id`},
	"members": {key: `coalesce(counted.members, 0)`, number: true, more: `left join (
		select room_id, count(*) as members from memberships where left_at is null group by room_id
	) counted on counted.room_id = r.id`},
}

const keptMessages = `greatest(t.last_number - r.first_number + 1, 0)`

// newestMessage has a limit, so that it is looked up for each room by the index: a
// join may read all messages.
const newestMessage = `left join lateral (
		select created_at from messages where room_id = r.id and number = t.last_number limit 1
	) newest on true`

// AdminRooms returns a page of the public and private rooms, and where the next
// page begins. Those who may not see the administration get ErrForbidden.
func (s *Store) AdminRooms(ctx context.Context, by int64, page AdminRoomsPage) (rooms []AdminRoom, next string, err error) {
	if err := page.check(); err != nil {
		return nil, "", err
	}
	order := roomOrders[page.Order]
	list := "admin-rooms/" + page.Order
	from, err := order.from(page.Page, list)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.db.Query(ctx, adminRooms(order), planned, by, rights.SeeAdministration.Roles(),
		from.Name, from.ID, page.limit()+1, page.Search, page.Kind, page.State, isFromCommandLine(ctx))
	if err != nil {
		return nil, "", fmt.Errorf("list rooms to administer: %w", err)
	}
	var owners [][]int64
	rooms, next, err = collectPage(rows, page.Page, list, func(row pgx.Row) (r AdminRoom, at cursor, err error) {
		var owned []int64
		r, owned, at, err = scanAdminRoom(row)
		owners = append(owners, owned)
		return r, at, err
	})
	if err == nil && len(rooms) == 0 {
		err = whyNotHere(ctx, s.db, rights.SeeAdministration, by)
	}
	if err == nil {
		err = s.nameOwners(ctx, rooms, owners)
	}
	if err != nil {
		return nil, "", fmt.Errorf("list rooms to administer: %w", err)
	}
	return rooms, next, nil
}

// check makes the page ready to be looked for.
func (p *AdminRoomsPage) check() (err error) {
	if p.Search, err = cleanSearch(p.Search); err != nil {
		return err
	}
	if p.Kind != "" && p.Kind != RoomPublic && p.Kind != RoomPrivate {
		return &InvalidError{Field: "kind", Text: "The rooms are public or private."}
	}
	states := []rights.State{"", rights.Open, rights.Members, rights.ReadOnly, rights.Archived, RoomDeleted}
	if !slices.Contains(states, p.State) {
		return &InvalidError{Field: "state", Text: "A room is open, members, read-only, archived or deleted."}
	}
	p.Order, err = roomOrders.pick(p.Order, "name")
	return err
}

// adminRooms finds a page of rooms first, and then what belongs to these few. $9
// says that private rooms may be known too.
func adminRooms(o order) string {
	return `
	with page as materialized (
		select r.id, ` + o.key + ` as key
		from users me, rooms r join topics t on t.id = r.id ` + o.more + `
		where ` + administrator + ` and r.kind <> 'direct' and r.erased_at is null and ` + o.follows(`r.id`, `$3`, `$4`) + `
			and ($6 = '' or (r.kind = 'public' or $9) and strpos(lower(r.name), lower($6)) > 0)
			and ($7 = '' or r.kind = $7) and case when $8 = '' then r.deleted_at is null else ` + roomState + ` = $8 end
		order by ` + o.by(o.key, `r.id`) + `
		limit $5
	)` + adminRoomColumns(`(r.kind = 'public' or $9)`) + `
	order by ` + o.by(`page.key`, `page.id`)
}

// adminRoomColumns are what scanAdminRoom reads of the rooms of a page. known says
// of which rooms more may be told than counts.
func adminRoomColumns(known string) string {
	return `
	select r.id, r.kind, ` + roomState + `, r.created_at, ` + known + `, coalesce(r.name, ''), r.topic, r.description,
		r.is_default, r.retention_days, r.deleted_at,
		inside.members, inside.owners, case when ` + known + ` then inside.owned_by[1:` + fmt.Sprint(maxOwners) + `] end,
		` + keptMessages + `, coalesce(size.bytes, 0), newest.created_at, page.key::text
	from page
	join rooms r on r.id = page.id
	join topics t on t.id = r.id
	left join room_sizes size on size.room_id = r.id
	` + newestMessage + `
	cross join lateral (
		select count(*) as members, count(*) filter (where role = 'owner') as owners,
			array_agg(user_id order by user_id) filter (where role = 'owner') as owned_by
		from memberships where room_id = r.id and left_at is null
	) inside`
}

// scanAdminRoom returns the ids of the owners beside the room.
func scanAdminRoom(row pgx.Row) (r AdminRoom, owners []int64, at cursor, err error) {
	var known bool
	err = row.Scan(&r.ID, &r.Kind, &r.State, &r.CreatedAt, &known, &r.Name, &r.Topic, &r.Description,
		&r.Default, &r.RetentionDays, &r.DeletedAt,
		&r.Members, &r.Owners, &owners, &r.Messages, &r.Bytes, &r.LastMessageAt, &at.Name)
	if !known {
		r.Room = Room{ID: r.ID, Kind: r.Kind, State: r.State, CreatedAt: r.CreatedAt}
	}
	at.ID = r.ID
	return r, owners, at, err
}

// nameOwners looks the owners up whose ids were found with the rooms.
func (s *Store) nameOwners(ctx context.Context, rooms []AdminRoom, owners [][]int64) error {
	rows, err := s.db.Query(ctx, `select `+userColumns+` from users u where u.id = any ($1)`, slices.Concat(owners...))
	if err != nil {
		return err
	}
	people, err := collectUsers(rows)
	if err != nil {
		return err
	}
	byID := map[int64]User{}
	for _, u := range people {
		byID[u.ID] = u
	}
	for i := range rooms {
		for _, id := range owners[i] {
			rooms[i].OwnedBy = append(rooms[i].OwnedBy, byID[id])
		}
	}
	return nil
}
