package comet

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memoryLog is a Log in memory, with faults to order.
type memoryLog struct {
	mu       sync.Mutex
	topics   map[string]*memoryTopic
	denied   map[string]bool // "user topic"
	reads    int
	readErr  error
	hold     map[string]chan struct{} // "positions" or "read": wait for it
	askDelay func() time.Duration     // before and after a question is answered
}

type memoryTopic struct {
	epoch  int64
	events []Event // seq 1, 2, …; the first ones may be forgotten
	kept   int64   // events up to here are gone
}

func newMemoryLog(topics ...string) *memoryLog {
	l := &memoryLog{
		topics: make(map[string]*memoryTopic), denied: make(map[string]bool),
		hold: make(map[string]chan struct{}),
	}
	for i, name := range topics {
		l.topics[name] = &memoryTopic{epoch: int64(100 + i)}
	}
	return l
}

// store appends an event and returns it with its epoch.
func (l *memoryLog) store(topic string) (int64, Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.topics[topic]
	seq := int64(len(t.events)) + 1
	e := Event{Seq: seq, Payload: fmt.Appendf(nil, `{"text":"%s %d"}`, topic, seq)}
	t.events = append(t.events, e)
	return t.epoch, e
}

func (l *memoryLog) position(topic string) Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.topics[topic]
	return Position{t.epoch, int64(len(t.events))}
}

func (l *memoryLog) readCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reads
}

func (l *memoryLog) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.readErr = err
}

// edit changes a topic behind the hub's back.
func (l *memoryLog) edit(topic string, f func(*memoryTopic)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(l.topics[topic])
}

func (l *memoryLog) deny(user, topic string, denied bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.denied[user+" "+topic] = denied
}

// block makes all questions of a kind wait until release is called.
func (l *memoryLog) block(kind string) (release func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	gate := make(chan struct{})
	l.hold[kind] = gate
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.hold, kind)
		close(gate)
	}
}

func (l *memoryLog) wait(ctx context.Context, kind string) error {
	l.mu.Lock()
	gate, delay := l.hold[kind], l.askDelay
	l.mu.Unlock()
	if delay != nil {
		time.Sleep(delay())
	}
	if gate == nil {
		return nil
	}
	select {
	case <-gate:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *memoryLog) Positions(ctx context.Context, who Principal, topics []string) (map[string]Position, error) {
	if err := l.wait(ctx, "positions"); err != nil {
		return nil, err
	}
	l.mu.Lock()
	at := make(map[string]Position)
	for _, name := range topics {
		if t := l.topics[name]; t != nil && !l.denied[who.User+" "+name] {
			at[name] = Position{t.epoch, int64(len(t.events))}
		}
	}
	l.mu.Unlock()
	return at, l.wait(ctx, "positions-answer")
}

func (l *memoryLog) Read(ctx context.Context, topic string, after int64, limit int) (Page, error) {
	if err := l.wait(ctx, "read"); err != nil {
		return Page{}, err
	}
	l.mu.Lock()
	l.reads++
	if l.readErr != nil {
		defer l.mu.Unlock()
		return Page{}, l.readErr
	}
	t := l.topics[topic]
	page := Page{Epoch: t.epoch, Head: int64(len(t.events))}
	for _, e := range t.events {
		if e.Seq > max(after, t.kept) && len(page.Events) < limit {
			page.Events = append(page.Events, e)
		}
	}
	l.mu.Unlock()
	return page, l.wait(ctx, "read-answer")
}

// memoryPresence notes what it is told.
type memoryPresence struct {
	mu       sync.Mutex
	story    []string // "opened ann", "closed ann lease"
	times    []time.Time
	revision int
}

func (p *memoryPresence) Opened(s SessionInfo) { p.note("opened " + s.User) }

func (p *memoryPresence) Closed(s SessionInfo, why Reason) {
	p.note("closed " + s.User + " " + string(why))
}

func (p *memoryPresence) note(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.story = append(p.story, line)
	p.times = append(p.times, time.Now())
}

func (p *memoryPresence) told() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.story, ", ")
}

func (p *memoryPresence) Since(_ Principal, revision string) ([]byte, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := fmt.Sprintf("r%d", p.revision)
	if revision == now {
		return nil, now
	}
	return fmt.Appendf(nil, `{"revision":%q,"snapshot":%t}`, now, revision == ""), now
}

func (p *memoryPresence) change() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.revision++
}

// world is a hub behind an HTTP server, with an in-memory network.
type world struct {
	t        *testing.T
	log      *memoryLog
	presence *memoryPresence
	hub      *Hub
	network  *pipeListener
	client   *http.Client
	ended    sync.Map // logins that Check refuses
	stop     func()
}

// newWorld serves a hub until the test ends. Change the configuration by tune.
func newWorld(t *testing.T, log *memoryLog, tune func(*Config)) *world {
	w := &world{t: t, log: log, presence: &memoryPresence{}, network: newPipeListener()}
	config := Config{
		Log: log, Node: "test", Presence: w.presence,
		Identify: identify,
		Check: func(_ context.Context, p Principal) error {
			if reason, ended := w.ended.Load(p.Login); ended {
				return &EndedError{reason.(Reason)}
			}
			return nil
		},
		Logger: slog.New(slog.DiscardHandler),
	}
	if tune != nil {
		tune(&config)
	}
	w.hub = New(config)
	mux := http.NewServeMux()
	mux.Handle("/comet/control", w.hub.ControlHandler())
	mux.Handle("/comet/data", w.hub.DataHandler())
	server := &http.Server{Handler: mux}
	ctx, cancel := context.WithCancel(context.Background())
	var running, serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(w.network) })
	running.Go(func() { _ = w.hub.Run(ctx) })
	transport := &http.Transport{DialContext: w.network.dial, DisableCompression: true}
	w.client = &http.Client{Transport: transport}
	w.stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		_ = server.Close()
		serving.Wait()
		transport.CloseIdleConnections()
	})
	t.Cleanup(w.stop)
	return w
}

func identify(r *http.Request) (Principal, error) {
	p := Principal{r.Header.Get("X-User"), r.Header.Get("X-Login")}
	if p.User == "" {
		return p, errors.New("nobody")
	}
	if p.Login == "" {
		p.Login = p.User + "'s login"
	}
	return p, nil
}

// pipeListener is a network of net.Pipe, which works inside a synctest bubble.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error { l.once.Do(func() { close(l.closed) }); return nil }

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

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
