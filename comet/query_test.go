package comet

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// manyTopics is a compact vector of n cursors.
func manyTopics(n int) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf("room:%d@1398396174.%d", i, i)
	}
	return strings.Join(items, ",")
}

func TestWhatTheAddressOfAReaderMeans(t *testing.T) {
	revision, everything, limit := "r7", "", int64(4096)
	stream := func(q dataRequest) dataRequest { q.Mode = modeStream; return q }
	for _, c := range []struct {
		query, accept, last string
		want                dataRequest
	}{
		{query: "", want: dataRequest{Mode: modePoll, Transport: transportPoll}},
		{query: "have=", want: dataRequest{Mode: modePoll, Transport: transportPoll}},
		{query: "mode=pull", want: dataRequest{Mode: modePull, Transport: transportLong}},
		{query: "mode=stream", want: stream(dataRequest{Transport: transportLines})},
		{query: "transport=ndjson", want: stream(dataRequest{Transport: transportLines})},
		{query: "transport=sse&padding=1", want: stream(dataRequest{Transport: transportSSE, Padding: true})},
		{query: "mode=stream&transport=sse", want: stream(dataRequest{Transport: transportSSE})},
		{query: "transport=long-poll", want: dataRequest{Mode: modePull, Transport: transportLong}},
		{query: "transport=poll", want: dataRequest{Mode: modePoll, Transport: transportPoll}},
		{query: "", accept: "text/event-stream", want: stream(dataRequest{Transport: transportSSE})},
		{query: "", accept: "text/html, Text/Event-Stream;q=0.9", want: stream(dataRequest{Transport: transportSSE})},
		{query: "", accept: "*/*", want: dataRequest{Mode: modePoll, Transport: transportPoll}},
		{query: "mode=poll", accept: "text/event-stream", want: dataRequest{Mode: modePoll, Transport: transportPoll}},
		{query: "transport=ndjson", accept: "text/event-stream", want: stream(dataRequest{Transport: transportLines})},
		{query: "presence", want: dataRequest{Mode: modePoll, Transport: transportPoll, Presence: &everything}},
		{query: "presence=r7", want: dataRequest{Mode: modePoll, Transport: transportPoll, Presence: &revision}},
		{query: "mode=pull&limit=4096", want: dataRequest{Mode: modePull, Transport: transportLong, Limit: &limit}},
		{query: "have=room:3@7.42,workspace", want: dataRequest{Mode: modePoll, Transport: transportPoll,
			Have: cursors{"room:3": {7, 42}, "workspace": fromNow}}},
		{query: "have=room%3A3%407.42%2Cworkspace", want: dataRequest{Mode: modePoll, Transport: transportPoll,
			Have: cursors{"room:3": {7, 42}, "workspace": fromNow}}},
		// A reader that comes back: what is named in both goes on from the header.
		{query: "have=a@1.1,b,c@3.3", last: "d@4.4,b@2.9,a@1.5", want: dataRequest{Mode: modePoll, Transport: transportPoll,
			Have: cursors{"a": {1, 5}, "b": {2, 9}, "c": {3, 3}}}},
		{query: "", last: "a@1.5", want: dataRequest{Mode: modePoll, Transport: transportPoll}},
	} {
		h := http.Header{"Accept": {c.accept}, "Last-Event-Id": {c.last}}
		got, p := parseQuery(c.query, h, testLimits())
		if p != nil {
			t.Errorf("%q: %v", c.query, p)
			continue
		}
		c.want.Event, c.want.Reader = "listen", true
		if string(body(got)) != string(body(c.want)) || !got.Reader {
			t.Errorf("%q with %q and %q means\n%s, want\n%s", c.query, c.accept, c.last, body(got), body(c.want))
		}
	}
}

func TestABadAddressOfAReaderIsRefusedWithASentence(t *testing.T) {
	for _, c := range []struct {
		query, last, want string
		status            int
	}{
		{"id=a", "", "A GET request has no session", 400},
		{"n=1", "", "A GET request has no session", 400},
		{"mode=stream&transport=iframe", "", "A frame is opened with POST.", 400},
		{"transport=iframe", "", "A frame is opened with POST.", 400},
		{"tag=t&event=listen&watch=a", "", `no such parameters here: "event", "tag", "watch".`, 400},
		{"Mode=poll", "", `no such parameters here: "Mode".`, 400},
		{"%ff%00=1", "", `no such parameters here: "\xff\x00".`, 400},
		{"mode=poll&mode=stream", "", `"mode" is given more than once`, 400},
		{"mode=push", "", `"mode" must be`, 400},
		{"transport=websocket", "", "The mode stream goes with", 400},
		{"mode=poll&transport=sse", "", "The mode stream goes with", 400},
		{"mode=pull&transport=poll", "", "The mode stream goes with", 400},
		{"padding=yes", "", `"padding" must be 1`, 400},
		{"padding", "", `"padding" must be 1`, 400},
		{"presence=" + strings.Repeat("x", 201), "", `"presence" must be`, 400},
		{"limit=1&limit=2", "", `"limit" is given more than once`, 400},
		{"limit=", "", `"limit" must be a whole number`, 400},
		{"limit=0", "", `"limit" must be a whole number`, 400},
		{"limit=-4096", "", `"limit" must be a whole number`, 400},
		{"limit=4k", "", `"limit" must be a whole number`, 400},
		{"limit=9007199254740992", "", `"limit" must be a whole number`, 400},
		{"limit=99999999999999999999", "", `"limit" must be a whole number`, 400},
		{"have=%zz", "", "not well formed", 400},
		{"have=a;mode=poll", "", "not well formed", 400},
		{"have=a+b", "", "A topic's name", 400},
		{"have=a@1", "", "A cursor is written", 400},
		{"have=" + manyTopics(257), "", "At most 256 topics", 422},
		{"have=a", "a", "Last-Event-ID", 400},
		{"have=a", "a@1", "Last-Event-ID", 400},
		{"have=a", "b@1.1,", "Last-Event-ID", 400},
		{"have=a", "\xff", "Last-Event-ID", 400},
		{"have=a", manyTopics(257), "Last-Event-ID", 400},
	} {
		_, p := parseQuery(c.query, http.Header{"Last-Event-Id": {c.last}}, testLimits())
		if p == nil || p.status != c.status || !strings.Contains(p.detail, c.want) {
			t.Errorf("%.60q with %.60q: %v, want %d %s", c.query, c.last, p, c.status, c.want)
		}
	}
}

func TestWhatOnlyReadersMayAskFor(t *testing.T) {
	const listen = `"event":"listen","mode":"stream"`
	for sent, want := range map[string]string{
		`{` + listen + `,"transport":"sse"}`:                     "",
		`{` + listen + `,"have":{"a":null,"b":[1,2]}}`:           "",
		`{` + listen + `,"id":"x","have":{"a":[1,2]}}`:           "",
		`{` + listen + `,"id":"x","transport":"sse"}`:            "The transport sse is for readers",
		`{` + listen + `,"id":"x","have":{"a":null,"b":[1,2]}}`:  "A topic without a position is for readers",
		`{` + listen + `,"have":{"a":[1]}}`:                      "A position is",
		`{` + listen + `,"have":{"a":[-1,-1]}}`:                  "A position is",
		`{` + listen + `,"have":[]}`:                             `The field "have" has the wrong type.`,
		`{` + listen + `,"have":{"a":"now"}}`:                    "A position is",
		`{"event":"listen","mode":"poll","transport":"sse"}`:     "The mode stream goes with",
		`{"event":"listen","mode":"stream","transport":"frame"}`: "The mode stream goes with",
	} {
		q, p := parseData([]byte(sent), typeJSON, testLimits())
		switch {
		case want != "":
			if p == nil || p.status != http.StatusBadRequest || !strings.Contains(p.detail, want) {
				t.Errorf("%s: %v, want %q", sent, p, want)
			}
		case p != nil || q.Reader == strings.Contains(sent, `"id"`):
			t.Errorf("%s: %v, a reader: %t", sent, p, q.Reader)
		}
	}
	q, p := parseData([]byte(`{`+listen+`,"have":{"a":null,"b":[1,2]}}`), typeJSON, testLimits())
	if p != nil || q.Have["a"] != fromNow || q.Have["b"] != (Position{1, 2}) {
		t.Error(q.Have, p)
	}
}

func TestAListOfTopicsToWatch(t *testing.T) {
	limits := testLimits()
	limits.Watched = 3
	watch := func(fields string) (string, *problem) {
		q, p := parseData([]byte(`{"event":"listen","mode":"poll",`+fields+`}`), typeJSON, limits)
		return fmt.Sprintf("%#v", q.Watch), p
	}
	for fields, want := range map[string]string{
		`"id":"x"`:                   `[]string(nil)`,
		`"id":"x","watch":null`:      `[]string(nil)`,
		`"id":"x","watch":[]`:        `[]string{}`,
		`"id":"x","watch":["b","a"]`: `[]string{"a", "b"}`,
		`"id":"x","watch":["a","b","a"],"have":{"a":[1,1]}`:        `[]string{"b"}`,
		`"id":"x","watch":["room:1","workspace","user:1"],"n":100`: `[]string{"room:1", "user:1", "workspace"}`,
	} {
		if got, p := watch(fields); p != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", fields, got, p, want)
		}
	}
	for fields, want := range map[string]string{
		`"watch":["a"]`:                          `needs the field "id"`,
		`"watch":[]`:                             `needs the field "id"`,
		`"id":"x","watch":["a b"]`:               "A topic's name",
		`"id":"x","watch":[""]`:                  "A topic's name",
		`"id":"x","watch":["a","b","c","d"]`:     "At most 3 topics can be watched at once.",
		`"id":"x","watch":"a"`:                   `The field "watch" has the wrong type.`,
		`"id":"x","watch":[1]`:                   `The field "watch" has the wrong type.`,
		`"id":"x","watch":{"a":[1,2]}`:           `The field "watch" has the wrong type.`,
		`"id":"x","watch":["a"],"have":{"a":[]}`: "A position is",
	} {
		if _, p := watch(fields); p == nil || !strings.Contains(p.detail, want) {
			t.Errorf("%s: %v, want %q", fields, p, want)
		}
	}
}
