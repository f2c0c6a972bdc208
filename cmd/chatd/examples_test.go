package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"chatd/store/storetest"
)

// examples are the folder of the clients that docs/protocol.md shows.
const examples = "../../docs/examples/"

// exampleClients returns how to run each of them, as their first lines say.
func exampleClients(t *testing.T) map[string][]string {
	t.Helper()
	return map[string][]string{"Go": {goClient(t)}, "Java": {"java", examples + "java/Follow.java"}}
}

// compiledClients is the same for tests that run them often.
func compiledClients(t *testing.T) map[string][]string {
	t.Helper()
	classes := t.TempDir()
	build(t, "javac", "-d", classes, examples+"java/Follow.java")
	return map[string][]string{"Go": {goClient(t)}, "Java": {"java", "-cp", classes, "Follow"}}
}

func goClient(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "follow")
	build(t, "go", "build", "-o", program, examples+"go/main.go")
	return program
}

func build(t *testing.T, name string, args ...string) {
	t.Helper()
	if said, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s. What is missing is installed by make test.", name, err, said)
	}
}

// follower is a running example client.
type follower struct {
	cmd         *exec.Cmd
	said, noted output
}

// follows starts a client with more words, which ends with the test.
func follows(t *testing.T, command []string, token string, words ...string) *follower {
	t.Helper()
	f := &follower{cmd: exec.CommandContext(t.Context(), command[0], append(slices.Clone(command[1:]), words...)...)}
	f.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "CHATD_TOKEN=" + token}
	f.cmd.Stdout, f.cmd.Stderr = &f.said, &f.noted
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if f.cmd.ProcessState == nil {
			_ = f.cmd.Process.Kill()
			_ = f.cmd.Wait()
		}
		if t.Failed() {
			t.Logf("%s noted:\n%s", command[0], &f.noted)
		}
	})
	return f
}

// shows waits until a text is the last that was printed.
func (f *follower) shows(t *testing.T, text string) {
	t.Helper()
	eventually(t, "it prints "+text, func() bool {
		f.said.mu.Lock()
		defer f.said.mu.Unlock()
		return bytes.HasSuffix(f.said.text.Bytes(), []byte(text+"\n"))
	})
}

// givesUp waits until a client has ended by itself, with a reason.
func (f *follower) givesUp(t *testing.T) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = f.cmd.Wait()
	}()
	select {
	case <-done:
	case <-time.After(time.Minute): // it waits a second or more in most stories
		_ = f.cmd.Process.Kill()
		<-done
		t.Fatal("it has not given up")
	}
	if code := f.cmd.ProcessState.ExitCode(); code != 1 || f.noted.String() == "" {
		t.Errorf("it ends with %d and says %q", code, &f.noted)
	}
}

// oddBodies are messages that are not easily printed right.
var oddBodies = []string{
	`She said "no\n" and left: C:\new\table`,
	"one line\n\nand another\tafter a tab",
	`{"event":"gap","epoch":1,"seq":9,"body":"not this","number":77}`,
	"\\\" <b>&amp;</b> \u2028\u2029 äöü 漢字 \U0001F642 \\u0041 \\",
}

func TestTheExampleClientsPrintEachMessageOnceAndInOrder(t *testing.T) {
	t.Parallel()
	commands := exampleClients(t)
	database := storetest.URL(t)
	chatd := serving(t, "CHATD_DATABASE_URL="+database)
	ana := chatd.setUp(t)
	room := ana.room(t)
	tokenID, token := ana.token(t)
	talk := &talk{url: chatd.url + "/api/v1/rooms/" + room + "/messages", token: token}

	for _, body := range oddBodies {
		talk.say(t, body)
	}
	followers, passages := map[string]*follower{}, map[string]*passage{}
	for name, command := range commands {
		passages[name] = newPassage(t, strings.TrimPrefix(chatd.url, "http://"))
		followers[name] = follows(t, command, token, passages[name].url, room)
	}
	all := func(text string) {
		t.Helper()
		for _, f := range followers {
			f.shows(t, text)
		}
	}
	all(oddBodies[3])
	for i := range 5 {
		talk.say(t, fmt.Sprintf("before the cut %d", i))
	}
	all("before the cut 4")
	for i := range 2 { // the waits double
		for _, p := range passages {
			p.cut()
		}
		talk.say(t, oddBodies[i])
		talk.say(t, fmt.Sprintf("after cut %d", i))
		all(fmt.Sprintf("after cut %d", i))
	}

	var speaking sync.WaitGroup
	half := make(chan struct{})
	speaking.Go(func() {
		for i := range 20 {
			talk.say(t, fmt.Sprintf("about the kill %d", i))
			if i == 8 {
				close(half)
			}
		}
	})
	<-half
	chatd.end(t, syscall.SIGKILL)
	serving(t, "CHATD_DATABASE_URL="+database, "CHATD_ADDR="+strings.TrimPrefix(chatd.url, "http://"))
	speaking.Wait()
	all("about the kill 19")

	// An answer ends after 256 KiB though there is more. Each < takes six bytes of
	// it, so there are at most three of these messages in one.
	large := strings.Repeat("<", 19_990)
	before := map[string]int{}
	for name, p := range passages {
		before[name] = p.counted()
		p.held.Lock()
	}
	for i := range 12 {
		talk.say(t, fmt.Sprintf("%s %d", large, i))
	}
	talk.say(t, "the end")
	for _, p := range passages {
		p.held.Unlock()
	}
	all("the end")
	for name, p := range passages {
		if n := p.counted() - before[name]; n < 4 {
			t.Errorf("%s got 12 large messages in %d answers", name, n)
		}
	}

	want := stored(t, database)
	for name, f := range followers {
		if got := f.said.String(); got != want {
			t.Errorf("%s does not print what is stored: %s", name, firstDifference(got, want))
		}
	}
	ana.must(t, http.MethodDelete, "/api/v1/tokens/"+tokenID, nil)
	for _, f := range followers {
		f.givesUp(t)
	}
}

// firstDifference tells where two texts part.
func firstDifference(got, want string) string {
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	near := func(s string) string { return s[max(0, i-40):min(len(s), i+80)] }
	return fmt.Sprintf("after %d bytes it has %q, want %q", i, near(got), near(want))
}

// token makes an access token that may read and write.
func (b *browser) token(t *testing.T) (id, secret string) {
	t.Helper()
	var token struct{ ID, Token string }
	answer := b.must(t, http.MethodPost, "/api/v1/tokens", map[string]any{"name": "script", "scope": "read-write"})
	if err := json.Unmarshal([]byte(answer), &token); err != nil || token.Token == "" {
		t.Fatalf("the token is %s: %v", answer, err)
	}
	return token.ID, token.Token
}

// talk is a script that writes in a room.
type talk struct{ url, token string }

// say sends a message until it is stored, whatever happens to the server. It
// may be called by any goroutine.
func (s *talk) say(t *testing.T, body string) {
	t.Helper()
	var message bytes.Buffer
	encoder := json.NewEncoder(&message)
	encoder.SetEscapeHTML(false) // a client need not
	_ = encoder.Encode(map[string]string{"client_id": newUUID(), "body": body})
	over := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		status, answer := s.post(t, message.Bytes())
		switch {
		case status == http.StatusCreated, status == http.StatusOK:
			return
		case status >= 400 && status < 500 && status != http.StatusTooManyRequests:
			t.Errorf("send a message: %d %s", status, answer)
			return
		}
		select {
		case <-over:
			t.Errorf("a message was not stored within 30 s: %d %s", status, answer)
			return
		case <-tick.C:
		}
	}
}

// stored is what the clients are to print of the only room with messages.
func stored(t *testing.T, database string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var text string
	err = conn.QueryRow(t.Context(), `select string_agg(number || ' ana: ' || body || e'\n', '' order by number) from messages`).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// post makes one try; the status is 0 when it is not answered.
func (s *talk) post(t *testing.T, message []byte) (status int, answer []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, bytes.NewReader(message))
	if err != nil {
		t.Error(err)
		return 0, nil
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}).Do(request)
	if err != nil {
		return 0, nil
	}
	defer response.Body.Close()
	if answer, err = io.ReadAll(response.Body); err != nil {
		return 0, nil
	}
	return response.StatusCode, answer
}

// passage stands between a client and chatd. It can be cut, can hold back what
// chatd says, and counts the answers to polls.
type passage struct {
	url      string
	to       string
	listener net.Listener
	carriers sync.WaitGroup
	held     sync.RWMutex // locked by the test while nothing is to pass

	mu      sync.Mutex
	open    map[net.Conn]struct{}
	answers int
}

func newPassage(t *testing.T, to string) *passage {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &passage{url: "http://" + listener.Addr().String(), to: to, listener: listener, open: map[net.Conn]struct{}{}}
	p.carriers.Go(p.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		p.cut()
		p.carriers.Wait()
	})
	return p
}

func (p *passage) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.carriers.Go(func() { p.carry(client) })
	}
}

// carry passes what both sides say until one of them ends.
func (p *passage) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer server.Close()
	p.mu.Lock()
	p.open[client] = struct{}{}
	p.mu.Unlock()
	var asking sync.WaitGroup
	asking.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	_, _ = io.Copy(client, io.TeeReader(server, &answerCounter{passage: p}))
	_ = client.Close()
	asking.Wait()
	p.mu.Lock()
	delete(p.open, client)
	p.mu.Unlock()
}

// cut ends every connection, at whatever byte it is.
func (p *passage) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for client := range p.open {
		_ = client.Close()
	}
}

func (p *passage) counted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.answers
}

// answerCounter counts the answers to polls: each has one of these events, and
// no text of a message can look like one.
type answerCounter struct {
	passage *passage
	tail    []byte
}

func (c *answerCounter) Write(b []byte) (int, error) {
	c.passage.held.RLock()
	defer c.passage.held.RUnlock()
	word := []byte(`"event":"listen-ack"`)
	seen := append(c.tail, b...)
	c.passage.mu.Lock()
	c.passage.answers += bytes.Count(seen, word)
	c.passage.mu.Unlock()
	c.tail = bytes.Clone(seen[max(0, len(seen)-len(word)+1):])
	return len(b), nil
}
