package comet

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// event is one event as a client sees it.
type event map[string]any

func (e event) kind() string { return e["event"].(string) }

func (e event) number(field string) int64 {
	n, _ := e[field].(float64)
	return int64(n)
}

func (e event) word(field string) string { s, _ := e[field].(string); return s }

// brief is an event in a few words.
func (e event) brief() string {
	switch e.kind() {
	case "data", "skip", "gap":
		return fmt.Sprintf("%s %s %d", e.kind(), e.word("topic"), e.number("seq"))
	case "refresh":
		return "refresh " + e.word("why")
	case "abort":
		return "abort " + e.word("reason")
	case "error":
		return "error " + e.word("code")
	case "hint":
		return "hint " + e.word("key")
	case "presence":
		return "presence " + e.word("revision")
	default:
		return e.kind()
	}
}

func briefs(events []event) string {
	words := make([]string, len(events))
	for i, e := range events {
		words[i] = e.brief()
	}
	return strings.Join(words, ", ")
}

// user makes the requests of one person.
type user struct {
	*world
	name, login string
}

func (w *world) user(name string) user { return user{w, name, ""} }

// post sends a request; the caller closes the body.
func (u user) post(ctx context.Context, path, kind string, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://hub"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("X-User", u.name)
	r.Header.Set("X-Login", u.login)
	return u.client.Do(r)
}

// control sends operations and returns what is answered.
func (u user) control(id string, operations ...string) []event {
	u.t.Helper()
	events, err := u.tryControl(id, operations...)
	if err != nil {
		u.t.Fatal(err)
	}
	return events
}

func (u user) tryControl(id string, operations ...string) ([]event, error) {
	body := fmt.Sprintf(`{"id":%q,"operations":[%s]}`, id, strings.Join(operations, ","))
	r, err := u.post(context.Background(), "/comet/control", "application/json", []byte(body))
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	var answer struct{ Events []event }
	err = json.NewDecoder(r.Body).Decode(&answer)
	return answer.Events, err
}

// poll sends a data request of mode pull or poll and returns the answer.
func (u user) poll(q dataRequest) (events []event, next time.Duration) {
	u.t.Helper()
	events, next, err := u.tryPoll(context.Background(), q)
	if err != nil {
		u.t.Fatal(err)
	}
	return events, next
}

func (u user) tryPoll(ctx context.Context, q dataRequest) (events []event, next time.Duration, err error) {
	r, err := u.post(ctx, "/comet/data", "application/json", body(q))
	if err != nil {
		return nil, 0, err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return nil, 0, fmt.Errorf("status %d", r.StatusCode)
	}
	var answer struct {
		Events []event
		Next   int64
	}
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		return nil, 0, err
	}
	return answer.Events, time.Duration(answer.Next) * time.Millisecond, nil
}

func body(q dataRequest) []byte {
	if q.Event == "" {
		q.Event = "listen"
	}
	if q.Mode == "" {
		q.Mode = modeStream
	}
	if q.Have == nil {
		q.Have = cursors{}
	}
	b, err := json.Marshal(struct {
		dataRequest
		Have map[string]*Position `json:"have"`
	}{q, q.Have.nullable()})
	if err != nil {
		panic(err)
	}
	return b
}

// nullable is how JSON writes cursors.
func (at cursors) nullable() map[string]*Position {
	nullable := make(map[string]*Position, len(at))
	for topic, p := range at {
		nullable[topic] = nil
		if p != fromNow {
			nullable[topic] = &p
		}
	}
	return nullable
}

// query is the GET form of a reader's request.
func query(q dataRequest) string {
	values := url.Values{"have": {string(appendVector(nil, q.Have))}}
	if q.Mode != "" {
		values.Set("mode", q.Mode)
	}
	if q.Transport != "" {
		values.Set("transport", q.Transport)
	}
	if q.Padding {
		values.Set("padding", "1")
	}
	if q.Presence != nil {
		values.Set("presence", *q.Presence)
	}
	if q.Limit != nil {
		values.Set("limit", strconv.FormatInt(*q.Limit, 10))
	}
	return values.Encode()
}

// get sends the GET form of a request, as an EventSource would that has read
// the id before; the caller closes the body.
func (u user) get(ctx context.Context, query, lastEventID string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://hub/comet/data?"+query, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("X-User", u.name)
	r.Header.Set("X-Login", u.login)
	if lastEventID != "" {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	return u.client.Do(r)
}

// stream is an open stream of a client.
type stream struct {
	t      *testing.T
	cancel func()
	header http.Header

	mu     sync.Mutex
	events []event
	id     string // the last of server-sent events
	over   bool   // the body has ended
	ended  time.Time
	seen   int
	done   chan struct{}
}

// stream opens a stream and reads it until it ends.
func (u user) stream(q dataRequest) *stream {
	u.t.Helper()
	kind, sent := "application/json", body(q)
	if q.Transport == transportFrame {
		kind, sent = typeForm, []byte(url.Values{"request": {string(sent)}}.Encode())
	}
	return u.open(func(ctx context.Context) (*http.Response, error) { return u.post(ctx, "/comet/data", kind, sent) })
}

// follow opens the GET form of a request and reads what comes until it ends.
func (u user) follow(query, lastEventID string) *stream {
	u.t.Helper()
	return u.open(func(ctx context.Context) (*http.Response, error) { return u.get(ctx, query, lastEventID) })
}

func (u user) open(send func(context.Context) (*http.Response, error)) *stream {
	ctx, cancel := context.WithCancel(context.Background())
	s := &stream{t: u.t, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		defer s.end()
		r, err := send(ctx)
		if err != nil {
			return
		}
		defer r.Body.Close()
		s.header = r.Header
		_ = readEvents(r.Header.Get("Content-Type"), r.Body, s.add, s.setID)
	}()
	u.t.Cleanup(s.cut)
	return s
}

func (s *stream) add(e event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
}

func (s *stream) setID(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id = id
}

// lastID is what an EventSource would send when it comes back.
func (s *stream) lastID() string {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id
}

func (s *stream) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over, s.ended = true, time.Now()
}

// cut closes the socket from the client's side.
func (s *stream) cut() {
	s.cancel()
	<-s.done
}

// next waits until nothing moves and returns the events that have come since
// the last call.
func (s *stream) next() []event {
	s.t.Helper()
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := s.events[s.seen:]
	s.seen = len(s.events)
	return slices.Clone(fresh)
}

// want checks the events that have come since the last call.
func (s *stream) want(briefly string) {
	s.t.Helper()
	if got := briefs(s.next()); got != briefly {
		s.t.Errorf("the stream got %q, want %q", got, briefly)
	}
}

func (s *stream) isOver() bool {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over
}

// readEvents reads the body of an answer of the given type; setID is called
// with the ids of server-sent events.
func readEvents(kind string, r io.Reader, each func(event), setID func(string)) error {
	switch kind, _, _ := mime.ParseMediaType(kind); kind {
	case "text/html":
		return readFrame(r, each)
	case "application/x-ndjson":
		return readLines(r, each)
	case "text/event-stream":
		return readSSE(r, each, setID)
	default:
		var answer struct{ Events []event }
		err := json.NewDecoder(r).Decode(&answer)
		for _, e := range answer.Events {
			each(e)
		}
		return err
	}
}

// readLines reads the transport ndjson.
func readLines(r io.Reader, each func(event)) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return err // what is not a whole line does not count
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			return err
		}
		each(e)
	}
}

// readFrame reads the transport iframe as a browser would: scripts run when
// they are complete.
func readFrame(r io.Reader, each func(event)) error {
	in := bufio.NewReader(r)
	const end = "</script>"
	var script []byte
	for first := true; ; {
		c, err := in.ReadByte()
		if err != nil {
			return err
		}
		script = append(script, c)
		if !bytes.HasSuffix(script, []byte(end)) {
			continue
		}
		text := string(script)
		script = script[:0]
		if first { // the document's own
			first = false
			continue
		}
		_, call, found := strings.Cut(text, ">m(")
		if !found {
			return fmt.Errorf("not a call: %q", text)
		}
		var e event
		if err := json.Unmarshal([]byte(strings.TrimSuffix(call, ")"+end)), &e); err != nil {
			return err
		}
		each(e)
	}
}
