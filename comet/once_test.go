package comet

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// countedWorld also counts what Check is asked.
func countedWorld(t *testing.T, log *memoryLog, tune func(*Config)) (w *world, checks *atomic.Int64) {
	checks = new(atomic.Int64)
	return newWorld(t, log, func(c *Config) {
		check := c.Check
		c.Check = func(ctx context.Context, p Principal) error {
			checks.Add(1)
			return check(ctx, p)
		}
		if tune != nil {
			tune(c)
		}
	}), checks
}

func TestASessionThatIsKnownComesBackWithoutAQuestion(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		log := newMemoryLog("room:1", "room:2", "room:3")
		w, checks := countedWorld(t, log, nil)
		u := w.user("ann")
		q := dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0), Watch: []string{"room:2"}}
		u.answer(q)
		asked := func() string { return fmt.Sprint(checks.Load(), log.askCount()) }
		first := asked()
		for i := range 100 {
			w.publish("room:1")
			q.N++
			q.Event = "refresh"
			q.Have = have("room:1", 100, int64(i))
			if got := u.answer(q); got != fmt.Sprint("listen-ack, data room:1 ", i+1) {
				t.Fatal(got)
			}
		}
		q.N++
		u.stream(q).next()
		if got := asked(); got != first || first != "1 1" {
			t.Errorf("asked %s, of which for the first request %s", got, first)
		}
		q.N++
		q.Have["room:3"] = Position{102, 0}
		u.stream(q).next() // a new topic
		if got := asked(); got != "1 2" {
			t.Errorf("with another topic: asked %s", got)
		}
		q.N++
		q.Watch = []string{"room:1", "room:2", "room:9"}
		u.stream(q).next() // a new one to watch
		if got := asked(); got != "1 3" {
			t.Errorf("with another watch: asked %s", got)
		}
	})
}

func TestALoginIsCheckedAgainFromTimeToTime(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, checks := countedWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		for n := range int64(61) {
			u.answer(dataRequest{ID: "a", N: n, Have: have("room:1", 100, 0)})
			time.Sleep(10 * time.Second)
		}
		if n := checks.Load(); n != 3 {
			t.Errorf("checked %d times in ten minutes", n)
		}
	})
}

func TestWhoseCheckDoesNotLastIsCheckedEachTime(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		log := newMemoryLog("room:1")
		w, checks := countedWorld(t, log, func(c *Config) {
			c.Lasting = func(p Principal) bool { return p.User != "guest" }
		})
		for n := range int64(10) {
			w.user("ann").answer(dataRequest{ID: "a", N: n, Have: have("room:1", 100, 0)})
			w.user("guest").answer(dataRequest{ID: "a", N: n, Have: have("room:1", 100, 0)})
		}
		if checked, asked := checks.Load(), log.askCount(); checked != 11 || asked != 2 {
			t.Errorf("checked %d times, asked %d times for positions", checked, asked)
		}
	})
}

func TestWhatWasRevokedIsAskedForAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		q := dataRequest{ID: "a", N: 1, Mode: modePoll, Have: have("room:1", 100, 0)}
		u.poll(q)
		w.log.deny("ann", "room:1", true)
		w.hub.Revoke("ann", "room:1", ReasonRemoved)
		w.publish("room:1")
		q.N++
		events, _ := u.poll(q)
		if briefs(events) != "listen-ack" || len(events[0]["denied"].([]any)) != 1 {
			t.Error(events)
		}
	})
}

func TestASessionThatIsKnownNeedsNoAdmission(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), func(c *Config) { c.Limits.Opens = 1 })
		u := w.user("ann")
		u.answer(dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0)})
		release := w.log.block("positions")
		defer release()
		w.user("ben").stream(dataRequest{ID: "b", Have: have("room:1", 100, 0)}) // has the only place
		synctest.Wait()
		start := time.Now()
		if got := u.answer(dataRequest{ID: "a", N: 2, Have: have("room:1", 100, 0)}); got != "listen-ack" || time.Since(start) != 0 {
			t.Errorf("%q after %v", got, time.Since(start))
		}
		if refused := u.tryOpen(t.Context()); refused.retryIn == 0 {
			t.Error("the place was free")
		}
	})
}

func TestALogOutAtAnyMomentLeavesNoRequestServed(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		log := newMemoryLog("room:1")
		w := newWorld(t, log, func(c *Config) { c.Limits.Sessions = 1 })
		got := make(map[string]int)
		for i := range 400 {
			u := user{w, fmt.Sprint("user", i), fmt.Sprint("login", i)}
			u.answer(dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0)})
			s := u.stream(dataRequest{ID: "a", N: 2, Have: have("room:1", 100, 0)})
			if i%4 == 0 { // its session may have to make room
				user{w, u.name, "another"}.stream(dataRequest{ID: "b"})
			}
			for range rand.IntN(3000) {
				runtime.Gosched()
			}
			w.signOut(u.login)
			if !s.isOver() {
				t.Fatalf("round %d: the stream goes on", i)
			}
			answer := briefs(s.next())
			got[answer]++
			again, _, err := u.tryPoll(t.Context(), dataRequest{ID: "a", N: 3, Mode: modePoll, Have: have("room:1", 100, 0)})
			if err == nil && briefs(again) != "listen-ack, abort signed-out" {
				t.Fatalf("round %d: %q afterwards", i, briefs(again))
			}
		}
		t.Log(got)
	})
}

// TestASessionThatHasLeftTheRegistryIsNotTrusted is about the moment between
// a session's making room and its end: EndLogin does not find it any more.
func TestASessionThatHasLeftTheRegistryIsNotTrusted(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		q := dataRequest{ID: "a", N: 1, Mode: modePoll, Have: have("room:1", 100, 0)}
		u.poll(q)
		who := Principal{User: "ann", Login: "ann's login"}
		s := w.hub.registry.find(sessionKey{who, "a"})
		q.N++
		open := func() *conn {
			c := newConn(w.hub, httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", nil), q, who)
			t.Cleanup(c.close)
			if _, result := c.enlist(s); result != registered {
				t.Fatal(result)
			}
			return c
		}
		if !open().vouched() {
			t.Error("the session is not known")
		}
		w.hub.registry.remove(s)
		w.signOut(who.Login)
		c := open()
		if _, p := c.authorise(questions{}); p != nil || c.finale() == nil || c.finale().kind != finalAbort {
			t.Errorf("%v, %v", p, c.finale())
		}
	})
}

func TestAPollThatComesAfterItsStreamIsAnsweredFromItsOwnCursors(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		for range 2 {
			w.log.store("room:1")
		}
		u := w.user("ann")
		s := u.stream(dataRequest{ID: "a", N: 2, Have: have("room:1", 100, 1)})
		s.want("listen-ack, data room:1 2")
		everything := ""
		events, _ := u.poll(dataRequest{
			ID: "a", N: 1, Mode: modePoll, Have: have("room:1", 100, 0), Watch: []string{"room:2"}, Presence: &everything,
		})
		if got := briefs(events); got != "listen-ack, presence r0, data room:1 1, data room:1 2" {
			t.Error(got)
		}
		if id, given := events[0]["id"]; given {
			t.Errorf("it has the session %v", id)
		}
		time.Sleep(10 * time.Millisecond)
		w.publish("room:1")
		s.want("data room:1 3")
		synctest.Wait()
		if n, told := w.hub.Stats().Sessions, w.presence.told(); n != 1 || told != "opened ann" {
			t.Errorf("%d sessions, presence was told %q", n, told)
		}
	})
}

func TestAPollThatComesAfterItsStreamIsAuthorised(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		w.log.deny("ann", "room:1", true)
		u := user{w, "ann", "one"}
		s := u.stream(dataRequest{ID: "a", N: 2})
		s.want("listen-ack")
		q := dataRequest{ID: "a", N: 1, Mode: modePoll, Have: have("room:1", 100, 0)}
		if got := u.answer(q); got != "listen-ack" {
			t.Error(got)
		}
		release := w.log.block("positions")
		defer release()
		answer := make(chan string)
		go func() { answer <- u.answer(q) }()
		synctest.Wait()
		w.signOut("one")
		if got := <-answer; got != "listen-ack, abort signed-out" {
			t.Error(got)
		}
	})
}
