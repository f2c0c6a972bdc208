package app

import (
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"chatd/store"
)

// replies sends a message into a thread.
func (p *person) replies(room, root int64, body string) Message {
	p.t.Helper()
	var m Message
	p.must(http.StatusCreated, "POST", roomPath(room)+"/messages", map[string]any{"body": body, "thread": root, "reply_to": root}, &m)
	return m
}

type threadPage struct {
	Root       Message
	Messages   []Message
	Quotes     []Quote
	More       bool
	Following  bool
	ReadNumber int64 `json:"read_number"`
}

// thread reads a thread.
func (p *person) thread(room, root int64, query string) threadPage {
	p.t.Helper()
	var page threadPage
	p.must(http.StatusOK, "GET", fmt.Sprintf("%s/threads/%d%s", roomPath(room), root, query), nil, &page)
	return page
}

func TestAReplyStandsInItsThreadAndNotInTheRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	l := ben.streams("ndjson")
	root := ana.says(room, "What do you think?")
	first := ben.replies(room, root.Number, "A lot.")
	after := ana.says(room, "Something else")
	if first.Thread != root.Number || first.ThreadIndex != 1 || first.Aside != 1 || after.Aside != 1 || root.Aside != 0 {
		t.Errorf("reply %+v, after it %+v", first, after)
	}
	if m := l.news(roomTopic(room), "message", func(n News) bool { return n.Message.Thread > 0 }).Message; m.Number != first.Number {
		t.Errorf("told of %+v", m)
	}
	page := ben.history(room, "")
	if len(page.Messages) != 2 || page.Messages[0].Replies == nil || page.Messages[0].Replies.Count != 1 ||
		!slices.Equal(page.Messages[0].Replies.UserIDs, []int64{ben.me.ID}) {
		t.Errorf("the room shows %+v", page.Messages)
	}
	th := ana.thread(room, root.Number, "")
	if len(th.Messages) != 1 || th.Messages[0].Body != "A lot." || !th.Following || th.ReadNumber != 0 || len(th.Quotes) != 1 || th.Quotes[0].Excerpt != "What do you think?" {
		t.Errorf("the thread is %+v", th)
	}
	var one Message
	ana.must(http.StatusOK, "GET", fmt.Sprintf("%s/messages/%d", roomPath(room), first.Number), nil, &one)
	if one.Body != "A lot." || one.Thread != root.Number {
		t.Errorf("the message is %+v", one)
	}
	got := ben.do("POST", roomPath(room)+"/messages", map[string]any{"body": "x", "thread": first.Number})
	if got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(got.body, "itself in a thread") || !strings.Contains(got.body, "body.thread") {
		t.Errorf("a thread in a thread: %d %s", got.StatusCode, got.body)
	}
}

func TestWhoFollowsAThreadIsToldOfReplies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	root := ana.says(room, "root")
	two := newWorldOn(t, w.store)
	away := two.withToken(ana.sessionCookie().Value)
	away.me = ana.me
	here, there := ana.streams("ndjson"), away.streams("ndjson")
	reply := ben.replies(room, root.Number, "@ana look")
	want := fmt.Sprintf(`{"room_id":%d,"root":%d,"number":%d,"count":1,"author_id":%d}`, room, root.Number, reply.Number, ben.me.ID)
	mention := fmt.Sprintf(`{"room_id":%d,"number":%d,"thread":%d}`, room, reply.Number, root.Number)
	for where, l := range map[string]*listener{"here": here, "at another node": there} {
		keyed := func(key string) func(event) bool { return func(e event) bool { return e.Key == key } }
		if e := l.next("hint", keyed(mentionKey(room, reply.Number))); string(e.Payload) != mention {
			t.Errorf("%s: hint %s, want %s", where, e.Payload, mention)
		}
		if e := l.next("hint", keyed(threadKey(room, root.Number))); string(e.Payload) != want {
			t.Errorf("%s: hint %s, want %s", where, e.Payload, want)
		}
	}
	var list struct {
		Threads []ThreadEntry
		Unread  int64
	}
	ana.must(http.StatusOK, "GET", "/api/v1/me/threads", nil, &list)
	if list.Unread != 1 || len(list.Threads) != 1 || list.Threads[0].Unread != 1 || !list.Threads[0].Mentioned || list.Threads[0].Root.Number != root.Number {
		t.Errorf("listed %+v", list)
	}
	path := fmt.Sprintf("%s/threads/%d", roomPath(room), root.Number)
	ana.must(http.StatusOK, "PUT", path+"/read", map[string]any{"number": reply.Number}, nil)
	if e := here.next("hint", func(e event) bool { return e.Key == threadReadKey(room, root.Number) }); !strings.Contains(string(e.Payload), fmt.Sprintf(`"number":%d`, reply.Number)) {
		t.Errorf("read: %s", e.Payload)
	}
	ana.must(http.StatusOK, "GET", "/api/v1/me/threads", nil, &list)
	if list.Unread != 0 || list.Threads[0].Unread != 0 {
		t.Errorf("after reading %+v", list)
	}
	ana.must(http.StatusOK, "DELETE", path+"/follow", nil, nil)
	list.Threads = nil
	ana.must(http.StatusOK, "GET", "/api/v1/me/threads", nil, &list)
	if len(list.Threads) != 0 || ana.thread(room, root.Number, "").Following {
		t.Errorf("after going away %+v", list)
	}
}

func TestAnEditIsToldAndKeepsWhatWasSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	l, hinted := ben.streams("ndjson"), ben.signsInAgain().streams("ndjson")
	m := ana.says(room, "one")
	path := fmt.Sprintf("%s/messages/%d", roomPath(room), m.Number)
	var edited Message
	ana.must(http.StatusOK, "PATCH", path, map[string]any{"body": " **two** for @ben "}, &edited)
	if edited.Body != "**two** for @ben" || !strings.Contains(edited.HTML, "<strong>two</strong>") || edited.EditedAt == nil || !slices.Equal(edited.Mentions, []int64{ben.me.ID}) {
		t.Errorf("edited %+v", edited)
	}
	news := l.news(roomTopic(room), "message-edited")
	if news.Message.HTML != edited.HTML || news.Message.Seq != m.Seq {
		t.Errorf("told of %+v", news.Message)
	}
	hinted.next("hint", func(e event) bool { return e.Key == mentionKey(room, m.Number) })
	var out struct{ Revisions []Revision }
	ben.must(http.StatusOK, "GET", path+"/revisions", nil, &out)
	if len(out.Revisions) != 2 || out.Revisions[0].Body != "one" || out.Revisions[1].HTML != edited.HTML {
		t.Errorf("it said %+v", out)
	}
	for who, want := range map[*person]int{ben: http.StatusForbidden, ana: http.StatusUnprocessableEntity} {
		body := map[*person]string{ben: "mine", ana: " "}[who]
		if got := who.do("PATCH", path, map[string]any{"body": body}); got.StatusCode != want {
			t.Errorf("%s: %d %s", who.me.Username, got.StatusCode, got.body)
		}
	}
	ana.must(http.StatusOK, "DELETE", path, nil, nil)
	if got := ana.do("PATCH", path, map[string]any{"body": "back"}); got.StatusCode != http.StatusGone {
		t.Errorf("edit of a deleted message: %d %s", got.StatusCode, got.body)
	}
	if got := ana.do("GET", path+"/revisions", nil); got.StatusCode != http.StatusGone || strings.Contains(got.body, "two") {
		t.Errorf("what a deleted message said: %d %s", got.StatusCode, got.body)
	}
	var gone Message
	ben.must(http.StatusOK, "GET", path, nil, &gone)
	if !gone.Deleted || gone.HTML+gone.Body != "" || gone.EditedAt != nil || gone.Mentions != nil {
		t.Errorf("the deleted message is %+v", gone)
	}
}

func TestHistoryAroundAMessageWithWhatItAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	for i := range 9 {
		ana.says(room, fmt.Sprint(i+1))
	}
	ana.replies(room, 1, "aside")
	var answer Message
	ana.must(http.StatusCreated, "POST", roomPath(room)+"/messages", map[string]any{"body": "I agree", "reply_to": 2}, &answer)
	for query, want := range map[string]struct {
		first, last int64
		more, after bool
	}{
		"?around=5&limit=4": {3, 6, true, true}, "?around=1&limit=4": {1, 2, false, true}, "?around=10&limit=4": {8, 11, true, false}, "?around=999&limit=4": {9, 11, true, false},
	} {
		var page struct {
			historyPage
			MoreAfter bool `json:"more_after"`
			Quotes    []Quote
		}
		ana.must(http.StatusOK, "GET", roomPath(room)+"/messages"+query, nil, &page)
		all := page.Messages
		if len(all) == 0 || all[0].Number != want.first || all[len(all)-1].Number != want.last || page.More != want.more || page.MoreAfter != want.after {
			t.Errorf("%s: %+v", query, page)
		}
		if quoted := want.last == answer.Number; quoted != (len(page.Quotes) == 1) || quoted && (page.Quotes[0].Excerpt != "2" || page.Quotes[0].Author.ID != ana.me.ID) {
			t.Errorf("%s quotes %+v", query, page.Quotes)
		}
	}
	ana.must(http.StatusOK, "DELETE", roomPath(room)+"/messages/2", nil, nil)
	var page struct{ Quotes []Quote }
	ana.must(http.StatusOK, "GET", roomPath(room)+"/messages?limit=1", nil, &page)
	if len(page.Quotes) != 1 || !page.Quotes[0].Deleted || page.Quotes[0].Excerpt != "" || page.Quotes[0].Author != nil {
		t.Errorf("quotes what is deleted: %+v", page.Quotes)
	}
}

// What is old the database's clock says, which this node's may differ from.
func TestAlertsAreTakenOnceAndNotOfOldMessages(t *testing.T) {
	t.Parallel()
	a := newAlerts()
	clock := time.Now().Add(-48 * time.Hour)
	now := store.Message{RoomID: 1, Number: 5, Thread: 2, CreatedAt: clock}
	old, plain := now, now
	old.Number, old.CreatedAt = 6, clock.Add(-time.Hour)
	plain.Number, plain.Thread = 7, 0
	for _, m := range []store.Message{now, old, plain, now} {
		a.Read(clock, store.Event{Kind: store.EventMessage, TopicID: 1, Message: &m})
	}
	if taken := a.take(); len(taken) != 1 || taken[0].message.Number != 5 || !taken[0].thread || taken[0].all {
		t.Errorf("taken %+v", taken)
	}
	own := now
	own.Number = 8
	a.Stored(store.Event{Kind: store.EventMessage, TopicID: 1, Message: &own})
	if taken := a.take(); len(taken) != 1 || taken[0].message.Number != 8 {
		t.Errorf("of what this node stored: %+v", taken)
	}
}

func TestWhoIsMentionedByAnEditIsToldAtEveryNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	room := ana.room("general").ID
	two := newWorldOn(t, w.store)
	here := ben.streams("ndjson")
	away := make([]*listener, 2)
	for i, p := range []*person{ben, cleo} {
		at := two.withToken(p.sessionCookie().Value)
		at.me = p.me
		away[i] = at.streams("ndjson")
	}
	edited := func(number int64, body string) {
		ana.must(http.StatusOK, "PATCH", messagePath(room, number), map[string]any{"body": body}, nil)
	}
	// A node that reads the message late may find the mention there, too: to hear of it twice is harmless.
	told := func(l *listener, number int64) {
		t.Helper()
		want := fmt.Sprintf(`{"room_id":%d,"number":%d}`, room, number)
		if e := l.next("hint", func(e event) bool { return e.Key == mentionKey(room, number) }); string(e.Payload) != want {
			t.Errorf("%s is told %s, want %s", l.me.Username, e.Payload, want)
		}
	}
	one, other := ana.says(room, "look").Number, ana.says(room, "and look").Number
	edited(one, "@ben look")
	told(here, one)
	told(away[0], one)
	edited(other, "@room look")
	told(here, other)
	told(away[0], other)
	told(away[1], other)
}

func TestAnAlertSurvivesTheWayToAnotherNode(t *testing.T) {
	t.Parallel()
	many := make([]int64, 2*mentionedAtOnce+1)
	for i := range many {
		many[i] = math.MaxInt64 - int64(i)
	}
	m := store.Message{RoomID: math.MaxInt64, Number: 7, Thread: 3, Author: store.User{ID: 9}}
	for _, want := range []alert{{message: m, mentioned: many}, {message: m, all: true}} {
		got := alert{message: m, all: want.all}
		for _, word := range want.words() {
			one, ok := parseAlert(strings.TrimPrefix(word, wordMentioned+" "))
			if !ok || len(word) > store.MaxWord || one.all != want.all || !reflect.DeepEqual(one.message, m) {
				t.Errorf("%d bytes: %t %+v", len(word), ok, one)
			}
			got.mentioned = append(got.mentioned, one.mentioned...)
		}
		if !slices.Equal(got.mentioned, want.mentioned) {
			t.Errorf("%d of %d people came", len(got.mentioned), len(want.mentioned))
		}
	}
	for _, broken := range []string{"", "1 2 3 4", "1 2 3 4 x", "1 2 3 4 5 6.0"} {
		if one, ok := parseAlert(broken); ok {
			t.Errorf("%q is taken for %+v", broken, one)
		}
	}
}
