package comet

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// read makes the GET form of a request and returns the whole answer.
func (u user) read(query string) (http.Header, []event) {
	u.t.Helper()
	r, err := u.get(context.Background(), query, "")
	if err != nil {
		u.t.Fatal(err)
	}
	defer r.Body.Close()
	var answer struct{ Events []event }
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		u.t.Fatal(err)
	}
	return r.Header, answer.Events
}

func TestAReaderPollsWithGET(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		for range 3 {
			w.log.store("room:1")
		}
		u := w.user("ann")
		header, events := u.read("have=room:1@100.1,room:2@101.0,room:9@1.1&presence=")
		if briefs(events) != "listen-ack, presence r0, data room:1 2, data room:1 3" {
			t.Error(briefs(events))
		}
		ack := events[0]
		if _, told := ack["id"]; told || ack.number("lease") != 0 || ack.word("mode") != "poll" || fmt.Sprint(ack["denied"]) != "[room:9]" || ack["at"] != nil {
			t.Error(ack)
		}
		if header.Get("Cache-Control") != "no-store, no-transform" || header.Get("Content-Type") != "application/json" ||
			header.Get("Content-Length") == "" {
			t.Error(header)
		}
	})
}

func TestATopicWithoutAPositionIsFollowedFromNowOn(t *testing.T) {
	const fields = `"event":"listen","have":{"room:1":null,"room:2":[101,0],"room:9":null}`
	for form, open := range map[string]func(user) *stream{
		"GET":  func(u user) *stream { return u.follow("mode=stream&have=room:1,room:2@101.0,room:9", "") },
		"sse":  func(u user) *stream { return u.follow("transport=sse&have=room:1,room:2@101.0,room:9", "") },
		"POST": func(u user) *stream { return u.send(`{"mode":"stream",` + fields + `}`) },
		"pull": func(u user) *stream { return u.send(`{"mode":"pull",` + fields + `}`) },
		"poll": func(u user) *stream { return u.send(`{"mode":"poll",` + fields + `}`) },
	} {
		t.Run(form, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
				for range 3 {
					w.log.store("room:1")
				}
				w.log.store("room:2")
				s := open(w.user("ann"))
				got := s.next()
				if briefs(got) != "listen-ack, data room:2 1" || fmt.Sprint(got[0]["at"], got[0]["denied"]) != "map[room:1:[100 3]] [room:9]" {
					t.Error(got)
				}
				time.Sleep(time.Second)
				w.publish("room:1")
				if form == "pull" || form == "poll" {
					return // it was answered
				}
				s.want("data room:1 4")
			})
		})
	}
}

// send posts a body as it stands.
func (u user) send(body string) *stream {
	return u.open(func(ctx context.Context) (*http.Response, error) {
		return u.post(ctx, "/comet/data", typeJSON, []byte(body))
	})
}

func TestWhatHappensWhileAReaderIsAuthorisedReachesIt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		release := w.log.block("positions-answer") // it stands where it stood before what follows
		s := w.user("ann").follow("transport=sse&have=room:1", "")
		synctest.Wait()
		w.publish("room:1")
		release()
		s.want("listen-ack, data room:1 1")
	})
}

func TestALongPollOfAReaderIsHeldAndEndsWithItsClient(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		s := u.follow("mode=pull&have=room:1", "")
		synctest.Wait()
		if w.hub.Stats().Polls != 1 {
			t.Error("it is not held")
		}
		time.Sleep(5 * time.Second)
		w.publish("room:1")
		s.want("listen-ack, data room:1 1")
		if !s.isOver() {
			t.Error("it is still held")
		}
		start := time.Now()
		if _, events := u.read("mode=pull&have=room:1"); briefs(events) != "listen-ack, heartbeat" {
			t.Error(briefs(events))
		}
		between(t, "the poll was held", time.Since(start), 25*time.Second, 30*time.Second)
		s = u.follow("mode=pull&have=room:1", "")
		time.Sleep(time.Second)
		s.cut()
		synctest.Wait()
		if stats := w.hub.Stats(); stats.Polls != 0 || stats.Sessions != 0 {
			t.Errorf("nobody has noticed that the client is gone: %+v", stats)
		}
	})
}

func TestAReaderIsNotShownAndLeavesNothingBehind(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		var open []*stream
		for range 3 { // they supersede nobody
			open = append(open, u.follow("transport=sse&have=room:1", ""), u.follow("transport=ndjson&have=room:1", ""),
				u.stream(dataRequest{Transport: transportSSE, Have: have("room:1", 100, 0)}))
		}
		for _, s := range open {
			s.want("listen-ack")
		}
		u.read("have=room:1")
		time.Sleep(time.Second)
		w.publish("room:1")
		for _, s := range open {
			s.want("data room:1 1")
			s.cut()
		}
		synctest.Wait()
		if stats := w.hub.Stats(); stats.Streams != 0 || stats.Sessions != 0 || stats.Topics != 0 {
			t.Errorf("%+v", stats)
		}
		time.Sleep(time.Minute)
		if got := w.presence.told(); got != "" {
			t.Error(got)
		}
	})
}

func TestAnEventSourceIsToldAllItsCursorsAfterEachWriteThatMovesOne(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2", "room:3"), nil)
		w.log.store("room:1")
		u := w.user("ann")
		s := u.open(func(ctx context.Context) (*http.Response, error) {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://hub/comet/data?have=room:1@100.1,room:2,room:3@102.7", nil)
			if err != nil {
				return nil, err
			}
			r.Header.Set("Accept", "text/event-stream")
			r.Header.Set("X-User", "ann")
			return u.client.Do(r)
		})
		check := func(events, id string) {
			t.Helper()
			s.want(events)
			if got := s.lastID(); got != id {
				t.Errorf("the id is %q, want %q", got, id)
			}
		}
		check("listen-ack, gap room:3 0", "room:1@100.1,room:2@101.0,room:3@102.0")
		time.Sleep(time.Second)
		w.publish("room:2")
		check("data room:2 1", "room:1@100.1,room:2@101.1,room:3@102.0")
		time.Sleep(20 * time.Second)
		check("heartbeat", "room:1@100.1,room:2@101.1,room:3@102.0")
		w.log.deny("ann", "room:1", true)
		w.hub.Revoke("ann", "room:1", ReasonRemoved)
		w.publish("room:2")
		check("unsubscribe-ack, data room:2 2", "room:2@101.2,room:3@102.0")
		if kind := s.header.Get("Content-Type"); kind != "text/event-stream; charset=utf-8" {
			t.Error(kind)
		}
	})
}

func TestAnEventSourceThatStartsNowHasAnIDBeforeAnythingHappens(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		s := u.follow("transport=sse&have=room:1", "")
		s.want("listen-ack")
		s.cut()
		w.publish("room:1") // while it is away
		u.follow("transport=sse&have=room:1", s.lastID()).want("listen-ack, data room:1 1")
		u.follow("transport=sse", "").want("listen-ack") // of nothing, there is nothing to tell
	})
}

// TestAnEventSourceThatIsCutAnywhereShowsEachEventOnce cuts a stream after each
// of its bytes and goes on from the last id that was complete.
func TestAnEventSourceThatIsCutAnywhereShowsEachEventOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), func(c *Config) { c.Limits.WriteBytes = 200 })
		for range 5 {
			w.log.store("room:1")
			w.log.store("room:2")
		}
		u := w.user("ann")
		const query, whole = "transport=sse&have=room:1@100.0,room:2@101.1", "room:1 1 2 3 4 5, room:2 2 3 4 5"
		var sent bytes.Buffer
		s := u.follow(query, "")
		if got := shown(s.next()); got != whole {
			t.Fatal(got)
		}
		s.cut()
		ids := make(map[string]bool)
		for cut := 0; ; cut++ {
			ctx, cancel := context.WithCancel(t.Context())
			r, err := u.get(ctx, query, "")
			if err != nil {
				t.Fatal(err)
			}
			sent.Reset()
			time.AfterFunc(time.Second, cancel) // when there is no more
			n, _ := io.CopyN(&sent, r.Body, int64(cut))
			cancel()
			r.Body.Close()
			if n < int64(cut) {
				break
			}
			var events []event
			var id string
			_ = readSSE(&sent, func(e event) { events = append(events, e) }, func(last string) { id = last })
			again := u.follow(query, id)
			if got := shown(append(events, again.next()...)); got != whole {
				t.Errorf("cut after %d bytes, at the id %q: %s", cut, id, got)
			}
			again.cut()
			ids[id] = true
		}
		if len(ids) < 4 {
			t.Errorf("too few writes to prove anything: %v", ids)
		}
	})
}

// shown is what a client shows that keeps to the first two rules of cursors.
func shown(events []event) string {
	at := map[string]int64{"room:1": 0, "room:2": 1}
	lines := map[string]string{"room:1": "room:1", "room:2": "room:2"}
	for _, e := range events {
		topic, seq := e.word("topic"), e.number("seq")
		if e.kind() != "data" || seq != at[topic]+1 {
			continue
		}
		at[topic] = seq
		lines[topic] += fmt.Sprint(" ", seq)
	}
	return lines["room:1"] + ", " + lines["room:2"]
}

func TestAReaderOfManyTopicsGoesOnWhereItWas(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		topics := make([]string, 256)
		at := make(cursors)
		for i := range topics {
			topics[i] = fmt.Sprint("room:", i)
			at[topics[i]] = fromNow
		}
		w := newWorld(t, newMemoryLog(topics...), nil)
		u := w.user("ann")
		q := dataRequest{Transport: transportSSE, Have: at}
		s := u.follow(query(q), "")
		s.want("listen-ack")
		s.cut()
		w.publish("room:7")
		s = u.follow(query(q), s.lastID())
		s.want("listen-ack, data room:7 1")
		if last, p := parseVector(s.lastID(), testLimits()); p != nil || len(last) != 256 || last["room:7"].Seq != 1 || last["room:8"].Seq != 0 {
			t.Error(len(last), last, p)
		}
	})
}

func TestAStreamOfAReaderEndsWhenItIsRecycled(t *testing.T) {
	for _, transport := range []string{transportSSE, transportLines} {
		inBubble(t, func(t *testing.T) {
			w := newWorld(t, newMemoryLog("room:1"), nil)
			u := w.user("ann")
			start := time.Now()
			s := u.follow("have=room:1&transport="+transport, "")
			<-s.done
			between(t, "the stream lived", s.ended.Sub(start), 24*time.Minute, 36*time.Minute)
			if last := s.events[len(s.events)-1]; last.brief() != "refresh recycle" {
				t.Error(last)
			}
		})
	}
}

func TestALogOutEndsReadersToo(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := user{w, "ann", "one"}
		open := []*stream{u.follow("transport=sse&have=room:1", ""), u.follow("mode=stream", ""), u.follow("mode=pull&have=room:1", "")}
		synctest.Wait()
		w.signOut("one")
		for _, s := range open {
			s.want("listen-ack, abort signed-out")
		}
	})
}

func TestWhichRequestsTheDataChannelRefuses(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		for _, c := range []struct {
			method, address, body string
			header                http.Header
			status                int
			allow                 string
		}{
			{"GET", "?have=room:1", "", http.Header{"Sec-Fetch-Site": {"same-origin"}}, 200, ""},
			{"GET", "?have=room:1", "", http.Header{"Sec-Fetch-Site": {"none"}}, 200, ""},
			{"GET", "?have=room:1", "", http.Header{"Sec-Fetch-Site": {"cross-site"}}, 403, ""},
			{"GET", "?have=room:1", "", http.Header{"Sec-Fetch-Site": {"same-site"}}, 403, ""},
			{"GET", "?have=room:1", "", http.Header{"X-User": {""}}, 401, ""},
			{"GET", "?have=room:1", "{}", nil, 400, ""},
			{"GET", "?id=a", "", nil, 400, ""},
			{"GET", "?have=room:1", "", http.Header{"Last-Event-Id": {"room:1"}}, 400, ""},
			{"GET", "?have=" + manyTopics(257), "", nil, 422, ""},
			{"GET", "?" + strings.Repeat("x", 64<<10+1), "", nil, 414, ""},
			{"HEAD", "?have=room:1", "", nil, 405, "GET, POST"},
			{"PUT", "?have=room:1", "{}", nil, 405, "GET, POST"},
			{"OPTIONS", "", "", nil, 405, "GET, POST"},
		} {
			r, err := http.NewRequestWithContext(t.Context(), c.method, "http://hub/comet/data"+c.address, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-User", "ann")
			for name, values := range c.header {
				r.Header[name] = values
			}
			got, err := w.client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			said, _ := io.ReadAll(got.Body)
			got.Body.Close()
			what := fmt.Sprintf("%s %.40s %v", c.method, c.address, c.header)
			if got.StatusCode != c.status || got.Header.Get("Allow") != c.allow {
				t.Errorf("%s: %s %v", what, got.Status, got.Header)
			}
			h := got.Header
			if !strings.HasPrefix(h.Get("Cache-Control"), "no-store") || h.Get("X-Content-Type-Options") != "nosniff" ||
				h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
				t.Errorf("%s: %v", what, h)
			}
			var p struct{ Detail string }
			if c.status != 200 && c.method != "HEAD" && (json.Unmarshal(said, &p) != nil || !strings.HasSuffix(p.Detail, ".")) {
				t.Errorf("%s: %s", what, said)
			}
		}
		if got := w.presence.told(); got != "" {
			t.Error(got)
		}
	})
}

// TestClientsOfHTTP10AreServed speaks as old proxies do: no chunks, and the end
// of the connection is the end of a stream.
func TestClientsOfHTTP10AreServed(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		for transport, want := range map[string]string{"poll": "listen-ack, data room:1 1", "ndjson": "listen-ack, data room:1 1, abort removed",
			"sse": "listen-ack, data room:1 1, abort removed"} {
			socket, err := w.network.dial(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(socket, "GET /comet/data?have=room:1@100.0&transport=%s HTTP/1.0\r\nX-User: ann\r\n\r\n", transport)
			time.AfterFunc(time.Second, func() { w.hub.EndUser("ann", "") })
			r, err := http.ReadResponse(bufio.NewReader(socket), nil)
			if err != nil {
				t.Fatal(err)
			}
			whole, err := io.ReadAll(r.Body)
			r.Body.Close()
			if err != nil || len(r.TransferEncoding) != 0 || !r.Close {
				t.Error(transport, err, r.TransferEncoding, r.Close)
			}
			if transport == "poll" && r.Header.Get("Content-Length") != strconv.Itoa(len(whole)) {
				t.Error(r.Header)
			}
			var events []event
			_ = readEvents(r.Header.Get("Content-Type"), bytes.NewReader(whole), func(e event) { events = append(events, e) }, func(string) {})
			if briefs(events) != want {
				t.Errorf("%s: %s", transport, briefs(events))
			}
			socket.Close()
			time.Sleep(2 * time.Second)
		}
	})
}

func TestOnlyWhatMayBeTriedAgainTellsAFrameWhen(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		release := w.log.block("positions")
		s := u.stream(dataRequest{ID: "a", Transport: transportFrame, Tag: "t", Have: have("room:1", 100, 0)})
		time.Sleep(11 * time.Second) // the question takes too long
		release()
		got := s.next()
		if briefs(got) != "error unavailable" || got[0].number("in") < 1000 || got[0].number("in") > 5000 {
			t.Error(got)
		}
		for range 1000 {
			if in := unavailable().in(); in < time.Second || in > retrySpread {
				t.Fatal(in)
			}
		}
		if e := string(badTopic().event(badTopic().in())); strings.Contains(e, `"in"`) {
			t.Error(e)
		}
	})
}
