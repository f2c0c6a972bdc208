package app

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"chatd/app/pushlet/pushlettest"
	"chatd/store"
)

// pushletQuery writes a query, encoded.
func pushletQuery(pairs ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values.Encode()
}

// pushletRequest is a GET from a page of chatd.
func (p *person) pushletRequest(pairs ...string) *http.Request {
	p.t.Helper()
	req := p.request("GET", pushletPath+"?"+pushletQuery(pairs...), nil)
	if req.Header.Get("Referer") == "" && req.Header.Get("Sec-Fetch-Site") == "" {
		req.Header.Set("Referer", p.url+"/old/page.html")
	}
	return req
}

// asksPushlet makes a request and returns the events of its answer, which ends.
func (p *person) asksPushlet(format string, pairs ...string) []pushlettest.Event {
	p.t.Helper()
	resp, err := p.client.Do(p.pushletRequest(pairs...))
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(resp.Body)
		p.t.Fatalf("%v: %s: %s", pairs, resp.Status, body)
	}
	events, err := pushlettest.NewReader(format, resp.Body).All()
	if err != nil || len(events) == 0 {
		p.t.Fatalf("%v: %q, %v", pairs, events, err)
	}
	return events
}

// A pushletClient is one Pushlet session of a person.
type pushletClient struct {
	*person
	format, id string
}

func (p *person) joinsPushlet(format string) *pushletClient {
	p.t.Helper()
	got := p.asksPushlet(format, "p_event", "join", "p_format", format)
	if len(got) != 1 || got[0]["p_event"] != "join-ack" || got[0]["p_format"] != format || len(got[0]["p_id"]) < 26 {
		p.t.Fatalf("join: %q", got)
	}
	return &pushletClient{p, format, got[0]["p_id"]}
}

// asks makes a request of the session.
func (c *pushletClient) asks(event string, pairs ...string) []pushlettest.Event {
	c.t.Helper()
	return c.asksPushlet(c.format, append([]string{"p_event", event, "p_id", c.id}, pairs...)...)
}

// must makes a request that is answered by one event of this kind.
func (c *pushletClient) must(kind, event string, pairs ...string) pushlettest.Event {
	c.t.Helper()
	got := c.asks(event, pairs...)
	if len(got) != 1 || got[0]["p_event"] != kind {
		c.t.Fatalf("%s %v: %q, want %s", event, pairs, got, kind)
	}
	return got[0]
}

// A pushletStream is an open answer of the data channel.
type pushletStream struct {
	*pushletClient
	events chan pushlettest.Event // closed when the answer has ended
	err    error                  // how; valid when events is closed
	hangUp func()
}

// opens makes a request whose answer is read as it comes.
func (c *pushletClient) opens(event string, pairs ...string) *pushletStream {
	c.t.Helper()
	req := c.pushletRequest(append([]string{"p_event", event, "p_id", c.id}, pairs...)...)
	resp, err := c.client.Do(req) //nolint:bodyclose // hangUp does, at the latest in the clean-up
	if err != nil {
		c.t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		c.t.Fatalf("%s: %s", event, resp.Status)
	}
	s := &pushletStream{pushletClient: c, events: make(chan pushlettest.Event, 1000), hangUp: func() { _ = resp.Body.Close() }}
	reader := pushlettest.NewReader(c.format, resp.Body)
	go func() {
		defer close(s.events)
		for {
			e, err := reader.Next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					s.err = err
				}
				return
			}
			s.events <- e
		}
	}()
	c.t.Cleanup(func() {
		s.hangUp()
		for range s.events { // let it finish
		}
	})
	return s
}

// streams opens a stream for a subject and waits until it is open.
func (c *pushletClient) streams(subject string) *pushletStream {
	c.t.Helper()
	s := c.opens("listen", "p_mode", "stream", "p_subject", subject)
	if ack := s.next("listen-ack"); ack["p_id"] != c.id || ack["p_mode"] != "stream" || ack["p_format"] != c.format || len(ack["p_sid"]) != 5 || ack["p_seq"] != "" {
		c.t.Fatalf("%q", ack)
	}
	if hb := s.next("hb"); hb["p_seq"] != "1" {
		c.t.Fatalf("%q", hb)
	}
	return s
}

// next returns the next event, which must be of this kind.
func (s *pushletStream) next(kind string) pushlettest.Event {
	s.t.Helper()
	select {
	case e, open := <-s.events:
		if !open {
			s.t.Fatalf("the answer ended (%v) without %s", s.err, kind)
		}
		if e["p_event"] != kind {
			s.t.Fatalf("%q, want %s", e, kind)
		}
		return e
	case <-time.After(20 * time.Second):
		s.t.Fatalf("no %s came", kind)
	}
	return nil
}

// hears wants these messages, in this order.
func (s *pushletStream) hears(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if e := s.next("data"); e["msg"] != text {
			s.t.Fatalf("%q, want %q", e, text)
		}
	}
}

// ends wants the answer to end now, whole, and without another event.
func (s *pushletStream) ends() {
	s.t.Helper()
	select {
	case e, open := <-s.events:
		if open || s.err != nil {
			s.t.Fatalf("it ended with %v after %q", s.err, e)
		}
	case <-time.After(20 * time.Second):
		s.t.Fatal("the answer goes on")
	}
}

// shortHolds makes polls end soon.
func shortHolds(c *Config) {
	c.Times.HoldMin, c.Times.HoldMax = 100*time.Millisecond, 150*time.Millisecond
}

// tells puts a message into a room, past the limit on how fast people are.
func (p *person) tells(room int64, body string) {
	p.t.Helper()
	_, err := p.app.committer.Send(p.t.Context(), store.Send{RoomID: room, AuthorID: p.me.ID, ClientID: newUUID(), Body: body})
	if err != nil {
		p.t.Fatal(err)
	}
}

// texts are the messages among events.
func texts(events []pushlettest.Event) (texts []string) {
	for _, e := range events {
		if e["p_event"] == "data" {
			texts = append(texts, e["msg"])
		}
	}
	return texts
}

// kinds are the kinds of events, with blanks between.
func kinds(events []pushlettest.Event) string {
	var all []string
	for _, e := range events {
		all = append(all, e["p_event"])
	}
	return strings.Join(all, " ")
}
