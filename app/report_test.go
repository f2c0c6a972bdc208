package app

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

type reportsPage struct {
	Reports   []Report
	OpenTotal int `json:"open_total"`
	Next      *string
}

func (p *person) queue(query string) reportsPage {
	p.t.Helper()
	var page reportsPage
	p.must(http.StatusOK, "GET", "/api/v1/reports"+query, nil, &page)
	return page
}

func TestAReportIsSettledByThoseWhoKeepOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo, mod := ana.brings("ben"), ana.brings("cleo"), ana.brings("mod")
	room := ana.room("general").ID
	ana.must(http.StatusOK, "PATCH", memberPath(room, mod), map[string]any{"role": "moderator"}, nil)
	secret := cleo.creates("private", "secret").ID
	cleo.must(http.StatusNoContent, "POST", roomPath(secret)+"/members", map[string]any{"user_id": ben.me.ID}, nil)
	ben.says(room, "rude words")
	ben.says(secret, "hush")
	moderators, bystander := mod.streams("ndjson"), ben.streams("ndjson")

	for range 2 {
		cleo.must(http.StatusNoContent, "POST", messagePath(room, 1)+"/report", map[string]any{"reason": "Not nice."}, nil)
	}
	moderators.news(userTopic(mod.me.ID), "reports-changed")
	queue := mod.queue("")
	if len(queue.Reports) != 1 || queue.OpenTotal != 1 || queue.Next != nil {
		t.Fatalf("the queue has %+v", queue)
	}
	r := queue.Reports[0]
	if r.Room.ID != room || r.Room.Name != "general" || r.Number != 1 || r.Deleted || r.Author.ID != ben.me.ID || r.Body != "rude words" ||
		r.Reporter.ID != cleo.me.ID || r.Reason != "Not nice." || r.Settlement != nil || r.SettledAt != nil || r.SettledBy != nil {
		t.Errorf("report %+v", r)
	}
	cleo.must(http.StatusNoContent, "POST", messagePath(secret, 1)+"/report", map[string]any{"reason": "x"}, nil)
	if got := mod.queue("?open=true").OpenTotal; got != 1 {
		t.Errorf("a moderator of another room sees %d", got)
	}
	own := ana.queue(fmt.Sprintf("?open=true&room=%d", secret))
	if own.OpenTotal != 2 || len(own.Reports) != 1 || own.Reports[0].Room.Name != "" || own.Reports[0].Body != "hush" {
		t.Errorf("the owner sees %+v", own)
	}
	for _, p := range []*person{ben, mod} {
		path := fmt.Sprint("/api/v1/reports/", own.Reports[0].ID)
		checkProblem(t, p.do("PUT", path, map[string]any{"settlement": "acted"}), http.StatusNotFound, "does not exist")
	}
	checkProblem(t, ben.do("GET", "/api/v1/reports", nil), http.StatusForbidden, "not allowed")

	path := fmt.Sprint("/api/v1/reports/", r.ID)
	var settled Report
	mod.must(http.StatusOK, "PUT", path, map[string]any{"settlement": "dismissed"}, &settled)
	if *settled.Settlement != "dismissed" || settled.SettledBy.ID != mod.me.ID || settled.SettledAt == nil {
		t.Errorf("settled %+v", settled)
	}
	moderators.news(userTopic(mod.me.ID), "reports-changed")
	ana.must(http.StatusOK, "PUT", path, map[string]any{"settlement": "dismissed"}, &settled)
	if settled.SettledBy.ID != mod.me.ID {
		t.Errorf("settled again by %+v", settled.SettledBy)
	}
	checkProblem(t, ana.do("PUT", path, map[string]any{"settlement": "acted"}), http.StatusConflict, "Somebody else has settled")
	if got := mod.queue("?open=true"); got.OpenTotal != 0 || len(got.Reports) != 0 {
		t.Errorf("then the queue has %+v", got)
	}
	// The reported one has heard nothing of all this.
	ana.says(room, "that is all")
	bystander.news(roomTopic(room), "message")
	for _, h := range bystander.heard {
		if strings.Contains(h.Kind, "report") || h.Kind == "decided" {
			t.Errorf("the author is told %+v", h)
		}
	}
}

func TestWhatCannotBeReportedIsAnsweredClearly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room, secret := ana.room("general").ID, ana.creates("private", "secret").ID
	ana.says(room, "one")
	ana.says(room, "two")
	ana.says(secret, "hush")
	ana.deletes(room, 2)
	reason := map[string]any{"reason": "x"}
	for _, c := range []struct {
		by     *person
		path   string
		body   any
		status int
		says   string
	}{
		{ana, messagePath(room, 1), reason, 422, "your own message"},
		{ben, messagePath(room, 2), reason, 410, "is deleted"},
		{ben, messagePath(room, 3), reason, 404, "does not exist"},
		{ben, messagePath(secret, 1), reason, 404, "does not exist"},
		{ben, messagePath(room, 1), map[string]any{}, 422, "reason is missing"},
		{ben, messagePath(room, 1), map[string]any{"reason": " "}, 422, "in a few words"},
		{ben, messagePath(room, 1), map[string]any{"reason": strings.Repeat("x", 501)}, 422, "500 characters"},
		{ben, messagePath(room, 1), map[string]any{"reason": 7}, 422, "text"},
	} {
		t.Logf("%s %s %v", c.by.me.Username, c.path, c.body)
		checkProblem(t, c.by.do("POST", c.path+"/report", c.body), c.status, c.says)
	}
	for path, status := range map[string]int{"/api/v1/reports/99": 404, "/api/v1/reports/x": 404} {
		checkProblem(t, ana.do("PUT", path, map[string]any{"settlement": "acted"}), status, "does not exist")
	}
	checkProblem(t, ana.do("PUT", "/api/v1/reports/1", map[string]any{"settlement": "ignored"}), 422, "settlement")
	checkProblem(t, ana.do("GET", "/api/v1/reports?after=nonsense", nil), 422, "page")
	got := answer{}
	for i := 0; i < 60 && (i == 0 || got.StatusCode != http.StatusTooManyRequests); i++ {
		got = ben.do("POST", messagePath(room, 1)+"/report", reason)
	}
	checkProblem(t, got, http.StatusTooManyRequests, "very many")
}
