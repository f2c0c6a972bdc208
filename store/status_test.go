package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"chatd/store"
)

func TestAStatusIsToldLikeAName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	all, own := line("user-changed", store.WorkspaceTopic, ana.ID, 0, ana.ID), line("me-changed", ana.ID, ana.ID, 0, ana.ID)
	soon := time.Now().Add(time.Hour).Truncate(time.Second).UTC()
	for _, step := range []struct {
		name   string
		change store.Profile
		want   store.Status
		news   []string
	}{
		{"none", store.Profile{Status: &store.Status{}}, store.Status{}, nil},
		{"an end of nothing", store.Profile{Status: &store.Status{Until: &soon}}, store.Status{}, nil},
		{"a sign", store.Profile{Status: &store.Status{Emoji: "🌴"}}, store.Status{Emoji: "🌴"}, []string{all, own}},
		{"the same", store.Profile{Status: &store.Status{Emoji: " 🌴 "}}, store.Status{Emoji: "🌴"}, nil},
		{"words", store.Profile{Status: &store.Status{Text: " on\nholiday ", Until: &soon}}, store.Status{Text: "on holiday", Until: &soon}, []string{all, own}},
		{"a zone", store.Profile{TimeZone: new("America/Argentina/Buenos_Aires")}, store.Status{Text: "on holiday", Until: &soon}, []string{own}},
		{"notices", store.Profile{Notices: new("hide")}, store.Status{Text: "on holiday", Until: &soon}, []string{own}},
		{"the same settings", store.Profile{TimeZone: new("America/Argentina/Buenos_Aires"), Notices: new("hide")}, store.Status{Text: "on holiday", Until: &soon}, nil},
		{"no words", store.Profile{Status: &store.Status{}, DisplayName: new("Ana")}, store.Status{}, []string{all, own}},
	} {
		w.forgetNews()
		changed, pending, err := w.ChangeProfile(w.ctx(), ana.ID, step.change)
		w.ok(err)
		if news := w.news(); !slices.Equal(news, step.news) || len(pending) != len(step.news) {
			t.Errorf("%s: news = %v, pending %v, want %v", step.name, news, pending, step.news)
		}
		others, err := w.Person(w.ctx(), w.owner.ID, ana.ID)
		w.ok(err)
		for _, got := range []store.User{changed, others} {
			if got.Status.Emoji != step.want.Emoji || got.Status.Text != step.want.Text || !sameTime(got.Status.Until, step.want.Until) {
				t.Errorf("%s: %+v, want %+v", step.name, got.Status, step.want)
			}
		}
	}
	me, err := w.User(w.ctx(), ana.ID)
	if w.ok(err); me.TimeZone != "America/Argentina/Buenos_Aires" || me.Notices != "hide" {
		t.Errorf("now %+v", me)
	}
}

func sameTime(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }

func TestAStatusWhoseTimeIsOverIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	_, _, err := w.ChangeProfile(w.ctx(), ana.ID, store.Profile{Status: &store.Status{Emoji: "🍵", Text: "tea", Until: new(time.Now().Add(time.Hour))}})
	w.ok(err)
	w.exec(`update users set status_until = now() - interval '1 second' where id = $1`, ana.ID)
	overview, err := w.Overview(w.ctx(), ana.ID)
	w.ok(err)
	person, err := w.Person(w.ctx(), w.owner.ID, ana.ID)
	w.ok(err)
	for _, got := range append(overview.Users, overview.Me, person) {
		if !got.Status.Empty() || got.Status.Until != nil {
			t.Errorf("%s: %+v", got.Username, got.Status)
		}
	}
}

func TestAnEventOfAUserHasTheStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	until := time.Now().Add(time.Hour)
	_, _, err := w.ChangeProfile(w.ctx(), ana.ID, store.Profile{Status: &store.Status{Emoji: "🍵", Text: "tea", Until: &until}})
	w.ok(err)
	w.exec(`insert into events (topic_id, seq, kind, user_id, actor_id, created_at) values ($1, 1, 'me-changed', $1, $1, now())`, ana.ID)
	w.exec(`update topics set head = 1 where id = $1`, ana.ID)
	page, err := w.EventsAfter(w.ctx(), ana.ID, 0, 10)
	w.ok(err)
	if len(page.Events) != 1 || page.Events[0].User.Status.Emoji != "🍵" || page.Events[0].User.Status.Text != "tea" || page.Events[0].User.Status.Until == nil {
		t.Errorf("events %+v", page.Events)
	}
}

func TestAProfileRefusesWhatNobodyCanHave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("ana")
	w.forgetNews()
	status := func(s store.Status) store.Profile { return store.Profile{DisplayName: new("Other"), Status: &s} }
	for _, c := range []struct {
		change store.Profile
		field  string
	}{
		{status(store.Status{Text: strings.Repeat("x", 101)}), "status.text"},
		{status(store.Status{Text: "\u202e"}), "status.text"},
		{status(store.Status{Emoji: "tea"}), "status.emoji"},
		{status(store.Status{Text: "tea", Until: new(time.Now().Add(-time.Minute))}), "status.until"},
		{status(store.Status{Text: "tea", Until: new(time.Now().AddDate(3, 0, 0))}), "status.until"},
		{store.Profile{TimeZone: new("../etc/passwd")}, "time_zone"},
		{store.Profile{TimeZone: new(strings.Repeat("x", 65))}, "time_zone"},
		{store.Profile{Notices: new("")}, "notices"},
	} {
		_, _, err := w.ChangeProfile(w.ctx(), ana.ID, c.change)
		w.wantInvalidOrNotFound(err, c.field)
	}
	if now, err := w.User(w.ctx(), ana.ID); err != nil || now.DisplayName != "ana" || !now.Status.Empty() || len(w.news()) != 0 {
		t.Errorf("now %+v, %v, news %v", now, err, w.news())
	}
	w.deactivate(ana)
	_, _, err := w.ChangeProfile(w.ctx(), ana.ID, status(store.Status{}))
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("somebody deactivated: %v, want ErrNotFound", err)
	}
}

func TestASignIsOneEmoji(t *testing.T) {
	t.Parallel()
	for _, one := range []string{
		"😀", "🌴", "☕", "❤️", "❤", "👍🏽", "☝🏿", "🇦🇹", "#️⃣", "5⃣", "👨‍👩‍👧‍👦", "👩🏻‍❤️‍💋‍👨🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "‼️", "↔️", "©", "〰️", "\U0001FAE9",
	} {
		if !store.IsEmoji(one) {
			t.Errorf("%q (%+q) is refused", one, one)
		}
	}
	for _, none := range []string{
		"", "a", "5", "#", "é", " ", "😀😀", "😀 ", "🇦", "🇦🇹🇩🇪", "\u200d", "😀\u200d", "\u200d😀", "️", "+", "<", "日", "\u202e", "\xff", "a⃣", "\ufe0f⃣",
		"😀\u200b", "😀\n", strings.Repeat("👨\u200d", 6) + "👨", "🏴\U000e0067",
	} {
		if store.IsEmoji(none) {
			t.Errorf("%q (%+q) is accepted", none, none)
		}
	}
}
