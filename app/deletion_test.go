package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"chatd/comet"
	"chatd/store"
	"chatd/store/storetest"
)

func messagePath(room, number int64) string {
	return fmt.Sprintf("%s/messages/%d", roomPath(room), number)
}

// deletes deletes a message.
func (p *person) deletes(room, number int64) Deletion {
	p.t.Helper()
	var d Deletion
	p.must(http.StatusOK, "DELETE", messagePath(room, number), nil, &d)
	return d
}

func (p *person) undoes(d Deletion) {
	p.t.Helper()
	p.must(http.StatusNoContent, "DELETE", fmt.Sprint("/api/v1/deletions/", d.Deletion), nil, nil)
}

// overhears is all that a client is told of a room that comes with this cursor,
// by each way that there is.
func (p *person) overhears(room int64, from comet.Position) map[string]string {
	p.t.Helper()
	topic := roomTopic(room)
	heard := map[string]string{}
	for _, mode := range []string{"poll", "pull"} {
		heard[mode] = p.must(http.StatusOK, "POST", "/comet/data",
			map[string]any{"event": "listen", "mode": mode, "have": map[string]comet.Position{topic: from}}, nil).body
	}
	to := p.cursors()[topic]
	for _, transport := range []string{"ndjson", "iframe"} {
		l := p.listener()
		l.have = map[string]comet.Position{topic: from}
		l.open(transport)
		for l.have[topic].Seq < to.Seq {
			e, open := <-l.events
			if !open {
				p.t.Fatalf("%s ended early", transport)
			}
			raw, err := json.Marshal(e)
			if err != nil {
				p.t.Fatal(err)
			}
			heard[transport] += string(raw)
			l.take(e)
		}
		l.hangUp()
	}
	return heard
}

func TestADeletedMessageIsNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	room := ana.room("general").ID
	topic := roomTopic(room)
	before := ben.cursors()[topic]
	his, hers := ben.streams("ndjson"), cleo.streams("iframe")
	ben.says(room, "first")
	send := map[string]any{"client_id": newUUID(), "body": "unspeakable"}
	var said Message
	ben.must(http.StatusCreated, "POST", roomPath(room)+"/messages", send, &said)
	ben.says(room, "last")
	unread := cleo.room("general")
	for len(hers.texts[topic]) < 3 {
		hers.news(topic, "message")
	}

	var d Deletion
	ana.must(http.StatusOK, "DELETE", messagePath(room, 2), map[string]any{"reason": "We do not say that here."}, &d)
	if d.Already || d.UndoUntil == nil || d.UserID != ben.me.ID || d.RoomID != room || d.Count != 1 {
		t.Errorf("deletion %+v", d)
	}
	if n := hers.news(topic, "messages-deleted"); !slices.Equal(n.Numbers, []int64{2}) || *n.ByAuthor || n.Actor != nil || n.User != nil || n.At == 0 {
		t.Errorf("a bystander is told %+v", n)
	}
	his.news(userTopic(ben.me.ID), "decided")
	fresh := newWorldOn(t, w.store).withToken(cleo.sessionCookie().Value) // a node that has heard nothing: it reads the log
	fresh.me = cleo.me
	for place, p := range map[string]*person{"from the ring": cleo, "from the log": fresh} {
		for way, heard := range p.overhears(room, before) {
			if strings.Contains(heard, "unspeakable") || !strings.Contains(heard, "first") || !strings.Contains(heard, "last") || !strings.Contains(heard, "messages-deleted") {
				t.Errorf("%s, by %s, comes %s", place, way, heard)
			}
		}
	}
	page := cleo.history(room, "")
	if m := page.Messages[1]; !m.Deleted || m.Body != "" || m.Author != (Author{}) || m.Number != 2 || m.ID != said.ID || m.CreatedAt != said.CreatedAt {
		t.Errorf("the history has %+v", m)
	}
	if now := cleo.room("general"); now.LastNumber != unread.LastNumber || now.ReadNumber != unread.ReadNumber || *now.LastMessageAt != *unread.LastMessageAt {
		t.Errorf("before %+v, now %+v", unread, now)
	}
	var again Message
	ben.must(http.StatusOK, "POST", roomPath(room)+"/messages", send, &again)
	if !again.Deleted || again.Body != "" || again.Number != 2 {
		t.Errorf("sent again: %+v", again)
	}
	if late := ben.deletes(room, 2); !late.Already || late.UndoUntil != nil || late.Deletion != d.Deletion {
		t.Errorf("its author deletes it: %+v", late)
	}

	ana.undoes(d)
	if n := hers.news(topic, "messages-undeleted"); !slices.Equal(n.Numbers, []int64{2}) {
		t.Errorf("then %+v", n)
	}
	his.news(userTopic(ben.me.ID), "decided")
	if m := cleo.history(room, "").Messages[1]; m.Deleted || m.Body != "unspeakable" || m.Author.ID != ben.me.ID {
		t.Errorf("the history has %+v", m)
	}
	ana.undoes(d)
}

// Nobody rings and nobody tells the hub: what the store alone has done every node
// finds when it looks.
func TestADeletionIsFoundWhenTheDoorbellIsLost(t *testing.T) {
	t.Parallel()
	one := newWorld(t)
	ana := one.owner()
	ben := ana.brings("ben")
	two := newWorldOn(t, one.store)
	away := two.withToken(ben.sessionCookie().Value)
	away.me = ben.me
	room := ana.room("general").ID
	before := ben.cursors()[roomTopic(room)]
	streams := []*listener{ben.streams("ndjson"), away.streams("ndjson")}
	ana.says(room, "unspeakable")
	for _, l := range streams {
		l.news(roomTopic(room), "message") // it is in the ring
	}
	_, _, err := one.store.DeleteMessage(t.Context(), ana.me.ID, room, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range streams {
		l.news(roomTopic(room), "messages-deleted")
		for way, heard := range l.overhears(room, before) {
			if strings.Contains(heard, "unspeakable") {
				t.Errorf("node %d, by %s: %s", i+1, way, heard)
			}
		}
	}
}

// Whoever is told that a message is deleted can be sure that nobody is told the
// message any more by that node, whoever has deleted it.
func TestTheNodeThatNumbersADeletionDoesNotWaitForItsNextLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	before := ana.cursors()[roomTopic(room)]
	ear := ana.streams("ndjson")
	for number := int64(1); number <= 5; number++ {
		ana.says(room, "unspeakable")
		ear.news(roomTopic(room), "message")
		_, pending, err := w.store.DeleteMessage(t.Context(), ana.me.ID, room, number, "")
		if err != nil {
			t.Fatal(err)
		}
		w.app.committer.Number(pending...)
		ear.news(roomTopic(room), "messages-deleted")
		for way, heard := range ana.overhears(room, before) {
			if strings.Contains(heard, "unspeakable") {
				t.Fatalf("by %s: %s", way, heard)
			}
		}
	}
}

func TestRecentMessagesOfSomebodyAreDeletedInOneRoomAndInAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	general, boats := ana.room("general").ID, ana.creates("public", "boats").ID
	secret := cleo.creates("private", "secret").ID
	cleo.must(http.StatusOK, "PUT", roomPath(boats)+"/membership", nil, nil)
	for _, room := range []int64{boats, secret} {
		cleo.must(http.StatusNoContent, "POST", roomPath(room)+"/members", map[string]any{"user_id": ben.me.ID}, nil)
	}
	hers := cleo.streams("ndjson")
	for _, room := range []int64{general, boats, secret} {
		ben.says(room, "spam")
		cleo.says(room, "ham")
		ben.says(room, "spam")
	}
	purge := map[string]any{"user_id": ben.me.ID, "since_seconds": 3600, "reason": "spam"}
	var out struct {
		Deletions []Deletion
		More      bool
	}
	ana.must(http.StatusOK, "POST", roomPath(general)+"/deletions", purge, &out)
	if len(out.Deletions) != 1 || out.Deletions[0].Count != 2 || out.More {
		t.Fatalf("in one room %+v", out)
	}
	if n := hers.news(roomTopic(general), "messages-deleted"); !slices.Equal(n.Numbers, []int64{1, 3}) {
		t.Errorf("told of %+v", n)
	}
	ana.must(http.StatusOK, "POST", "/api/v1/deletions", purge, &out)
	if len(out.Deletions) != 1 || out.Deletions[0].RoomID != boats || out.Deletions[0].Count != 2 {
		t.Fatalf("in all rooms %+v", out)
	}
	cleo.must(http.StatusOK, "POST", "/api/v1/deletions", purge, &out)
	if len(out.Deletions) != 1 || out.Deletions[0].RoomID != secret {
		t.Fatalf("in all rooms of hers %+v", out)
	}
	for _, room := range []int64{general, boats, secret} {
		if got := strings.Join(cleo.bodies(room), "|"); got != "|ham|" {
			t.Errorf("room %d shows %q", room, got)
		}
	}
	var list struct{ Deletions []PendingDeletion }
	ana.must(http.StatusOK, "GET", roomPath(boats)+"/deletions", nil, &list)
	if len(list.Deletions) != 1 || list.Deletions[0].User.ID != ben.me.ID || list.Deletions[0].DeletedBy.ID != ana.me.ID || list.Deletions[0].Reason != "spam" || list.Deletions[0].UndoUntil == nil ||
		list.Deletions[0].Excerpt != "spam" || list.Deletions[0].WrittenAt == "" {
		t.Fatalf("the list has %+v", list)
	}
	ana.undoes(list.Deletions[0].Deletion)
	if got := strings.Join(cleo.bodies(boats), "|"); got != "spam|ham|spam" {
		t.Errorf("taken back: %q", got)
	}
}

func TestDeletedMessagesAreErasedInTime(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	w := newWorldAt(t, store.Config{URL: url})
	ana := w.owner()
	room := ana.room("general").ID
	ana.says(room, "one")
	ana.says(room, "two")
	d := ana.deletes(room, 1)
	erased := storetest.LapseDeletions(t, url)
	checkProblem(t, ana.do("DELETE", fmt.Sprint("/api/v1/deletions/", d.Deletion), nil), http.StatusGone, "are erased")
	newWorldOn(t, w.store) // each node erases, when it starts and then every minute
	w.eventually("the text is erased", func() bool { return erased() == 1 })
	if again := ana.deletes(room, 1); !again.Already || again.UndoUntil != nil {
		t.Errorf("deleted again: %+v", again)
	}
}

func TestWhatCannotBeDeletedIsAnsweredClearly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	room, secret := ana.room("general").ID, ana.creates("private", "secret").ID
	for range 3 {
		ana.says(room, "hers")
		ben.says(room, "his")
	}
	ana.says(secret, "hush")
	own := ben.deletes(room, 2)
	purge := func(user any, since any) map[string]any {
		return map[string]any{"user_id": user, "since_seconds": since}
	}
	for _, c := range []struct {
		by           *person
		method, path string
		body         any
		status       int
		says         string
	}{
		{ben, "DELETE", messagePath(room, 1), nil, 403, "not allowed"},
		{cleo, "DELETE", messagePath(room, 2), nil, 403, "not allowed"}, // also of one that is gone
		{ben, "DELETE", messagePath(room, 99), nil, 404, "does not exist"},
		{ben, "DELETE", messagePath(secret, 1), nil, 404, "does not exist"},
		{ben, "DELETE", messagePath(room, 0), nil, 404, "message does not exist"},
		{ben, "DELETE", roomPath(room) + "/messages/+2", nil, 404, "message does not exist"},
		{ben, "DELETE", roomPath(room) + "/messages/9223372036854775808", nil, 404, "message does not exist"},
		{ana, "DELETE", messagePath(room, 4), map[string]any{"reason": strings.Repeat("x", 501)}, 422, "500 characters"},
		{ana, "DELETE", messagePath(room, 4), map[string]any{"reason": "a\u202eb"}, 422, "control how text is shown"},
		{ana, "DELETE", messagePath(room, 4), `{"reason":"\u0000"}`, 422, "NUL"},
		{ana, "DELETE", messagePath(room, 4), `{"reason":`, 400, "JSON"},
		{ana, "DELETE", messagePath(room, 4), map[string]any{"why": "x"}, 422, "not known"},
		{ana, "POST", roomPath(room) + "/deletions", purge(ben.me.ID, 0), 422, "since seconds"},
		{ana, "POST", roomPath(room) + "/deletions", purge(ben.me.ID, 604801), 422, "since seconds"},
		{ana, "POST", roomPath(room) + "/deletions", purge("ben", 60), 422, "user id"},
		{ana, "POST", roomPath(room) + "/deletions", purge(room, 60), 404, "no such person"},
		{ana, "POST", "/api/v1/deletions", purge(room, 60), 404, "no such person"},
		{ben, "POST", roomPath(room) + "/deletions", purge(ana.me.ID, 60), 403, "not allowed"},
		{ben, "POST", "/api/v1/deletions", purge(ana.me.ID, 60), 403, "not allowed"},
		{ben, "POST", roomPath(secret) + "/deletions", purge(ana.me.ID, 60), 404, "does not exist"},
		{ben, "GET", roomPath(room) + "/deletions", nil, 403, "not allowed"},
		{ana, "DELETE", fmt.Sprint("/api/v1/deletions/", own.Deletion), nil, 403, "not allowed"},
		{ana, "DELETE", "/api/v1/deletions/99", nil, 404, "does not exist"},
		{ana, "DELETE", "/api/v1/deletions/x", nil, 404, "does not exist"},
	} {
		t.Logf("%s %s %s %v", c.by.me.Username, c.method, c.path, c.body)
		checkProblem(t, c.by.do(c.method, c.path, c.body), c.status, c.says)
	}
	// A right that was lost a moment ago in another tab.
	ana.must(http.StatusOK, "PATCH", memberPath(room, cleo), map[string]any{"role": "moderator"}, nil)
	d := cleo.deletes(room, 4)
	ana.must(http.StatusOK, "PATCH", memberPath(room, cleo), map[string]any{"role": "member"}, nil)
	checkProblem(t, cleo.do("DELETE", messagePath(room, 6), nil), http.StatusForbidden, "not allowed")
	checkProblem(t, cleo.do("DELETE", fmt.Sprint("/api/v1/deletions/", d.Deletion), nil), http.StatusForbidden, "not allowed")
	if got := strings.Join(ana.bodies(room), "|"); got != "hers||hers||hers|his" {
		t.Errorf("the room shows %q", got)
	}
}
