package app

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chatd/app/pushlet/pushlettest"
	"chatd/store"
	"chatd/store/storetest"
)

// These are the faults of Pushlet 2.0.4, in the order of the list in
// reference/pushlet.md. Number 7 has a fuzz test in the package pushlet, too.

// stalled opens a stream for a subject and does not read it.
func (c *pushletClient) stalled(subject string) net.Conn {
	c.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.(*net.TCPConn).SetReadBuffer(128 << 10); err != nil {
		c.t.Fatal(err)
	}
	_, err = fmt.Fprintf(conn, "GET %s?p_event=listen&p_subject=%s&p_id=%s HTTP/1.1\r\nHost: %s\r\nReferer: %s/\r\nCookie: chatd_session=%s\r\n\r\n",
		pushletPath, subject, c.id, strings.TrimPrefix(c.url, "http://"), c.url, c.sessionCookie().Value)
	if err != nil {
		c.t.Fatal(err)
	}
	return conn
}

// arrived are the numbers of the messages that came whole before the connection
// broke.
func arrived(t *testing.T, conn net.Conn) (numbers []int) {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if timeout := net.Error(nil); err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		t.Fatalf("the answer that nobody read has ended with %v", err)
	}
	events, _ := pushlettest.NewReader("xml", bytes.NewReader(body)).All() // the last may be cut
	return numbersOf(t, events)
}

func numbersOf(t *testing.T, events []pushlettest.Event) (numbers []int) {
	t.Helper()
	for _, e := range events {
		if e["p_event"] == "data" {
			n, err := strconv.Atoi(e["number"])
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// manyMessages are more than the buffers of a connection hold.
const manyMessages = 100

func TestPushletFaults1And3AStalledListenerLosesNothingAndHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shortHolds, func(c *Config) { c.Times.Write = 500 * time.Millisecond })
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	slow, quick := ben.joinsPushlet("xml"), ana.joinsPushlet("xml")
	conn := slow.stalled("/chat")
	w.eventually("the stalled stream is open", func() bool { return w.app.hub.Stats().Streams == 1 })
	stream := quick.streams("/chat")
	big := strings.Repeat("漢", store.MaxBody)
	for range manyMessages {
		ana.tells(room, big)
		stream.hears(big) // the other one is served all the while
	}
	w.eventually("the stalled stream is given up", func() bool { return w.app.hub.Stats().Streams == 1 })
	had := arrived(t, conn)
	if len(had) == manyMessages {
		t.Fatal("the connection took everything: nothing was broken")
	}
	// Its session is still there, and goes on with what was not written.
	if got := slow.asks("listen", "p_mode", "pull"); kinds(got) != "listen-ack refresh" {
		t.Fatalf("%q", got)
	}
	last := 0
	if len(had) > 0 {
		last = had[len(had)-1]
	}
	var more []int
	for len(more) == 0 || more[len(more)-1] < manyMessages {
		more = append(more, numbersOf(t, slow.asks("refresh"))...)
	}
	if more[0] > last+1 {
		t.Errorf("after %d comes %d", last, more[0])
	}
	for _, numbers := range [][]int{had, more} {
		for i, n := range numbers {
			if n != numbers[0]+i {
				t.Fatalf("%v is not in order", numbers)
			}
		}
	}
}

func TestPushletFault2EventsHaveIdsAndAnswersGoOnWhereTheLastOneEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	for _, format := range []string{"js", "xml", "xml-strict"} {
		c := ana.joinsPushlet(format)
		s := c.streams("/chat")
		first := ana.says(room, "first")
		if e := s.next("data"); e["number"] != strconv.FormatInt(first.Number, 10) || e["id"] != strconv.FormatInt(first.ID, 10) || e["p_seq"] != "2" {
			t.Errorf("%s: %q", format, e)
		}
		s.hangUp()
		w.eventually("the stream has ended", func() bool { return w.app.hub.Stats().Streams == 0 })
		second := ana.says(room, "second")
		s = c.opens("refresh")
		s.next("refresh-ack")
		s.next("hb")
		if e := s.next("data"); e["msg"] != "second" || e["number"] != strconv.FormatInt(second.Number, 10) {
			t.Errorf("%s: %q", format, e)
		}
		s.hangUp()
	}
}

func TestPushletFault4OfTwoRefreshesTheLaterIsServedAndNothingIsStolen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	for _, format := range []string{"xml", "xml-strict"} { // a frame makes one request at a time
		c := ana.joinsPushlet(format)
		c.asks("listen", "p_mode", "pull", "p_subject", "/chat")
		before := w.app.hub.Stats().Polls
		older := make(chan []pushlettest.Event, 1)
		go func() { older <- c.asks("refresh") }()
		w.eventually("the first is held", func() bool { return w.app.hub.Stats().Polls == before+1 })
		newer := make(chan []pushlettest.Event, 1)
		go func() { newer <- c.asks("refresh") }()
		if got := <-older; kinds(got) != "refresh-ack" {
			t.Errorf("%s: the older one: %q", format, got)
		}
		ana.says(room, "for one of them")
		if got := <-newer; kinds(got) != "refresh-ack data refresh" || got[1]["msg"] != "for one of them" {
			t.Errorf("%s: the newer one: %q", format, got)
		}
	}
}

func TestPushletFault5LeavingEndsTheStreamAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for _, format := range []string{"js", "xml", "xml-strict"} {
		quickly(t, "leaving as "+format, atOnce, func(int) time.Duration {
			c := ana.joinsPushlet(format)
			s := c.streams("/chat")
			began := time.Now()
			if got := c.must("leave-ack", "leave"); got["p_id"] != c.id {
				t.Errorf("%q", got)
			}
			s.ends()
			took := time.Since(began)
			if got := c.do("GET", pushletPath+"?p_event=hb&p_id="+c.id, nil); got.StatusCode != http.StatusForbidden {
				t.Errorf("without a page of ours: %s", got.Status)
			}
			c.expired()
			return took
		})
	}
}

// expired wants the session to be unknown.
func (c *pushletClient) expired() {
	c.t.Helper()
	resp, err := c.client.Do(c.pushletRequest("p_event", "hb", "p_id", c.id))
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusBadRequest || strings.TrimSpace(string(body)) != "Invalid or expired id: "+c.id ||
		!strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		c.t.Errorf("%s: %s", resp.Status, body)
	}
}

func TestPushletFault6NobodyElseLearnsASessionsId(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	speaker, listener := ana.joinsPushlet("xml"), ben.joinsPushlet("xml")
	s := listener.streams("/chat")
	speaker.must("publish-ack", "publish", "p_subject", "/chat/general", "msg", "hello", "secret", "mine")
	e := s.next("data")
	want := []string{"id", "msg", "number", "p_event", "p_from", "p_seq", "p_sid", "p_subject", "p_time", "user"}
	var names []string
	for name, value := range e {
		names = append(names, name)
		if strings.Contains(value, speaker.id) {
			t.Errorf("%s tells the session of who has published", name)
		}
	}
	slices.Sort(names)
	if !slices.Equal(names, want) || e["p_from"] != "ana" || e["user"] != "Ana" {
		t.Errorf("%q", e)
	}
	for _, c := range []*pushletClient{speaker, listener} {
		if strings.Contains(w.log.String(), c.id) {
			t.Error("the log holds a session's id")
		}
	}
}

func TestPushletFault6OtherSitesChangeNothingByGET(t *testing.T) {
	t.Parallel()
	w := newWorld(t, publicURL("http://chat.example.org"))
	ana := w.owner()
	c := ana.joinsPushlet("xml")
	queries := []string{
		"p_event=join", "p_event=join-listen&p_subject=/chat", "p_event=listen&p_subject=/chat&p_id=" + c.id,
		"p_event=subscribe&p_subject=/chat&p_id=" + c.id, "p_event=publish&p_subject=/chat/general&msg=forged&p_id=" + c.id,
		"p_event=leave&p_id=" + c.id, "p_event=refresh&p_id=" + c.id,
	}
	for name, header := range map[string]http.Header{
		"nothing is told":     {},
		"another site":        {"Sec-Fetch-Site": {"cross-site"}, "Referer": {w.url + "/"}},
		"another host of it":  {"Sec-Fetch-Site": {"same-site"}},
		"a typed address":     {"Sec-Fetch-Site": {"none"}},
		"a page elsewhere":    {"Referer": {"https://evil.example/" + w.url}},
		"a page like ours":    {"Referer": {"http://chat.example.org.evil.example/"}},
		"another scheme":      {"Referer": {"https://chat.example.org/"}},
		"no page":             {"Referer": {"about:blank"}},
		"no page of the web":  {"Referer": {strings.Replace(w.url, "http:", "ftp:", 1) + "/"}},
		"an opaque origin":    {"Origin": {"null"}},
		"an origin elsewhere": {"Origin": {"https://evil.example"}, "Referer": {w.url + "/"}},
	} {
		eve := w.withToken(ana.sessionCookie().Value)
		for k, v := range header {
			eve.header[k] = v
		}
		for _, query := range queries {
			if got := eve.do("GET", pushletPath+"?"+query, nil); got.StatusCode != http.StatusForbidden || !strings.Contains(got.body, "another site") {
				t.Errorf("%s: %s: %s %s", name, query, got.Status, got.body)
			}
		}
	}
	forged := w.withToken(ana.sessionCookie().Value)
	if got := forged.do("POST", pushletPath, `<event p_event="join"/>`); got.StatusCode != http.StatusForbidden || !strings.Contains(got.body, "another site") {
		t.Errorf("POST, as from a browser of 2007 that is not to tell the page: %s", got.Status)
	}
	forged.header.Set("Origin", "https://evil.example")
	if got := forged.do("POST", pushletPath, `<event p_event="join"/>`); !refusedAsForeign(got) {
		t.Errorf("POST: %s", got.Status)
	}
	for name, header := range map[string]http.Header{
		"our page": {"Sec-Fetch-Site": {"same-origin"}}, "our origin": {"Origin": {w.url}}, "our public address": {"Referer": {"http://chat.example.org/x"}},
	} {
		own := w.withToken(ana.sessionCookie().Value)
		own.header = header
		own.header.Set("Cookie", "chatd_session="+ana.sessionCookie().Value)
		if got := own.asksPushlet("xml", "p_event", "hb", "p_id", c.id); kinds(got) != "hb-ack" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestPushletFault7WhatPeopleWriteStaysAValue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ana.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"display_name": `</script>"><event a="`}, nil)
	room := ana.room("general").ID
	text := "</script><script>alert(1)</script>\n\"');parent.push('p_event', \"abort\");//\\ \u2028 <event p_event=\"abort\" /></pushlet> &lt; \x01"
	for _, format := range []string{"js", "xml", "xml-strict"} {
		c := ana.joinsPushlet(format)
		s := c.opens("listen", "p_subject", "/chat/general", "p_label", `"/><"`)
		if ack := s.next("listen-ack"); ack["p_label"] != `"/><"` {
			t.Errorf("%s: %q", format, ack)
		}
		s.next("hb")
		ana.says(room, text)
		want := text
		if format != "js" {
			want = strings.ReplaceAll(text, "\x01", "\uFFFD")
		}
		if e := s.next("data"); e["msg"] != want || e["user"] != `</script>"><event a="` || e["p_label"] != `"/><"` {
			t.Errorf("%s: %q", format, e)
		}
		s.hangUp()
	}
}

func TestPushletFault8SubjectsAreNoPrefixes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	one := ana.creates("public", "one")
	var other RoomEntry
	for i := 0; !strings.HasPrefix(userName(other.ID), userName(one.ID)); i++ {
		if other = ana.creates("public", fmt.Sprintf("one%d", i)); other.ID > one.ID*100 {
			t.Fatal("no room's number begins with another's")
		}
	}
	c := ana.joinsPushlet("xml")
	s := c.streams("/chat/" + userName(one.ID))
	named := c.must("subscribe-ack", "subscribe", "p_subject", "/chat/ONE")
	ana.tells(other.ID, "not this")
	ana.tells(one.ID, "this")
	if e := s.next("data"); e["msg"] != "this" || e["p_subject"] != "/chat/"+userName(one.ID) || e["p_sid"] == named["p_sid"] {
		t.Errorf("%q", e)
	}
	for _, subject := range []string{"/chatter", "/cha", "/chat/", "/", "chat", "/chat/on", "/chat/one/", "/chat/999999", "/meta/subs"} {
		if e := c.must("nack", "subscribe", "p_subject", subject); !strings.HasSuffix(e["p_reason"], ".") {
			t.Errorf("%s: %q", subject, e)
		}
	}
}

func TestPushletFault9MessagesComeFromTheLogAlsoFromOtherNodes(t *testing.T) {
	t.Parallel()
	address := storetest.URL(t)
	here, there := newWorldAt(t, store.Config{URL: address}), newWorldAt(t, store.Config{URL: address})
	ana := here.owner()
	away := there.visitor()
	away.must(http.StatusOK, "POST", "/api/v1/sign-in", map[string]any{"login": "ana", "password": password}, nil)
	c := ana.joinsPushlet("xml")
	s := c.streams("/chat")
	away.says(ana.room("general").ID, "from the other node")
	s.hears("from the other node")
	// A session belongs to its node; the other one says so.
	elsewhere := &pushletClient{away, "xml", c.id}
	elsewhere.expired()
}

func TestPushletFault10ALongPollTellsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	ana.header.Set("User-Agent", "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36") // it is not forced into anything
	got := ana.asksPushlet("xml-strict", "p_event", "join-listen", "p_format", "xml-strict", "p_mode", "pull", "p_subject", "/chat")
	if kinds(got) != "join-listen-ack refresh" || got[1]["p_wait"] != "0" || got[1]["p_url"] != pushletPath+"?p_id="+got[0]["p_id"]+"&p_event=refresh" {
		t.Fatalf("%q", got)
	}
	c := &pushletClient{ana, "xml-strict", got[0]["p_id"]}
	var times []time.Duration
	for i := range 20 { // a client may be back before its answer is known to be written
		answer := make(chan []pushlettest.Event, 1)
		go func() { answer <- c.asks("refresh") }()
		w.eventually("it is held", func() bool { return w.app.hub.Stats().Polls == 1 })
		began := time.Now()
		ana.says(room, fmt.Sprintf("message %d", i))
		got = <-answer
		times = append(times, time.Since(began))
		if kinds(got) != "refresh-ack data refresh" || got[1]["msg"] != fmt.Sprintf("message %d", i) || got[1]["p_seq"] != "1" || got[2]["p_wait"] != "0" {
			t.Errorf("%q", got)
		}
	}
	// The machine may be slow now and then. None is told only when the hold ends,
	// after 25 s, and not all only when the node looks.
	slices.Sort(times)
	if worst := times[len(times)-1]; times[len(times)/2] > atOnce || worst > 20*time.Second {
		t.Errorf("the messages took %v", times)
	}
}
