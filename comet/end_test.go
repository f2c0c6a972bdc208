package comet

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// signOut does what a program does: first the truth, then the hub.
func (w *world) signOut(login string) {
	w.ended.Store(login, ReasonSignedOut)
	w.hub.EndLogin(login, ReasonSignedOut)
}

func TestALogOutEndsAParkedPollAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		answer := make(chan string)
		go func() {
			events, _ := user{w, "ann", "one"}.poll(dataRequest{ID: "a", Mode: modePull})
			answer <- briefs(events)
		}()
		other := user{w, "ann", "two"}.stream(dataRequest{ID: "b"})
		synctest.Wait()
		start := time.Now()
		w.signOut("one")
		if got := <-answer; got != "listen-ack, abort signed-out" {
			t.Error(got)
		}
		if time.Since(start) != 0 {
			t.Errorf("it took %v", time.Since(start))
		}
		other.want("listen-ack")
		if got := w.presence.told(); got != "opened ann, opened ann, closed ann signed-out" {
			t.Error(got)
		}
	})
}

func TestALogOutEndsAnIdleStreamAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		s := user{w, "ann", "one"}.stream(dataRequest{})
		s.want("listen-ack")
		start := time.Now()
		w.signOut("one")
		s.want("abort signed-out")
		if !s.isOver() || time.Since(start) != 0 {
			t.Error("the stream goes on")
		}
	})
}

func TestALogOutComesBeforeEveryEventThatWaits(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		s := user{w, "ann", "one"}.stream(dataRequest{Have: have("room:1", 100, 0)})
		s.want("listen-ack")
		w.publish("room:1") // lingers
		w.signOut("one")
		s.want("abort signed-out")
	})
}

func TestALogOutWhileARequestIsOpenedEndsIt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		release := w.log.block("positions")
		defer release()
		s := user{w, "ann", "one"}.stream(dataRequest{Have: have("room:1", 100, 0)})
		synctest.Wait()
		w.signOut("one")
		s.want("listen-ack, abort signed-out")
	})
}

func TestALogOutBeforeARequestRegistersIsFoundByTheCheck(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		w.signOut("one") // after the middleware has let the request in
		s := user{w, "ann", "one"}.stream(dataRequest{Have: have("room:1", 100, 0)})
		s.want("listen-ack, abort signed-out")
		if n := w.hub.Stats().Sessions; n != 0 || w.presence.told() != "" {
			t.Errorf("%d sessions are left, presence was told %q", n, w.presence.told())
		}
	})
}

func TestALogOutDuringAReplayEndsIt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		for _, mode := range []string{modeStream, modePull} {
			w := newWorld(t, newMemoryLog("room:1"), nil)
			w.log.store("room:1")
			release := w.log.block("read")
			q := dataRequest{Mode: mode, Have: have("room:1", 100, 0)}
			ended := make(chan string)
			go func() {
				u := user{w, "ann", "one"}
				if mode == modePull {
					events, _ := u.poll(q)
					ended <- briefs(events)
					return
				}
				s := u.stream(q)
				<-s.done
				ended <- briefs(s.events)
			}()
			synctest.Wait()
			w.signOut("one")
			if got := <-ended; got != "listen-ack, abort signed-out" {
				t.Error(mode, got)
			}
			release()
		}
	})
}

func TestALogOutCutsAWriteThatIsBlocked(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		deaf := user{w, "ann", "one"}.deafStream(dataRequest{ID: "a", Have: have("room:1", 100, 0)})
		defer deaf.Close()
		w.publish("room:1")
		synctest.Wait()
		w.signOut("one")
		took := until(t, time.Minute, func() bool { return w.hub.Stats().Streams == 0 })
		between(t, "the end", took, 0, hurry+10*time.Millisecond)
		if got := w.presence.told(); !strings.HasSuffix(got, "closed ann signed-out") {
			t.Error(got)
		}
	})
}

func TestALogOutBetweenTwoPollsIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := user{w, "ann", "one"}
		u.answer(dataRequest{ID: "a", N: 1})
		w.signOut("one")
		if got := u.answer(dataRequest{ID: "a", N: 2}); got != "listen-ack, abort signed-out" {
			t.Error(got)
		}
	})
}

func TestADeactivationEndsAllLoginsOfAUser(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		one, two := user{w, "ann", "one"}.stream(dataRequest{}), user{w, "ann", "two"}.stream(dataRequest{ID: "b"})
		ben := w.user("ben").stream(dataRequest{})
		one.next()
		two.next()
		ben.next()
		w.hub.EndUser("ann", ReasonDeactivated)
		one.want("abort deactivated")
		two.want("abort deactivated")
		ben.want("")
	})
}

func TestALoginThatCannotBeCheckedIsAskedToTryAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), func(c *Config) {
			c.Check = func(context.Context, Principal) error { return errors.New("the database is away") }
		})
		r, err := w.user("ann").post(t.Context(), "/comet/data", typeJSON, body(dataRequest{}))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		if r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
			t.Errorf("status %d, Retry-After %q", r.StatusCode, r.Header.Get("Retry-After"))
		}
		s := w.user("ben").stream(dataRequest{Transport: transportFrame, Tag: "t"})
		s.want("error unavailable")
	})
}

func TestARevokedSubscriptionEndsAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		s := w.user("ann").stream(dataRequest{Have: map[string]Position{"room:1": {100, 0}, "room:2": {101, 0}}})
		s.want("listen-ack")
		w.log.deny("ann", "room:1", true)
		w.hub.Revoke("ann", "room:1", ReasonRemoved)
		w.publish("room:1")
		w.publish("room:2")
		time.Sleep(time.Second)
		got := s.next()
		if briefs(got) != "unsubscribe-ack, data room:2 1" || got[0].word("why") != "removed" {
			t.Error(got)
		}
	})
}

func TestARevocationOvertakesASubscribeInFlight(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		s := u.stream(dataRequest{ID: "a"})
		s.want("listen-ack")
		release := w.log.block("positions-answer") // which allows, as of now
		answer := make(chan []event)
		go func() { answer <- u.control("a", `{"op":"subscribe","topics":{"room:1":[100,0]}}`) }()
		synctest.Wait()
		w.log.deny("ann", "room:1", true)
		w.hub.Revoke("ann", "room:1", ReasonRemoved)
		release()
		if got := <-answer; len(got[0]["denied"].([]any)) != 1 || len(got[0]["topics"].(map[string]any)) != 0 {
			t.Error(got)
		}
		w.publish("room:1")
		s.want("")
	})
}

func TestARevocationOvertakesAnOpeningInFlight(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		release := w.log.block("positions-answer")
		s := w.user("ann").stream(dataRequest{Have: have("room:1", 100, 0)})
		synctest.Wait()
		w.log.deny("ann", "room:1", true)
		w.hub.Revoke("ann", "room:1", ReasonRemoved)
		w.publish("room:1")
		release()
		got := s.next()
		if briefs(got) != "listen-ack" || len(got[0]["denied"].([]any)) != 1 {
			t.Error(got)
		}
	})
}

func TestWhatOneMayNotFollowIsListedAsDenied(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		w.log.deny("ann", "room:2", true)
		events, _ := w.user("ann").poll(dataRequest{Mode: modePoll, Have: map[string]Position{
			"room:1": {100, 0}, "room:2": {101, 0}, "room:999": {1, 1},
		}})
		denied := events[0]["denied"].([]any)
		if len(denied) != 2 || denied[0] != "room:2" || denied[1] != "room:999" {
			t.Error(denied)
		}
	})
}
