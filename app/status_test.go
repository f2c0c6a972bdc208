package app

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAStatusIsShownUntilItEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	hers, his := ana.streams("ndjson"), ben.streams("ndjson")
	until := time.Now().Add(2 * time.Second).UTC()
	var me Me
	ben.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"status": map[string]any{"emoji": "🌴", "text": "at sea", "until": until}}, &me)
	news := hers.news(workspaceTopic, "user-changed")
	his.news(userTopic(ben.me.ID), "me-changed")
	for _, user := range []User{me.User, *news.User, ana.profile(ben).User, ana.overview().Users[1]} {
		if user.Status == nil || user.Status.Emoji != "🌴" || user.Status.Text != "at sea" || user.Status.Until == nil || *user.Status.Until != renderTime(until) {
			t.Fatalf("his status is %+v", user.Status)
		}
	}
	w.eventually("it has ended", func() bool { return ana.profile(ben).Status == nil })
	if time.Now().Before(until) {
		t.Error("it ended too early")
	}
	ben.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"status": map[string]any{"text": "back"}}, &me)
	if me.Status == nil || me.Status.Text != "back" || me.Status.Until != nil {
		t.Errorf("his status is %+v", me.Status)
	}
	ben.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"display_name": "Benjamin"}, &me)
	if me.Status == nil || me.DisplayName != "Benjamin" {
		t.Errorf("after another change he is %+v", me)
	}
	var none Me
	got := ben.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"status": nil}, &none)
	if none.Status != nil || strings.Contains(got.body, "status") {
		t.Errorf("taken away it is %s", got.body)
	}
}

func (p *person) profile(who *person) Profile {
	p.t.Helper()
	var profile Profile
	p.must(http.StatusOK, "GET", userPath(who.me.ID), nil, &profile)
	return profile
}
