package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatd/store"
	"chatd/store/rights"
)

// logged returns what the audit log has of an action, oldest first, as
// "origin actor user room reason before after".
func (w *world) logged(action store.AuditAction) []string {
	w.t.Helper()
	rows, err := w.sql.Query(w.ctx(), `
		select concat_ws(' ', origin, coalesce(actor_id, 0), coalesce(user_id, 0), coalesce(room_id, 0), reason, coalesce(before::text, '-'), coalesce(after::text, '-'))
		from audit_entries where action = $1 order by id`, string(action))
	w.ok(err)
	defer rows.Close()
	var entries []string
	for rows.Next() {
		var entry string
		w.ok(rows.Scan(&entry))
		entries = append(entries, entry)
	}
	w.ok(rows.Err())
	return entries
}

// loggedAs is one line of logged.
func loggedAs(by, user, room int64, reason, before, after string) string {
	return fmt.Sprintf("person %d %d %d %s %s %s", by, user, room, reason, before, after)
}

func ptr[T any](v T) *T { return &v }

// untilHeldUp waits until n of the store's connections wait for locks.
func (w *world) untilHeldUp(n int64) {
	w.t.Helper()
	w.until("others wait for a lock", func() bool {
		return n == w.number(`
			select count(*) from pg_stat_activity
			where datname = current_database() and application_name = 'chatd' and wait_event_type = 'Lock'`)
	})
}

// keep is a change of retention alone.
func keep(days *int) store.RoomChange { return store.RoomChange{RetentionDays: &days} }

func TestEverythingThatCanBeSetAboutARoomStaysAndIsInTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	room := w.room(store.RoomPublic, "Tea", w.owner)
	all := store.RoomChange{
		Name: ptr("Coffee"), Topic: ptr(" The  new machine "), Description: ptr("Hot"), State: ptr(rights.Members),
		SlowMode: ptr(90 * time.Second), Notices: ptr("hide"), RetentionDays: ptr(ptr(30)), Default: ptr(true),
	}
	changed, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, all)
	w.ok(err)
	if changed.RetentionDays == nil || *changed.RetentionDays != 30 {
		t.Errorf("retention = %v, want 30", changed.RetentionDays)
	}
	want := room
	want.Name, want.Topic, want.Description, want.State = "Coffee", "The new machine", "Hot", rights.Members
	want.SlowMode, want.Notices, want.RetentionDays, want.Default = 90*time.Second, "hide", changed.RetentionDays, true
	if changed != want {
		t.Errorf("it is %+v\nwant  %+v", changed, want)
	}
	again, pending, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, all)
	if err != nil || len(pending) != 0 || again.Name != "Coffee" {
		t.Errorf("the same again: %+v, %v, %v", again, pending, err)
	}
	before := `{"name": "Tea", "state": "open", "topic": "", "notices": "show", "slow_mode": 0, "is_default": false, "description": "", "retention_days": null}`
	after := `{"name": "Coffee", "state": "members", "topic": "The new machine", "notices": "hide", "slow_mode": 90, "is_default": true, "description": "Hot", "retention_days": 30}`
	if got, want := w.logged(store.AuditRoomChanged), []string{loggedAs(w.owner.ID, 0, room.ID, "", before, after)}; !slices.Equal(got, want) {
		t.Errorf("entries = %q\nwant      %q", got, want)
	}
	for _, days := range []*int{ptr(0), nil} {
		changed, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, keep(days))
		w.ok(err)
		if (changed.RetentionDays == nil) != (days == nil) || days != nil && *changed.RetentionDays != *days {
			t.Errorf("retention = %v, want %v", changed.RetentionDays, days)
		}
	}
}

func TestMakingARoomIsInTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPrivate, "Tea", ada)
	want := []string{loggedAs(ada.ID, 0, room.ID, "", "-", `{"kind": "private", "name": "Tea"}`)}
	if got := w.logged(store.AuditRoomMade); !slices.Equal(got, want) {
		t.Errorf("entries = %q, want %q", got, want)
	}
}

func TestARoomIsChangedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, mod := w.user("ada"), w.user("mod")
	room := w.room(store.RoomPublic, "Tea", ada, mod)
	_, _, err := w.SetRoomRole(w.ctx(), ada.ID, mod.ID, room.ID, store.RoomModerator)
	w.ok(err)
	w.forgetNews()
	w.room(store.RoomPublic, "Coffee", ada)
	w.forgetNews()
	for what, try := range map[string]struct {
		by     store.User
		change store.RoomChange
		want   error
	}{
		"a moderator also renames":                               {mod, store.RoomChange{Topic: ptr("x"), Name: ptr("y")}, store.ErrForbidden},
		"a moderator also archives":                              {mod, store.RoomChange{SlowMode: ptr(time.Second), Archived: ptr(true)}, store.ErrForbidden},
		"an owner of the room decides what everybody comes into": {ada, store.RoomChange{Topic: ptr("x"), Default: ptr(true)}, store.ErrForbidden},
		"a name is taken":                                        {ada, store.RoomChange{Topic: ptr("x"), Name: ptr("coffee")}, store.ErrConflict},
	} {
		if _, pending, err := w.ChangeRoom(w.ctx(), try.by.ID, room.ID, try.change); !errors.Is(err, try.want) || len(pending) != 0 {
			t.Errorf("%s: %v, %v, want %v", what, pending, err, try.want)
		}
	}
	if found, err := w.RoomForMember(w.ctx(), ada.ID, room.ID); err != nil || found != room {
		t.Errorf("it is %+v, %v, want %+v", found, err, room)
	}
	if news, entries := w.news(), w.logged(store.AuditRoomChanged); len(news)+len(entries) != 0 {
		t.Errorf("news = %v, entries = %v", news, entries)
	}
	// What a moderator may do on their own.
	if changed, _, err := w.ChangeRoom(w.ctx(), mod.ID, room.ID, store.RoomChange{Topic: ptr("x"), SlowMode: ptr(time.Minute)}); err != nil || changed.Topic != "x" {
		t.Errorf("topic and slow mode: %+v, %v", changed, err)
	}
}

func TestWhatNoRoomCanBeIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	public, private := w.room(store.RoomPublic, "Tea", w.owner), w.room(store.RoomPrivate, "Secret", w.owner)
	standard := w.room(store.RoomPublic, "Everybody", w.owner)
	_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, standard.ID, store.RoomChange{Default: ptr(true)})
	w.ok(err)
	for i, try := range []struct {
		room   int64
		change store.RoomChange
		field  string
	}{
		{public.ID, store.RoomChange{Topic: ptr(strings.Repeat("x", 251))}, "topic"},
		{public.ID, store.RoomChange{Kind: ptr(store.RoomDirect)}, "kind"},
		{public.ID, store.RoomChange{Kind: ptr(store.RoomKind("king"))}, "kind"},
		{public.ID, store.RoomChange{State: ptr(rights.Archived)}, "state"},
		{public.ID, store.RoomChange{State: ptr(rights.State("deleted"))}, "state"},
		{public.ID, store.RoomChange{SlowMode: ptr(-time.Second)}, "slow_mode"},
		{public.ID, store.RoomChange{SlowMode: ptr(time.Millisecond)}, "slow_mode"},
		{public.ID, store.RoomChange{SlowMode: ptr(25 * time.Hour)}, "slow_mode"},
		{public.ID, store.RoomChange{Notices: ptr("never")}, "notices"},
		{public.ID, keep(ptr(-1)), "retention_days"},
		{public.ID, keep(ptr(36501)), "retention_days"},
		{private.ID, store.RoomChange{Default: ptr(true)}, "is_default"},
		{public.ID, store.RoomChange{Default: ptr(true), Kind: ptr(store.RoomPrivate)}, "is_default"},
		{standard.ID, store.RoomChange{Kind: ptr(store.RoomPrivate)}, "kind"},
	} {
		_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, try.room, try.change)
		if invalid, ok := errors.AsType[*store.InvalidError](err); !ok || invalid.Field != try.field {
			t.Errorf("try %d: %v, want an InvalidError of %s", i, err, try.field)
		}
	}
	direct := w.direct(w.owner, w.user("ada"))
	for _, change := range []store.RoomChange{{Topic: ptr("x")}, {Default: ptr(true)}, {Archived: ptr(true)}, {Kind: ptr(store.RoomPublic)}, {}} {
		if _, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, direct.ID, change); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("a direct room: %v, want ErrForbidden", err)
		}
	}
	if _, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, standard.ID, store.RoomChange{Kind: ptr(store.RoomPrivate), Default: ptr(false)}); err != nil {
		t.Errorf("both at once: %v", err)
	}
}

func TestARoomGoesPrivateAndPublicAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "Tea", w.owner)
	w.forgetNews()
	kind := func(to store.RoomKind) store.RoomChange { return store.RoomChange{Kind: &to} }
	changed, pending, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, kind(store.RoomPrivate))
	if err != nil || changed.Kind != store.RoomPrivate || !slices.Equal(pending, store.Pending{room.ID, store.WorkspaceTopic}) {
		t.Fatalf("%+v, %v, %v", changed, pending, err)
	}
	want := []string{line("room-changed", room.ID, 0, room.ID, w.owner.ID), line("room-unlisted", store.WorkspaceTopic, 0, room.ID, w.owner.ID)}
	if news := w.news(); !slices.Equal(news, want) {
		t.Errorf("news = %v, want %v", news, want)
	}
	if _, err := w.JoinRoom(w.ctx(), ada.ID, room.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("joining: %v, want ErrNotFound", err)
	}
	// The name is free now, and then it is taken.
	w.room(store.RoomPublic, "TEA", ada)
	_, _, err = w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, kind(store.RoomPublic))
	if taken, ok := errors.AsType[*store.TakenError](err); !ok || taken.Field != "name" {
		t.Errorf("public again: %v, want a TakenError", err)
	}
	back := kind(store.RoomPublic)
	back.Name = ptr("Green tea")
	if changed, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, back); err != nil || changed.Name != "Green tea" {
		t.Errorf("with another name: %+v, %v", changed, err)
	}
	if _, err := w.JoinRoom(w.ctx(), ada.ID, room.ID); err != nil {
		t.Errorf("joining again: %v", err)
	}
	if got := w.logged(store.AuditRoomChanged); len(got) != 2 {
		t.Errorf("entries = %q, want two", got)
	}
}

func TestNobodyShutsThemselvesOutOfARoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, admin := w.user("ada"), w.userAs(store.RoleAdmin, "admin")
	room := w.room(store.RoomPublic, "Tea", ada)
	private := store.RoomChange{Kind: ptr(store.RoomPrivate)}
	if _, _, err := w.ChangeRoom(w.ctx(), admin.ID, room.ID, private); !errors.Is(err, store.ErrNotMember) {
		t.Errorf("an admin outside: %v, want ErrNotMember", err)
	}
	_, err := w.JoinRoom(w.ctx(), admin.ID, room.ID)
	w.ok(err)
	if _, _, err := w.ChangeRoom(w.ctx(), admin.ID, room.ID, private); err != nil {
		t.Errorf("an admin inside: %v", err)
	}
	// Whoever has the machine does it anyway, and the log names no person.
	ctx := store.FromCommandLine(w.ctx())
	if _, _, err := w.ChangeRoom(ctx, w.owner.ID, room.ID, store.RoomChange{Kind: ptr(store.RoomPublic)}); err != nil {
		t.Errorf("the command line: %v", err)
	}
	got := w.logged(store.AuditRoomChanged)
	if want := fmt.Sprintf(`command-line 0 0 %d  {"kind": "private"} {"kind": "public"}`, room.ID); got[len(got)-1] != want {
		t.Errorf("entry = %q, want %q", got[len(got)-1], want)
	}
}

func TestAnArchivedRoomIsReadAndTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	room := w.room(store.RoomPublic, "Tea", w.owner, ada)
	w.say(room, ada, 3)
	_, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, seal(true))
	w.ok(err)
	for _, archived := range []bool{true, true, false, false} {
		changed, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, store.RoomChange{Archived: &archived})
		w.ok(err)
		want := rights.ReadOnly
		if archived {
			want = rights.Archived
		}
		if changed.State != want {
			t.Errorf("archived %v: it is %s", archived, changed.State)
		}
		if page, err := w.History(w.ctx(), ada.ID, room.ID, store.HistoryPage{}); err != nil || len(page.Messages) != 3 {
			t.Errorf("archived %v: %d messages, %v", archived, len(page.Messages), err)
		}
		if archived {
			if _, _, err := w.ChangeRoom(w.ctx(), w.owner.ID, room.ID, rename("x")); !errors.Is(err, store.ErrArchived) {
				t.Errorf("renaming: %v, want ErrArchived", err)
			}
		}
	}
	want := []string{loggedAs(w.owner.ID, 0, room.ID, "", "-", "-")}
	for _, action := range []store.AuditAction{store.AuditRoomArchived, store.AuditRoomUnarchived} {
		if got := w.logged(action); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", action, got, want)
		}
	}
}

// Whoever joins while a room becomes private is either in it before or does not
// find it.
func TestARoomThatBecomesPrivateIsJoinedBeforeOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const n = 12
	var people []store.User
	for i := range n {
		people = append(people, w.user(fmt.Sprint("user", i)))
	}
	room := w.room(store.RoomPublic, "Tea", w.owner)
	tx, err := w.sql.Begin(w.ctx())
	w.ok(err)
	_, err = tx.Exec(w.ctx(), `update rooms set kind = 'private' where id = $1`, room.ID)
	w.ok(err)
	joins := make(chan error, n)
	for _, p := range people {
		go func() { _, err := w.JoinRoom(w.ctx(), p.ID, room.ID); joins <- err }()
	}
	w.untilHeldUp(n)
	w.ok(tx.Commit(w.ctx()))
	for range n {
		if err := <-joins; !errors.Is(err, store.ErrNotFound) {
			t.Errorf("joined: %v, want ErrNotFound", err)
		}
	}
}
