package store_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"chatd/store"
)

// device is a session of somebody who is active on it or not.
func device(row int64, user store.User, idle bool) store.CometSession {
	return store.CometSession{Row: row, User: user.ID, Device: "browser", Idle: idle}
}

// sees returns what the owner sees of somebody, "offline seen" when there is a
// time at which they were last seen.
func (w *world) sees(user store.User) string {
	w.t.Helper()
	state, seen, err := w.PresenceOf(w.ctx(), w.owner.ID, user.ID)
	w.ok(err)
	if seen != nil {
		state += " seen"
	}
	return state
}

func (w *world) choose(user store.User, choice string, until *time.Time) {
	w.t.Helper()
	_, err := w.SetPresence(w.ctx(), user.ID, choice, until)
	w.ok(err)
}

// wantChanges fails unless exactly these followed the revision.
func (p *presence) wantChanges(after int64, name map[int64]string, want ...string) {
	p.t.Helper()
	if got := p.changes(after, name); !slices.Equal(got, want) {
		p.t.Errorf("changes after %d are %q, want %q", after, got, want)
	}
}

func TestAPersonIsAwayWhenAllTheirDevicesAreIdle(t *testing.T) {
	a, b, ana, _, name := twoPeople(t)
	a.tell(true, running, device(1, ana, true)) // came with a page that lay idle
	a.tell(false, running, device(2, ana, false))
	b.tell(true, running, device(1, ana, false))
	for _, idle := range []struct {
		at   *presence
		row  int64
		idle bool
		want string
	}{
		{a, 2, true, "online"},
		{b, 1, true, "away"},
		{b, 1, true, "away"},
		{a, 1, false, "online"},
		{a, 1, true, "away"},
	} {
		idle.at.tell(false, running, device(idle.row, ana, idle.idle))
		if got := a.sees(ana); got != idle.want {
			t.Errorf("with row %d idle: %v they are %s, want %s", idle.row, idle.idle, got, idle.want)
		}
	}
	a.tell(false, running, device(3, ana, false))
	a.close(3, ana, "went-offline")
	a.wantChanges(0, name, "1 ana away signed-in", "2 ana online ", "3 ana away ", "4 ana online ", "5 ana away ", "6 ana online ", "7 ana away ")
}

func TestALoginThatHasEndedIsOpenAtNoNode(t *testing.T) {
	dead, b, ana, bo, name := twoPeople(t)
	const login, other = "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "6ba7b811-9dad-41d1-80b4-00c04fd430c8"
	of := func(row int64, user store.User, login, notice string) store.CometSession {
		s := device(row, user, false)
		s.Login, s.Notice = login, notice
		return s
	}
	dead.tell(true, running, of(1, ana, login, ""), of(2, bo, login, ""))
	b.tell(true, running, of(1, ana, login, ""), of(2, bo, other, ""))
	b.tell(false, running, of(1, ana, login, "signed-out"), of(2, bo, other, "signed-out"))
	b.wantChanges(0, name, "1 ana online signed-in", "2 bo online signed-in", "3 ana offline signed-out")
	dead.tell(false, running, of(2, bo, login, "went-offline"))
	b.wantChanges(3, name, "4 bo offline went-offline")
}

// A node that was away tells again of all its sessions, before it has heard of
// a log-out.
func TestOfALoginThatHasEndedNothingOpensAgain(t *testing.T) {
	a, b, ana, _, name := twoPeople(t)
	desk, phone, renewed := a.login(ana), a.login(ana), a.login(ana)
	on := func(row int64, login, notice string) store.CometSession {
		return store.CometSession{Row: row, User: ana.ID, Login: login, Device: "browser", Notice: notice}
	}
	end := func(login, reason string) {
		_, err := a.EndSession(a.ctx(), login, reason)
		a.ok(err)
	}
	a.tell(true, running, on(1, desk, ""))
	end(desk, "signed-out")
	b.tell(true, running, on(1, desk, "signed-out")) // where she signed out
	for _, whole := range []bool{true, false} {
		if n := a.tell(whole, running, on(1, desk, ""), on(2, desk, "")); n != 0 {
			t.Errorf("whole: %v: %d people changed", whole, n)
		}
	}
	if devices, err := a.Devices(a.ctx(), ana.ID); err != nil || len(devices) != 0 {
		t.Errorf("she has %+v open: %v", devices, err)
	}
	a.tell(false, running, on(1, desk, "signed-out"), on(2, desk, "signed-out")) // now it has heard
	a.wantChanges(0, name, "1 ana online signed-in", "2 ana offline signed-out")
	// Another login of hers opens what has not opened for the one that has ended.
	a.tell(false, running, on(2, phone, ""))
	a.wantChanges(2, name, "3 ana online signed-in")
	// The page of a browser whose login was renewed comes back with the next one.
	end(phone, store.ReasonReplaced)
	a.tell(true, running, on(3, phone, ""))
	if devices, err := a.Devices(a.ctx(), ana.ID); err != nil || len(devices) != 1 {
		t.Errorf("until then %+v are open: %v", devices, err)
	}
	a.tell(false, running, on(4, renewed, ""), on(3, phone, "went-offline"))
	a.wantChanges(3, name)
}

func TestOfSeveralEntriesOfARowTheLastCounts(t *testing.T) {
	a, _, ana, bo, name := twoPeople(t)
	closed := device(2, bo, false)
	closed.Notice = "signed-out"
	a.tell(true, running, device(1, ana, false), device(2, bo, false), device(1, ana, true), closed)
	a.wantChanges(0, name, "1 ana away signed-in")
	if n := a.number(`select count(*) from presence_leases`); n != 1 {
		t.Errorf("%d sessions are open, want that of ana", n)
	}
}

func TestAChoiceIsWhatOthersSee(t *testing.T) {
	a, _, ana, _, name := twoPeople(t)
	a.choose(ana, "do-not-disturb", nil) // while nobody is there
	a.wantChanges(0, name)
	a.open(1, ana)
	a.tell(false, running, device(1, ana, true))
	a.choose(ana, "automatic", nil)
	a.choose(ana, "do-not-disturb", new(time.Now().Add(time.Hour)))
	a.choose(ana, "invisible", nil)
	a.choose(ana, "do-not-disturb", nil)
	a.close(1, ana, "signed-out")
	a.wantChanges(0, name, "1 ana do-not-disturb signed-in", "2 ana away ", "3 ana do-not-disturb ",
		"4 ana offline went-offline", "5 ana do-not-disturb signed-in", "6 ana offline signed-out")
}

func TestAChoiceIsToldToOnesOwnDevicesOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	w.forgetNews()
	own := line("me-changed", ana.ID, ana.ID, 0, ana.ID)
	soon := time.Now().Add(time.Hour).Truncate(time.Second).UTC()
	for _, step := range []struct {
		choice string
		until  *time.Time
		news   int
		want   store.Own
	}{
		{"automatic", nil, 0, store.Own{PresenceChoice: "automatic"}},
		{"automatic", &soon, 0, store.Own{PresenceChoice: "automatic"}},
		{"invisible", &soon, 1, store.Own{PresenceChoice: "invisible", PresenceUntil: &soon}},
		{"invisible", &soon, 0, store.Own{PresenceChoice: "invisible", PresenceUntil: &soon}},
		{"invisible", nil, 1, store.Own{PresenceChoice: "invisible"}},
		{"do-not-disturb", nil, 1, store.Own{PresenceChoice: "do-not-disturb"}},
	} {
		pending, err := w.SetPresence(w.ctx(), ana.ID, step.choice, step.until)
		w.ok(err)
		if news := w.news(); len(news) != step.news || len(pending) != step.news || step.news == 1 && (news[0] != own || pending[0] != ana.ID) {
			t.Errorf("%s: news %v, pending %v", step.choice, news, pending)
		}
		w.forgetNews()
		me, err := w.User(w.ctx(), ana.ID)
		w.ok(err)
		ends := func(o store.Own) string { return fmt.Sprint(o.PresenceChoice, " ", o.PresenceUntil) }
		if ends(me.Own) != ends(step.want) || me.Notices != "condense" {
			t.Errorf("%s: now %+v, want %+v", step.choice, me.Own, step.want)
		}
		seen, err := w.Person(w.ctx(), w.owner.ID, ana.ID)
		if w.ok(err); seen.Own != (store.Own{}) {
			t.Errorf("others see %+v", seen.Own)
		}
	}
}

func TestAChoiceThatNobodyCanMakeChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, gone := w.user("ana"), w.user("gone")
	w.deactivate(gone)
	w.forgetNews()
	now := time.Now()
	for _, c := range []struct {
		user   store.User
		choice string
		until  *time.Time
		field  string // "" is ErrNotFound
	}{
		{ana, "away", nil, "presence.choice"},
		{ana, "invisible", new(now.Add(-time.Minute)), "presence.until"},
		{ana, "invisible", new(now.AddDate(2, 0, 0)), "presence.until"},
		{ana, "invisible", new(time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -12*3600))), "presence.until"},
		{gone, "invisible", nil, ""},
		{store.User{ID: 1 << 40}, "invisible", nil, ""},
	} {
		_, err := w.SetPresence(w.ctx(), c.user.ID, c.choice, c.until)
		w.wantInvalidOrNotFound(err, c.field)
	}
	if n := w.number(`select count(*) from users where presence_choice <> 'automatic'`); n != 0 || len(w.news()) != 0 {
		t.Errorf("%d have chosen, news %v", n, w.news())
	}
}

func TestAChoiceEndsByTheClockOfTheDatabase(t *testing.T) {
	a, _, ana, bo, name := twoPeople(t)
	a.tell(true, running, device(1, ana, true), device(2, bo, false))
	a.choose(ana, "do-not-disturb", new(time.Now().Add(time.Hour)))
	a.choose(bo, "invisible", new(time.Now().Add(time.Hour)))
	ending := func() bool {
		looked, err := a.LookPresence(a.ctx(), nodeA, 100, nil)
		a.ok(err)
		return looked.Ending
	}
	lapse := func() int {
		n, err := a.LapsePresence(a.ctx())
		a.ok(err)
		return n
	}
	if a.forgetNews(); ending() || lapse() != 0 || len(a.news()) != 0 {
		t.Error("a choice ended before its time")
	}
	a.exec(`update users set presence_until = now() - interval '1 second' where presence_until is not null`)
	me, err := a.User(a.ctx(), bo.ID)
	if a.ok(err); me.PresenceChoice != "automatic" || me.PresenceUntil != nil {
		t.Errorf("before it was noticed: %+v", me.Own)
	}
	if !ending() || lapse() != 2 || ending() || lapse() != 0 {
		t.Error("the ends were not noticed once")
	}
	a.wantChanges(2, name, "3 ana do-not-disturb ", "4 bo offline went-offline", "5 ana away ", "6 bo online signed-in")
	want := []string{line("me-changed", ana.ID, ana.ID, 0, ana.ID), line("me-changed", bo.ID, bo.ID, 0, bo.ID)}
	if news := a.news(); !slices.Equal(slices.Sorted(slices.Values(news)), slices.Sorted(slices.Values(want))) {
		t.Errorf("news %v, want %v", news, want)
	}
}

// Two do the same, but one only pretends: whatever others can ask for must
// give them the same answers about both.
func TestSomebodyInvisibleLooksLikeSomebodyGone(t *testing.T) {
	a, b, ana, bo, name := twoPeople(t)
	room := a.room(store.RoomPublic, "tea", a.owner, ana, bo)
	_, login := a.browser().signIn(ana)
	looks := func(when string) {
		t.Helper()
		a.exec(`update users set last_seen_at = '2002-02-02' where last_seen_at > now() - interval '1 minute'`) // just now
		seen := func(user store.User) string {
			person, err := a.Person(a.ctx(), a.owner.ID, user.ID)
			a.ok(err)
			text := a.sees(user) + fmt.Sprint(" ", person.LastSeenAt, " ", person.Own)
			for _, page := range []store.MembersPage{{}, {Here: true}, {Search: user.Username}} {
				members, _, err := a.Members(a.ctx(), a.owner.ID, room.ID, page)
				a.ok(err)
				for _, m := range members {
					if m.ID == user.ID {
						text += fmt.Sprint(" | ", m.State, m.LastSeenAt, m.Status)
					}
				}
			}
			return text
		}
		if of, as := seen(ana), seen(bo); of != as {
			t.Errorf("%s: of ana they see %q, of bo %q", when, of, as)
		}
		_, here, err := a.MemberCounts(a.ctx(), a.owner.ID, room.ID)
		a.ok(err)
		count, _, err := a.CountHere(a.ctx(), room.ID)
		a.ok(err)
		_, _, states, err := a.LoadPresence(a.ctx())
		if a.ok(err); here != len(states) || count != here || here == 1 {
			t.Errorf("%s: %d, %d and %v are here", when, here, count, states)
		}
	}
	a.settle(true, running, []int64{1, 2}, ids(ana, bo), "", "")
	looks("both are there")
	a.choose(ana, "invisible", nil)
	a.close(2, bo, "went-offline")
	looks("both are gone")
	a.wantChanges(2, name, "3 ana offline went-offline", "4 bo offline went-offline")

	// All that ana does from now on leaves no trace.
	a.exec(`update users set last_seen_at = '2001-01-01'`)
	a.exec(`update sessions set last_used_at = now() - interval '1 hour'`)
	a.ok(a.TouchSession(a.ctx(), login, "192.0.2.9"))
	a.tell(false, running, device(1, ana, true))
	b.tell(true, running, device(1, ana, false))
	a.close(1, ana, "signed-out")
	b.tell(false, over, device(2, ana, true))
	_, err := a.ExpirePresence(a.ctx(), nodeA)
	a.ok(err)
	a.tell(false, running, device(3, ana, false))
	a.tell(true, running, device(4, ana, false))
	looks("while ana comes and goes")
	a.wantChanges(4, name)

	a.choose(ana, "automatic", nil)
	a.tell(false, running, device(5, bo, false))
	looks("both are back")
	a.wantChanges(4, name, "5 ana online signed-in", "6 bo online signed-in")
}

func TestANodeThatDiesLeavesTheOthersDevices(t *testing.T) {
	a, b, ana, bo, name := twoPeople(t)
	a.tell(true, running, device(1, ana, true))
	b.tell(true, -10*time.Minute, device(1, ana, false), device(2, bo, false))
	a.exec(`update users set last_seen_at = '2001-01-01'`)
	n, err := a.ExpirePresence(a.ctx(), nodeA)
	if a.ok(err); n != 2 {
		t.Errorf("%d people changed, want both", n)
	}
	a.wantChanges(3, name, "4 ana away ", "5 bo offline went-offline")
	seen := a.number(`select count(*) from users where id = $1 and last_seen_at between now() - interval '11 minutes' and now() - interval '9 minutes'`, bo.ID)
	if still := a.number(`select count(*) from users where id = $1 and last_seen_at = '2001-01-01'`, ana.ID); seen != 1 || still != 1 {
		t.Errorf("bo was last seen when the lease ended: %d, and ana was not dated: %d", seen, still)
	}
}

func TestLeasesLastByTheClockOfTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	url := w.sql.Config().ConnString()
	// In here it is the year 2000.
	synctest.Test(t, func(t *testing.T) {
		if year := time.Now().Year(); year != 2000 {
			t.Fatalf("it is %d", year)
		}
		late, err := store.Open(t.Context(), store.Config{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		defer late.Close()
		known, changed, err := late.SettlePresence(t.Context(), nodeA, 1, true, time.Hour, []store.CometSession{device(1, ana, false)})
		if err != nil || !known || changed != 1 {
			t.Errorf("settle: %v, %d, %v", known, changed, err)
		}
		looked, err := late.LookPresence(t.Context(), nodeA, 0, func(_, _ int64, _, _ string, at time.Time) {
			if at.Year() < 2020 {
				t.Errorf("the change is dated %v", at)
			}
		})
		if err != nil || !looked.Alive {
			t.Errorf("look: %+v, %v", looked, err)
		}
		if n, err := late.ExpirePresence(t.Context(), nodeB); err != nil || n != 0 {
			t.Errorf("%d people went offline: %v", n, err)
		}
	})
	if n := w.number(`select count(*) from nodes where lease_until between now() + interval '50 minutes' and now() + interval '1 hour'`); n != 1 {
		t.Error("the lease does not last an hour")
	}
}

func TestAWholeSettlementPutsEverybodyRight(t *testing.T) {
	a, b, ana, bo, name := twoPeople(t)
	cleo, dan, eve := a.user("cleo"), a.user("dan"), a.user("eve")
	name[cleo.ID], name[dan.ID], name[eve.ID] = "cleo", "dan", "eve"
	a.settle(true, running, []int64{1, 2}, ids(ana, cleo), "", "")
	b.settle(true, running, []int64{1}, ids(bo), "")
	a.choose(dan, "invisible", nil)
	a.exec(`delete from presence_states where user_id = $1`, bo.ID)                                                                 // here, and nobody knows
	a.exec(`insert into presence_states (user_id, state, since) values ($1, 'away', now()), ($2, 'online', now())`, dan.ID, eve.ID) // gone, and nobody knows
	a.exec(`update presence_states set state = 'do-not-disturb' where user_id = $1`, cleo.ID)                                       // did not choose that
	a.exec(`insert into presence_leases (node_id, id, user_id) values ($1, 7, $2)`, nodeB, dan.ID)                                  // as the version before does
	a.exec(`update users set last_seen_at = '2001-01-01' where id = any ($1)`, ids(ana, bo, cleo, dan))
	if n := a.settle(false, running, nil, nil); n != 0 {
		t.Errorf("an ordinary call changed %d people", n)
	}
	a.settle(true, running, []int64{1, 2}, ids(ana, cleo), "", "")
	a.wantChanges(3, name, "4 bo online signed-in", "5 cleo online ", "6 dan offline went-offline", "7 eve offline went-offline")
	if n := a.settle(true, running, []int64{1, 2}, ids(ana, cleo), "", ""); n != 0 {
		t.Errorf("%d people were wrong the second time", n)
	}
}

func TestWhatTheVersionBeforeTellsIsKnown(t *testing.T) {
	a, _, ana, bo, name := twoPeople(t)
	a.open(1, ana)
	// The statements of the version before.
	tell := func(revision int64, user store.User, state, notice string) {
		a.exec(`insert into presence_changes (revision, user_id, state, notice, changed_at) values ($1, $2, $3, $4, now())`,
			revision, user.ID, state, notice)
	}
	a.exec(`insert into nodes (id, turn, lease_until) values ($1, 1, now() + interval '1 hour')`, nodeB)
	a.exec(`insert into presence_leases (node_id, id, user_id) values ($1, 1, $2)`, nodeB, bo.ID)
	tell(2, bo, "online", "signed-in")
	a.exec(`delete from presence_leases where user_id = $1`, ana.ID)
	tell(3, ana, "offline", "signed-out")
	tell(4, ana, "online", "signed-in")
	tell(5, ana, "offline", "signed-out")
	// Whoever begins to look now goes on after 5.
	_, revision, states, err := a.LoadPresence(a.ctx())
	if want := []store.PersonState{{User: bo.ID, State: "online"}}; err != nil || revision != 5 || !slices.Equal(states, want) {
		t.Errorf("at %d: %v, %v, want bo at 5", revision, states, err)
	}
	if n := a.settle(false, running, nil, nil); n != 0 || a.sees(bo) != "online" || a.sees(ana) != "offline seen" {
		t.Errorf("%d changed; bo is %s, ana %s", n, a.sees(bo), a.sees(ana))
	}
	// They move to this node: the one was gone, the other was not.
	a.tell(false, running, device(2, ana, false), device(3, bo, false))
	a.wantChanges(5, name, "6 ana online signed-in")
}

// The version before takes a lease for a sign-in, whatever people chose.
func TestWhatTheVersionBeforeTellsWronglyIsPutRight(t *testing.T) {
	a, _, ana, bo, name := twoPeople(t)
	cleo := a.user("cleo")
	name[cleo.ID] = "cleo"
	a.settle(true, running, nil, nil)
	a.choose(ana, "invisible", nil)
	a.choose(bo, "do-not-disturb", nil)
	a.exec(`insert into nodes (id, turn, lease_until) values ($1, 1, now() + interval '1 hour')`, nodeB)
	tell := func() {
		a.exec(`delete from presence_leases where user_id = any ($1)`, ids(ana, bo))
		a.exec(`insert into presence_leases (node_id, id, user_id) select $1, id, id from users where id = any ($2)`, nodeB, ids(ana, bo))
		a.exec(`
			insert into presence_changes (revision, user_id, state, notice, changed_at)
			select (select coalesce(max(revision), 0) from presence_changes) + row_number() over (order by id), id, 'online', 'signed-in', now()
			from users where id = any ($1)`, ids(ana, bo))
	}
	told := func(change func() int, by ...string) {
		t.Helper()
		_, before, _, err := a.LoadPresence(a.ctx())
		a.ok(err)
		tell()
		n := change()
		a.wantChanges(before+2, name, by...)
		if n != len(by) || a.sees(ana) != "offline seen" || a.sees(bo) != "do-not-disturb" {
			t.Errorf("%d changed, want %d; ana is %s, bo %s", n, len(by), a.sees(ana), a.sees(bo))
		}
	}
	told(func() int { return a.settle(false, running, nil, nil) }, "3 ana offline went-offline", "4 bo do-not-disturb ")
	told(func() int { return a.open(1, cleo) }, "7 ana offline went-offline", "8 bo do-not-disturb ", "9 cleo online signed-in")
	told(func() int { return a.settle(true, running, nil, nil) },
		"12 ana offline went-offline", "13 bo do-not-disturb ", "14 cleo offline went-offline")
	told(func() int {
		a.choose(cleo, "invisible", nil)
		return 2
	}, "17 ana offline went-offline", "18 bo do-not-disturb ")
	told(func() int {
		n, err := a.LapsePresence(a.ctx())
		a.ok(err)
		return n
	}, "21 ana offline went-offline", "22 bo do-not-disturb ")
}

func TestMigrationKnowsWhoIsHere(t *testing.T) {
	t.Parallel()
	w := emptyWorld(t)
	url := w.emptyDatabase()
	w.ok(store.MigrateFiles(t.Context(), url, firstMigrations(t, 2)))
	w.exec(`
		with t as (insert into topics (kind) values ('user'), ('user') returning id)
		insert into users (id, username, username_key, display_name, password_hash) select id, 'u' || id, 'u' || id, 'U', '' from t`)
	w.exec(`insert into nodes (id, turn, lease_until) values ($1, 1, now() + interval '1 hour')`, nodeA)
	w.exec(`insert into presence_leases (node_id, id, user_id) select $1, n, (select min(id) from users) from generate_series(1, 3) n`, nodeA)
	w.exec(`insert into presence_changes (revision, user_id, state, notice, changed_at)
		select row_number() over (order by id), id, 'online', 'signed-in', now() from users`)
	w.exec(`insert into presence_changes (revision, user_id, state, notice, changed_at)
		select 3, max(id), 'offline', 'signed-out', now() from users`)
	w.ok(store.Migrate(t.Context(), url))
	s, err := store.Open(t.Context(), store.Config{URL: url})
	w.ok(err)
	defer s.Close()
	known, changed, err := s.SettlePresence(t.Context(), nodeB, 1, true, running, nil)
	if err != nil || !known || changed != 0 {
		t.Errorf("the first node after it: %v, %d changes, %v", known, changed, err)
	}
	_, revision, states, err := s.LoadPresence(t.Context())
	if err != nil || revision != 3 || len(states) != 1 || states[0].State != "online" {
		t.Errorf("at %d %v, %v", revision, states, err)
	}
}

func TestDevicesAreWhereSomebodyIsConnected(t *testing.T) {
	a, b, ana, bo, _ := twoPeople(t)
	const login = "6f1b2c3d-0000-4000-8000-000000000001"
	a.tell(true, running, store.CometSession{Row: 1, User: ana.ID, Login: login, Device: "phone"}, device(2, bo, false))
	a.choose(ana, "invisible", nil) // from others
	a.tell(false, running, store.CometSession{Row: 1, User: ana.ID, Login: login, Device: "phone", Transport: "stream", RoundTrip: 12 * time.Millisecond, Idle: true})
	b.tell(true, running, store.CometSession{Row: 1, User: ana.ID, Login: "no id", Device: "browser"})
	devices, err := a.Devices(a.ctx(), ana.ID)
	a.ok(err)
	for i := range devices {
		if age := time.Since(devices[i].Since); age < -time.Minute || age > time.Minute {
			t.Errorf("connected since %v", devices[i].Since)
		}
		devices[i].Since = time.Time{}
	}
	want := []store.Device{
		{Login: login, Device: "phone", Transport: "stream", RoundTrip: 12 * time.Millisecond, Idle: true, Node: nodeA},
		{Device: "browser", Node: nodeB},
	}
	if !slices.Equal(devices, want) {
		t.Errorf("devices %+v, want %+v", devices, want)
	}
}

func TestAGuestSeesThePresenceOfThoseInTheirRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	guest, ana, bo := w.userAs(store.RoleGuest, "guest"), w.user("ana"), w.user("bo")
	w.room(store.RoomPrivate, "tea", ana, guest)
	if state, _, err := w.PresenceOf(w.ctx(), guest.ID, ana.ID); err != nil || state != "offline" {
		t.Errorf("of ana: %s, %v", state, err)
	}
	for _, unknown := range []int64{bo.ID, 1 << 40} {
		_, _, err := w.PresenceOf(w.ctx(), guest.ID, unknown)
		w.wantInvalidOrNotFound(err, "")
	}
}

func TestNobodyIsHereInARestoredDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	a := &presence{world: w, node: nodeA}
	a.open(1, ana)
	w.choose(ana, "do-not-disturb", nil)
	text := w.backup()
	other := emptyWorld(t)
	other.ok(other.restore(text, alone))
	_, revision, states, err := other.LoadPresence(t.Context())
	if err != nil || revision != 0 || len(states) != 0 {
		t.Errorf("at %d %v, %v", revision, states, err)
	}
	if me, err := other.User(t.Context(), ana.ID); err != nil || me.PresenceChoice != "do-not-disturb" {
		t.Errorf("ana: %+v, %v", me.Own, err)
	}
	restored := &presence{world: other, node: nodeB}
	restored.open(1, ana)
	restored.wantChanges(0, map[int64]string{ana.ID: "ana"}, "1 ana do-not-disturb signed-in")
}
