package app

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestReactionsAndPinsAreToldToTheRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	said := ana.says(room, "hello")
	his := ben.streams("ndjson")
	path := messagePath(room, said.Number)
	var out struct{ Reactions []Reaction }
	// A heart without the character that asks for its colourful picture.
	ana.must(http.StatusOK, "PUT", path+"/reactions/"+url.PathEscape("\u2764"), nil, &out)
	want := []Reaction{{Emoji: "\u2764\ufe0f", Count: 1, UserIDs: []int64{ana.me.ID}}}
	same := func(a, b Reaction) bool {
		return a.Emoji == b.Emoji && a.Count == b.Count && slices.Equal(a.UserIDs, b.UserIDs)
	}
	if !slices.EqualFunc(out.Reactions, want, same) {
		t.Errorf("the reactions are %+v", out.Reactions)
	}
	if n := his.news(roomTopic(room), "reactions-changed"); n.Number != said.Number || n.At == 0 || n.Reactions == nil || !slices.EqualFunc(*n.Reactions, want, same) {
		t.Errorf("he is told %+v", n)
	}
	if page := ben.history(room, ""); !slices.EqualFunc(page.Messages[0].Reactions, want, same) {
		t.Errorf("the history has %+v", page.Messages[0])
	}
	ana.must(http.StatusOK, "DELETE", path+"/reactions/"+url.PathEscape("\u2764\ufe0f"), nil, &out)
	if n := his.news(roomTopic(room), "reactions-changed"); n.Reactions == nil || len(*n.Reactions) != 0 {
		t.Errorf("then he is told %+v", n)
	}
	for _, wrong := range []string{"x", ":tada:", "🎉🎉"} {
		checkProblem(t, ana.do("PUT", path+"/reactions/"+url.PathEscape(wrong), nil), http.StatusUnprocessableEntity, "not an emoji")
	}
	ana.must(http.StatusOK, "PUT", path+"/pin", nil, nil)
	if n := his.news(roomTopic(room), "pins-changed"); n.Number != said.Number || n.Pinned == nil || !*n.Pinned || n.User == nil || n.User.ID != ana.me.ID {
		t.Errorf("he is told %+v", n)
	}
	var list struct{ Pins []Pin }
	ben.must(http.StatusOK, "GET", roomPath(room)+"/pins", nil, &list)
	if len(list.Pins) != 1 || list.Pins[0].Message.Body != "hello" || list.Pins[0].User.ID != ana.me.ID {
		t.Errorf("the pins are %+v", list.Pins)
	}
	checkProblem(t, ben.do("DELETE", path+"/pin", nil), http.StatusForbidden, "not allowed")
	ana.deletes(room, said.Number)
	checkProblem(t, ana.do("PUT", path+"/reactions/"+party, nil), http.StatusGone, "deleted")
}

func TestHowARoomIsInOnesListIsToldToOnesOwnDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	phone := ana.signsInAgain().streams("ndjson")
	var made struct{ Sections []Section }
	ana.must(http.StatusOK, "PUT", "/api/v1/me/sections", map[string]any{"sections": []map[string]any{{"name": "Work"}}}, &made)
	phone.news(userTopic(ana.me.ID), "sections-changed")
	var entry RoomEntry
	change := map[string]any{"level": "mentions", "silenced_until": "always", "favourite": true, "section": made.Sections[0].ID}
	ana.must(http.StatusOK, "PATCH", roomPath(room)+"/settings", change, &entry)
	if entry.Level != "mentions" || !entry.Silenced || entry.SilencedUntil != nil || !entry.Favourite || entry.Section != made.Sections[0].ID || !entry.Small {
		t.Errorf("the room is %+v", entry)
	}
	told, _ := phone.news(userTopic(ana.me.ID), "membership-changed").Room.(map[string]any)
	if told["level"] != "mentions" || told["silenced"] != true || told["favourite"] != true {
		t.Errorf("the phone is told %+v", told)
	}
	ana.must(http.StatusOK, "PATCH", roomPath(room)+"/settings", map[string]any{"silenced_until": ""}, &entry)
	if entry.Silenced || entry.Level != "mentions" {
		t.Errorf("then it is %+v", entry)
	}
	checkProblem(t, ana.do("PATCH", roomPath(room)+"/settings", map[string]any{"silenced_until": "soon"}), http.StatusUnprocessableEntity, "date and time")
	checkProblem(t, ana.do("PATCH", roomPath(room)+"/settings", map[string]any{"section": 7_777_777}), http.StatusUnprocessableEntity, "no such section")
	ana.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"send_with": "ctrl-enter", "seen_by": false}, nil)
	var me Me
	ana.must(http.StatusOK, "GET", "/api/v1/me", nil, &me)
	if me.SendWith != "ctrl-enter" || me.SeenBy {
		t.Errorf("she is %+v", me)
	}
}

func TestDraftsAndSavedMessagesAreOnAllDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	said := ana.says(room, "hello")
	phone, his := ana.signsInAgain().streams("ndjson"), ben.streams("ndjson")
	ana.must(http.StatusNoContent, "PUT", "/api/v1/me/drafts", map[string]any{"room_id": room, "thread": 0, "text": "not yet", "client": "tab 1"}, nil)
	isDraft := func(e event) bool { return e.Key == draftKey(room, 0) }
	if e := phone.next("hint", isDraft); string(e.Payload) != fmt.Sprintf(`{"room_id":%d,"thread":0,"text":"not yet","client":"tab 1"}`, room) {
		t.Errorf("the phone is told %s", e.Payload)
	}
	ana.must(http.StatusOK, "PUT", savedPath(room, said.Number), nil, nil)
	isSaved := func(e event) bool { return e.Key == savedKey(room, said.Number) }
	if e := phone.next("hint", isSaved); string(e.Payload) != fmt.Sprintf(`{"room_id":%d,"number":%d,"saved":true}`, room, said.Number) {
		t.Errorf("the phone is told %s", e.Payload)
	}
	var o struct {
		Drafts []Draft
		Saved  [][2]int64
	}
	ana.must(http.StatusOK, "GET", "/api/v1/overview", nil, &o)
	if len(o.Drafts) != 1 || o.Drafts[0].Text != "not yet" || !slices.Equal(o.Saved, [][2]int64{{room, said.Number}}) {
		t.Errorf("the overview has %+v", o)
	}
	var list struct {
		Saved []SavedMessage
		Next  string
	}
	ana.must(http.StatusOK, "GET", "/api/v1/me/saved", nil, &list)
	if len(list.Saved) != 1 || list.Saved[0].Message.Body != "hello" || list.Next != "" {
		t.Errorf("saved are %+v", list)
	}
	checkProblem(t, ana.do("GET", "/api/v1/me/saved?before=x", nil), http.StatusUnprocessableEntity, "first page")
	ana.must(http.StatusOK, "DELETE", savedPath(room, said.Number), nil, nil)
	phone.next("hint", func(e event) bool { return isSaved(e) && strings.Contains(string(e.Payload), "false") })
	// He has heard nothing of it.
	ana.says(room, "news")
	his.news(roomTopic(room), "message")
	for _, e := range his.hints {
		if isDraft(e) || isSaved(e) {
			t.Errorf("he is told %s", e.Payload)
		}
	}
}

func TestWhoHasReadIsAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	said := ana.says(room, "hello")
	seen := func() []int64 {
		t.Helper()
		var out struct {
			UserIDs []int64 `json:"user_ids"`
		}
		ana.must(http.StatusOK, "GET", messagePath(room, said.Number)+"/seen", nil, &out)
		return out.UserIDs
	}
	if got := seen(); got == nil || len(got) != 0 {
		t.Errorf("at first: %v", got)
	}
	ben.must(http.StatusOK, "PUT", roomPath(room)+"/read", map[string]any{"number": said.Number}, nil)
	if got := seen(); !slices.Equal(got, []int64{ben.me.ID}) {
		t.Errorf("then: %v", got)
	}
	ana.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"seen_by": false}, nil)
	checkProblem(t, ana.do("GET", messagePath(room, said.Number)+"/seen", nil), http.StatusForbidden, "You do not tell others")
}
