package comet

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
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
	body := fmt.Sprintf(`{"id":%q,"operations":[%s]}`, id, strings.Join(operations, ","))
	r, err := u.post(context.Background(), "/comet/control", "application/json", []byte(body))
	if err != nil {
		u.t.Fatal(err)
	}
	defer r.Body.Close()
	var answer struct{ Events []event }
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		u.t.Fatal(err)
	}
	return answer.Events
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
	b, err := json.Marshal(q)
	if err != nil {
		panic(err)
	}
	return b
}

// stream is an open stream of a client.
type stream struct {
	t      *testing.T
	cancel func()
	header http.Header

	mu     sync.Mutex
	events []event
	over   bool // the body has ended
	ended  time.Time
	seen   int
	done   chan struct{}
}

// stream opens a stream and reads it until it ends.
func (u user) stream(q dataRequest) *stream {
	u.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	kind, sent := "application/json", body(q)
	if q.Transport == transportFrame {
		kind, sent = typeForm, []byte(url.Values{"request": {string(sent)}}.Encode())
	}
	s := &stream{t: u.t, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		defer s.end()
		r, err := u.post(ctx, "/comet/data", kind, sent)
		if err != nil {
			return
		}
		defer r.Body.Close()
		s.header = r.Header
		if q.Transport == transportFrame {
			_ = readFrame(r.Body, s.add)
			return
		}
		_ = readLines(r.Body, s.add)
	}()
	u.t.Cleanup(s.cut)
	return s
}

func (s *stream) add(e event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
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
