package store_test

import (
	"errors"
	"slices"
	"testing"

	"chatd/store"
)

// reports reports a message.
func (w *world) reports(by store.User, room store.Room, number int64) store.Pending {
	w.t.Helper()
	pending, err := w.ReportMessage(w.ctx(), by.ID, room.ID, number, "rude")
	w.ok(err)
	return pending
}

// queue is what somebody has to settle.
func (w *world) queue(by store.User, page store.ReportsPage) (reports []store.Report, open int) {
	w.t.Helper()
	reports, next, open, err := w.Reports(w.ctx(), by.ID, page)
	w.ok(err)
	if next != "" {
		w.t.Error("there is more")
	}
	return reports, open
}

func TestAReportReachesThoseWhoKeepOrderAndNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, mod, admin := w.user("ada"), w.user("bob"), w.user("mod"), w.user("admin")
	_, _, err := w.SetRole(w.ctx(), w.owner.ID, admin.ID, store.RoleAdmin)
	w.ok(err)
	tea, secret := w.room(store.RoomPublic, "tea", w.owner, ada, bob, mod), w.room(store.RoomPrivate, "secret", mod, ada, bob)
	pair := w.direct(ada, bob)
	w.give(tea, mod, store.RoomModerator)
	for _, room := range []store.Room{tea, secret, pair} {
		w.say(room, ada, 1)
	}
	w.forgetNews()
	told := func(pending store.Pending, want ...store.User) {
		t.Helper()
		slices.Sort(pending)
		wanted := ids(want...)
		slices.Sort(wanted)
		var news []string
		for _, id := range wanted {
			news = append(news, line("reports-changed", id, id, 0, 0))
		}
		got := w.news()
		slices.Sort(got)
		slices.Sort(news)
		if !slices.Equal(pending, wanted) || !slices.Equal(got, news) {
			t.Errorf("told are %v, by %q; want %v", pending, got, wanted)
		}
		w.forgetNews()
	}
	told(w.reports(bob, tea, 1), w.owner, mod, admin)
	told(w.reports(bob, secret, 1), w.owner, mod, admin)
	told(w.reports(bob, pair, 1), w.owner, admin)
	told(w.reports(bob, tea, 1)) // once more
	for _, try := range []struct {
		by    store.User
		rooms []store.Room
		name  string // of the private room
	}{{w.owner, []store.Room{pair, secret, tea}, ""}, {admin, []store.Room{pair, secret, tea}, ""}, {mod, []store.Room{secret, tea}, "secret"}} {
		list, open := w.queue(try.by, store.ReportsPage{})
		if open != len(try.rooms) || len(list) != len(try.rooms) {
			t.Fatalf("%s: %d open, %+v", try.by.Username, open, list)
		}
		for i, r := range list {
			if r.RoomID != try.rooms[i].ID || r.Author.ID != ada.ID || r.Reporter.ID != bob.ID || r.Reason != "rude" || r.Body != "message 1" || r.Number != 1 || r.Deleted {
				t.Errorf("%s: %+v", try.by.Username, r)
			}
			if r.RoomID == secret.ID && r.RoomName != try.name {
				t.Errorf("%s: the private room is called %q", try.by.Username, r.RoomName)
			}
		}
	}
	if list, _ := w.queue(mod, store.ReportsPage{Room: tea.ID}); len(list) != 1 || list[0].RoomID != tea.ID {
		t.Errorf("of one room: %+v", list)
	}
	for _, user := range []store.User{ada, bob} {
		if _, _, _, err := w.Reports(w.ctx(), user.ID, store.ReportsPage{}); !errors.Is(err, store.ErrForbidden) {
			t.Errorf("%s sees the queue: %v", user.Username, err)
		}
	}
	// The text stays when the message is deleted.
	w.deletes(mod, tea, 1)
	if list, _ := w.queue(mod, store.ReportsPage{Room: tea.ID}); !list[0].Deleted || list[0].Body != "message 1" {
		t.Errorf("after it is deleted: %+v", list)
	}
}

func TestAReportSaysThatTheMessageWasChangedSince(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	tea, secret := w.room(store.RoomPublic, "tea", w.owner, ada, bob), w.room(store.RoomPrivate, "secret", ada, bob)
	for _, room := range []store.Room{tea, secret} {
		w.say(room, ada, 1)
		w.edits(ada, room, 1, "rude")
		w.reports(bob, room, 1)
	}
	want := func(by store.User, room store.Room, edited bool, now string) {
		t.Helper()
		list, _ := w.queue(by, store.ReportsPage{Room: room.ID})
		if len(list) != 1 || list[0].Body != "rude" || list[0].Edited != edited || list[0].Now != now {
			t.Errorf("%s, %s: %+v; want %t %q", by.Username, room.Name, list, edited, now)
		}
	}
	want(w.owner, tea, false, "")
	want(w.owner, secret, false, "")
	for _, room := range []store.Room{tea, secret} {
		w.edits(ada, room, 1, "kind")
	}
	want(w.owner, tea, true, "kind")
	want(w.owner, secret, true, "") // which the owner of the workspace is not in
	w.edits(ada, tea, 1, "rude")
	want(w.owner, tea, false, "")
	w.edits(ada, tea, 1, "kind")
	w.deletes(ada, tea, 1)
	want(w.owner, tea, false, "")
}

func TestWhoeverIsReportedDoesNotLearnWho(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bob, mod := w.user("bob"), w.user("mod")
	tea := w.room(store.RoomPublic, "tea", w.owner, bob, mod)
	w.give(tea, mod, store.RoomModerator)
	w.say(tea, mod, 1)
	w.say(tea, w.owner, 1)
	if pending := w.reports(bob, tea, 1); slices.Contains(pending, mod.ID) {
		t.Error("the moderator is told of a report about them")
	}
	list, open := w.queue(mod, store.ReportsPage{})
	if len(list) != 0 || open != 0 {
		t.Errorf("the moderator sees %+v", list)
	}
	list, open = w.queue(w.owner, store.ReportsPage{Open: true})
	if len(list) != 1 || open != 1 {
		t.Fatalf("the owner sees %+v", list)
	}
	if _, _, err := w.SettleReport(w.ctx(), mod.ID, list[0].ID, store.SettledDismissed); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the moderator settles it: %v", err)
	}
	w.reports(bob, tea, 2)
	if list, _ := w.queue(w.owner, store.ReportsPage{}); len(list) != 1 {
		t.Errorf("the owner sees one about themselves: %+v", list)
	}
}

func TestWhatCannotBeReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, out := w.user("ada"), w.user("out")
	tea, secret := w.room(store.RoomPublic, "tea", w.owner, ada), w.room(store.RoomPrivate, "secret", w.owner)
	w.say(tea, w.owner, 2)
	w.say(secret, w.owner, 1)
	w.deletes(w.owner, tea, 2)
	for _, try := range []struct {
		by, room, number int64
		reason           string
		want             error
	}{
		{w.owner.ID, tea.ID, 1, "x", store.ErrOwnMessage}, {ada.ID, tea.ID, 2, "x", store.ErrDeleted}, {ada.ID, tea.ID, 3, "x", store.ErrNotFound},
		{ada.ID, tea.ID, -1, "x", store.ErrNotFound}, {ada.ID, tea.ID, 1, " \n", store.ErrInvalid}, {out.ID, tea.ID, 1, "x", store.ErrNotMember},
		{ada.ID, secret.ID, 1, "x", store.ErrNotFound}, {ada.ID, 1 << 40, 1, "x", store.ErrNotFound},
	} {
		if pending, err := w.ReportMessage(w.ctx(), try.by, try.room, try.number, try.reason); !errors.Is(err, try.want) || pending != nil {
			t.Errorf("%+v: %v", try, err)
		}
	}
	if n := w.number(`select count(*) from reports`); n != 0 {
		t.Errorf("%d reports", n)
	}
}

func TestOfTwoWhoSettleAReportOneDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, mod := w.user("ada"), w.user("bob"), w.user("mod")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada, bob, mod)
	w.give(tea, mod, store.RoomModerator)
	const rounds = 20
	w.say(tea, ada, rounds)
	people := []store.User{w.owner, mod}
	for number := int64(1); number <= rounds; number++ {
		w.reports(bob, tea, number)
		list, _ := w.queue(mod, store.ReportsPage{Open: true})
		ways := []string{store.SettledActed, []string{store.SettledActed, store.SettledDismissed}[number%2]}
		settled, pending := make([]store.Report, 2), make([]store.Pending, 2)
		errs := together(2, func(i int) (err error) {
			settled[i], pending[i], err = w.SettleReport(w.ctx(), people[i].ID, list[0].ID, ways[i])
			return err
		})
		first := slices.IndexFunc(pending, func(p store.Pending) bool { return len(p) > 0 })
		if first < 0 || errs[first] != nil || settled[first].Settlement != ways[first] || settled[first].SettledBy.ID != people[first].ID || settled[first].SettledAt == nil {
			t.Fatalf("settled %+v, %v", settled, errs)
		}
		second := 1 - first
		if len(pending[second]) > 0 || errors.Is(errs[second], store.ErrSettled) != (ways[0] != ways[1]) {
			t.Errorf("the second is told %v, %v", pending[second], errs[second])
		}
	}
	if n := len(w.audits()); n != rounds {
		t.Errorf("%d entries, want %d", n, rounds)
	}
	if list, open := w.queue(mod, store.ReportsPage{Open: true}); len(list) != 0 || open != 0 {
		t.Errorf("%d are open", open)
	}
	if list, _ := w.queue(mod, store.ReportsPage{}); len(list) != rounds {
		t.Errorf("%d in all", len(list))
	}
	for _, user := range []store.User{ada, bob} {
		if _, _, err := w.SettleReport(w.ctx(), user.ID, 1, store.SettledActed); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s settles: %v", user.Username, err)
		}
	}
	if _, _, err := w.SettleReport(w.ctx(), mod.ID, 1, "ignored"); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("settled in a way that is none: %v", err)
	}
}

func TestReportsArePagedFromTheNewest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	w.say(tea, ada, 5)
	for number := int64(1); number <= 5; number++ {
		w.reports(bob, tea, number)
	}
	var numbers []int64
	page := store.ReportsPage{Page: store.Page{Limit: 2}}
	for {
		list, next, open, err := w.Reports(w.ctx(), w.owner.ID, page)
		w.ok(err)
		if open != 5 {
			t.Errorf("%d are open", open)
		}
		for _, r := range list {
			numbers = append(numbers, r.Number)
		}
		if page.After = next; next == "" {
			break
		}
	}
	if !slices.Equal(numbers, []int64{5, 4, 3, 2, 1}) {
		t.Errorf("came %v", numbers)
	}
	page.After = "nonsense"
	if _, _, _, err := w.Reports(w.ctx(), w.owner.ID, page); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("from nowhere: %v", err)
	}
}
