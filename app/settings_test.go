package app

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"chatd/store/storetest"
)

func TestSettingsOfTheWorkspaceAreChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	var now WorkspaceSettings
	settings := func() WorkspaceSettings {
		now = WorkspaceSettings{}
		ana.must(http.StatusOK, "GET", "/api/v1/admin/settings", nil, &now)
		return now
	}
	if s := settings(); s.Name != "Harbour" || s.SignUp != "invite" || s.RetentionDays != nil || s.FloodMessages != 40 || s.FloodSeconds != 2 {
		t.Errorf("at first: %+v", s)
	}
	change := map[string]any{"retention_days": 30, "flood_messages": 5, "flood_seconds": 60}
	ana.must(http.StatusOK, "PATCH", "/api/v1/workspace", change, &now)
	if s := settings(); s.Name != "Harbour" || s.RetentionDays == nil || *s.RetentionDays != 30 || s.FloodMessages != 5 || s.FloodSeconds != 60 {
		t.Errorf("then: %+v", s)
	}
	ana.must(http.StatusOK, "PATCH", "/api/v1/workspace", map[string]any{"name": "Port"}, nil)
	if s := settings(); s.Name != "Port" || s.RetentionDays == nil {
		t.Errorf("what was not named has changed: %+v", s)
	}
	ana.must(http.StatusOK, "PATCH", "/api/v1/workspace", `{"retention_days":null}`, nil)
	if s := settings(); s.RetentionDays != nil {
		t.Errorf("messages are kept for %d days", *s.RetentionDays)
	}
	for field, values := range map[string][]any{
		"retention_days": {-1, 36501, "x", 1.5}, "flood_messages": {0, 1001}, "flood_seconds": {0, 3601},
	} {
		for _, value := range values {
			if got := ana.do("PATCH", "/api/v1/workspace", map[string]any{field: value}); got.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%s = %v: %s %s", field, value, got.Status, got.body)
			}
		}
	}
}

// flood sends messages at once and returns how many of them were taken. The others
// are told when to come back.
func (p *person) flood(room int64, n int) int64 {
	p.t.Helper()
	var taken atomic.Int64
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			got := p.do("POST", roomPath(room)+"/messages", map[string]any{"body": "flood"})
			switch {
			case got.StatusCode == http.StatusCreated:
				taken.Add(1)
			case got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "":
				p.t.Errorf("%s %s", got.Status, got.body)
			}
		})
	}
	all.Wait()
	return taken.Load()
}

func TestFloodsAreLimitedAsTheSettingsSayOnAllNodes(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben, cleo, dan := ana.brings("ben"), ana.brings("cleo"), ana.brings("dan")
	room := ana.room("general").ID
	// In an hour another one comes, so the test takes as long as it likes.
	ana.must(http.StatusOK, "PATCH", "/api/v1/workspace", map[string]any{"flood_messages": 3, "flood_seconds": 3600}, nil)
	if taken := ben.flood(room, 8); taken != 3 {
		t.Errorf("%d messages were taken, want 3", taken)
	}
	ben.creates("public", "elsewhere") // other things are not limited by it
	here.eventually("the other node knows", func() bool { return there.app.sends.allowed() == 3 })
	if taken := there.withToken(cleo.sessionCookie().Value).flood(room, 8); taken != 3 {
		t.Errorf("%d messages were taken at the other node, want 3", taken)
	}
	late := newWorldOn(t, shared)
	if taken := late.withToken(dan.sessionCookie().Value).flood(room, 8); taken != 3 {
		t.Errorf("%d messages were taken at a node that started later, want 3", taken)
	}
	ana.must(http.StatusOK, "PATCH", "/api/v1/workspace", map[string]any{"flood_messages": 1000, "flood_seconds": 1}, nil)
	if taken := ben.flood(room, 8); taken != 8 {
		t.Errorf("%d messages were taken after the limit was raised, want 8", taken)
	}
}

// allowed is how many somebody may do at once.
func (l *rateLimit[K]) allowed() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int(l.burst / l.interval)
}
