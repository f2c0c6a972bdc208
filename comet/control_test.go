package comet

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestOperationsAreAnsweredInOrderAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		start := time.Now()
		got := w.user("ann").control("", `{"op":"join"}`, `{"op":"ping"}`,
			`{"op":"subscribe","topics":{"room:1":[100,0]}}`, `{"op":"ack"}`, `{"op":"dance"}`,
			`{"op":"subscribe","topics":{"room:1":[1.5,0]}}`, `{"op":"subscribe"}`, `{"op":"subscribe","topics":{"<x>":[1,1]}}`,
			`{"op":"unsubscribe","topics":["room:1"]}`, `{"op":"unsubscribe","topics":{}}`, `{"op":"leave"}`)
		want := "join-ack, ping-ack, subscribe-ack, ack-ack, error unknown-operation, " +
			"error malformed, error malformed, error malformed, unsubscribe-ack, error malformed, leave-ack"
		if briefs(got) != want || time.Since(start) != 0 {
			t.Errorf("got %s after %v", briefs(got), time.Since(start))
		}
		if got[0].word("id") == "" || got[0].word("node") != "test" || got[0].number("lease") != 15000 {
			t.Error(got[0])
		}
		if got[5].word("op") != "subscribe" {
			t.Error(got[5])
		}
	})
}

func TestControlIsAnsweredWhileDataIsBlocked(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		reserved := newMemoryLog("room:1", "room:2")
		w := newWorld(t, newMemoryLog("room:1"), func(c *Config) { c.ControlLog = reserved })
		w.log.store("room:1")
		defer w.log.block("positions")()
		defer w.log.block("read")()
		u := w.user("ann")
		u.stream(dataRequest{ID: "a", Have: have("room:1", 100, 0)})
		deaf := w.user("ben").deafStream(dataRequest{ID: "b"})
		defer deaf.Close()
		w.hub.Hint("ben", "read:1", []byte("1"))
		synctest.Wait()
		start := time.Now()
		got := briefs(u.control("a", `{"op":"ping"}`, `{"op":"subscribe","topics":{"room:2":[101,0]}}`, `{"op":"leave"}`))
		if got != "ping-ack, subscribe-ack, leave-ack" || time.Since(start) != 0 {
			t.Errorf("got %s after %v", got, time.Since(start))
		}
		if got := briefs(w.user("ben").control("b", `{"op":"ack"}`, `{"op":"leave"}`)); got != "ack-ack, leave-ack" {
			t.Error(got)
		}
	})
}

func TestAControlRequestNeverWaitsLongForTheDatabase(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		u.control("a", `{"op":"join"}`)
		release := w.log.block("positions")
		start := time.Now()
		got := briefs(u.control("a", `{"op":"subscribe","topics":{"room:1":[100,0]}}`, `{"op":"ping"}`))
		if got != "error unavailable, ping-ack" {
			t.Error(got)
		}
		between(t, "the answer", time.Since(start), 5*time.Second, 5*time.Second)
		release()
		if n := w.hub.Stats().Topics; n != 0 {
			t.Errorf("%d topics are followed", n)
		}
	})
}

func TestBadRequestsGetAClearAnswer(t *testing.T) {
	many := strings.Repeat(`{"op":"ping"},`, 32) + `{"op":"ping"}`
	topics := make(map[string]Position)
	for i := range 257 {
		topics[fmt.Sprint("room:", i)] = Position{}
	}
	for name, c := range map[string]struct {
		path, kind, body string
		status           int
	}{
		"not JSON":              {"control", typeJSON, `{`, 400},
		"not an object":         {"control", typeJSON, `[]`, 400},
		"two values":            {"control", typeJSON, `{"operations":[{"op":"ping"}]} {}`, 400},
		"no operations":         {"control", typeJSON, `{}`, 400},
		"operations no list":    {"control", typeJSON, `{"operations":{}}`, 400},
		"a bad id":              {"control", typeJSON, `{"id":"a b","operations":[{"op":"ping"}]}`, 400},
		"too many operations":   {"control", typeJSON, `{"operations":[` + many + `]}`, 422},
		"a wrong type":          {"control", "application/xml", `<a/>`, 415},
		"no type":               {"control", "", `{}`, 415},
		"too large":             {"control", typeJSON, strings.Repeat(" ", 64<<10+1), 413},
		"empty":                 {"data", typeJSON, ``, 400},
		"no form field":         {"data", typeForm, `a=b`, 400},
		"a bad form":            {"data", typeForm, `request=%zz`, 400},
		"beacons for data":      {"data", typeText, `{"event":"listen","mode":"poll"}`, 415},
		"no event":              {"data", typeJSON, `{"mode":"poll"}`, 400},
		"no mode":               {"data", typeJSON, `{"event":"listen"}`, 400},
		"an unknown mode":       {"data", typeJSON, `{"event":"listen","mode":"push"}`, 400},
		"an unknown transport":  {"data", typeJSON, `{"event":"listen","mode":"stream","transport":"jsonp"}`, 400},
		"a wrong transport":     {"data", typeJSON, `{"event":"listen","mode":"pull","transport":"iframe","tag":"a"}`, 400},
		"a frame without tag":   {"data", typeForm, `request={"event":"listen","mode":"stream","transport":"iframe"}`, 400},
		"a tag that breaks out": {"data", typeForm, `request={"event":"listen","mode":"stream","transport":"iframe","tag":"\");alert(1)//"}`, 400},
		"a negative n":          {"data", typeJSON, `{"event":"listen","mode":"poll","n":-1}`, 400},
		"n that is no number":   {"data", typeJSON, `{"event":"listen","mode":"poll","n":"1"}`, 400},
		"n beyond JavaScript":   {"data", typeJSON, `{"event":"listen","mode":"poll","n":9007199254740992}`, 400},
		"a short position":      {"data", typeJSON, `{"event":"listen","mode":"poll","have":{"a":[1]}}`, 400},
		"a negative position":   {"data", typeJSON, `{"event":"listen","mode":"poll","have":{"a":[1,-1]}}`, 400},
		"a broken position":     {"data", typeJSON, `{"event":"listen","mode":"poll","have":{"a":[1,0.5]}}`, 400},
		"a bad topic":           {"data", typeJSON, `{"event":"listen","mode":"poll","have":{"a b":[1,1]}}`, 400},
		"an empty topic":        {"data", typeJSON, `{"event":"listen","mode":"poll","have":{"":[1,1]}}`, 400},
		"too many topics":       {"data", typeJSON, string(body(dataRequest{Have: topics})), 422},
		"a long revision":       {"data", typeJSON, `{"event":"listen","mode":"poll","presence":"` + strings.Repeat("x", 300) + `"}`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			hub := New(Config{Log: newMemoryLog(), Identify: identify})
			handler := hub.DataHandler()
			if c.path == "control" {
				handler = hub.ControlHandler()
			}
			checkProblem(t, handler, http.MethodPost, c.kind, c.body, "ann", c.status)
		})
	}
}

func TestOnlySignedInPeopleArePostingHere(t *testing.T) {
	hub := New(Config{Log: newMemoryLog(), Identify: identify})
	checkProblem(t, hub.ControlHandler(), http.MethodPost, typeJSON, `{"operations":[{"op":"ping"}]}`, "", 401)
	checkProblem(t, hub.DataHandler(), http.MethodPost, typeJSON, `{"event":"listen","mode":"poll"}`, "", 401)
	checkProblem(t, hub.ControlHandler(), http.MethodGet, "", "", "ann", 405)
	checkProblem(t, hub.DataHandler(), http.MethodPut, "", "", "ann", 405)
}

func checkProblem(t *testing.T, handler http.Handler, method, kind, sent, name string, status int) {
	t.Helper()
	w := newRecorder()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://hub/", strings.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("X-User", name)
	handler.ServeHTTP(w, r)
	var problem struct {
		Status        int
		Title, Detail string
	}
	if err := json.Unmarshal(w.body.Bytes(), &problem); err != nil {
		t.Fatalf("%v in %q", err, w.body.String())
	}
	if w.status != status || problem.Status != status || problem.Title == "" || !strings.HasSuffix(problem.Detail, ".") &&
		!strings.HasSuffix(problem.Detail, "/") {
		t.Errorf("got %d %s", w.status, w.body.String())
	}
	if strings.Contains(problem.Detail, "comet") || strings.Contains(problem.Detail, "json:") {
		t.Errorf("something internal leaks: %s", problem.Detail)
	}
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Error(got)
	}
}

// recorder is a ResponseWriter in memory. It counts, and keeps the body unless
// told not to.
type recorder struct {
	header http.Header
	status int
	forget bool
	bytes  int
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: make(http.Header)} }

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) { r.status = status }

func (r *recorder) Write(p []byte) (int, error) {
	r.bytes += len(p)
	if r.forget {
		return len(p), nil
	}
	return r.body.Write(p)
}

func (r *recorder) Flush() {}

func TestAUserHasAtMostSixteenSessions(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		for i := range 16 {
			u.stream(dataRequest{ID: fmt.Sprint("s", i)}).want("listen-ack")
		}
		for path, sent := range map[string]string{
			"/comet/control": `{"operations":[{"op":"join"}]}`,
			"/comet/data":    string(body(dataRequest{ID: "s16"})),
		} {
			r, err := u.post(t.Context(), path, typeJSON, []byte(sent))
			if err != nil {
				t.Fatal(err)
			}
			_ = r.Body.Close()
			if r.StatusCode != http.StatusTooManyRequests {
				t.Errorf("%s: status %d", path, r.StatusCode)
			}
		}
		w.user("ben").stream(dataRequest{}).want("listen-ack")
	})
}

func TestWhoeverHasAQuotaOfTheirOwnTakesNoPlaceFromOthers(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), func(c *Config) { c.Limits.Sessions = 2 })
		status := func(login string) int {
			r, err := user{w, "ann", login}.post(t.Context(), "/comet/data", typeJSON, body(dataRequest{ID: rand.Text(), N: 1, Mode: modeStream}))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = r.Body.Close() })
			return r.StatusCode
		}
		for _, login := range []string{"script of one", "another of two", "browser"} {
			for i, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
				if got := status(login); got != want {
					t.Errorf("%s's session %d: status %d", login, i+1, got)
				}
			}
		}
		w.hub.EndUser("ann", ReasonDeactivated)
		synctest.Wait()
		if n := w.hub.Stats().Sessions; n != 0 || len(w.hub.registry.quotas) != 0 {
			t.Errorf("%d sessions are left, and quotas %v", n, w.hub.registry.quotas)
		}
	})
}

func TestASessionThatWaitsMakesRoomForANewOne(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		for i := range 30 {
			u.answer(dataRequest{ID: fmt.Sprint("s", i)})
		}
		if n := w.hub.Stats().Sessions; n != 16 {
			t.Errorf("%d sessions", n)
		}
		synctest.Wait()
		if got := w.presence.told(); strings.Count(got, "opened") != 30 || strings.Count(got, "closed") != 14 {
			t.Error(got)
		}
	})
}

func TestASubscriptionBeyondTheLimitIsRefusedWithoutHarm(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), func(c *Config) { c.Limits.Topics = 2 })
		u := w.user("ann")
		u.control("a", `{"op":"join"}`)
		got := u.control("a", `{"op":"subscribe","topics":{"room:1":[100,0]}}`,
			`{"op":"subscribe","topics":{"room:1":[100,0],"room:2":[1,0],"room:3":[1,0]}}`)
		if briefs(got) != "subscribe-ack, error too-many-topics" || w.hub.Stats().Topics != 1 {
			t.Error(briefs(got), w.hub.Stats())
		}
		// Topics of the control channel never push out those of a request.
		q := dataRequest{ID: "a", N: 1, Have: map[string]Position{"room:2": {1, 1}, "room:3": {1, 1}}}
		if got := u.answer(q); got != "listen-ack" || w.hub.Stats().Topics != 0 {
			t.Error(got, w.hub.Stats())
		}
	})
}

func TestABodyThatNeverComesIsNotWaitedFor(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		conn, err := w.network.dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		start := time.Now()
		fmt.Fprint(conn, "POST /comet/data HTTP/1.1\r\nHost: hub\r\nX-User: ann\r\n"+
			"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		_, _ = io.ReadAll(conn)
		between(t, "the end", time.Since(start), 10*time.Second, 11*time.Second)
	})
}
