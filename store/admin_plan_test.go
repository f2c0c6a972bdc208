package store_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"chatd/store"
	"chatd/store/rights"
)

// metropolis is a workspace of 10,000 people and 10,000 rooms: one room that all
// are in, every person in 20 others, 100 messages in each hundredth room, two
// browsers of each person and a connection of every second one.
func (w *world) metropolis() {
	w.t.Helper()
	const people, rooms = 10_000, 10_000
	large := w.room(store.RoomPublic, "all", w.owner)
	w.exec(`
		with t as (insert into topics (kind) select 'user' from generate_series(1, $1) returning id),
		people as (
			insert into users (id, username, username_key, display_name, password_hash, last_seen_at)
			select id, 'n' || id, 'n' || id, 'Name ' || id, 'hash', now() - id * interval '1 minute' from t returning id
		)
		insert into memberships (room_id, user_id) select $2, id from people`, people, large.ID)
	w.exec(`
		with t as (insert into topics (kind) select 'room' from generate_series(1, $1) returning id)
		insert into rooms (id, kind, name, name_key, created_by)
		select id, case when mod(id, 2) = 0 then 'public' else 'private' end, 'Room ' || id, 'room ' || id, $2 from t`, rooms, w.owner.ID)
	w.exec(`
		with r as (select id, row_number() over (order by id) - 1 as n from rooms where id <> $2 and name <> 'general'),
		p as (select id, row_number() over (order by id) - 1 as n from users)
		insert into memberships (room_id, user_id, role)
		select r.id, p.id, case when i = 0 then 'owner' else 'member' end
		from p
		cross join generate_series(0, 19) i
		join r on r.n = mod(p.n + i * 487, $1)
		on conflict do nothing`, rooms, large.ID)
	w.exec(`
		with changed as (update topics set head = 100, last_number = 100 where kind = 'room' and mod(id, 100) = 0 returning id)
		insert into messages (room_id, number, seq, author_id, client_id, body, created_at)
		select id, n, n, $1, gen_random_uuid(), 'message', now() - n * interval '1 minute' from changed cross join generate_series(1, 100) n`, w.owner.ID)
	w.exec(`
		insert into sessions (id, token_hash, user_id, user_agent, expires_at)
		select gen_random_uuid(), sha256((id || '/' || n)::bytea), id, 'Firefox', now() + interval '1 day' from users cross join generate_series(1, 2) n`)
	w.exec(`insert into nodes (id, lease_until, turn) values ($1, now() + interval '1 hour', 1)`, nodeA)
	w.exec(`
		insert into presence_leases (node_id, id, user_id, login, created_at)
		select $1, u.id, u.id, (select s.id from sessions s where s.user_id = u.id limit 1), now() - u.id * interval '1 second'
		from users u where mod(u.id, 2) = 0`, nodeA)
	w.ok(w.CountSizes(w.ctx()))
	w.exec(`analyze`)
}

// adminCases are the pages of the administration, with how many pages of 8 KB they
// may touch: some times what the tables of people, rooms and memberships have. The messages are
// never read from end to end.
func (w *world) adminCases() (cases []planCase) {
	roles := rights.SeeAdministration.Roles()
	grant := "{owner,admin}"
	if len(roles) != 2 {
		w.t.Fatalf("the roles are %v", roles)
	}
	start := func(order string, texts ...string) (key string, id int64) {
		if slices.Contains(texts, order) {
			return "", 0
		}
		return fmt.Sprint(int64(math.MaxInt64)), math.MaxInt64
	}
	for _, order := range []string{"name", "newest", "last-seen"} {
		key, id := start(order, "name")
		cases = append(cases,
			planCase{"people by " + order, store.PageOfAdminPeople(order), []any{w.owner.ID, grant, key, id, 51, "", "", ""}, 7000},
			planCase{"people by " + order + ", searched", store.PageOfAdminPeople(order), []any{w.owner.ID, grant, key, id, 51, "ME 77", "", "active"}, 7000})
	}
	for _, order := range []string{"name", "newest", "members", "messages", "bytes", "last-message"} {
		key, id := start(order, "name")
		cases = append(cases,
			planCase{"rooms by " + order, store.PageOfAdminRooms(order), []any{w.owner.ID, grant, key, id, 51, "", "", "", false}, 40_000},
			planCase{"rooms by " + order + ", searched", store.PageOfAdminRooms(order), []any{w.owner.ID, grant, key, id, 51, "OM 77", "public", "open", false}, 40_000})
	}
	return append(cases,
		planCase{"connections", store.PageOfConnections, []any{w.owner.ID, grant, "9999-01-01", nodeB, 1 << 62, 51, ""}, 3000},
		planCase{"connections, searched", store.PageOfConnections, []any{w.owner.ID, grant, "9999-01-01", nodeB, 1 << 62, 51, "me 77"}, 3000},
		planCase{"figures", store.Totals, []any{w.owner.ID}, 4000})
}

func TestTheAdministrationOfTenThousandReadsNoMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.metropolis()
	for _, c := range w.adminCases() {
		p := w.explain("custom", c.sql, c.args...)
		t.Logf("%s: %d pages, %.1f ms", c.name, p.pages(), p.Time)
		if p.scans("messages") || p.pages() > c.most {
			t.Errorf("%s: %d pages, scans messages: %v", c.name, p.pages(), p.scans("messages"))
		}
	}
	people, _, err := w.AdminPeople(w.ctx(), w.owner.ID, store.AdminPeoplePage{Search: "name 77", Order: "last-seen"})
	if w.ok(err); len(people) != 50 || people[0].Sessions != 2 || people[0].Rooms != 21 {
		t.Errorf("%d people, the first with %+v", len(people), people[0])
	}
}

// BenchmarkAdministration goes through the first pages of each list, and to the
// middle of the people by name, of 10,000 people and 10,000 rooms.
func BenchmarkAdministration(b *testing.B) {
	w := newWorld(b)
	w.metropolis()
	ctx := b.Context()
	pages := map[string]func() error{
		"figures": func() error { _, err := w.Figures(ctx, w.owner.ID); return err },
		"connections": func() error {
			_, _, err := w.Connections(ctx, w.owner.ID, store.ConnectionsPage{})
			return err
		},
		"people searched": func() error {
			_, _, err := w.AdminPeople(ctx, w.owner.ID, store.AdminPeoplePage{Search: "me 77"})
			return err
		},
		"people from the middle": func() error {
			page := store.Page{After: store.PlaceCursor("admin-people/name", "name 5", 1)}
			_, _, err := w.AdminPeople(ctx, w.owner.ID, store.AdminPeoplePage{Page: page})
			return err
		},
		"rooms searched": func() error {
			_, _, err := w.AdminRooms(ctx, w.owner.ID, store.AdminRoomsPage{Search: "om 77"})
			return err
		},
	}
	for _, order := range []string{"name", "newest", "last-seen"} {
		pages["people by "+order] = func() error {
			_, _, err := w.AdminPeople(ctx, w.owner.ID, store.AdminPeoplePage{Order: order})
			return err
		}
	}
	for _, order := range []string{"name", "newest", "members", "messages", "bytes", "last-message"} {
		pages["rooms by "+order] = func() error {
			_, _, err := w.AdminRooms(ctx, w.owner.ID, store.AdminRoomsPage{Order: order})
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		b.Run(name, func(b *testing.B) {
			var slowest time.Duration
			for b.Loop() {
				began := time.Now()
				w.ok(pages[name]())
				slowest = max(slowest, time.Since(began))
			}
			b.ReportMetric(slowest.Seconds()*1000, "ms-slowest")
		})
	}
}
