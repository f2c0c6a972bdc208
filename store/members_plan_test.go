package store_test

import (
	"fmt"
	"testing"

	"chatd/store"
	"chatd/store/rights"
)

// crowd makes a workspace of n people beside the owner, all in one large room
// and each in three small ones of ten; every second of them is here.
func (w *world) crowd(n int) (large store.Room) {
	w.t.Helper()
	large = w.room(store.RoomPublic, "all", w.owner)
	w.exec(`
		with t as (insert into topics (kind) select 'user' from generate_series(1, $1) returning id),
		people as (
			insert into users (id, username, username_key, display_name, password_hash)
			select id, 'n' || id, 'n' || id, 'Name ' || id, 'hash' from t returning id
		)
		insert into memberships (room_id, user_id) select $2, id from people`, n, large.ID)
	w.exec(`
		with t as (insert into topics (kind) select 'room' from generate_series(1, 3 * $1 / 10) returning id),
		r as (
			insert into rooms (id, kind, name, name_key, created_by) select id, 'private', 'r' || id, 'r' || id, $2 from t
			returning id
		),
		rooms as (select id, row_number() over (order by id) - 1 as n, count(*) over () as of from r),
		people as (select id, row_number() over (order by id) - 1 as n from users where id <> $2)
		insert into memberships (room_id, user_id)
		select rooms.id, people.id
		from people
		cross join generate_series(0, 2) i
		join rooms on rooms.n = mod(people.n / 10 + i * (rooms.of / 3), rooms.of)`, n, w.owner.ID)
	w.exec(`insert into presence_states (user_id, state, since) select id, 'online', now() from users where mod(id, 2) = 0`)
	w.exec(`analyze`)
	return large
}

func TestALargeRoomIsReadByItsIndexes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	large := w.crowd(10_000)
	var batch []int64
	rows, err := w.sql.Query(w.ctx(), `select id from users where id <> $1 order by id limit 200`, w.owner.ID)
	w.ok(err)
	for rows.Next() {
		var id int64
		w.ok(rows.Scan(&id))
		batch = append(batch, id)
	}
	w.ok(rows.Err())
	grant := rights.ListMembers.Grant()
	members := func(after string, here bool, search string) []any {
		return []any{w.owner.ID, large.ID, grant, after, 0, 51, here, search, rights.RestrainMember.Grant()}
	}
	small := w.number(`select max(room_id) from memberships`)
	w.exec(`insert into memberships (room_id, user_id) values ($1, $2)`, small, w.owner.ID)
	// All but the last are planned anew for each room.
	for mode, cases := range map[string][]planCase{
		"custom": {
			{"first page", store.PageOfMembers, members("", false, ""), 1000},
			{"page in the middle", store.PageOfMembers, members("name 5", false, ""), 1000},
			{"first page of those here", store.PageOfMembers, members("", true, ""), 1500},
			{"search", store.PageOfMembers, members("", false, "ME 77"), 10_000},
			{"page of a small room", store.PageOfMembers, []any{w.owner.ID, small, grant, "", 0, 51, false, "", rights.RestrainMember.Grant()}, 200},
			{"counts", store.MemberTotals, []any{w.owner.ID, large.ID, grant}, 1000},
			{"count of those here", store.HereTotal, []any{large.ID}, 1000},
			{"small rooms of 200 people", store.RoomsOfCircle, []any{"{" + list(batch) + "}", store.SmallRoom, fmt.Sprintf("{%d}", large.ID)}, 3000},
		},
		"generic": {
			{"small rooms of 200 people", store.RoomsOfCircle, []any{"{" + list(batch) + "}", store.SmallRoom, fmt.Sprintf("{%d}", large.ID)}, 3000},
		},
	} {
		for _, c := range cases {
			p := w.explain(mode, c.sql, c.args...)
			t.Logf("%s, %s: %d pages, %.1f ms", mode, c.name, p.pages(), p.Time)
			if p.scans("memberships") || p.pages() > c.most {
				t.Errorf("%s, %s: %d pages, scans memberships: %v", mode, c.name, p.pages(), p.scans("memberships"))
			}
		}
	}
}

// planCase is a statement and how many pages it may touch.
type planCase struct {
	name, sql string
	args      []any
	most      int
}

func list(ids []int64) (text string) {
	for i, id := range ids {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprint(id)
	}
	return text
}
