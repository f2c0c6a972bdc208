package store_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"chatd/store"
	"chatd/store/rights"
)

// plan is one node of what EXPLAIN says.
type plan struct {
	Node     string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Hit      int     `json:"Shared Hit Blocks"`
	Read     int     `json:"Shared Read Blocks"`
	Time     float64 `json:"Actual Total Time"` // milliseconds
	Plans    []plan
}

// pages is how many pages of 8 KB the plan touched.
func (p plan) pages() int { return p.Hit + p.Read }

// scans says whether a table is read from end to end.
func (p plan) scans(table string) bool {
	if p.Node == "Seq Scan" && p.Relation == table {
		return true
	}
	for _, child := range p.Plans {
		if child.scans(table) {
			return true
		}
	}
	return false
}

// explain runs a statement as a pool would that has prepared it: at first with
// a plan for these arguments (custom), later perhaps with one for all (generic).
func (w *world) explain(mode, query string, args ...any) plan {
	w.t.Helper()
	conn, err := w.sql.Acquire(w.ctx())
	w.ok(err)
	defer conn.Release()
	list := make([]string, len(args))
	for i, arg := range args {
		if grant, ok := arg.([]string); ok {
			arg = "{" + strings.Join(grant, ",") + "}"
		}
		list[i] = fmt.Sprintf("'%v'", arg)
	}
	for _, sql := range []string{
		"set plan_cache_mode = force_" + mode + "_plan",
		"prepare explained as " + query,
	} {
		_, err := conn.Exec(w.ctx(), sql)
		w.ok(err)
	}
	var answer []byte
	w.ok(conn.QueryRow(w.ctx(), "explain (analyze, buffers, format json) execute explained ("+strings.Join(list, ", ")+")").Scan(&answer))
	_, err = conn.Exec(w.ctx(), "deallocate explained")
	w.ok(err)
	var plans []struct{ Plan plan }
	w.ok(json.Unmarshal(answer, &plans))
	return plans[0].Plan
}

// The figures are upper bounds for a page of 50 messages: about one page of
// the table for each, and the way down the indexes.
func TestAPageOfALongHistoryTouchesFewPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room, other := w.room(store.RoomPublic, "Long", w.owner), w.room(store.RoomPublic, "Other", w.owner)
	const long = 100_000
	w.say(room, w.owner, long)
	w.say(other, w.owner, 1000)
	w.exec(`analyze`)
	for _, mode := range []string{"custom", "generic"} {
		for name, query := range map[string]struct {
			sql  string
			from int64
		}{
			"newest":       {store.HistoryBefore, math.MaxInt64},
			"middle, back": {store.HistoryBefore, long / 2},
			"oldest, back": {store.HistoryBefore, 60},
			"oldest":       {store.HistoryAfter, 1},
			"middle":       {store.HistoryAfter, long / 2},
		} {
			p := w.explain(mode, query.sql, w.owner.ID, room.ID, rights.ReadMessages.Grant(), query.from, 51)
			if p.scans("messages") || p.pages() > 250 {
				t.Errorf("%s, %s: %d pages, scans messages: %v", mode, name, p.pages(), p.scans("messages"))
			}
			t.Logf("%s, %s: %d pages", mode, name, p.pages())
		}
	}
}

// The bound is twenty pages for each room: its row, its topic, its newest message,
// what mentions the user, and its members, as long as it may be a small one.
func TestAnOverviewOfAThousandRoomsTouchesNoOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const mine = 1000
	w.exec(`
		with t as (insert into topics (kind, head, last_number) select 'room', 10, 10 from generate_series(1, $2) returning id),
		r as (insert into rooms (id, kind, name, name_key, created_by) select id, 'public', 'Room ' || id, 'room ' || id, $1 from t returning id),
		u as (insert into topics (kind) select 'user' from generate_series(1, 10) returning id),
		people as (
			insert into users (id, username, username_key, display_name, password_hash)
			select id, 'u' || id, 'u' || id, 'User', '' from u returning id
		), joined as (
			insert into memberships (room_id, user_id) select r.id, people.id from r cross join people
		), mine as (
			insert into memberships (room_id, user_id) select id, $1 from r order by id limit $3
		)
		insert into messages (room_id, number, seq, author_id, client_id, body, created_at)
		select r.id, i, i, $1, gen_random_uuid(), 'message', now() from r cross join generate_series(1, 10) i`, w.owner.ID, 3*mine, mine)
	w.exec(`analyze`)
	for _, mode := range []string{"custom", "generic"} {
		p := w.explain(mode, store.RoomsOfUser+` order by r.id`, w.owner.ID, rights.ReadMessages.Grant())
		if p.scans("messages") || p.scans("memberships") || p.pages() > 20*mine {
			t.Errorf("%s: %d pages, scans messages: %v, memberships: %v", mode, p.pages(), p.scans("messages"), p.scans("memberships"))
		}
		t.Logf("%s: %d pages", mode, p.pages())
	}
	overview, err := w.Overview(w.ctx(), w.owner.ID)
	w.ok(err)
	if len(overview.Rooms) != mine+1 {
		t.Errorf("%d rooms, want %d", len(overview.Rooms), mine+1)
	}
}

// A room of 100,000 messages, of which one thread has every tenth and one every
// thousandth. The figures are upper bounds, as above; a count of all replies reads
// each of them.
func TestThreadsOfALongHistoryTouchFewPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "Long", w.owner, ada)
	const long = 100_000
	w.say(room, w.owner, long)
	w.exec(`
		with placed as (
			select number, thread, row_number() over (partition by thread order by number) as thread_index
			from (
				select number, case when number % 10 = 0 then 1 when number % 1000 = 3 then 2 end as thread
				from messages where room_id = $1 and number > 10
			) m
			where thread is not null
		), set_aside as (
			update messages m set thread = p.thread, thread_index = p.thread_index, reply_to = p.thread
			from placed p where m.room_id = $1 and m.number = p.number
		), listed as (
			insert into thread_replies (room_id, root, number) select $1, thread, number from placed
		), began as (
			insert into threads (room_id, root, last_index, replies, last_number, last_at, authors)
			select $1, thread, count(*), count(*), max(number), now() + thread * interval '1 second', array[$2::bigint] from placed group by thread
		)
		insert into thread_follows (room_id, root, user_id) select $1, root, $2 from generate_series(1, 2) root`, room.ID, ada.ID)
	w.exec(`
		insert into mentions (room_id, user_id, number, author_id, thread)
		select room_id, $1 + number % 5, number, author_id, thread from messages`, ada.ID)
	w.exec(`analyze`)
	grant := rights.ReadMessages.Grant()
	for _, mode := range []string{"custom", "generic"} {
		for name, query := range map[string]struct {
			sql   string
			pages int
			args  []any
		}{
			"the newest replies":      {store.ThreadBefore, 400, []any{w.owner.ID, room.ID, grant, math.MaxInt64, 51, 1}},
			"replies in the middle":   {store.ThreadAfter, 400, []any{w.owner.ID, room.ID, grant, long / 2, 51, 1}},
			"replies far apart":       {store.ThreadBefore, 400, []any{w.owner.ID, room.ID, grant, long, 51, 2}},
			"a message":               {store.OneMessage, 30, []any{w.owner.ID, room.ID, grant, long / 2, 1}},
			"quotes":                  {store.QuotedMessages, 60, []any{room.ID, []string{"5", "50000", "99999"}, 1000}},
			"the threads of somebody": {store.ThreadsOfUser, 8000, []any{ada.ID, grant, math.MaxInt64, 0, 0, 51, 1000}},
			"a count of replies":      {store.Recount, 800, []any{room.ID, 2, 5}},
		} {
			if mode == "generic" && query.sql == store.Recount {
				continue // it is planned each time
			}
			p := w.explain(mode, query.sql, query.args...)
			if p.scans("messages") || p.scans("thread_replies") || p.scans("mentions") || p.pages() > query.pages {
				t.Errorf("%s, %s: %d pages, scans messages: %v", mode, name, p.pages(), p.scans("messages"))
			}
			t.Logf("%s, %s: %d pages", mode, name, p.pages())
		}
	}
}
