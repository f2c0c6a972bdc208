package app

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"chatd/comet"
)

// An event is what the data channel tells; which fields it has depends on its
// kind.
type event struct {
	Event    string
	ID       string
	Topic    string
	Epoch    int64
	Seq      int64
	Payload  json.RawMessage
	Topics   json.RawMessage
	Denied   []string
	Why      string
	Reason   string
	Key      string
	Revision string
	Snapshot bool
	States   map[string]string
	Notices  []struct{ User, Notice string }
	Here     map[string]int
}

// A listener is one comet session of a person.
type listener struct {
	*person
	id     string
	n      int
	have   map[string]comet.Position
	events chan event // closed when the stream has ended
	hangUp func()
	// revision is the last one of presence, states and here are what it has told
	// of those who are not offline, and notices all that came.
	revision string
	states   map[string]string
	here     map[string]int
	notices  []string
	// people and room are what it shows, idle that nobody looks at it.
	people []string
	room   string
	idle   bool
	// texts are the bodies of the messages seen, by topic.
	texts map[string][]string
	// hints are all that came.
	hints []event
	// heard is what nobody has asked for yet.
	heard []heard
}

type heard struct {
	topic string
	News
}

// cursors are where the overview says the topics of a person stand.
func (p *person) cursors() map[string]comet.Position {
	p.t.Helper()
	o := p.overview()
	have := map[string]comet.Position{
		workspaceTopic:     comet.Position(o.Workspace.Position),
		userTopic(p.me.ID): comet.Position(o.UserPosition),
	}
	for _, r := range o.Rooms {
		have[roomTopic(r.ID)] = comet.Position(r.Position)
	}
	return have
}

func (p *person) listener() *listener {
	p.t.Helper()
	return &listener{person: p, id: newUUID(), have: p.cursors(), texts: map[string][]string{}, states: map[string]string{}, here: map[string]int{}}
}

func (l *listener) request(kind, mode, transport string) []byte {
	l.n++
	raw, err := json.Marshal(map[string]any{
		"event": kind, "id": l.id, "n": l.n, "mode": mode, "transport": transport,
		"have": l.have, "presence": l.revision, "tag": "tag1",
		"people": l.people, "room": l.room, "idle": l.idle,
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return raw
}

// streams opens a stream, as fetch does (ndjson) or as a frame's form does
// (iframe), and waits until it is open.
func (p *person) streams(transport string) *listener {
	p.t.Helper()
	l := p.listener()
	l.open(transport)
	if got := l.next("listen-ack"); len(got.Denied) > 0 {
		p.t.Fatalf("denied: %v", got.Denied)
	}
	return l
}

// scanWholeLines leaves out what a stream that was cut has told of its last line.
func scanWholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if atEOF && !bytes.ContainsRune(data, '\n') {
		return len(data), nil, nil
	}
	return bufio.ScanLines(data, atEOF)
}

func (l *listener) open(transport string) {
	l.t.Helper()
	body := l.request("listen", "stream", transport)
	req := l.person.request("POST", "/comet/data", string(body))
	if transport == "iframe" {
		form := url.Values{"request": {string(body)}}.Encode()
		req.Body = io.NopCloser(strings.NewReader(form))
		req.ContentLength = int64(len(form))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", l.url)
	}
	resp, err := l.client.Do(req) //nolint:bodyclose // hangUp does, at the latest in the clean-up
	if err != nil {
		l.t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		raw, _ := io.ReadAll(resp.Body)
		l.t.Fatalf("open stream: %s: %s", resp.Status, raw)
	}
	// Opened anew, the request before reads on until it sees its end: each has
	// a channel of its own.
	events := make(chan event, 1000)
	l.events = events
	l.hangUp = func() { _ = resp.Body.Close() }
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(events)
		split := scanWholeLines
		if transport == "iframe" {
			split = scanScripts
		}
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		lines.Split(split)
		for lines.Scan() {
			var e event
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				l.t.Errorf("%v: %s", err, lines.Bytes())
			}
			events <- e
		}
	}()
	l.t.Cleanup(func() {
		_ = resp.Body.Close()
		for range events { // let it finish
		}
		<-done
	})
}

// scanScripts finds what each script element hands to m, as a browser does.
func scanScripts(data []byte, atEOF bool) (int, []byte, error) {
	const begin, end = ">m(", ")</script>"
	i := bytes.Index(data, []byte(begin))
	if i >= 0 {
		if j := bytes.Index(data[i:], []byte(end)); j >= 0 {
			return i + j + len(end), data[i+len(begin) : i+j], nil
		}
	}
	if atEOF {
		return len(data), nil, nil
	}
	return 0, nil, nil
}

// polls asks once by long-poll and returns the events.
func (l *listener) polls() []event {
	l.t.Helper()
	var out struct{ Events []event }
	l.must(http.StatusOK, "POST", "/comet/data", string(l.request("refresh", "pull", "long-poll")), &out)
	for _, e := range out.Events {
		l.take(e)
	}
	return out.Events
}

// take follows an event with the cursors: every seq once, in order,
// and none left out.
func (l *listener) take(e event) {
	l.t.Helper()
	switch e.Event {
	case "presence":
		l.attend(e)
	case "hint":
		l.hints = append(l.hints, e)
	case "id":
		l.begins(e.ID)
	case "data", "skip":
		at := l.have[e.Topic]
		if e.Epoch == at.Epoch && e.Seq <= at.Seq {
			return // seen before
		}
		if e.Epoch != at.Epoch || e.Seq != at.Seq+1 {
			l.t.Fatalf("%s: at %v came [%d,%d]", e.Topic, at, e.Epoch, e.Seq)
		}
		l.have[e.Topic] = comet.Position{Epoch: e.Epoch, Seq: e.Seq}
		var news News
		if e.Event == "data" {
			if err := json.Unmarshal(e.Payload, &news); err != nil {
				l.t.Fatal(err)
			}
		}
		l.heard = append(l.heard, heard{e.Topic, news})
		if news.Message != nil {
			l.texts[e.Topic] = append(l.texts[e.Topic], news.Message.Body)
		}
	case "gap":
		l.t.Fatalf("gap in %s", e.Topic)
	}
}

// begins takes over where the hub says that topics stand of which it is not known
// yet.
func (l *listener) begins(id string) {
	l.t.Helper()
	for part := range strings.SplitSeq(id, ",") {
		topic, position, _ := strings.Cut(part, "@")
		if _, known := l.have[topic]; known {
			continue
		}
		var at comet.Position
		if _, err := fmt.Sscanf(position, "%d.%d", &at.Epoch, &at.Seq); err != nil {
			l.t.Fatalf("the id %q: %v", id, err)
		}
		l.have[topic] = at
	}
}

// attend takes over who is here.
func (l *listener) attend(e event) {
	l.revision = e.Revision
	if e.Snapshot {
		clear(l.states)
	}
	maps.Copy(l.states, e.States)
	maps.DeleteFunc(l.states, func(_, state string) bool { return state == "offline" })
	maps.Copy(l.here, e.Here)
	for _, n := range e.Notices {
		l.notices = append(l.notices, n.User+" "+n.Notice)
	}
}

// next returns the next event of a kind that holds ok, taking those before it.
func (l *listener) next(kind string, ok ...func(event) bool) event {
	l.t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case e, open := <-l.events:
			if !open {
				l.t.Fatalf("%s: the stream ended without %s", l.me.Username, kind)
			}
			l.take(e)
			if e.Event == kind && (len(ok) == 0 || ok[0](e)) {
				return e
			}
		case <-timeout:
			l.t.Fatalf("%s: no %s came", l.me.Username, kind)
		}
	}
}

// news returns the first unasked event of a topic whose payload has this kind
// and is as ok wants it.
func (l *listener) news(topic, kind string, ok ...func(News) bool) News {
	l.t.Helper()
	for {
		for i, h := range l.heard {
			if h.topic == topic && h.Kind == kind && (len(ok) == 0 || ok[0](h.News)) {
				l.heard = slices.Delete(l.heard, i, i+1)
				return h.News
			}
		}
		l.next("data")
	}
}

// ends wants the stream to be aborted for a reason and then to end.
func (l *listener) ends(reason string) {
	l.t.Helper()
	if e := l.next("abort"); e.Reason != reason {
		l.t.Fatalf("abort: %s, want %s", e.Reason, reason)
	}
	select {
	case e, open := <-l.events:
		if open {
			l.t.Fatalf("after the abort came %+v", e)
		}
	case <-time.After(20 * time.Second):
		l.t.Fatal("the stream goes on after its abort")
	}
}

// control sends operations on the control channel and returns the answers.
func (l *listener) control(operations ...map[string]any) []event {
	l.t.Helper()
	var out struct{ Events []event }
	l.must(http.StatusOK, "POST", "/comet/control", map[string]any{"id": l.id, "operations": operations}, &out)
	return out.Events
}

func notice(user int64, what string) func(event) bool {
	return func(e event) bool {
		for _, n := range e.Notices {
			if n.User == userName(user) && n.Notice == what {
				return true
			}
		}
		return false
	}
}
