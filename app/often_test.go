package app

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// What is cheap once and is told to all devices of its person has a limit that
// people do not notice and a script does. Each is refused with a word when to come
// back, and nobody else is slowed down.
func TestWhatPeopleKeepForThemselvesTheyChangeOnlySoOften(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	root := ana.says(room, "root").Number
	message := fmt.Sprintf("%d/%d", room, root)
	thread := fmt.Sprintf("%s/threads/%d", roomPath(room), root)
	requests := []struct {
		limit        *rateLimit[int64]
		method, path string
		body         map[string]any
	}{
		{w.app.keeps, "PUT", "/api/v1/me/drafts", map[string]any{"room_id": room, "text": "well"}},
		{w.app.keeps, "PUT", "/api/v1/me/saved/" + message, nil},
		{w.app.keeps, "DELETE", "/api/v1/me/saved/" + message, nil},
		{w.app.keeps, "PUT", thread + "/follow", nil},
		{w.app.keeps, "DELETE", thread + "/follow", nil},
		{w.app.keeps, "PATCH", roomPath(room) + "/settings", map[string]any{"favourite": true}},
		{w.app.keeps, "PUT", "/api/v1/me/sections", map[string]any{"sections": []any{}}},
		{w.app.marks, "PUT", roomPath(room) + "/read", map[string]any{"number": 1}},
		{w.app.marks, "PUT", roomPath(room) + "/unread", map[string]any{"number": 1}},
		{w.app.marks, "PUT", thread + "/read", map[string]any{"number": 1}},
	}
	for i, r := range requests {
		r.limit.Set(time.Duration(i+1)*time.Hour, 1) // everybody begins anew
		for _, p := range []*person{ana, ben} {
			if got := p.do(r.method, r.path, r.body); got.StatusCode >= 300 {
				t.Errorf("%s: %s %s: %s %s", p.me.Username, r.method, r.path, got.Status, got.body)
			}
		}
		got := ana.do(r.method, r.path, r.body)
		if got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" {
			t.Errorf("%s %s once more: %s", r.method, r.path, got.Status)
		}
	}
}
