package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chatd/store"
)

// act writes an entry to the audit log as an act would.
func (w *world) act(action store.AuditAction, by, user store.User, room store.Room, object, reason, after string) int64 {
	w.t.Helper()
	return w.number(`
		insert into audit_entries (origin, actor_id, action, user_id, room_id, object_id, reason, after)
		values ('person', $1, $2, nullif($3::bigint, 0), nullif($4::bigint, 0), nullif($5, ''), $6, nullif($7, '')::jsonb) returning id`,
		by.ID, action, user.ID, room.ID, object, reason, after)
}

// agePast makes all entries so far ten years old.
func (w *world) agePast() {
	w.t.Helper()
	w.exec(`alter table audit_entries disable trigger user`)
	w.exec(`update audit_entries set at = at - interval '10 years'`)
	w.exec(`alter table audit_entries enable trigger user`)
}

// read returns the ids of what a reader finds, page by page of this size.
func (w *world) read(reader store.User, filter store.AuditFilter, size int) []int64 {
	w.t.Helper()
	page := store.AuditPage{Page: store.Page{Limit: size}, AuditFilter: filter}
	var found []int64
	for {
		entries, next, err := w.AuditLog(w.ctx(), reader.ID, page)
		w.ok(err)
		for _, e := range entries {
			found = append(found, e.ID)
		}
		if page.After = next; next == "" {
			return found
		}
	}
}

func TestTheAuditLogIsReadFromTheNewest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	for i := range 7 {
		w.act(store.AuditUserSignedOut, w.owner, ana, store.Room{}, "", fmt.Sprint(i), "")
	}
	all := w.read(w.owner, store.AuditFilter{}, 200)
	if want := w.number(`select count(*) from audit_entries`); int64(len(all)) != want {
		t.Errorf("%d entries, want %d", len(all), want)
	}
	if !slices.IsSortedFunc(all, func(a, b int64) int { return int(b - a) }) {
		t.Errorf("the order is %v", all)
	}
	for _, size := range []int{1, 2, 3, len(all), 200} {
		if got := w.read(w.owner, store.AuditFilter{}, size); !slices.Equal(got, all) {
			t.Errorf("by %d: %v, want %v", size, got, all)
		}
	}
}

func TestOnlyThoseWithTheRightReadTheAuditLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo := w.user("ana"), w.user("bo")
	_, _, err := w.SetRole(w.ctx(), w.owner.ID, ana.ID, store.RoleAdmin)
	w.ok(err)
	for _, c := range []struct {
		who  store.User
		want error
	}{{w.owner, nil}, {ana, nil}, {bo, store.ErrForbidden}, {store.User{ID: 999}, store.ErrForbidden}} {
		_, _, err := w.AuditLog(w.ctx(), c.who.ID, store.AuditPage{})
		noted := w.NoteAuditExport(w.ctx(), c.who.ID, "csv", store.AuditFilter{Action: store.AuditUserAdded})
		if !errors.Is(err, c.want) || !errors.Is(noted, c.want) {
			t.Errorf("%d: %v and %v, want %v", c.who.ID, err, noted, c.want)
		}
	}
	if n := w.number(`select count(*) from audit_entries where action = 'audit-exported' and after = '{"format": "csv", "action": "user-added"}'`); n != 2 {
		t.Errorf("%d exports are noted, want 2", n)
	}
	w.deactivate(ana)
	if _, _, err := w.AuditLog(w.ctx(), ana.ID, store.AuditPage{}); !errors.Is(err, store.ErrForbidden) {
		t.Errorf("deactivated: %v", err)
	}
}

func TestTheAuditLogIsFiltered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo := w.user("ana"), w.user("bo")
	tea := w.room(store.RoomPublic, "Tea", w.owner)
	w.exec(`update users set display_name = 'Anna Ärmel-Kraus' where id = $1`, ana.ID)
	w.agePast()
	start := w.number(`select max(id) from audit_entries`)
	w.exec(`insert into audit_entries (origin, action, room_id, at) values ('chatd', 'messages-erased', $1, now() - interval '10 days')`, tea.ID)
	erased := w.number(`select max(id) from audit_entries`)
	w.exec(`insert into audit_entries (origin, action, user_id, at) values ('command-line', 'password-reset', $1, now() - interval '3 days')`, ana.ID)
	reset := w.number(`select max(id) from audit_entries`)
	banned := w.act(store.AuditMemberBanned, ana, bo, tea, "", "Sells things: it's \\spam", "")
	muted := w.act(store.AuditMemberMuted, w.owner, bo, tea, "", "spamming, =1+1", "")
	invite := w.act(store.AuditInviteMade, ana, store.User{}, store.Room{}, "77", "", "")
	ago := func(days int) time.Time { return time.Now().Add(-time.Duration(days) * 24 * time.Hour) }
	for _, c := range []struct {
		filter store.AuditFilter
		want   []int64
	}{
		{store.AuditFilter{Actor: ana.ID}, []int64{invite, banned}},
		{store.AuditFilter{User: bo.ID}, []int64{muted, banned}},
		{store.AuditFilter{Room: tea.ID}, []int64{muted, banned, erased}},
		{store.AuditFilter{Action: store.AuditMemberMuted}, []int64{muted}},
		{store.AuditFilter{Origin: store.OriginCommandLine}, []int64{reset}},
		{store.AuditFilter{Origin: store.OriginChatd}, []int64{erased}},
		{store.AuditFilter{Origin: store.OriginPerson, User: bo.ID}, []int64{muted, banned}},
		{store.AuditFilter{Actor: ana.ID, Room: tea.ID}, []int64{banned}},
		{store.AuditFilter{Actor: bo.ID, Room: tea.ID}, nil},
		{store.AuditFilter{To: ago(1)}, []int64{reset, erased}},
		{store.AuditFilter{From: ago(5), To: ago(1)}, []int64{reset}},
		{store.AuditFilter{From: ago(5), User: ana.ID, Origin: store.OriginCommandLine}, []int64{reset}},
		{store.AuditFilter{To: ago(20)}, nil},
		{store.AuditFilter{From: time.Now().Add(time.Hour)}, nil},
		{store.AuditFilter{Search: "SPAM"}, []int64{muted, banned}},
		{store.AuditFilter{Search: "spamm"}, []int64{muted}},
		{store.AuditFilter{Search: "pam"}, nil}, // words that begin so
		{store.AuditFilter{Search: "things sells"}, []int64{banned}},
		{store.AuditFilter{Search: "it's"}, []int64{banned}},
		{store.AuditFilter{Search: `\spam`}, []int64{muted, banned}},
		{store.AuditFilter{Search: "=1+1"}, []int64{muted}},
		{store.AuditFilter{Search: "' | !"}, nil},
		{store.AuditFilter{Search: "ärmel"}, []int64{invite, banned, reset}},
		{store.AuditFilter{Search: "ärmel", Room: tea.ID}, []int64{banned}},
		{store.AuditFilter{Search: "77"}, []int64{invite}},
		{store.AuditFilter{Search: "tea"}, []int64{muted, banned, erased}},
		{store.AuditFilter{Search: "tea", Action: store.AuditMemberMuted, From: ago(1), Actor: w.owner.ID, User: bo.ID, Origin: store.OriginPerson}, []int64{muted}},
		{store.AuditFilter{Search: "nothing of the kind"}, nil},
	} {
		for _, size := range []int{1, 50} {
			got := slices.DeleteFunc(w.read(w.owner, c.filter, size), func(id int64) bool { return id <= start })
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v by %d: %v, want %v", c.filter, size, got, c.want)
			}
		}
	}
	for _, wrong := range []store.AuditFilter{{Action: "flown"}, {From: ago(1), To: ago(2)}, {Search: "a\x00b"}, {Search: string(make([]byte, 100))}} {
		_, _, err := w.AuditLog(w.ctx(), w.owner.ID, store.AuditPage{AuditFilter: wrong})
		if noted := w.NoteAuditExport(w.ctx(), w.owner.ID, "csv", wrong); !errors.Is(err, store.ErrInvalid) || !errors.Is(noted, store.ErrInvalid) {
			t.Errorf("%+v: %v and %v", wrong, err, noted)
		}
	}
}

// Entries whose numbers are not quite in the order of their times are all found.
func TestTheTimeInTheAuditLogIsExact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const n = 300
	w.agePast()
	w.exec(`
		insert into audit_entries (origin, action, at)
		select 'chatd', 'messages-erased', '2020-01-01'::timestamptz + i * interval '20 minutes' + (i * 7919 % 3000) * interval '1 second'
		from generate_series(1, $1) i`, n)
	for i := range 20 {
		from := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i*5) * time.Hour)
		to := from.Add(7 * time.Hour)
		want := w.number(`select count(*) from audit_entries where at >= $1 and at < $2`, from, to)
		if got := w.read(w.owner, store.AuditFilter{From: from, To: to}, 200); int64(len(got)) != want {
			t.Errorf("from %v: %d entries, want %d", from, len(got), want)
		}
	}
}

func TestTheAuditLogDoesNotTellOfPrivateRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo := w.user("ana"), w.user("bo")
	secret, shared, open := w.room(store.RoomPrivate, "Layoffs", ana, bo), w.room(store.RoomPrivate, "Budget", ana, w.owner), w.room(store.RoomPublic, "Tea", ana)
	gone, direct := w.room(store.RoomPublic, "Gone", ana), w.direct(ana, bo)
	w.exec(`update rooms set deleted_at = now() where id = $1`, gone.ID)
	const after = `{"name": "x", "topic": "y", "description": "z", "state": "open"}`
	told, untold := map[string]any{"name": "x", "topic": "y", "description": "z", "state": "open"}, map[string]any{"state": "open"}
	for _, c := range []struct {
		room store.Room
		name string
		want map[string]any
	}{{secret, "", untold}, {shared, "Budget", told}, {open, "Tea", told}, {gone, "Gone", told}, {direct, "", untold}} {
		id := w.act(store.AuditRoomChanged, ana, bo, c.room, "", "", after)
		entries, _, err := w.AuditLog(w.ctx(), w.owner.ID, store.AuditPage{AuditFilter: store.AuditFilter{Room: c.room.ID, Action: store.AuditRoomChanged}})
		w.ok(err)
		if len(entries) != 1 || entries[0].ID != id || *entries[0].Room != (store.AuditRoom{ID: c.room.ID, Name: c.name}) || fmt.Sprint(entries[0].After) != fmt.Sprint(c.want) {
			t.Errorf("%s: %+v, want %q and %v", c.room.Name, entries, c.name, c.want)
		}
		found := w.read(w.owner, store.AuditFilter{Search: c.room.Name, Action: store.AuditRoomChanged}, 50)
		if c.room.Name != "" && slices.Contains(found, id) != (c.name != "") {
			t.Errorf("%s: a search finds %v", c.room.Name, found)
		}
	}
	// Whoever leaves a private room no longer learns what it is called.
	_, err := w.LeaveRoom(w.ctx(), w.owner.ID, shared.ID)
	w.ok(err)
	entries, _, err := w.AuditLog(w.ctx(), w.owner.ID, store.AuditPage{AuditFilter: store.AuditFilter{Room: shared.ID, Action: store.AuditRoomChanged}})
	w.ok(err)
	if entries[0].Room.Name != "" || len(entries[0].After) != 1 {
		t.Errorf("after leaving: %+v", entries[0])
	}
}

func TestTheAuditLogTellsWhoWithTheNamesOfToday(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	_, _, err := w.SetRole(w.ctx(), w.owner.ID, ana.ID, store.RoleAdmin)
	w.ok(err)
	name := "Anna"
	_, _, err = w.ChangeProfile(w.ctx(), ana.ID, store.Profile{DisplayName: &name})
	w.ok(err)
	_, _, err = w.ResetPassword(context.WithoutCancel(w.ctx()), "ana", "x")
	w.ok(err)
	entries, _, err := w.AuditLog(w.ctx(), w.owner.ID, store.AuditPage{Page: store.Page{Limit: 2}})
	w.ok(err)
	person := store.AuditPerson{ID: ana.ID, Username: "ana", DisplayName: "Anna"}
	if e := entries[0]; e.Action != store.AuditPasswordReset || e.Actor != nil || *e.Person != person || e.Origin != store.OriginCommandLine || e.Room != nil || time.Since(e.At) > time.Hour {
		t.Errorf("%+v", e)
	}
	if e := entries[1]; e.Action != store.AuditUserRoleChanged || e.Actor.Username != "owner" || *e.Person != person || e.Before["role"] != "member" || e.After["role"] != "admin" {
		t.Errorf("%+v", e)
	}
}

// The figures are upper bounds for a page of 50 entries: about one page of the
// table and a few of those with names for each, and the way down the indexes.
func TestAPageOfALongAuditLogTouchesFewPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const people, long = 2000, 300_000
	tea := w.room(store.RoomPublic, "Tea", w.owner)
	w.agePast()
	w.exec(`
		with t as (insert into topics (kind) select 'user' from generate_series(1, $1) returning id)
		insert into users (id, username, username_key, display_name, password_hash)
		select id, 'n' || id, 'n' || id, 'Name ' || id, 'hash' from t`, people)
	w.exec(`
		with names as (select array_agg(id order by id) as ids from users)
		insert into audit_entries (origin, actor_id, action, user_id, room_id, object_id, reason, at)
		select case when i % 5000 = 0 then 'command-line' else 'person' end, ids[1 + i % $1], case when i % 3000 = 0 then 'member-banned' else 'own-sessions-ended' end,
			ids[1 + i * 7 % $1], case when i % 1000 = 0 then $3::bigint end, case when i % 10 = 0 then i::text end,
			case when i % 4 = 0 then 'sells spam' when i % 4001 = 0 then 'sells tulips' else '' end, now() - ($2 - i) * interval '1 minute'
		from names, generate_series(1, $2) i`, people, long, tea.ID)
	w.exec(`analyze`)
	somebody := w.number(`select max(id) from users`)
	ago := func(days int) time.Time { return time.Now().Add(-time.Duration(days) * 24 * time.Hour) }
	for name, c := range map[string]struct {
		filter store.AuditFilter
		before int64
		most   int
	}{
		"newest":            {most: 700},
		"middle":            {before: long / 2, most: 700},
		"by somebody":       {filter: store.AuditFilter{Actor: somebody}, most: 900},
		"to somebody":       {filter: store.AuditFilter{User: somebody}, most: 900},
		"in a room":         {filter: store.AuditFilter{Room: tea.ID}, most: 900},
		"a rare act":        {filter: store.AuditFilter{Action: store.AuditMemberBanned}, most: 900},
		"a frequent act":    {filter: store.AuditFilter{Action: store.AuditOwnSessionsEnded}, most: 900},
		"command line":      {filter: store.AuditFilter{Origin: store.OriginCommandLine}, most: 900},
		"long ago":          {filter: store.AuditFilter{From: ago(150), To: ago(149)}, most: 1200},
		"since long ago":    {filter: store.AuditFilter{From: ago(150)}, most: 900},
		"an object":         {filter: store.AuditFilter{Search: "123450"}, most: 900},
		"a name":            {filter: store.AuditFilter{Search: fmt.Sprint("name ", somebody)}, most: 2500},
		"a room's name":     {filter: store.AuditFilter{Search: "tea"}, most: 2500},
		"a rare reason":     {filter: store.AuditFilter{Search: "tulips"}, most: 2500},
		"a frequent reason": {filter: store.AuditFilter{Search: "spam"}, most: 10_000}, // all of them are looked at
		"nothing":           {filter: store.AuditFilter{Search: "xyzzy"}, most: 1500},
	} {
		sql, args := store.AuditStatement(w.owner.ID, c.filter, c.before, 51)
		p := w.explain("custom", sql, args...)
		t.Logf("%s: %d pages, %.1f ms", name, p.pages(), p.Time)
		if p.scans("audit_entries") || p.pages() > c.most {
			t.Errorf("%s: %d pages, scans the log: %v", name, p.pages(), p.scans("audit_entries"))
		}
	}
}
