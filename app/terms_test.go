package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestHowLongItLastsIsReckonedByTheClockOfTheServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	general := ana.room("general").ID
	anHour := func(what string, until *string) {
		t.Helper()
		if until == nil {
			t.Fatalf("%s has no end", what)
		}
		end, err := time.Parse(time.RFC3339, *until)
		if left := time.Until(end) - time.Hour; err != nil || left.Abs() > 10*time.Minute {
			t.Errorf("%s lasts until %s, %v", what, *until, err)
		}
	}
	terms := map[string]any{"reason": "loud", "seconds": 3600}
	for _, path := range []string{mutePath(general, ben), banPath(general, cleo), suspensionPath(cleo)} {
		var decided Sanction
		ana.must(http.StatusOK, "PUT", path, terms, &decided)
		anHour(path, decided.Until)
	}
	entry := ben.room("general")
	if anHour("the mute in his list", entry.MutedUntil); !entry.Muted {
		t.Error("he is not muted")
	}
	anHour("what he is told", ben.decisions()[0].Until)
	var refused Problem
	if err := json.Unmarshal([]byte(ben.do("POST", roomPath(general)+"/messages", map[string]any{"body": "x"}).body), &refused); err != nil {
		t.Fatal(err)
	}
	if refused.Until == nil || *refused.Until != *entry.MutedUntil {
		t.Errorf("the refusal says %v, the list %v", refused.Until, *entry.MutedUntil)
	}
}

func TestTermsSayHowLongTheyLastInOneWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	general := ana.room("general").ID
	for _, path := range []string{mutePath(general, ben), banPath(general, ben), suspensionPath(ben)} {
		for body, says := range map[string]string{
			`{}`:                          "how long",
			`{"reason":"loud"}`:           "how long",
			`{"seconds":60,"until":null}`: "not both",
			`{"seconds":60,"until":"2026-11-30T18:00:00Z"}`: "not both",
			`{"seconds":0}`:                    "at least 1",
			`{"seconds":315360001}`:            "at most 315",
			`{"seconds":1.5}`:                  "whole number",
			`{"seconds":"60"}`:                 "whole number",
			`{"seconds":null}`:                 "not be null",
			`{"until":"tomorrow"}`:             "such as 2026-11-30T18:00:00Z",
			`{"until":"2026-13-30T18:00:00Z"}`: "such as 2026-11-30T18:00:00Z",
		} {
			checkProblem(t, ana.do("PUT", path, body), http.StatusUnprocessableEntity, says)
		}
	}
	if entry := ben.room("general"); entry.Muted || len(ben.decisions()) != 0 {
		t.Errorf("he is muted: %+v", entry)
	}
}

func TestWhatMayBeLeftOutMayNotBeNull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := roomPath(ana.room("general").ID)
	for path, fields := range map[string]string{
		"PATCH " + room:                "name topic description kind state archived slow_mode notices is_default",
		"PATCH /api/v1/workspace":      "name sign_up flood_messages flood_seconds",
		"PATCH " + userPath(ben.me.ID): "role deactivated",
		"POST /api/v1/invites":         "expires_in_days role room_ids max_uses",
	} {
		method, path, _ := strings.Cut(path, " ")
		for field := range strings.FieldsSeq(fields) {
			checkProblem(t, ana.do(method, path, `{"`+field+`":null}`), http.StatusUnprocessableEntity, "Check the "+strings.ReplaceAll(field, "_", " ")+": it may be left out, but not be null.")
		}
	}
}

func TestRefusalsSayWhatIsWrongAndNotHowTheServerWorks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := roomPath(ana.room("general").ID)
	for _, c := range []struct{ method, path, body, says string }{
		{"PATCH", room, `{"topic":"a \u202eb"}`, "Take out the invisible character U+202E."},
		{"PATCH", room, `{"description":"a\u0007b"}`, "Take out the invisible character U+0007."},
		{"GET", "/api/v1/audit?from=monday", "", "Check the from: it must be a date and time such as 2026-11-30T18:00:00Z."},
		{"GET", "/api/v1/audit?actor=ana", "", "it must be a whole number."},
		{"GET", "/api/v1/reports?open=x", "", "it must be true or false."},
		{"PATCH", "/api/v1/me", `{"status":{"text":"x","until":"monday"}}`, "it must be a date and time such as 2026-11-30T18:00:00Z."},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		checkProblem(t, ana.do(c.method, c.path, body), http.StatusUnprocessableEntity, c.says)
	}
}
