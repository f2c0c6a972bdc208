package comet

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheRequestWithTheHighestCounterWins(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		old := u.stream(dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0)})
		old.want("listen-ack")
		young := u.stream(dataRequest{ID: "a", N: 3, Have: have("room:1", 100, 0)})
		young.want("listen-ack")
		old.want("refresh superseded")
		if !old.isOver() {
			t.Error("the old stream goes on")
		}
		// A proxy has delayed the second one.
		u.stream(dataRequest{ID: "a", N: 2, Have: have("room:1", 100, 0)}).want("listen-ack, refresh superseded")
		w.publish("room:1")
		time.Sleep(10 * time.Millisecond)
		young.want("data room:1 1")
		if got := w.presence.told(); got != "opened ann" {
			t.Error(got)
		}
	})
}

func TestARequestThatIsSupersededWhileItOpensDeniesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		release := w.log.block("positions")
		old := u.stream(dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0)})
		synctest.Wait()
		young := u.stream(dataRequest{ID: "a", N: 2, Have: have("room:1", 100, 0)})
		synctest.Wait()
		release()
		got := old.next()
		if briefs(got) != "listen-ack, refresh superseded" || len(got[0]["denied"].([]any)) != 0 {
			t.Error(got)
		}
		w.publish("room:1")
		time.Sleep(10 * time.Millisecond)
		young.want("listen-ack, data room:1 1")
	})
}

func TestAPollIsAnsweredAlthoughAStreamIsOpenedMeanwhile(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		u := w.user("ann")
		for _, kind := range []string{"positions", "read"} {
			release := w.log.block(kind)
			answer := make(chan string)
			go func() { answer <- u.answer(dataRequest{ID: kind, N: 1, Have: have("room:1", 100, 0)}) }()
			synctest.Wait()
			s := u.stream(dataRequest{ID: kind, N: 2, Have: have("room:1", 100, 0)})
			synctest.Wait()
			release()
			if got := <-answer; got != "listen-ack, data room:1 1" {
				t.Error(kind, got)
			}
			time.Sleep(10 * time.Millisecond) // it may linger after it was poked
			s.want("listen-ack, data room:1 1")
			s.cut()
		}
	})
}

func TestALogOutReachesAPollBesideAStream(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := user{w, "ann", "one"}
		release := w.log.block("positions")
		defer release()
		answer := make(chan string)
		go func() { answer <- u.answer(dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0)}) }()
		synctest.Wait()
		u.stream(dataRequest{ID: "a", N: 2})
		synctest.Wait()
		w.signOut("one")
		if got := <-answer; got != "listen-ack, abort signed-out" {
			t.Error(got)
		}
	})
}

func TestASessionOfSomebodyElseIsUnknown(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		s := w.user("ann").stream(dataRequest{ID: "a", N: 5, Have: have("room:1", 100, 0)})
		s.want("listen-ack")
		eve := w.user("eve")
		got := briefs(eve.control("a", `{"op":"subscribe","topics":{}}`, `{"op":"unsubscribe","topics":["room:1"]}`,
			`{"op":"ack"}`, `{"op":"leave"}`))
		if got != "error unknown-session, error unknown-session, error unknown-session, leave-ack" {
			t.Error(got)
		}
		// Also with a greater counter it is another session.
		eve.stream(dataRequest{ID: "a", N: 9}).want("listen-ack")
		time.Sleep(10 * time.Millisecond)
		w.publish("room:1")
		s.want("data room:1 1")
	})
}

func TestWhatIsSubscribedByControlFlowsOnTheOpenStream(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		w.log.store("room:1")
		u := w.user("ann")
		s := u.stream(dataRequest{ID: "a"})
		s.want("listen-ack")
		time.Sleep(time.Second)
		got := u.control("a", `{"op":"subscribe","topics":{"room:1":[100,0],"room:7":[1,1]}}`)
		if fmt.Sprint(got[0]["topics"], got[0]["denied"]) != "map[room:1:[100 1]] [room:7]" {
			t.Error(got)
		}
		s.want("data room:1 1")
		time.Sleep(time.Second)
		u.control("a", `{"op":"unsubscribe","topics":["room:1","room:9"]}`)
		w.publish("room:1")
		s.want("")
		if n := w.hub.Stats().Topics; n != 0 {
			t.Errorf("%d topics are followed", n)
		}
	})
}

func TestWhatIsSubscribedByControlSurvivesARequestThatWasUnderWay(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		u.control("a", `{"op":"join"}`, `{"op":"subscribe","topics":{"room:1":[100,0]}}`)
		s := u.stream(dataRequest{ID: "a", N: 1}) // made before the subscription
		s.want("listen-ack")
		time.Sleep(time.Second)
		w.publish("room:1")
		s.want("data room:1 1")
		// From the first request on that names it, these decide.
		u.answer(dataRequest{ID: "a", N: 2, Have: have("room:1", 100, 1)})
		if got := u.answer(dataRequest{ID: "a", N: 3}); got != "listen-ack" || w.hub.Stats().Topics != 0 {
			t.Error(got, w.hub.Stats().Topics)
		}
	})
}

func TestWhatIsSubscribedByControlIsReplayedWhenTheStreamBreaks(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		u := w.user("ann")
		u.control("a", `{"op":"join"}`, `{"op":"subscribe","topics":{"room:1":[100,0]}}`)
		s := u.stream(dataRequest{ID: "a", N: 1})
		s.want("listen-ack, data room:1 1") // which did not arrive
		u.stream(dataRequest{ID: "a", N: 2}).want("listen-ack, data room:1 1")
	})
}

func TestAPollBringsWhatCameBetweenThePolls(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		u.answer(dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0)})
		w.publish("room:1")
		start := time.Now()
		events, _ := u.poll(dataRequest{ID: "a", N: 2, Mode: modePull, Have: have("room:1", 100, 0)})
		if briefs(events) != "listen-ack, data room:1 1" || time.Since(start) != 0 {
			t.Error(briefs(events), time.Since(start))
		}
		if w.log.readCount() != 0 {
			t.Error("the log was asked for what the ring holds")
		}
	})
}

func TestHintsSurviveBetweenPollsAndTheLatestOfAKeyWins(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		u.answer(dataRequest{ID: "a", N: 1})
		for i := range 3 {
			w.hub.Hint("ann", "read:1", fmt.Appendf(nil, "%d", i))
			w.hub.Hint("ann", "read:2", fmt.Appendf(nil, "%d", i))
		}
		w.hub.Hint("ben", "read:3", []byte("1"))
		w.hub.Hint("ann", "bad", []byte("}"))
		events, _ := u.poll(dataRequest{ID: "a", N: 2, Event: "refresh", Mode: modePoll})
		if briefs(events) != "listen-ack, hint read:1, hint read:2" || events[1].number("payload") != 2 {
			t.Error(events)
		}
		// The answer did not arrive: a client that says so gets them again.
		if got := u.answer(dataRequest{ID: "a", N: 3, Event: "listen"}); got != "listen-ack, hint read:1, hint read:2" {
			t.Error(got)
		}
		w.hub.Hint("ann", "read:2", []byte("9"))
		if got := u.answer(dataRequest{ID: "a", N: 4, Event: "refresh"}); got != "listen-ack, hint read:2" {
			t.Error(got)
		}
		if got := u.answer(dataRequest{ID: "a", N: 5, Event: "refresh"}); got != "listen-ack" {
			t.Error(got)
		}
	})
}

func TestHintsReachAnOpenStream(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		s := w.user("ann").stream(dataRequest{})
		s.want("listen-ack")
		time.Sleep(time.Second)
		w.hub.Hint("ann", "read:1", []byte(`{"n":1}`))
		s.want("hint read:1")
	})
}

func TestTheOldestHintsGoWhenThereAreTooManyKeys(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), func(c *Config) { c.Limits.Hints = 3 })
		u := w.user("ann")
		u.answer(dataRequest{ID: "a", N: 1})
		for i := range 5 {
			w.hub.Hint("ann", fmt.Sprint("k", i), []byte("0"))
		}
		if got := u.answer(dataRequest{ID: "a", N: 2}); got != "listen-ack, hint k2, hint k3, hint k4" {
			t.Error(got)
		}
	})
}

func TestHintsOfATopicReachThoseWhoFollowIt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		w.log.deny("ben", "room:1", true)
		one, two, known := have("room:1", 100, 0), have("room:2", 101, 0), "r0"
		ann := w.user("ann").stream(dataRequest{ID: "a", N: 1, Have: one, Presence: &known})
		reader := w.user("ann").stream(dataRequest{Have: one, Presence: &known})
		others := []*stream{
			w.user("ben").stream(dataRequest{ID: "a", Have: one, Presence: &known}), // who may not
			w.user("cam").stream(dataRequest{ID: "a", Have: two, Presence: &known}),
			w.user("dan").stream(dataRequest{ID: "a", Watch: []string{"room:1"}, Presence: &known}),
			w.user("eve").stream(dataRequest{ID: "a", Have: one}), // who does not ask for presence
		}
		for _, s := range append(others, ann, reader) {
			s.next()
		}
		time.Sleep(2 * time.Second)
		for _, s := range append(others, ann, reader) {
			s.next()
		}
		w.hub.HintTopic("room:1", "typing:1", []byte(`[12]`))
		w.hub.HintTopic("room:1", "bad", []byte("}"))
		w.hub.HintTopic("room:9", "typing:9", []byte("1"))
		ann.want("hint typing:1")
		reader.want("hint typing:1")
		for _, s := range others {
			s.want("")
		}
	})
}

func TestHintsOfATopicWaitBetweenPollsForWhoStillFollowsIt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		u, known := w.user("ann"), "r0"
		both := map[string]Position{"room:1": {100, 0}, "room:2": {101, 0}}
		u.answer(dataRequest{ID: "a", N: 1, Have: both, Presence: &known})
		for i := range 3 {
			w.hub.HintTopic("room:1", "typing:1", fmt.Append(nil, i))
			w.hub.HintTopic("room:2", "typing:2", fmt.Append(nil, i))
		}
		w.log.deny("ann", "room:2", true)
		w.hub.Revoke("ann", "room:2", ReasonRemoved)
		events, _ := u.poll(dataRequest{ID: "a", N: 2, Event: "refresh", Mode: modePoll, Have: both, Presence: &known})
		if briefs(events) != "listen-ack, hint typing:1" || events[1].number("payload") != 2 {
			t.Error(events)
		}
	})
}

func TestAHintOfATopicThatWasFollowedNoMoreIsForgotten(t *testing.T) {
	for name, drop := range map[string]func(w *world, u user, q dataRequest){
		"by a request": func(_ *world, u user, q dataRequest) {
			q.N, q.Have = 2, have("room:2", 101, 0)
			u.answer(q)
		},
		"by an operation": func(_ *world, u user, _ dataRequest) {
			u.control("a", `{"op":"unsubscribe","topics":["room:1"]}`)
		},
		"by the server": func(w *world, u user, q dataRequest) {
			w.hub.Revoke("ann", "room:1", ReasonRemoved)
			q.N, q.Have = 2, nil
			u.answer(q)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
				u, known := w.user("ann"), "r0"
				q := dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0), Presence: &known}
				u.answer(q)
				w.hub.HintTopic("room:1", "typing:1", []byte(`[12]`))
				drop(w, u, q)
				w.hub.HintTopic("room:1", "typing:1", []byte(`[]`)) // which is not heard
				q.N = 3
				if got := u.answer(q); got != "listen-ack" {
					t.Error(got)
				}
			})
		})
	}
}

func TestAHintOfATopicIsNotToldWhenItIsOld(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u, known := w.user("ann"), "r0"
		q := dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0), Presence: &known}
		u.answer(q)
		w.hub.Hint("ann", "read:1", []byte("1"))
		w.hub.HintTopic("room:1", "typing:1", []byte(`[12]`))
		for _, later := range []struct {
			after time.Duration
			want  string
		}{
			{0, "listen-ack, hint read:1, hint typing:1"},
			{4900 * time.Millisecond, "listen-ack, hint read:1, hint typing:1"},
			{100 * time.Millisecond, "listen-ack, hint read:1"},
		} {
			time.Sleep(later.after)
			q.N++
			if got := u.answer(q); got != later.want {
				t.Errorf("request %d: %s, want %s", q.N, got, later.want)
			}
		}
	})
}

func TestAHintOfATopicIsNotToldToWhoStillAsksForIt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		release := w.log.block("positions")
		known := "r0"
		s := w.user("ann").stream(dataRequest{ID: "a", Have: have("room:1", 100, 0), Presence: &known})
		synctest.Wait()
		w.hub.HintTopic("room:1", "typing:1", []byte("1"))
		release()
		s.want("listen-ack")
		time.Sleep(time.Second)
		w.hub.HintTopic("room:1", "typing:1", []byte("2"))
		s.want("hint typing:1")
	})
}

func TestHintsOfTopicsDoNotDriveOutThoseOfThePerson(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), func(c *Config) { c.Limits.Hints = 3 })
		u, known := w.user("ann"), "r0"
		q := dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0), Presence: &known}
		u.answer(q)
		w.hub.Hint("ann", "read:1", []byte("1"))
		for i := range 5 {
			w.hub.HintTopic("room:1", fmt.Sprint("t", i), []byte("1"))
		}
		w.hub.Hint("ann", "read:2", []byte("1"))
		q.N, q.Event = 2, "refresh"
		if got := u.answer(q); got != "listen-ack, hint read:1, hint t4, hint read:2" {
			t.Error(got)
		}
	})
}

func TestPresenceIsToldFromTheRevisionOfTheRequest(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		revision := ""
		q := dataRequest{ID: "a", N: 1, Presence: &revision}
		if got := u.answer(q); got != "listen-ack, presence r0" {
			t.Error(got)
		}
		revision, q.N = "r0", 2
		w.presence.change() // between two polls
		w.hub.WakePresence()
		if got := u.answer(q); got != "listen-ack, presence r1" {
			t.Error(got)
		}
		revision, q.N, q.Mode = "r1", 3, modeStream
		s := u.stream(q)
		s.want("listen-ack")
		time.Sleep(time.Second)
		w.hub.WakePresence() // for nothing
		s.want("")
		w.presence.change()
		w.hub.WakePresence()
		s.want("presence r2")
	})
}

func TestPollsFasterThanTenASecondAreSlowed(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		u := newWorld(t, newMemoryLog(), nil).user("ann")
		q := dataRequest{ID: "a", Mode: modePoll}
		start := time.Now()
		for range 120 {
			q.N++
			_, next := u.poll(q)
			time.Sleep(next)
		}
		between(t, "120 polls were answered", time.Since(start), 9900*time.Millisecond, 11*time.Second)
	})
}
