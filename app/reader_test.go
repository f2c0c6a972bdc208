package app

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// reads follows topics from now on as an EventSource does. Its ids come as
// events of their own; the first one says where it begins, which may be after
// the overview.
func (p *person) reads(topics ...string) *listener {
	p.t.Helper()
	l := p.listener()
	clear(l.have)
	req := p.request("GET", "/comet/data?have="+url.QueryEscape(strings.Join(topics, ",")), nil)
	req.Header.Set("Accept", "text/event-stream")
	resp, err := p.client.Do(req) //nolint:bodyclose // hangUp does, at the latest in the clean-up
	if err != nil {
		p.t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		p.t.Fatalf("%s: %v", resp.Status, resp.Header)
	}
	l.events = make(chan event, 1000)
	l.hangUp = func() { _ = resp.Body.Close() }
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(l.events)
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				l.events <- event{Event: "id", ID: id}
			}
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var e event
				if err := json.Unmarshal([]byte(data), &e); err != nil {
					p.t.Errorf("%v: %s", err, data)
				}
				l.events <- e
			}
		}
	}()
	p.t.Cleanup(func() {
		l.hangUp()
		for range l.events { // let it finish
		}
		<-done
	})
	return l
}

func TestPeopleAndScriptsFollowRoomsWithGET(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general")
	topic := roomTopic(room.ID)
	_, secret := ana.newToken("read")
	for name, p := range map[string]*person{"a browser": ben, "a script": ana.script(secret)} {
		l := p.reads(topic, roomTopic(999))
		if ack := l.next("listen-ack"); ack.ID != "" || len(ack.Denied) != 1 || ack.Denied[0] != roomTopic(999) {
			t.Errorf("%s: %+v", name, ack)
		}
		if at := l.next("id").ID; !strings.HasPrefix(at, topic+"@") {
			t.Errorf("%s: the first id is %q", name, at)
		}
		sent := ana.says(room.ID, "Hello, "+name)
		if got := l.news(topic, "message"); got.Message == nil || got.Message.Body != sent.Body {
			t.Errorf("%s: %+v", name, got)
		}
		// It comes back and goes on where it was.
		at := l.next("id").ID
		l.hangUp()
		sent = ana.says(room.ID, "Again, "+name)
		p.header.Set("Last-Event-ID", at)
		again := p.reads(topic)
		again.have = l.have
		if got := again.news(topic, "message"); got.Message.Body != sent.Body {
			t.Errorf("%s: after %s comes %+v", name, at, got)
		}
		p.header.Del("Last-Event-ID")
	}
}

func TestWhoOnlyReadsIsNotSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	topic := roomTopic(ana.room("general").ID)
	l := ben.reads(topic)
	l.next("listen-ack")
	ben.must(http.StatusOK, "GET", "/comet/data?have="+topic, nil, nil)
	shown := ana.streams("ndjson").next("presence", func(e event) bool { return e.States[userName(ana.me.ID)] != "" })
	if state := shown.States[userName(ben.me.ID)]; state != "" {
		t.Errorf("Ben is %s", state)
	}
	ben.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	l.ends("signed-out")
}

func TestReadersOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for site, status := range map[string]int{"cross-site": 403, "same-site": 403, "same-origin": 200, "none": 200} {
		ana.header.Set("Sec-Fetch-Site", site)
		if got := ana.must(status, "GET", "/comet/data", nil, nil); status == 403 {
			checkProblem(t, got, status, "came from another site")
		}
	}
	checkProblem(t, w.visitor().do("GET", "/comet/data", nil), http.StatusUnauthorized, "Sign in")
	ana.header.Del("Sec-Fetch-Site")
	for _, method := range []string{"HEAD", "PUT", "DELETE"} {
		if got := ana.must(http.StatusMethodNotAllowed, method, "/comet/data", nil, nil); got.Header.Get("Allow") != "GET, POST" {
			t.Errorf("%s: %v", method, got.Header)
		}
	}
}

func TestTheHubNoticesThatAReaderHasGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	topic := roomTopic(ana.room("general").ID)
	held := func() string { return w.metric(`chatd_comet_connections{mode="poll"}`) }
	ctx, leave := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	req := ana.request("GET", "/comet/data?mode=pull&have="+topic, nil).WithContext(ctx)
	asking.Go(func() {
		resp, err := ana.client.Do(req)
		if err == nil {
			resp.Body.Close()
		}
	})
	w.eventually("the poll is held", func() bool { return held() == "1" })
	leave()
	asking.Wait()
	w.eventually("nothing is held", func() bool { return held() == "0" && w.metric("chatd_comet_topics") == "0" })
}
