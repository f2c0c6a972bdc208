package app

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

type historyPage struct {
	Messages []Message
	Position Position
	More     bool
}

func (p *person) history(room int64, query string) historyPage {
	p.t.Helper()
	var page historyPage
	p.must(http.StatusOK, "GET", roomPath(room)+"/messages"+query, nil, &page)
	return page
}

func TestARetriedSendReturnsTheFirstResult(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general")
	body := map[string]any{"client_id": "0F8FAD5B-D9CB-469F-A165-70867728950E", "body": "  hello\n"}
	var first, again Message
	ana.must(http.StatusCreated, "POST", roomPath(room.ID)+"/messages", body, &first)
	body["body"] = "changed meanwhile"
	ana.must(http.StatusOK, "POST", roomPath(room.ID)+"/messages", body, &again)
	if !reflect.DeepEqual(first, again) {
		t.Fatalf("first %+v, again %+v", first, again)
	}
	if first.Body != "hello" || first.Number != 1 || first.Author.Username != "ana" || first.ClientID != "0f8fad5b-d9cb-469f-a165-70867728950e" {
		t.Fatalf("stored %+v", first)
	}
	other := ana.creates("public", "other")
	ana.must(http.StatusConflict, "POST", roomPath(other.ID)+"/messages", body, nil)
}

func TestHistoryIsPagedByNumberInBothDirections(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general")
	for i := range 7 {
		ana.says(room.ID, fmt.Sprint("message ", i+1))
	}
	numbers := func(page historyPage) string {
		var s []string
		for _, m := range page.Messages {
			s = append(s, fmt.Sprint(m.Number))
		}
		return strings.Join(s, " ")
	}
	for query, want := range map[string]struct {
		numbers string
		more    bool
	}{
		"":                  {"1 2 3 4 5 6 7", false},
		"?limit=3":          {"5 6 7", true},
		"?before=5&limit=3": {"2 3 4", true},
		"?before=2&limit=3": {"1", false},
		"?before=1":         {"", false},
		"?after=2&limit=3":  {"3 4 5", true},
		"?after=5&limit=3":  {"6 7", false},
		"?after=99":         {"", false},
	} {
		page := ana.history(room.ID, query)
		if numbers(page) != want.numbers || page.More != want.more {
			t.Errorf("%s: %s, more %v; want %s, more %v", query, numbers(page), page.More, want.numbers, want.more)
		}
		if page.Position.Seq != 7 || page.Messages == nil {
			t.Errorf("%s: position %+v, messages %v", query, page.Position, page.Messages)
		}
	}
}

func TestAMessageIsWhateverPeopleWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general")
	for _, body := range []string{
		"</script><script>alert(1)</script>",
		"\u202eright to left\u2028\u2029\ufeff end",
		"emoji 👩‍👩‍👧‍👦 and 漢字 and \ufffd",
		strings.Repeat("🎉", 20000),
		"a\ttab and\r\nlines",
	} {
		if got := ana.says(room.ID, body); got.Body != body {
			t.Errorf("sent %.40q, stored %.40q", body, got.Body)
		}
		last := ana.history(room.ID, "?limit=1").Messages[0]
		if last.Body != body {
			t.Errorf("sent %.40q, history has %.40q", body, last.Body)
		}
	}
}

func TestSendingTooFastIsAnsweredWith429(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general")
	send := func(p *person) answer {
		return p.do("POST", roomPath(room.ID)+"/messages", map[string]any{"client_id": newUUID(), "body": "x"})
	}
	answers := make(chan answer)
	for range 200 { // all at once: one after the other a busy machine may take longer than the limit asks for
		go func() { answers <- send(ana) }()
	}
	waits := 0
	for range 200 {
		got := <-answers
		if got.StatusCode != http.StatusTooManyRequests {
			continue // sent, or the machine cannot serve so many at once
		}
		waits++
		if got.Header.Get("Retry-After") == "" {
			t.Errorf("refused with %s and no word when to come back", got.Status)
		}
	}
	if waits == 0 {
		t.Error("200 messages at once, and no wait")
	}
	if send(ben).StatusCode != http.StatusCreated {
		t.Error("somebody else is slowed down too")
	}
}

func TestReadingNeverGoesBackOrBeyond(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general")
	for range 3 {
		ana.says(room.ID, "news")
	}
	for _, c := range []struct{ mark, want int64 }{{2, 2}, {1, 2}, {0, 2}, {99, 3}, {3, 3}} {
		var out struct{ Number int64 }
		ben.must(http.StatusOK, "PUT", roomPath(room.ID)+"/read", map[string]any{"number": c.mark}, &out)
		if out.Number != c.want {
			t.Errorf("marked %d, now %d, want %d", c.mark, out.Number, c.want)
		}
	}
	if got := ben.room("general"); got.ReadNumber != 3 || got.LastNumber != 3 {
		t.Errorf("the overview has %+v", got)
	}
}

func TestWhatIsMeantForSomebodyElseIsNotDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general")
	send := map[string]any{"client_id": newUUID(), "body": "mine"}
	ana.header = http.Header{"Chatd-User": {fmt.Sprint(ben.me.ID)}}
	ana.must(http.StatusPreconditionFailed, "POST", roomPath(room.ID)+"/messages", send, nil)
	ana.header = http.Header{"Chatd-User": {fmt.Sprint(ana.me.ID)}}
	if page := ana.history(room.ID, ""); len(page.Messages) != 0 {
		t.Fatalf("stored %+v", page.Messages)
	}
	ana.must(http.StatusCreated, "POST", roomPath(room.ID)+"/messages", send, nil)
}
