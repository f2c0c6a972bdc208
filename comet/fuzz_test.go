package comet

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzADataRequestIsRefusedOrSound(f *testing.F) {
	for _, seed := range []string{
		`{"event":"listen","id":"a","n":1,"mode":"stream","transport":"iframe","tag":"t","have":{"room:1":[1,2]}}`,
		`{"event":"listen","id":"a","mode":"stream","presence":"","people":["13","12","12"],"room":"7","idle":true,"round_trip":12}`,
		`{"event":"listen","mode":"poll","people":["<"],"room":"room:7","round_trip":60001}`,
		`{"event":"refresh","mode":"pull","presence":"","padding":true}`,
		`{"event":"listen","mode":"stream","transport":"sse","have":{"room:1":null,"room:2":[1,2]}}`,
		`{"event":"listen","id":"a","mode":"poll","have":{"a":[1,2]},"watch":["b","a","b"]}`,
		`{"event":"listen","mode":"poll","have":{"a":[9007199254740991,0],"b":[1e3,0]}}`,
		`{"event":"listen","mode":"pull","limit":2048}`,
		`{"event":"listen","mode":"poll","limit":-9007199254740992}`,
		`request=%7B%22event%22%3A%22listen%22%2C%22mode%22%3A%22poll%22%7D`,
	} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	limits := testLimits()
	f.Fuzz(func(t *testing.T, sent []byte, form bool) {
		kind := typeJSON
		if form {
			kind = typeForm
		}
		q, p := parseData(sent, kind, limits)
		if p != nil {
			checkRefusal(t, p)
			return
		}
		checkRequest(t, q, limits)
		checkReport(t, q, limits)
		again, p := parseData(body(q), typeJSON, limits)
		if p != nil || !maps.Equal(q.Have, again.Have) || !slices.Equal(q.Watch, again.Watch) || !equal(q.Limit, again.Limit) {
			t.Errorf("%+v is not what was sent: %+v", again, q)
		}
	})
}

func equal(x, y *int64) bool { return x == y || x != nil && y != nil && *x == *y }

func checkRefusal(t *testing.T, p *problem) {
	t.Helper()
	if p.status < 400 || p.status > 422 || p.detail == "" || !utf8.ValidString(p.detail) {
		t.Errorf("refused with %d %q", p.status, p.detail)
	}
}

func checkRequest(t *testing.T, q dataRequest, limits Limits) {
	t.Helper()
	if !isNumber(q.N) || q.ID != "" && !isWord(q.ID) || len(q.Have) > limits.Topics || len(q.Watch) > limits.Watched ||
		q.Reader != (q.ID == "") || q.Reader && q.Watch != nil || !slices.Contains(transports[q.Mode], q.Transport) {
		t.Errorf("accepted %+v", q)
	}
	if q.Transport == transportFrame && !isWord(q.Tag) || q.Transport == transportSSE && !q.Reader {
		t.Errorf("accepted %+v", q)
	}
	if most := q.answerBytes(&limits); most < 1 || most > limits.AnswerBytes {
		t.Errorf("accepted a limit that gives %d bytes", most)
	}
	for topic, at := range q.Have {
		sound := isNumber(at.Epoch) && isNumber(at.Seq) || q.Reader && at == fromNow
		if !isTopic(topic) || !sound {
			t.Errorf("accepted %q %v", topic, at)
		}
	}
	for i, topic := range q.Watch {
		if _, followed := q.Have[topic]; followed || !isTopic(topic) || i > 0 && topic <= q.Watch[i-1] {
			t.Errorf("accepted %q to watch", q.Watch)
		}
	}
}

// checkReport wants what a client says of itself to be sound, and to be read as
// it was sent.
func checkReport(t *testing.T, q dataRequest, limits Limits) {
	t.Helper()
	if len(q.People) > limits.People || q.Room != "" && !isWord(q.Room) || q.RoundTrip < 0 || q.RoundTrip > maxRoundTrip ||
		q.Reader && (q.Idle || q.RoundTrip != 0) {
		t.Errorf("accepted %+v", q)
	}
	for i, person := range q.People {
		if !isWord(person) || i > 0 && person <= q.People[i-1] {
			t.Errorf("accepted the people %q", q.People)
		}
	}
	again, p := parseData(body(q), typeJSON, limits)
	if p != nil || !slices.Equal(q.People, again.People) || q.Room != again.Room || q.Idle != again.Idle || q.RoundTrip != again.RoundTrip {
		t.Errorf("%+v is not what was sent: %+v", again, q)
	}
}

func FuzzAReadersAddressIsRefusedOrSound(f *testing.F) {
	for _, seed := range []string{
		"have=room:3@1398396174.42,workspace&mode=stream&transport=sse&padding=1&presence=",
		"have=room%3A3%401.2%2Ca&transport=long-poll", "mode=pull&presence=r7&limit=2048", "limit=-0", "id=1", "tag=%ff", "have=a;b", "have=a,a", "transport=iframe", "",
	} {
		f.Add(seed, "", "room:3@1.2")
		f.Add(seed, "text/event-stream", "a@1.2,b@3.4")
	}
	limits := testLimits()
	f.Fuzz(func(t *testing.T, sent, accept, lastEventID string) {
		q, p := parseQuery(sent, http.Header{"Accept": {accept}, "Last-Event-Id": {lastEventID}}, limits)
		if p != nil {
			checkRefusal(t, p)
			return
		}
		checkRequest(t, q, limits)
		if !q.Reader || q.Transport == transportFrame {
			t.Errorf("accepted %+v", q)
		}
		again, p := parseQuery(query(q), nil, limits)
		if p != nil || string(body(again)) != string(body(q)) {
			t.Errorf("%q\nis understood as\n%s, want\n%s (%v)", query(q), body(again), body(q), p)
		}
	})
}

func FuzzACompactVectorIsRefusedOrWrittenAsItWasRead(f *testing.F) {
	for _, seed := range []string{
		"room:3@1398396174.42,workspace@1519691664.3", "b,a@9007199254740991.0", "a@01.1", "a@1", "a,", "@", "a,a", "a@-1.-1", "",
	} {
		f.Add(seed)
	}
	limits := testLimits()
	f.Fuzz(func(t *testing.T, sent string) {
		at, p := parseVector(sent, limits)
		if p != nil {
			checkRefusal(t, p)
			return
		}
		checkRequest(t, dataRequest{Mode: modePoll, Transport: transportPoll, Have: at, Reader: true}, limits)
		written := appendVector(nil, at)
		again, p := parseVector(string(written), limits)
		if p != nil || !maps.Equal(again, at) || string(appendVector(nil, again)) != string(written) {
			t.Errorf("%q is written as %q and read as %v (%v)", sent, written, again, p)
		}
	})
}

func FuzzAControlRequestIsAnsweredOnceForEachOperation(f *testing.F) {
	for _, seed := range []string{
		`{"operations":[{"op":"join"},{"op":"subscribe","topics":{"room:1":[100,0],"room:2":[1,1]}},{"op":"leave"}]}`,
		`{"id":"a","operations":[{"op":"unsubscribe","topics":["room:1","<"]},{"op":"ping"},{"op":"ack"}]}`,
		`{"operations":[{"op":"\u003c"},{"op":null},{}]}`,
		`{"operations":[{"op":"join"},{"op":"view","people":["13","12"],"room":"7","n":1},{"op":"view","people":["<"],"n":-1}]}`,
		`{"operations":[{"op":"join"},{"op":"subscribe","topics":{"room:1":[100,0]}},{"op":"activity","state":"typing","topic":"room:1"},` +
			`{"op":"activity","state":"idle","round_trip":12,"n":9007199254740991},{"op":"activity","state":"active","round_trip":-1}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		hub := New(Config{
			Log: newMemoryLog("room:1"), Identify: identify, Logger: slog.New(slog.DiscardHandler),
			Activity: func(SessionInfo, Activity) {},
		})
		w := newRecorder()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://hub/", bytes.NewReader(sent))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", typeText)
		r.Header.Set("X-User", "ann")
		hub.ControlHandler().ServeHTTP(w, r)
		var answer struct {
			Status int
			Detail string
			Events []event
		}
		if err := json.Unmarshal(w.body.Bytes(), &answer); err != nil {
			t.Fatalf("%v in %q", err, w.body.String())
		}
		if w.status != 0 {
			if w.status != answer.Status || answer.Detail == "" {
				t.Errorf("refused with %d %q", w.status, w.body.String())
			}
			return
		}
		var q controlRequest
		if err := json.Unmarshal(sent, &q); err != nil || len(q.Operations) != len(answer.Events) {
			t.Errorf("%d answers to %q", len(answer.Events), sent)
		}
	})
}

// FuzzNoInputCanForgeAFrame puts arbitrary bytes wherever they can come from
// outside, and takes the bytes of each transport apart again.
func FuzzNoInputCanForgeAFrame(f *testing.F) {
	for _, seed := range []string{
		`{"a":1}`, `"</script><script>alert(1)</script>"`, `"<!--"`, "[1,\n2,\r\n3]", "\"\u2028\u2029\"", "\"\xff\xfe\"",
		`"\u003c/script>"`, `{}`, ` {"event":"abort"} `, `1}{"event":"abort"`, "", "null", `{"a":"]}"}`, "{ }",
	} {
		f.Add([]byte(seed), seed, "t")
	}
	logger := slog.New(slog.DiscardHandler)
	f.Fuzz(func(t *testing.T, payload []byte, word, tag string) {
		var value any
		if json.Valid(payload) && json.Unmarshal(payload, &value) != nil {
			return // a number that is too large for Go, and Infinity in a browser
		}
		events := [][]byte{
			encode("room:1", 7, Event{1, payload}, logger).json,
			errorEvent(word, word, word, time.Second), abortEvent(Reason(word)), unsubscribedEvent(word, Reason(word)),
			heartbeatEvent(time.UnixMilli(0)),
		}
		if value, err := safeJSON(payload); err == nil {
			events = append(events, hintEvent(word, value))
		}
		var want []event
		for _, e := range events {
			if bytes.ContainsAny(e, "<>&\r\n\u2028\u2029") || !utf8.Valid(e) {
				t.Fatalf("an unsafe event: %q", e)
			}
			var known event
			if err := json.Unmarshal(e, &known); err != nil {
				t.Fatalf("%v in %q", err, e)
			}
			want = append(want, known)
		}
		if isWord(tag) {
			checkFrame(t, events, want, tag)
		}
		checkLines(t, events, want)
		checkSSE(t, events, want, word)
		checkAnswer(t, events, want)
	})
}

func checkFrame(t *testing.T, events [][]byte, want []event, tag string) {
	for _, padding := range []bool{false, true} {
		tr := frameTransport{nonce: "N", tag: tag, padding: padding}
		head := tr.begin(nil)
		if n := bytes.Count(head, []byte("<")); n != map[bool]int{false: 7, true: 8}[padding] {
			t.Fatalf("a head with %d elements: %q", n, head)
		}
		out := head
		for _, e := range events {
			out = tr.event(out, e)
		}
		if n := bytes.Count(out[len(head):], []byte("<")); n != 2*len(events) {
			t.Fatalf("%d angle brackets for %d events", n, len(events))
		}
		var got []event
		_ = readFrame(bytes.NewReader(out), func(e event) { got = append(got, e) })
		compare(t, got, want)
	}
}

func checkLines(t *testing.T, events [][]byte, want []event) {
	tr := lineTransport{padding: true}
	out := tr.begin(nil)
	for _, e := range events {
		out = tr.event(out, e)
	}
	if n := bytes.Count(out, []byte("\n")); n != len(events)+1 {
		t.Fatalf("%d lines for %d events", n, len(events))
	}
	var got []event
	_ = readLines(bytes.NewReader(out), func(e event) { got = append(got, e) })
	compare(t, got, want)
}

// checkSSE wants each event to be one message without a name, and the ids to be
// the vectors, whatever stands in between.
func checkSSE(t *testing.T, events [][]byte, want []event, topic string) {
	at := cursors{"room:1": {7, 1}}
	if isTopic(topic) {
		at[topic] = Position{1, 2}
	}
	vector := string(appendVector(nil, at))
	for _, padding := range []bool{false, true} {
		tr := sseTransport{padding: padding}
		out := tr.begin(nil)
		for _, e := range events {
			out = tr.cursors(tr.event(out, e), at)
		}
		var got []event
		blocks, last := 0, ""
		err := readSSE(bytes.NewReader(out), func(e event) { got = append(got, e) }, func(id string) {
			if id != last && id != vector {
				t.Errorf("the id is %q, want %q", id, vector)
			}
			blocks, last = blocks+1, id
		})
		if !errors.Is(err, io.EOF) || blocks != 1+2*len(events) || bytes.ContainsAny(out, "\r\x00") {
			t.Fatalf("%d blocks for %d events, %v in %q", blocks, len(events), err, out)
		}
		compare(t, got, want)
		if again, p := parseVector(last, testLimits()); p != nil || !maps.Equal(again, at) {
			t.Errorf("%q is read as %v", last, again)
		}
	}
}

func checkAnswer(t *testing.T, events [][]byte, want []event) {
	var tr answerTransport
	out := tr.begin(nil)
	for _, e := range events {
		out = tr.event(out, e)
	}
	var answer struct {
		Events []event
		Next   int64
	}
	if err := json.Unmarshal(tr.end(out, 5*time.Second), &answer); err != nil || answer.Next != 5000 {
		t.Fatalf("%v in %q", err, out)
	}
	compare(t, answer.Events, want)
}

func compare(t *testing.T, got, want []event) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("event %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestAFrameIsByteForByteAsDocumented(t *testing.T) {
	f := frameTransport{nonce: "NONCE", tag: "tag-1"}
	got := string(f.event(f.event(f.begin(nil), []byte(`{"event":"heartbeat","time":1}`)), []byte(`{"event":"a"}`)))
	want := `<!doctype html><meta charset=utf-8><title>.</title><script nonce=NONCE>` +
		`var m=function(e){parent.chatdComet("tag-1",e);document.currentScript.remove()}</script><body>` +
		`<script nonce=NONCE>m({"event":"heartbeat","time":1})</script><script nonce=NONCE>m({"event":"a"})</script>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAnswersOfTheDataChannelHaveTheirHeaders(t *testing.T) {
	common := map[string]string{
		"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff",
		"Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "same-origin",
	}
	for transport, kind := range map[transport]string{
		frameTransport{nonce: "N"}: "text/html; charset=utf-8",
		lineTransport{}:            "application/x-ndjson; charset=utf-8",
		sseTransport{}:             "text/event-stream; charset=utf-8",
		answerTransport{}:          "application/json",
	} {
		h := make(http.Header)
		h.Set("Content-Security-Policy", "of somebody else")
		transport.header(h)
		for name, value := range common {
			if h.Get(name) != value {
				t.Errorf("%s: %q", name, h.Get(name))
			}
		}
		if h.Get("Content-Type") != kind {
			t.Error(h.Get("Content-Type"))
		}
		if policy := h.Get("Content-Security-Policy"); strings.HasPrefix(kind, "text/html") &&
			policy != "default-src 'none'; script-src 'nonce-N'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'" {
			t.Error(policy)
		}
	}
}

func TestEachFrameHasItsOwnNonce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		seen := make(map[string]bool)
		for range 3 {
			s := w.user("ann").stream(dataRequest{Transport: transportFrame, Tag: "t", Padding: true})
			s.want("listen-ack")
			seen[s.header.Get("Content-Security-Policy")] = true
		}
		if len(seen) != 3 {
			t.Error(seen)
		}
	})
}
