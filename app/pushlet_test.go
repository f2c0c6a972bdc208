package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"chatd/app/pushlet"
	"chatd/app/pushlet/pushlettest"
	"chatd/comet"
	"chatd/store"
)

// postsPushlet sends a request as an element, from a page of chatd as browsers
// of 2007 do.
func (p *person) postsPushlet(body string) answer {
	p.t.Helper()
	p.header.Set("Referer", p.url+"/old/page.html")
	defer p.header.Del("Referer")
	return p.do("POST", pushletPath, body)
}

func TestPushletClientsUseAllRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general").ID
	number := userName(room)
	for _, format := range []string{"js", "xml", "xml-strict"} {
		c := ben.joinsPushlet(format)
		sub := c.must("subscribe-ack", "subscribe", "p_subject", "/chat/General", "p_label", "one")
		if sub["p_id"] != c.id || sub["p_subject"] != "/chat/General" || sub["p_label"] != "one" {
			t.Errorf("%q", sub)
		}
		s := c.streams("/chat")
		c.must("publish-ack", "publish", "p_subject", "/chat/"+number, "msg", "hello")
		e := s.next("data")
		if e["p_sid"] != sub["p_sid"] || e["p_label"] != "one" || e["p_subject"] != "/chat/General" || e["msg"] != "hello" || e["p_from"] != "ben" {
			t.Errorf("the first subscription that matches counts: %q", e)
		}
		if e := c.must("unsubscribe-ack", "unsubscribe", "p_sid", sub["p_sid"]); e["p_sid"] != sub["p_sid"] || e["p_subject"] != "/chat/General" || e["p_label"] != "one" {
			t.Errorf("%q", e)
		}
		ana.says(room, "again")
		if e := s.next("data"); e["p_subject"] != "/chat/"+number || e["p_label"] != "" || e["p_sid"] == sub["p_sid"] || e["msg"] != "again" {
			t.Errorf("a label is told where it does not belong: %q", e)
		}
		if e := c.must("nack", "unsubscribe", "p_sid", "nosuch"); e["p_reason"] != "no subscription for sid=nosuch" {
			t.Errorf("%q", e)
		}
		if e := c.must("unsubscribe-ack", "unsubscribe"); e["p_id"] != c.id || e["p_sid"] != "" {
			t.Errorf("%q", e)
		}
		ana.says(room, "to nobody")
		c.must("subscribe-ack", "subscribe", "p_subject", "/chat/"+number)
		ana.says(room, "to somebody")
		s.hears("to somebody")
		c.must("hb-ack", "hb")
		for event, want := range map[string]string{"subscribe": "no subject provided", "publish": "no subject provided", "dance": "This server knows"} {
			if e := c.must("nack", event); !strings.HasPrefix(e["p_reason"], want) {
				t.Errorf("%s: %q", event, e)
			}
		}
		c.must("hb-ack", "hb") // whatever was asked, the session is there
		c.must("leave-ack", "leave")
		s.ends()
	}
}

func TestPushletPollsAnswerAtOnceAndLongPollsWithAHeartbeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shortHolds)
	ana := w.owner()
	room := ana.room("general").ID
	for mode, format := range map[string]string{"poll": "xml", "pull": "xml-strict"} {
		c := ana.joinsPushlet(format)
		if got := c.asks("listen", "p_mode", mode, "p_subject", "/chat"); kinds(got) != "listen-ack refresh" || got[0]["p_mode"] != mode {
			t.Fatalf("%q", got)
		}
		got := c.asks("refresh")
		if kinds(got) != "refresh-ack hb refresh" || got[1]["p_seq"] != "1" || len(got[0]) != 2 {
			t.Errorf("%s: %q", mode, got)
		}
		if wait, err := strconv.Atoi(got[2]["p_wait"]); err != nil || mode == "pull" && wait != 0 || mode == "poll" && (wait < 5000 || wait > 6000) {
			t.Errorf("%s: the client comes back after %s ms", mode, got[2]["p_wait"])
		}
		ana.says(room, "a")
		ana.says(room, "b")
		if got := texts(c.asks("refresh")); strings.Join(got, " ") != "a b" {
			t.Errorf("%s: %q", mode, got)
		}
	}
}

func TestPushletRequestsAreAlsoElements(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	c := ana.joinsPushlet("xml")
	s := c.streams("/chat")
	got := ana.postsPushlet(`<event p_event="publish" p_id="` + c.id + `" p_subject="/chat/general" msg="say \"<hi>\" &amp; \\ grüße" />`)
	if got.StatusCode != http.StatusOK || !strings.HasPrefix(got.body, `<event p_event="publish-ack" p_time="`) {
		t.Fatalf("%s %s", got.Status, got.body)
	}
	s.hears(`say "<hi>" &amp; \ grüße`)
	for body, want := range map[string]string{
		`{"p_event":"hb"}`: "", `<event p_event="hb"`: "", `<event p_id="x"/>`: "No eventType specified\n",
		`<event p_event="hb"/>`: "No id specified\n", `<event p_event="hb" p_id="<b>"/>`: "Invalid or expired id: <b>\n",
	} {
		if got := ana.postsPushlet(body); got.StatusCode != http.StatusBadRequest || got.body != want {
			t.Errorf("%s: %s %q", body, got.Status, got.body)
		}
	}
	for _, method := range []string{"HEAD", "PUT", "DELETE", "OPTIONS"} {
		if got := ana.do(method, pushletPath+"?p_event=leave&p_id="+c.id, nil); got.StatusCode != http.StatusMethodNotAllowed || got.Header.Get("Allow") != "GET, POST" {
			t.Errorf("%s: %s", method, got.Status)
		}
	}
	got = ana.postsPushlet(`<event p_event="publish" p_id="` + strings.Repeat("x", bodyLimit) + `" />`)
	checkProblem(t, got, http.StatusRequestEntityTooLarge, "256 KiB")
	c.must("hb-ack", "hb")
}

func TestPushletAnswersSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	ana.creates("private", "Twice")
	ana.creates("private", "twice")
	closed := ana.creates("public", "closed")
	ana.must(http.StatusOK, "PUT", roomPath(closed.ID)+"/membership", nil, nil)
	c := ana.joinsPushlet("xml")
	for _, try := range []struct{ want, query string }{
		{"p_format=xml", "p_event=join&p_format=ser"},
		{"js, xml and xml-strict", "p_event=join-listen&p_format=json"},
		{"stream, pull and poll", "p_event=join-listen&p_mode=push"},
		{"no such subject", "p_event=join-listen&p_subject=/news"},
		{"no such room", "p_event=subscribe&p_subject=/chat/nosuch&p_id=" + c.id},
		{"Several of your rooms", "p_event=subscribe&p_subject=/chat/twice&p_id=" + c.id},
		{"no such subject", "p_event=subscribe&p_subject=/chat/general,&p_id=" + c.id},
		{"p_label is too long", "p_event=subscribe&p_subject=/chat&p_id=" + c.id + "&p_label=" + strings.Repeat("%C3%BC", pushletLongestLabel+1)},
		{"p_label is too long", "p_event=join-listen&p_subject=/chat&p_label=" + strings.Repeat("x", pushletLongestLabel+1)},
		{"p_subject is too long", "p_event=subscribe&p_subject=/chat/" + strings.Repeat("x", pushletLongestSubjects) + "&p_id=" + c.id},
		{"p_subject is too long", "p_event=subscribe&p_subject=/chat" + strings.Repeat(",/chat", pushletMostSubjects) + "&p_id=" + c.id},
		{"to one room", "p_event=publish&p_subject=/chat&msg=x&p_id=" + c.id},
		{"nothing to send", "p_event=publish&p_subject=/chat/general&p_id=" + c.id},
		{"nothing to send", "p_event=publish&p_subject=/chat/general&msg=+&p_id=" + c.id},
		{"too long", "p_event=publish&p_subject=/chat/general&p_id=" + c.id + "&msg=" + strings.Repeat("x", 20_001)},
		{"UTF-8", "p_event=publish&p_subject=/chat/general&msg=%FF&p_id=" + c.id},
		{"NUL", "p_event=publish&p_subject=/chat/general&msg=a%00&p_id=" + c.id},
		{"without p_to", "p_event=publish&p_subject=/chat/general&msg=x&p_to=abc&p_id=" + c.id},
		{"does not exist", "p_event=publish&p_subject=/chat/999999&msg=x&p_id=" + c.id},
	} {
		ana.header.Set("Referer", w.url+"/")
		got := ana.must(http.StatusOK, "GET", pushletPath+"?"+try.query, nil, nil)
		if !strings.Contains(got.body, "nack") || !strings.Contains(got.body, try.want) {
			t.Errorf("%.100s: %s", try.query, got.body)
		}
	}
	c.must("subscribe-ack", "subscribe", "p_subject", "/chat"+strings.Repeat(",/chat", pushletMostSubjects-1), "p_label", strings.Repeat("ü", pushletLongestLabel))
	his := ben.joinsPushlet("xml")
	for subject, want := range map[string]string{"/chat/" + userName(closed.ID): "not a member", "/chat/closed": "no such room"} {
		if e := his.must("nack", "publish", "p_subject", subject, "msg", "let me in"); !strings.Contains(e["p_reason"], want) {
			t.Errorf("%s: %q", subject, e)
		}
	}
	// What joined and failed leaves no session behind.
	if n := w.app.pushlets.quotas[userName(ana.me.ID)]; n != 1 {
		t.Errorf("Ana has %d sessions", n)
	}
}

func TestPushletStrangersAreAskedToSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	c := ana.joinsPushlet("xml")
	revoked := withSecretOf(ana, "read-write")
	ana.must(http.StatusNoContent, "DELETE", "/api/v1/users/"+userName(ana.me.ID)+"/sessions", nil, nil)
	for name, p := range map[string]*person{"nobody": w.visitor(), "a forged cookie": w.withToken(strings.Repeat("A", 43)), "Ana, signed out": ana, "a revoked token": revoked} {
		for _, event := range []string{"join", "join-listen", "listen", "refresh", "publish", "hb"} {
			got := p.asksPushlet("xml", "p_event", event, "p_id", c.id, "p_format", "xml")
			want := "Please sign in to chatd first"
			if name == "a revoked token" {
				want = "was revoked"
			}
			if kinds(got) != "nack" || !strings.HasPrefix(got[0]["p_reason"], want) && !strings.Contains(got[0]["p_reason"], want) {
				t.Errorf("%s: %s: %q", name, event, got)
			}
		}
	}
}

func TestPushletSessionsBelongToTheirLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	c := ana.joinsPushlet("xml")
	for _, other := range []*person{ben, ana.signsInAgain(), withSecretOf(ana, "read-write")} {
		(&pushletClient{other, "xml", c.id}).expired()
	}
	c.must("hb-ack", "hb")
}

func TestPushletTokensReadAndWriteAsTheirScopeSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	reader, writer := withSecretOf(ana, "read"), withSecretOf(ana, "read-write")
	for _, p := range []*person{reader, writer} {
		p.header.Set("Sec-Fetch-Site", "cross-site") // no browser adds an access token by itself
	}
	s := reader.joinsPushlet("xml").streams("/chat")
	if e := s.must("nack", "publish", "p_subject", "/chat/general", "msg", "x"); e["p_reason"] != readTokenDetail {
		t.Errorf("%q", e)
	}
	writer.joinsPushlet("xml").must("publish-ack", "publish", "p_subject", "/chat/general", "msg", "written")
	s.hears("written")
}

func TestPushletListenersFollowTheirRoomsAndLoseThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	secret := ana.creates("private", "secret")
	c := ben.joinsPushlet("xml")
	s := c.streams("/chat")
	c.must("nack", "subscribe", "p_subject", "/chat/secret")
	c.must("nack", "subscribe", "p_subject", "/chat/"+userName(secret.ID))
	ana.says(secret.ID, "before he came")
	members := roomPath(secret.ID) + "/members"
	for round := range 2 {
		ana.must(http.StatusNoContent, "POST", members, map[string]any{"user_id": ben.me.ID}, nil)
		first := fmt.Sprintf("welcome %d", round)
		ana.says(secret.ID, first)
		s.hears(first)
		single := c.must("subscribe-ack", "subscribe", "p_subject", "/chat/secret")
		ana.must(http.StatusNoContent, "DELETE", members+"/"+userName(ben.me.ID), nil, nil)
		if e := s.next("unsubscribe-ack"); e["p_sid"] != single["p_sid"] || e["p_subject"] != "/chat/secret" || e["p_reason"] == "" {
			t.Errorf("%q", e)
		}
		ana.says(secret.ID, "among us")
		c.must("nack", "publish", "p_subject", "/chat/"+userName(secret.ID), "msg", "still here?")
	}
	own := ben.creates("public", "his own")
	ben.says(own.ID, "the first in it")
	s.hears("the first in it")
}

func TestPushletPollsFollowNewRoomsToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shortHolds)
	ana := w.owner()
	for _, mode := range []string{"poll", "pull"} {
		c := ana.joinsPushlet("xml")
		c.asks("listen", "p_mode", mode, "p_subject", "/chat")
		room := ana.creates("public", "new by "+mode)
		ana.says(room.ID, "hello")
		w.eventually("it is told", func() bool { return strings.Join(texts(c.asks("refresh")), " ") == "hello" })
	}
}

func TestPushletLogOutEndsWhatIsOpenAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for _, format := range []string{"js", "xml", "xml-strict"} {
		quickly(t, "log-out of "+format, atOnce, func(int) time.Duration {
			browser := ana.signsInAgain()
			c := browser.joinsPushlet(format)
			s := c.streams("/chat")
			began := time.Now()
			browser.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
			if e := s.next("abort"); e["p_reason"] != "You have signed out." || e["p_seq"] != "2" {
				t.Errorf("%s: %q", format, e)
			}
			s.ends()
			took := time.Since(began)
			if w.app.pushlets.Find(c.id) != nil {
				t.Errorf("%s: the session is still there", format)
			}
			return took
		})
	}
	kicked := ana.signsInAgain().joinsPushlet("xml")
	s := kicked.streams("/chat")
	ana.must(http.StatusNoContent, "DELETE", "/api/v1/sessions", nil, nil)
	s.next("abort")
	s.ends()
}

func TestPushletStreamsAreRecycledAndSentAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) {
		c.Times.FrameLife, c.Times.StreamLife = 500*time.Millisecond, 500*time.Millisecond
		c.Times.Overlap = 300 * time.Millisecond
	})
	ana := w.owner()
	room := ana.room("general").ID
	for _, format := range []string{"js", "xml", "xml-strict"} {
		c := ana.joinsPushlet(format)
		s := c.streams("/chat")
		if e := s.next("refresh"); e["p_wait"] != "0" || e["p_url"] != pushletPath+"?p_id="+c.id+"&p_event=refresh" {
			t.Errorf("%s: %q", format, e)
		}
		ana.says(room, "in between") // the document is being left: nothing counts as told
		s.ends()
		s = c.opens("refresh")
		s.next("refresh-ack")
		s.next("hb")
		s.hears("in between")
		s.hangUp()
	}
}

func TestPushletClientsAreSentAwayWhenTheServerGoesDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.Times.DrainMin = 200 * time.Millisecond })
	ana := w.owner()
	c, other := ana.joinsPushlet("js"), ana.joinsPushlet("xml-strict")
	s := c.streams("/chat")
	other.asks("listen", "p_mode", "pull", "p_subject", "/chat")
	held := make(chan []pushlettest.Event, 1)
	go func() { held <- other.asks("refresh") }()
	w.eventually("the poll is held", func() bool { return w.app.hub.Stats().Polls == 1 })
	w.app.Drain(t.Context())
	if e := s.next("refresh"); e["p_url"] == "" || e["p_wait"] == "" {
		t.Errorf("%q", e)
	}
	s.ends()
	if got := <-held; kinds(got) != "refresh-ack hb refresh" {
		t.Errorf("who waits: %q", got)
	}
	if got := other.asks("refresh"); kinds(got) != "refresh-ack hb refresh" || got[2]["p_wait"] == "0" {
		t.Errorf("who comes now: %q", got)
	}
}

func TestPushletStreamsHaveHeartbeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *Config) { c.Times.Heartbeat = 100 * time.Millisecond })
	s := w.owner().joinsPushlet("js").streams("/chat")
	for n := 2; n < 5; n++ {
		if e := s.next("hb"); e["p_seq"] != fmt.Sprint(n) {
			t.Errorf("%q", e)
		}
	}
}

func TestPushletListenersHearOfAGap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	room := ana.room("general").ID
	c := ana.joinsPushlet("xml")
	c.asks("listen", "p_mode", "poll", "p_subject", "/chat/general")
	s := w.app.pushlets.Find(c.id)
	s.mu.Lock()
	s.at[roomTopic(room)] = comet.Position{Epoch: 1, Seq: 1} // of a database that was restored since
	s.mu.Unlock()
	got := c.asks("refresh")
	if kinds(got) != "refresh-ack gap refresh" || got[1]["p_subject"] != "/chat/general" || got[1]["p_reason"] == "" {
		t.Errorf("%q", got)
	}
}

func TestPushletListenersFollowRoomsThatWereAddedUnheard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	c := ana.joinsPushlet("xml")
	c.asks("listen", "p_mode", "poll", "p_subject", "/chat")
	room := ana.creates("public", "unheard")
	s := w.app.pushlets.Find(c.id)
	s.mu.Lock()
	s.at[userTopic(ana.me.ID)] = comet.Position{Epoch: 1, Seq: 1}
	s.mu.Unlock()
	if got := c.asks("refresh"); kinds(got) != "refresh-ack gap refresh" || got[1]["p_subject"] != "/chat" || got[1]["p_reason"] == "" {
		t.Errorf("%q", got)
	}
	w.eventually("the room is followed", func() bool {
		ana.tells(room.ID, "hello")
		return len(texts(c.asks("refresh"))) > 0
	})
}

func TestPushletSessionsFollowOnlySoMuch(t *testing.T) {
	t.Parallel()
	s := newPushletSessions().Begin(comet.Principal{User: "2"}, pushlet.XML)
	rooms := map[string]comet.Position{}
	for room := range int64(pushletMostTopics) {
		rooms[roomTopic(room+10)] = comet.Position{Epoch: 1}
	}
	if _, ok := s.subscribe(pushletSubscription{text: "/chat"}, rooms); !ok || len(s.at) != pushletMostTopics {
		t.Errorf("it follows %d", len(s.at))
	}
	if _, ok := s.subscribe(pushletSubscription{text: "/chat/5"}, map[string]comet.Position{roomTopic(5): {}}); ok || s.add(5) {
		t.Error("it follows one more")
	}
	if !s.add(10) {
		t.Error("it does not know what it follows")
	}
}

func TestPushletSessionsAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	var sessions []*pushletSession
	for range pushletQuota {
		s := w.app.pushlets.Find(ana.joinsPushlet("xml").id)
		s.enter()
		sessions = append(sessions, s)
	}
	other := ana.signsInAgain()
	if got := other.asksPushlet("xml", "p_event", "join", "p_format", "xml"); kinds(got) != "nack" || !strings.Contains(got[0]["p_reason"], "16 Pushlet sessions") {
		t.Errorf("%q", got)
	}
	withSecretOf(ana, "read").joinsPushlet("xml") // an access token has its own
	sessions[0].exit()
	other.joinsPushlet("xml")
}

func TestPushletSessionsMakeRoomWhenTheyAreNotInUse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sessions := newPushletSessions()
		who := comet.Principal{User: "2"}
		others := sessions.Begin(comet.Principal{User: "3"}, pushlet.XML)
		var all []*pushletSession
		for range pushletQuota {
			time.Sleep(time.Second)
			all = append(all, sessions.Begin(who, pushlet.XML))
		}
		all[0].enter() // the oldest is in use
		all[1].enter()
		all[1].exit() // and this one was just now
		if sessions.Begin(who, pushlet.XML) == nil || sessions.Find(all[2].id) != nil || !all[2].gone {
			t.Error("the one that nobody has used for the longest time does not make room")
		}
		if sessions.Find(all[0].id) == nil || sessions.Find(all[1].id) == nil || sessions.Find(others.id) == nil || sessions.quotas["2"] != pushletQuota {
			t.Errorf("another one has ended: %v", sessions.quotas)
		}
	})
}

func TestPushletSessionsEndFiveMinutesAfterTheirLastRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sessions := newPushletSessions()
		who := comet.Principal{User: "2", Login: "a"}
		idle, busy := sessions.Begin(who, pushlet.XML), sessions.Begin(who, pushlet.XML)
		busy.enter()
		time.Sleep(pushletIdle - time.Second)
		if sessions.Find(idle.id) != idle {
			t.Error("it has ended too early")
		}
		time.Sleep(time.Second)
		if sessions.Find(idle.id) != nil || sessions.Find(busy.id) != busy {
			t.Error("it does not end, or ends while its stream is open")
		}
		sessions.Begin(who, pushlet.XML)
		if len(sessions.all) != 2 || sessions.quotas["2"] != 2 || !idle.gone {
			t.Errorf("%d sessions", len(sessions.all))
		}
		busy.exit()
		time.Sleep(pushletIdle)
		if sessions.Find(busy.id) != nil {
			t.Error("it does not end after its stream")
		}
	})
}

func TestPushletDocumentsMayBeFramedByOurPagesAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	resp, err := w.owner().client.Do(w.visitor().pushletRequest("p_event", "join"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	for name, want := range map[string]string{
		"Content-Security-Policy": pushletPolicy, "X-Frame-Options": "SAMEORIGIN", "X-Content-Type-Options": "nosniff",
		"Cross-Origin-Resource-Policy": "same-origin", "Permissions-Policy": pagePermissions,
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestPushletSubjectsAreFoundAndCountOnce(t *testing.T) {
	t.Parallel()
	rooms := []store.OwnRoom{{ID: 3, Name: "Tea Time"}, {ID: 4, Name: "twice"}, {ID: 5, Name: "Twice"}, {ID: 6}, {ID: 7, Name: "twice"}}
	for list, want := range map[string]string{
		"/chat/tea  time":                        "3",
		"/chat/3,/chat/TEA TIME,/chat/6,/chat/3": "3 6",
		"/chat,/chat/4,/chat":                    "0 4",
		"/chat/twice":                            "Several of your rooms",
		"/chat/8":                                "no such room",
		"/chat/-1":                               "no such room",
		"/chat/\u200b":                           "no such room", // a name that nobody sees, as that of a direct room
	} {
		subjects, err := parsePushletSubjects(list)
		if err == nil {
			subjects, err = resolvePushletSubjects(subjects, rooms)
		}
		var got []string
		for _, s := range subjects {
			got = append(got, userName(s.room))
		}
		if err != nil && !strings.Contains(err.Error(), want) || err == nil && strings.Join(got, " ") != want {
			t.Errorf("%s: %v, %v", list, got, err)
		}
	}
}

// A request that a newer one has overtaken may come to write its beginning late.
func TestPushletPositionsAreThoseOfTheNewestRequest(t *testing.T) {
	t.Parallel()
	s := newPushletSessions().Begin(comet.Principal{User: "2"}, pushlet.XML)
	room := roomTopic(5)
	s.at[room] = comet.Position{Epoch: 1, Seq: 1}
	c := &pushletCall{format: pushlet.XML}
	older, _ := c.open(s, c.ack())
	newer, _ := c.open(s, c.ack())
	for _, p := range []*pushletAnswer{newer, older} {
		p.Event(nil, []byte(`{"event":"listen-ack"}`))
	}
	newer.Event(nil, []byte(`{"event":"data","topic":"room:5","epoch":1,"seq":2}`))
	newer.Sent()
	older.Event(nil, []byte(`{"event":"data","topic":"room:5","epoch":1,"seq":9}`))
	older.Sent()
	if at := s.at[room]; at != (comet.Position{Epoch: 1, Seq: 2}) {
		t.Errorf("the session stands at %+v", at)
	}
}

func TestPushletPublishersAreRecognizedAsSenders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	by := func(name string) recognizer {
		return func(context.Context, *http.Request) (context.Context, error) { return nil, errors.New(name) }
	}
	for event, want := range map[string]string{"publish": "data", "listen": "listening", "join-listen": "listening", "refresh": "listening", "subscribe": "control", "leave": "control"} {
		c := &pushletCall{app: w.app, r: httptest.NewRequest(http.MethodGet, pushletPath, nil), fields: pushlet.Request{pushlet.FieldEvent: event}}
		if err := c.recognize(pushletRecognizers{by("listening"), by("data"), by("control")}); err.Error() != want {
			t.Errorf("%s is recognized by %v", event, err)
		}
	}
}

func TestPushletPublishersAreToldToSlowDownBeforeTheirRoomIsLookedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	c := ana.joinsPushlet("xml")
	w.app.sends.full[ana.me.ID] = time.Now().Add(time.Hour)
	if e := c.must("nack", "publish", "p_subject", "/chat/nosuch", "msg", "x"); !strings.HasPrefix(e["p_reason"], "You are sending too fast.") {
		t.Errorf("%q", e)
	}
}

func TestPushletPagesAreKnownByTheirWholeOrigin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		header http.Header
		own    bool
	}{
		"its page":             {http.Header{"Referer": {"https://chat.example.org/x"}}, true},
		"its origin":           {http.Header{"Origin": {"https://chat.example.org"}}, true},
		"the same, in clear":   {http.Header{"Referer": {"http://chat.example.org/x"}}, false},
		"an origin in clear":   {http.Header{"Origin": {"http://chat.example.org"}}, false},
		"no page at all":       {http.Header{"Referer": {"ftp://chat.example.org/x"}}, false},
		"something without //": {http.Header{"Referer": {"https:chat.example.org"}}, false},
		"a POST as of old":     {http.Header{}, false},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			r := httptest.NewRequest(method, "http://chat.example.org"+pushletPath, nil)
			r.Header = c.header
			a := &App{config: Config{PublicURL: &url.URL{Scheme: "https", Host: "chat.example.org"}}}
			if a.ownPushletPage(r) != c.own {
				t.Errorf("%s: %s is ours: %v", method, name, !c.own)
			}
		}
	}
}

func TestPushletAddressesHoldAnyIdAsAValue(t *testing.T) {
	t.Parallel()
	const id = "x&p_event=leave#"
	back, err := url.Parse(pushletURL(id))
	if err != nil || back.Path != pushletPath || back.Fragment != "" || back.Query().Get("p_id") != id || back.Query().Get("p_event") != "refresh" {
		t.Errorf("%v, %v", back, err)
	}
}
