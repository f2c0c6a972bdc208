package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chatd/store"
)

// savedBy are the numbers of what somebody has saved in a room, the newest first,
// by the page of it and by the overview.
func (w *world) savedBy(user store.User, room store.Room) (page, overview []int64) {
	w.t.Helper()
	for next := ""; ; {
		var saved []store.SavedMessage
		var err error
		saved, next, err = w.Saved(w.ctx(), user.ID, store.Page{After: next, Limit: 2})
		w.ok(err)
		for _, s := range saved {
			if s.Message.RoomID == room.ID && s.Message.Body != "" && !s.SavedAt.IsZero() {
				page = append(page, s.Message.Number)
			}
		}
		if next == "" {
			break
		}
	}
	seen, err := w.Overview(w.ctx(), user.ID)
	w.ok(err)
	for _, key := range seen.Saved {
		if key.RoomID == room.ID {
			overview = append(overview, key.Number)
		}
	}
	return page, overview
}

func TestWhatIsSavedIsThereForThoseWhoReadIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, eve := w.user("ada"), w.user("eve")
	secret := w.room(store.RoomPrivate, "secret", w.owner, ada)
	w.say(secret, w.owner, 7)
	save := func(number int64, on, changes bool) {
		t.Helper()
		if changed, err := w.SaveMessage(w.ctx(), ada.ID, secret.ID, number, on); err != nil || changed != changes {
			t.Errorf("save %d: %v: %v, %v", number, on, changed, err)
		}
	}
	for _, number := range []int64{2, 7, 4, 1, 5} {
		save(number, true, true)
	}
	save(4, true, false)
	save(7, false, true)
	save(7, false, false)
	want := func(what string, page, overview []int64) {
		t.Helper()
		if p, o := w.savedBy(ada, secret); !slices.Equal(p, page) || !slices.Equal(o, overview) {
			t.Errorf("%s: saved are %v and %v, want %v and %v", what, p, o, page, overview)
		}
	}
	want("four", []int64{5, 1, 4, 2}, []int64{5, 1, 4, 2})
	d := w.deletes(w.owner, secret, 4)
	want("one deleted", []int64{5, 1, 2}, []int64{5, 1, 4, 2})
	_, err := w.UndoDeletion(w.ctx(), w.owner.ID, d.ID)
	w.ok(err)
	_, err = w.LeaveRoom(w.ctx(), ada.ID, secret.ID)
	w.ok(err)
	want("who has left", nil, nil)
	if _, err := w.SaveMessage(w.ctx(), ada.ID, secret.ID, 2, true); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("who has left saves: %v", err)
	}
	w.addTo(secret, ada)
	want("who is back", []int64{5, 1, 4, 2}, []int64{5, 1, 4, 2})
	w.deletes(w.owner, secret, 3)
	for number, want := range map[int64]error{3: store.ErrDeleted, 9: store.ErrNotFound} {
		if _, err := w.SaveMessage(w.ctx(), ada.ID, secret.ID, number, true); !errors.Is(err, want) {
			t.Errorf("save %d: %v, want %v", number, err, want)
		}
	}
	if p, o := w.savedBy(eve, secret); p != nil || o != nil {
		t.Errorf("somebody else: %v, %v", p, o)
	}
	if _, _, err := w.Saved(w.ctx(), ada.ID, store.Page{After: "nowhere"}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a place that is none: %v", err)
	}
}

func TestADraftIsKeptForEachRoomAndThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea, secret := w.room(store.RoomPublic, "tea", w.owner, ada), w.room(store.RoomPrivate, "secret", w.owner, ada)
	drafts := func() (list []string) {
		t.Helper()
		found, err := w.Drafts(w.ctx(), ada.ID)
		w.ok(err)
		for _, d := range found {
			list = append(list, fmt.Sprint(d.RoomID, d.Thread, d.Text))
		}
		overview, err := w.Overview(w.ctx(), ada.ID)
		w.ok(err)
		if !slices.Equal(overview.Drafts, found) {
			t.Errorf("the overview has %+v, want %+v", overview.Drafts, found)
		}
		return list
	}
	keep := func(room store.Room, thread int64, text string) {
		t.Helper()
		w.ok(w.SaveDraft(w.ctx(), ada.ID, room.ID, thread, text))
	}
	keep(tea, 0, "one")
	keep(tea, 4, "two")
	keep(secret, 0, "three")
	keep(tea, 0, " one,\n and more ")
	want := []string{fmt.Sprint(tea.ID, 0, " one,\n and more "), fmt.Sprint(secret.ID, 0, "three"), fmt.Sprint(tea.ID, 4, "two")}
	if got := drafts(); !slices.Equal(got, want) {
		t.Errorf("drafts %q, want %q", got, want)
	}
	keep(tea, 4, "")
	keep(tea, 4, "")
	_, err := w.LeaveRoom(w.ctx(), ada.ID, secret.ID)
	w.ok(err)
	if got := drafts(); !slices.Equal(got, want[:1]) {
		t.Errorf("drafts %q, want %q", got, want[:1])
	}
	keep(secret, 0, "") // one's own is removed from anywhere
	for text, want := range map[string]error{"": store.ErrNotFound, "x": store.ErrNotFound} {
		if err := w.SaveDraft(w.ctx(), ada.ID, secret.ID, 0, text); !errors.Is(err, want) {
			t.Errorf("in a room that one has left: %v", err)
		}
	}
	if err := w.SaveDraft(w.ctx(), ada.ID, tea.ID, 0, strings.Repeat("x", store.MaxBody+1)); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("too long: %v", err)
	}
	keep(tea, 0, strings.Repeat("日", store.MaxBody))
	for i := range store.MaxDrafts {
		w.exec(`insert into drafts (user_id, room_id, thread, text, changed_at) values ($1, $2, $3::integer, 'old', now() - $3::integer * interval '1 minute')`, ada.ID, tea.ID, i+10)
	}
	keep(tea, 1, "newest")
	if n := w.number(`select count(*) from drafts where user_id = $1`, ada.ID); n != store.MaxDrafts {
		t.Errorf("%d drafts, want %d", n, store.MaxDrafts)
	}
	long := strings.Repeat("日", store.MaxBody)
	w.exec(`update drafts set text = $2 where user_id = $1`, ada.ID, long)
	keep(tea, 1, long)
	if n, want := w.number(`select count(*) from drafts where user_id = $1`, ada.ID), int64(store.MaxDraftBytes/len(long)); n != want {
		t.Errorf("%d long drafts, want %d", n, want)
	}
	if got := drafts(); got[0] != fmt.Sprint(tea.ID, 1, long) {
		t.Error("the newest draft gave way")
	}
}

func TestSectionsAreReplacedAsAWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.user("ada")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada)
	set := func(list ...store.Section) []store.Section {
		t.Helper()
		now, _, err := w.SetSections(w.ctx(), ada.ID, list)
		w.ok(err)
		overview, err := w.Overview(w.ctx(), ada.ID)
		w.ok(err)
		if !slices.Equal(overview.Sections, now) {
			t.Errorf("the overview has %v, want %v", overview.Sections, now)
		}
		return now
	}
	first := set(store.Section{Name: "Work"}, store.Section{Name: " Week  end "})
	if len(first) != 2 || first[0].Name != "Work" || first[1].Name != "Week end" || first[0].ID == 0 {
		t.Fatalf("the sections are %v", first)
	}
	_, err := w.ChangeAttention(w.ctx(), ada.ID, tea.ID, store.Attention{Section: &first[0].ID})
	w.ok(err)
	in := func() int64 {
		entry, err := w.OverviewRoom(w.ctx(), ada.ID, tea.ID)
		w.ok(err)
		return entry.Section
	}
	second := set(store.Section{Name: "New"}, first[1], store.Section{ID: first[0].ID, Name: "Job"})
	if len(second) != 3 || second[0].Name != "New" || second[1] != first[1] || second[2] != (store.Section{ID: first[0].ID, Name: "Job"}) || in() != first[0].ID {
		t.Errorf("the sections are %v, the room in %d", second, in())
	}
	if _, pending, err := w.SetSections(w.ctx(), ada.ID, second); err != nil || len(pending) > 0 {
		t.Errorf("the same: %v, %v", pending, err)
	}
	set(second[0])
	if in() != 0 {
		t.Errorf("the room is in %d, which is no more", in())
	}
	if none := set(); len(none) != 0 {
		t.Errorf("of no sections %v are left", none)
	}
	second = set(store.Section{Name: "Again"})
	others, _, err := w.SetSections(w.ctx(), w.owner.ID, []store.Section{{Name: "Hers"}})
	w.ok(err)
	for name, list := range map[string][]store.Section{
		"somebody else's": others, "gone": {first[1]}, "twice": {second[0], second[0]}, "no name": {{Name: " "}},
		"too long": {{Name: strings.Repeat("x", 41)}}, "too many": make([]store.Section, 51),
	} {
		if _, _, err := w.SetSections(w.ctx(), ada.ID, list); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, id := range []int64{others[0].ID, first[0].ID, 1 << 40} {
		if _, err := w.ChangeAttention(w.ctx(), ada.ID, tea.ID, store.Attention{Section: &id}); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("a room into section %d: %v", id, err)
		}
	}
	_, err = w.ChangeAttention(w.ctx(), ada.ID, tea.ID, store.Attention{Section: &second[0].ID})
	w.ok(err)
	_, err = w.LeaveRoom(w.ctx(), ada.ID, tea.ID)
	w.ok(err)
	_, err = w.JoinRoom(w.ctx(), ada.ID, tea.ID)
	w.ok(err)
	if in() != 0 {
		t.Errorf("whoever is back finds the room in %d", in())
	}
}

func TestAttentionToARoomIsOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.user("ada"), w.user("bob")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	w.exec(`delete from pending_events`)
	state := func(user store.User) string {
		t.Helper()
		o, err := w.OverviewRoom(w.ctx(), user.ID, tea.ID)
		w.ok(err)
		return fmt.Sprintf("%s %v %v %v", o.Level, o.Silenced, o.SilencedUntil != nil, o.Favourite)
	}
	soon := time.Now().Add(time.Hour)
	for _, step := range []struct {
		to      store.Attention
		want    string
		changes bool
	}{
		{store.Attention{}, "everything false false false", false},
		{store.Attention{Level: ptr(store.LevelMentions)}, "mentions false false false", true},
		{store.Attention{Level: ptr(store.LevelMentions), Favourite: ptr(true)}, "mentions false false true", true},
		{store.Attention{Silence: &store.Silence{On: true}}, "mentions true false true", true},
		{store.Attention{Silence: &store.Silence{On: true}}, "mentions true false true", false},
		{store.Attention{Silence: &store.Silence{On: true, Until: &soon}}, "mentions true true true", true},
		{store.Attention{Level: ptr(store.LevelNothing), Favourite: ptr(false)}, "nothing true true false", true},
		{store.Attention{Silence: &store.Silence{}}, "nothing false false false", true},
		{store.Attention{Silence: &store.Silence{On: true, Until: &soon}}, "nothing true true false", true},
	} {
		pending, err := w.ChangeAttention(w.ctx(), ada.ID, tea.ID, step.to)
		if got := state(ada); err != nil || got != step.want || (len(pending) > 0) != step.changes {
			t.Errorf("%+v: %s, %v, %v, want %s", step.to, got, pending, err, step.want)
		}
	}
	if got := state(bob); got != "everything false false false" {
		t.Errorf("somebody else: %s", got)
	}
	if news := w.news(); len(news) != 7 || news[0] != fmt.Sprintf("membership-changed %d %d %d 0", ada.ID, ada.ID, tea.ID) {
		t.Errorf("news %q", news)
	}
	w.exec(`update memberships set silenced_until = now() - interval '1 second' where user_id = $1 and room_id = $2`, ada.ID, tea.ID)
	if got := state(ada); got != "nothing false false false" {
		t.Errorf("when the time is over: %s", got)
	}
	past, far := time.Now().Add(-time.Minute), time.Now().AddDate(3, 0, 0)
	for _, wrong := range []store.Attention{{Level: ptr("loud")}, {Silence: &store.Silence{On: true, Until: &past}}, {Silence: &store.Silence{On: true, Until: &far}}} {
		if _, err := w.ChangeAttention(w.ctx(), ada.ID, tea.ID, wrong); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if _, err := w.ChangeAttention(w.ctx(), w.user("eve").ID, tea.ID, store.Attention{Favourite: ptr(true)}); !errors.Is(err, store.ErrNotMember) {
		t.Errorf("an outsider: %v", err)
	}
}

func TestWhoHasReadIsToldAmongThoseWhoTell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cyd, dan := w.user("ada"), w.user("bob"), w.user("cyd"), w.user("dan")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada, bob, cyd, dan)
	w.say(tea, ada, 3)
	for user, number := range map[int64]int64{w.owner.ID: 3, ada.ID: 3, bob.ID: 2, cyd.ID: 1, dan.ID: 3} {
		_, _, err := w.MarkRead(w.ctx(), user, tea.ID, number)
		w.ok(err)
	}
	seen := func(asks store.User, number int64, want ...store.User) {
		t.Helper()
		got, err := w.SeenBy(w.ctx(), asks.ID, tea.ID, number)
		people := ids(want...)
		slices.Sort(people)
		if err != nil || !slices.Equal(got, people) {
			t.Errorf("%s asks about %d: %v, %v, want %v", asks.Username, number, got, err, people)
		}
	}
	seen(ada, 2, w.owner, bob, dan)
	seen(w.owner, 3, dan)
	seen(cyd, 1, w.owner, bob, dan)
	_, _, err := w.ChangeProfile(w.ctx(), dan.ID, store.Profile{SeenBy: ptr(false)})
	w.ok(err)
	seen(w.owner, 3)
	w.exec(`update users set deactivated_at = now() where id = $1`, bob.ID)
	seen(ada, 2, w.owner)
	_, _, err = w.MarkUnread(w.ctx(), w.owner.ID, tea.ID, 2)
	w.ok(err)
	seen(ada, 2)
	w.deletes(ada, tea, 1)
	refused := func(user store.User, number int64, want error) {
		t.Helper()
		if got, err := w.SeenBy(w.ctx(), user.ID, tea.ID, number); !errors.Is(err, want) || got != nil {
			t.Errorf("%s asks about %d: %v, %v, want %v", user.Username, number, got, err, want)
		}
	}
	refused(dan, 2, store.ErrSeenByOff)
	refused(ada, 1, store.ErrDeleted)
	refused(ada, 9, store.ErrNotFound)
	refused(w.user("eve"), 2, store.ErrNotMember)
	small := func(want bool) {
		t.Helper()
		if entry, err := w.OverviewRoom(w.ctx(), ada.ID, tea.ID); err != nil || entry.Small != want {
			t.Errorf("small: %v, %v, want %v", entry.Small, err, want)
		}
	}
	for i := range store.MaxSeenBy - 5 {
		w.addTo(tea, w.user(fmt.Sprint("one", i)))
	}
	small(true)
	w.addTo(tea, w.user("toomany"))
	small(false)
	refused(ada, 2, store.ErrRoomTooLarge)
	pair := w.direct(ada, cyd)
	w.say(pair, ada, 1)
	if got, err := w.SeenBy(w.ctx(), ada.ID, pair.ID, 1); err != nil || len(got) > 0 {
		t.Errorf("in a direct room: %v, %v", got, err)
	}
}

func TestTheKeysOfOneselfAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if me, err := w.User(w.ctx(), w.owner.ID); err != nil || me.SendWith != store.SendWithEnter || !me.SeenBy {
		t.Errorf("at first: %+v, %v", me.Own, err)
	}
	me, pending, err := w.ChangeProfile(w.ctx(), w.owner.ID, store.Profile{SendWith: ptr(store.SendWithCtrlEnter), SeenBy: ptr(false)})
	if err != nil || me.SendWith != store.SendWithCtrlEnter || me.SeenBy || !slices.Equal(pending, store.Pending{w.owner.ID}) {
		t.Errorf("changed: %+v, %v, %v", me.Own, pending, err)
	}
	if _, _, err := w.ChangeProfile(w.ctx(), w.owner.ID, store.Profile{SendWith: ptr("space")}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("another key: %v", err)
	}
}

func TestOnlyThoseWhoWereThereAndHaveReadTheThreadHaveReadAReplyInIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cyd := w.user("ada"), w.user("bob"), w.user("cyd")
	tea := w.room(store.RoomPublic, "tea", w.owner, ada, bob)
	n := w.node()
	n.say(tea, ada, "root")
	n.replies(tea, ada, 1, "in the thread", bob)
	n.say(tea, ada, "beside it")
	for _, user := range []store.User{w.owner, bob} {
		_, _, err := w.MarkRead(w.ctx(), user.ID, tea.ID, 3)
		w.ok(err)
	}
	w.addTo(tea, cyd)
	seen := func(number int64, want ...store.User) {
		t.Helper()
		if got, err := w.SeenBy(w.ctx(), ada.ID, tea.ID, number); err != nil || !slices.Equal(got, ids(want...)) {
			t.Errorf("%d: %v, %v, want %v", number, got, err, ids(want...))
		}
	}
	seen(3, w.owner, bob) // cyd came later
	seen(2)
	_, _, err := w.ReadThread(w.ctx(), bob.ID, tea.ID, 1, 2)
	w.ok(err)
	seen(2, bob)
}
