package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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

// longAfter adds so much that no search means to the audit log that what was there
// before is none of the newest.
func (w *world) longAfter() {
	w.t.Helper()
	w.exec(`insert into audit_entries (origin, action) select 'chatd', 'room-erased' from generate_series(1, $1)`, store.WalkFirst)
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
	cases := []struct {
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
	}
	check := func(when string, f store.AuditFilter, want []int64) {
		for _, size := range []int{1, 50} {
			got := slices.DeleteFunc(w.read(w.owner, f, size), func(id int64) bool { return id <= start })
			if !slices.Equal(got, want) {
				t.Errorf("%s: %+v by %d: %v, want %v", when, f, size, got, want)
			}
		}
	}
	for _, c := range cases {
		check("now", c.filter, c.want)
	}
	w.longAfter()
	for _, c := range cases {
		if c.filter.Search != "" {
			check("long after", c.filter, c.want)
		}
	}
	for _, wrong := range []store.AuditFilter{{Action: "flown"}, {From: ago(1), To: ago(2)}, {Search: "a\x00b"}, {Search: string(make([]byte, 100))}, {Origin: "x"}} {
		_, _, err := w.AuditLog(w.ctx(), w.owner.ID, store.AuditPage{AuditFilter: wrong})
		if noted := w.NoteAuditExport(w.ctx(), w.owner.ID, "csv", wrong); !errors.Is(err, store.ErrInvalid) || !errors.Is(noted, store.ErrInvalid) {
			t.Errorf("%+v: %v and %v", wrong, err, noted)
		}
	}
}

// A search finds what a look at everything finds, page by page: among people with
// much to their name and people with little, of late and long ago.
func TestASearchOfTheAuditLogFindsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const people, entries = 120, 3 * store.WalkFirst
	w.exec(`
		with t as (insert into topics (kind) select 'user' from generate_series(1, $1) returning id)
		insert into users (id, username, username_key, display_name, password_hash)
		select id, 'n' || row_number() over (), 'n' || row_number() over (), case when id % 3 = 0 then 'Quiet' else 'Loud' end, 'hash' from t`, people)
	w.exec(`
		with named as (select array_agg(id order by id) as loud from users where display_name = 'Loud'),
			quiet as (select array_agg(id order by id) as quiet from users where display_name = 'Quiet')
		insert into audit_entries (origin, actor_id, action, user_id, reason)
		select 'person', case when i % 83 = 0 and i < $1 - $2 then quiet[1 + i % 37] else loud[1 + i * i % 71] end, 'member-banned',
			case when i % 97 = 0 and i < $1 - $2 then quiet[1 + i % 31] else loud[1 + i % 79] end, case when i % 41 = 0 then 'sells quietly' else '' end
		from named, quiet, generate_series(1, $1) i`, entries, int(store.WalkFirst))
	for _, search := range []string{"n", "quiet", "loud", "n7", "sells", "q"} {
		rows, err := w.sql.Query(w.ctx(), `
			select e.id
			from audit_entries e left join users a on a.id = e.actor_id left join users u on u.id = e.user_id
			where concat_ws(' ', a.username, a.display_name, '|', u.username, u.display_name) ilike '%' || $1 || '%' or e.reason ~* ('\m' || $1)
			order by e.id desc`, search)
		w.ok(err)
		want, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		w.ok(err)
		for _, size := range []int{7, 200} {
			page := store.AuditPage{Page: store.Page{Limit: size}, AuditFilter: store.AuditFilter{Search: search}}
			var got []int64
			// Some pages are enough, and all that there is at once.
			for range max(12, 200*entries/(size*size)) {
				found, next, err := w.AuditLog(w.ctx(), w.owner.ID, page)
				w.ok(err)
				for _, e := range found {
					got = append(got, e.ID)
				}
				if page.After = next; next == "" {
					break
				}
			}
			if !slices.Equal(got, want[:len(got)]) || page.After == "" && len(got) != len(want) || len(got) < min(len(want), 12*size) {
				t.Errorf("%q, by %d: %d are found, want %d", search, size, len(got), len(want))
			}
		}
	}
}

// Entries from when the clock was wrong are found by the time that they have.
func TestTheTimeInTheAuditLogIsExactWhenTheClockWasWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	role := func(role store.Role) int64 {
		_, _, err := w.SetRole(w.ctx(), w.owner.ID, ana.ID, role)
		w.ok(err)
		return w.number(`select max(id) from audit_entries`)
	}
	shift := func(id int64, by string) {
		w.exec(`alter table audit_entries disable trigger user`)
		w.exec(`update audit_entries set at = at + $2::text::interval where id = $1`, id, by)
		w.exec(`alter table audit_entries enable trigger user`)
	}
	before := role(store.RoleAdmin)
	fast := role(store.RoleMember)
	shift(fast, "3 hours")
	right := []int64{role(store.RoleAdmin), role(store.RoleMember)}
	in := func(hours int) time.Time { return time.Now().Add(time.Duration(hours) * time.Hour) }
	for _, c := range []struct {
		from, to time.Time
		want     []int64
	}{
		{in(2), time.Time{}, []int64{fast}},
		{in(2), in(4), []int64{fast}},
		{in(-1), in(1), []int64{right[1], right[0], before}},
		{time.Time{}, in(1), []int64{right[1], right[0], before}},
		{in(-1), time.Time{}, []int64{right[1], right[0], fast, before}},
		{in(1), in(2), nil},
	} {
		got := w.read(w.owner, store.AuditFilter{Action: store.AuditUserRoleChanged, From: c.from, To: c.to}, 50)
		if !slices.Equal(got, c.want) {
			t.Errorf("from %v to %v: %v, want %v", c.from, c.to, got, c.want)
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

// shown is what a reader sees of an entry, "" for nothing: who and to whom, the
// room's name, object, reason and what changed.
func (w *world) shown(ctx context.Context, reader store.User, id int64) string {
	w.t.Helper()
	entries, _, err := w.AuditLog(ctx, reader.ID, store.AuditPage{})
	w.ok(err)
	i := slices.IndexFunc(entries, func(e store.AuditEntry) bool { return e.ID == id })
	if i < 0 {
		return ""
	}
	e, person := entries[i], "-"
	if e.Person != nil {
		person = e.Person.Username
	}
	told := fmt.Sprintf("%s %s %s %d:%s %s %s %v %v", e.Actor.Username, e.Action, person, e.Room.ID, e.Room.Name, e.Object, e.Reason, e.Before, e.After)
	if e.Withheld {
		return "withheld: " + told
	}
	return told
}

func TestTheAuditLogWithholdsWhatHappensInPrivateRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo := w.user("ana"), w.user("bo")
	secret, shared, open := w.room(store.RoomPrivate, "Layoffs", ana, bo), w.room(store.RoomPrivate, "Budget", ana, w.owner), w.room(store.RoomPublic, "Tea", ana)
	gone, direct := w.room(store.RoomPublic, "Gone", ana), w.direct(ana, bo)
	w.exec(`update rooms set deleted_at = now() where id = $1`, gone.ID)
	const after = `{"name": "x", "topic": "y", "description": "z", "state": "open"}`
	const told, untitled = "map[description:z name:x state:open topic:y]", "map[state:open]"
	change := func(by, user store.User, room store.Room) int64 {
		return w.act(store.AuditRoomChanged, by, user, room, "77", "because", after)
	}
	for name, c := range map[string]struct {
		entry int64
		want  string
	}{
		"a private room":               {change(ana, bo, secret), fmt.Sprintf("withheld: ana room-changed - %d:   map[] map[]", secret.ID)},
		"a conversation":               {change(ana, bo, direct), fmt.Sprintf("withheld: ana room-changed - %d:   map[] map[]", direct.ID)},
		"a private room they are in":   {change(ana, bo, shared), fmt.Sprintf("ana room-changed bo %d:Budget 77 because map[] %s", shared.ID, told)},
		"a public room":                {change(ana, bo, open), fmt.Sprintf("ana room-changed bo %d:Tea 77 because map[] %s", open.ID, told)},
		"a public room that is gone":   {change(ana, bo, gone), fmt.Sprintf("ana room-changed bo %d:Gone 77 because map[] %s", gone.ID, told)},
		"their own, in a private room": {change(w.owner, bo, secret), fmt.Sprintf("owner room-changed bo %d: 77 because map[] %s", secret.ID, untitled)},
		"about them, there":            {change(ana, w.owner, secret), fmt.Sprintf("ana room-changed owner %d: 77 because map[] %s", secret.ID, untitled)},
	} {
		if got := w.shown(w.ctx(), w.owner, c.entry); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	// Whoever leaves a private room is out of it, also for what was before.
	entry := change(ana, bo, shared)
	_, err := w.LeaveRoom(w.ctx(), w.owner.ID, shared.ID)
	w.ok(err)
	if got, want := w.shown(w.ctx(), w.owner, entry), fmt.Sprintf("withheld: ana room-changed - %d:   map[] map[]", shared.ID); got != want {
		t.Errorf("after leaving: %q, want %q", got, want)
	}
	machine := store.FromCommandLine(context.WithoutCancel(w.ctx()))
	if got, want := w.shown(machine, w.owner, entry), fmt.Sprintf("ana room-changed bo %d:Budget 77 because map[] %s", shared.ID, told); got != want {
		t.Errorf("on the command line: %q, want %q", got, want)
	}
}

// What is withheld nobody learns by looking for it either.
func TestWhatTheAuditLogWithholdsIsNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo := w.user("ana"), w.user("bo")
	secret, tea := w.room(store.RoomPrivate, "Layoffs", ana, bo), w.room(store.RoomPublic, "Tea", ana, bo)
	w.agePast()
	start := w.number(`select max(id) from audit_entries`)
	hidden := w.act(store.AuditMemberBanned, ana, bo, secret, "77", "sells spam", "")
	open := w.act(store.AuditMemberBanned, ana, bo, tea, "77", "sells spam", "")
	own := w.act(store.AuditMemberBanned, w.owner, bo, secret, "77", "sells spam", "")
	concerned := w.act(store.AuditMemberBanned, ana, w.owner, secret, "77", "sells spam", "")
	cases := map[string]struct {
		filter store.AuditFilter
		finds  []int64 // besides what is hidden
		hidden bool    // whether that is found as well
	}{
		"nothing asked":        {store.AuditFilter{}, []int64{open, own, concerned}, true},
		"the room":             {store.AuditFilter{Room: secret.ID}, []int64{own, concerned}, true},
		"who did it":           {store.AuditFilter{Actor: ana.ID}, []int64{open, concerned}, true},
		"who did it, by name":  {store.AuditFilter{Search: "ana"}, []int64{open, concerned}, true},
		"the act":              {store.AuditFilter{Action: store.AuditMemberBanned}, []int64{open, own, concerned}, true},
		"the person":           {store.AuditFilter{User: bo.ID}, []int64{open, own}, false},
		"the person and who":   {store.AuditFilter{User: bo.ID, Actor: ana.ID}, []int64{open}, false},
		"the person and room":  {store.AuditFilter{User: bo.ID, Room: secret.ID}, []int64{own}, false},
		"who, and the person":  {store.AuditFilter{User: bo.ID, Search: "ana"}, []int64{open}, false},
		"the person, by name":  {store.AuditFilter{Search: "bo"}, []int64{open, own}, false},
		"the reason":           {store.AuditFilter{Search: "spam"}, []int64{open, own, concerned}, false},
		"the reason, who":      {store.AuditFilter{Search: "spam", Actor: ana.ID}, []int64{open, concerned}, false},
		"the object":           {store.AuditFilter{Search: "77"}, []int64{open, own, concerned}, false},
		"the room's name":      {store.AuditFilter{Search: "layoffs"}, nil, false},
		"oneself":              {store.AuditFilter{User: w.owner.ID}, []int64{concerned}, false},
		"the person, the past": {store.AuditFilter{User: bo.ID, From: time.Now().Add(-time.Hour)}, []int64{open, own}, false},
	}
	check := func(when string, longAfter bool) {
		for name, c := range cases {
			if longAfter && c.filter.Search == "" {
				continue
			}
			want := slices.Clone(c.finds)
			if c.hidden {
				want = append(want, hidden)
			}
			slices.Sort(want)
			for _, size := range []int{1, 50} {
				got := slices.DeleteFunc(w.read(w.owner, c.filter, size), func(id int64) bool { return id <= start })
				if slices.Sort(got); !slices.Equal(got, want) {
					t.Errorf("%s %s, by %d: %v, want %v", when, name, size, got, want)
				}
			}
		}
	}
	check("now", false)
	w.longAfter()
	check("long after", true)
	machine := store.FromCommandLine(context.WithoutCancel(w.ctx()))
	for _, filter := range []store.AuditFilter{{User: bo.ID}, {Search: "bo"}, {Search: "spam"}, {Search: "77"}, {Search: "layoffs"}} {
		entries, _, err := w.AuditLog(machine, w.owner.ID, store.AuditPage{AuditFilter: filter})
		w.ok(err)
		if !slices.ContainsFunc(entries, func(e store.AuditEntry) bool { return e.ID == hidden }) {
			t.Errorf("the command line looks for %+v, and finds %+v", filter, entries)
		}
	}
}

// Who came by an invite into a private room is told to nobody outside it.
func TestTheAuditLogWithholdsThePrivateRoomsOfInvites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, bo := w.user("ana"), w.user("bo")
	secret, tea := w.room(store.RoomPrivate, "Layoffs", ana), w.room(store.RoomPublic, "Tea", ana)
	rooms := fmt.Sprintf(`{"role": "member", "room_ids": [%d, %d]}`, secret.ID, tea.ID)
	for name, c := range map[string]struct {
		by, user store.User
		want     []any
	}{
		"others'": {ana, bo, []any{float64(tea.ID)}},
		"own":     {w.owner, store.User{}, []any{float64(secret.ID), float64(tea.ID)}},
	} {
		id := w.act(store.AuditUserAdded, c.by, c.user, store.Room{}, "77", "", rooms)
		entries, _, err := w.AuditLog(w.ctx(), w.owner.ID, store.AuditPage{Page: store.Page{Limit: 1}})
		w.ok(err)
		if e := entries[0]; e.ID != id || fmt.Sprint(e.After["room_ids"]) != fmt.Sprint(c.want) || e.After["role"] != "member" {
			t.Errorf("%s: %+v, want %v", name, e, c.want)
		}
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
	const people, idle, places, long = 2000, 8000, 5000, 300_000
	tea := w.room(store.RoomPublic, "Tea", w.owner)
	w.agePast()
	w.exec(`
		with t as (insert into topics (kind) select 'user' from generate_series(1, $1) returning id)
		insert into users (id, username, username_key, display_name, password_hash)
		select id, 'n' || id, 'n' || id, 'Name ' || id, 'hash' from t`, people)
	w.exec(`
		with t as (insert into topics (kind) select 'room' from generate_series(1, $1) returning id)
		insert into rooms (id, kind, name, name_key, created_by) select id, 'private', 'Room ' || id, 'room ' || id, $2 from t`, places, w.owner.ID)
	// A third is in private rooms, as is all that is about one person.
	watched := w.user("watched")
	w.exec(`
		with names as (select array_agg(id order by id) as ids from users where username <> 'watched'),
			private as (select array_agg(id order by id) as ids from rooms where kind = 'private')
		insert into audit_entries (origin, actor_id, action, user_id, room_id, object_id, reason, at)
		select case when i % 5000 = 0 then 'command-line' else 'person' end, names.ids[1 + i % $1], case when i % 3000 = 0 then 'member-banned' else 'own-sessions-ended' end,
			case when i % 30 = 1 then $4 else names.ids[1 + i * 7 % $1] end,
			case when i % 1000 = 0 then $3::bigint when i % 3 = 1 then private.ids[1 + i % $5] end, case when i % 10 = 0 then i::text end,
			case when i % 4 = 0 then 'sells spam' when i % 4001 = 0 then 'sells tulips' else '' end, now() - ($2 - i) * interval '1 minute'
		from names, private, generate_series(1, $2) i`, people, long, tea.ID, watched.ID, places)
	w.exec(`
		with t as (insert into topics (kind) select 'user' from generate_series(1, $1) returning id)
		insert into users (id, username, username_key, display_name, password_hash)
		select id, 'quiet' || id, 'quiet' || id, 'Quiet ' || id, 'hash' from t`, idle)
	w.exec(`vacuum analyze`)
	somebody := w.number(`select max(actor_id) from audit_entries where action = 'member-banned'`)
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
		"to one withheld":   {filter: store.AuditFilter{User: watched.ID}, most: 900},
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
		"a frequent reason": {filter: store.AuditFilter{Search: "spam"}, most: 2500},
		"nothing":           {filter: store.AuditFilter{Search: "xyzzy"}, most: 2500},
		"a common letter":   {filter: store.AuditFilter{Search: "n"}, most: 2500},
		"common, long ago":  {filter: store.AuditFilter{Search: "n", To: ago(100)}, most: 3000},
		"common and rare":   {filter: store.AuditFilter{Search: "n", Action: store.AuditMemberBanned}, most: 5000},
		"common, withheld":  {filter: store.AuditFilter{Search: "n", User: watched.ID}, most: 5000},
		// Each of them is looked up, once as who acts and once as whom it concerns.
		"common and idle": {filter: store.AuditFilter{Search: "quiet"}, most: 7 * idle},
	} {
		sql, args := store.AuditStatement(w.owner.ID, c.filter, c.before, 51)
		p := w.explain("custom", sql, args...)
		t.Logf("%s: %d pages, %.1f ms", name, p.pages(), p.Time)
		if p.scans("audit_entries") || p.pages() > c.most {
			t.Errorf("%s: %d pages, scans the log: %v", name, p.pages(), p.scans("audit_entries"))
		}
	}
}
