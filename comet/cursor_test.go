package comet

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func have(topic string, epoch, seq int64) map[string]Position {
	return map[string]Position{topic: {epoch, seq}}
}

// answer polls once, at once.
func (u user) answer(q dataRequest) string {
	u.t.Helper()
	q.Mode = modePoll
	events, _ := u.poll(q)
	return briefs(events)
}

func TestAnAnswerHoldsWhatFollowsTheCursor(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		for range 3 {
			w.log.store("room:1")
		}
		got := w.user("ann").answer(dataRequest{Have: map[string]Position{"room:1": {100, 1}, "room:2": {101, 0}}})
		if got != "listen-ack, data room:1 2, data room:1 3" {
			t.Error(got)
		}
	})
}

func TestARepeatedRequestReplaysFromItsCursors(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		for range 3 {
			got := w.user("ann").answer(dataRequest{ID: "a", N: 7, Have: have("room:1", 100, 0)})
			if got != "listen-ack, data room:1 1" {
				t.Error(got)
			}
		}
	})
}

func TestACursorOfAnotherEpochGetsAGap(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		if got := w.user("ann").answer(dataRequest{Have: have("room:1", 99, 0)}); got != "listen-ack, gap room:1 1" {
			t.Error(got)
		}
	})
}

func TestACursorBeyondTheHeadGetsAGap(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		if got := w.user("ann").answer(dataRequest{Have: have("room:1", 100, 2)}); got != "listen-ack, gap room:1 1" {
			t.Error(got)
		}
	})
}

func TestACursorThatAnotherNodeHasMovedAheadGetsNoGap(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		u.answer(dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0)})
		w.log.store("room:1") // by another node; this one has not heard of it
		if got := u.answer(dataRequest{ID: "a", N: 2, Have: have("room:1", 100, 1)}); got != "listen-ack" {
			t.Error(got)
		}
	})
}

func TestAClientTooFarBehindGetsAGapAndThenWhatFollows(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		for range 1002 {
			w.log.store("room:1")
		}
		s := w.user("ann").stream(dataRequest{Have: have("room:1", 100, 1)})
		s.want("listen-ack, gap room:1 1002")
		time.Sleep(time.Second)
		w.publish("room:1")
		s.want("data room:1 1003")
	})
}

func TestAThousandEventsBehindAreReplayedInOrder(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		for range 1000 {
			w.log.store("room:1")
		}
		q := dataRequest{ID: "a", Mode: modePull, Have: have("room:1", 100, 0)}
		for seq := int64(0); seq < 1000; q.N++ {
			events, _ := w.user("ann").poll(q)
			if len(events)-1 > 200 {
				t.Fatalf("%d events in one answer", len(events))
			}
			for _, e := range events[1:] {
				if seq++; e.brief() != fmt.Sprintf("data room:1 %d", seq) {
					t.Fatalf("got %s, want seq %d", e.brief(), seq)
				}
			}
			q.Have = have("room:1", 100, seq)
		}
	})
}

func TestEventsThatTheLogNoLongerKeepsAreAGap(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		for range 300 {
			w.log.store("room:1")
		}
		w.log.edit("room:1", func(t *memoryTopic) { t.kept = 50 })
		if got := w.user("ann").answer(dataRequest{Have: have("room:1", 100, 20)}); got != "listen-ack, gap room:1 300" {
			t.Error(got)
		}
		w.log.edit("room:1", func(t *memoryTopic) { t.kept = 300 })
		if got := w.user("ben").answer(dataRequest{Have: have("room:1", 100, 299)}); got != "listen-ack, gap room:1 300" {
			t.Error(got)
		}
	})
}

func TestAnEventThatNobodyMaySeeIsSkipped(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		w.log.store("room:1")
		w.log.edit("room:1", func(t *memoryTopic) { t.events[0].Payload = nil })
		got := w.user("ann").answer(dataRequest{Have: have("room:1", 100, 0)})
		if got != "listen-ack, skip room:1 1, data room:1 2" {
			t.Error(got)
		}
	})
}

func TestANewEpochIsAGapForWhoeverListens(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		w.log.store("room:1")
		s := w.user("ann").stream(dataRequest{Have: have("room:1", 100, 2)})
		s.want("listen-ack")
		time.Sleep(time.Second)
		w.log.edit("room:1", func(t *memoryTopic) { *t = memoryTopic{epoch: 500} })
		w.log.store("room:1")
		w.hub.Announce("room:1", w.log.position("room:1"))
		s.want("gap room:1 1")
		time.Sleep(time.Second)
		w.hub.Publish("room:1", 100, Event{3, []byte(`"of the old epoch"`)}) // late
		s.want("")
		w.publish("room:1")
		s.want("data room:1 2")
	})
}

func TestPublishingInAnyOrderAndAgainIsDeliveredOnceInOrder(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		s := w.user("ann").stream(dataRequest{Have: have("room:1", 100, 0)})
		s.want("listen-ack")
		time.Sleep(time.Second)
		var events []Event
		for range 5 {
			_, e := w.log.store("room:1")
			events = append(events, e)
		}
		for _, i := range []int{2, 0, 2, 1, 4, 4, 3, 0} {
			w.hub.Publish("room:1", 100, events[i])
			w.hub.Announce("room:1", Position{100, events[i].Seq})
			synctest.Wait()
			time.Sleep(5 * time.Millisecond)
		}
		s.want("data room:1 1, data room:1 2, data room:1 3, data room:1 4, data room:1 5")
	})
}

func TestAHintOfAnotherNodeIsReadOnceForAllListeners(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		var streams []*stream
		for i := range 50 {
			s := w.user(fmt.Sprint("user", i)).stream(dataRequest{Have: have("room:1", 100, 0)})
			s.want("listen-ack")
			streams = append(streams, s)
		}
		time.Sleep(time.Second)
		release := w.log.block("read")
		w.log.store("room:1")
		w.hub.Announce("room:1", w.log.position("room:1"))
		synctest.Wait()
		release()
		for _, s := range streams {
			s.want("data room:1 1")
		}
		if reads := w.log.readCount(); reads != 1 {
			t.Errorf("%d reads", reads)
		}
	})
}

func TestAnEventStoredDuringAReadIsNotForgotten(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		s := w.user("ann").stream(dataRequest{Have: have("room:1", 100, 0)})
		s.want("listen-ack")
		time.Sleep(time.Second)
		w.log.store("room:1")
		release := w.log.block("read-answer") // what is answered is old by then
		w.hub.Announce("room:1", w.log.position("room:1"))
		synctest.Wait()
		w.log.store("room:1")
		w.hub.Announce("room:1", w.log.position("room:1"))
		// Somebody who is at 1 already joins the read that does not know of 2.
		late := w.user("ben").stream(dataRequest{Have: have("room:1", 100, 1)})
		synctest.Wait()
		release()
		time.Sleep(10 * time.Millisecond)
		s.want("data room:1 1, data room:1 2")
		late.want("listen-ack, data room:1 2")
	})
}

func TestAFailingLogDelaysAndLosesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		s := w.user("ann").stream(dataRequest{Have: map[string]Position{"room:1": {100, 0}, "room:2": {101, 0}}})
		s.want("listen-ack")
		w.log.fail(errors.New("away"))
		w.log.store("room:1")
		w.hub.Announce("room:1", Position{100, 1})
		time.Sleep(20 * time.Second)
		if reads := w.log.readCount(); reads > 40 {
			t.Errorf("%d questions in 20 s", reads)
		}
		w.publish("room:2") // which is not held up
		if got := briefs(s.next()); got != "heartbeat, data room:2 1" {
			t.Error(got)
		}
		w.log.fail(nil)
		took := until(t, time.Minute, func() bool { return briefs(s.next()) == "data room:1 1" })
		between(t, "recovery", took, 0, 1700*time.Millisecond)
		if c := w.hub.registry.everyone()[0].current.Load(); !c.retryAt.IsZero() {
			t.Error("the stream goes on trying")
		}
	})
}

func TestAnAnnouncementThatTheLogDoesNotConfirmDoesNotSpin(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.user("ann").stream(dataRequest{Have: have("room:1", 100, 0)}).want("listen-ack")
		w.hub.Announce("room:1", Position{100, 5})
		time.Sleep(10 * time.Second)
		if reads := w.log.readCount(); reads > 25 {
			t.Errorf("%d questions in 10 s", reads)
		}
	})
}

func TestAThousandClientsThatReturnCostFewQuestions(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), func(c *Config) { c.Limits.AnswerEvents = 2 })
		for range 900 {
			w.log.store("room:1")
		}
		done := make(chan string)
		for i := range 1000 {
			go func() {
				events, _, err := w.user(fmt.Sprint("user", i)).tryPoll(t.Context(),
					dataRequest{ID: "a", Mode: modePoll, Have: have("room:1", 100, 100+int64(i)%790)})
				if err != nil {
					done <- err.Error()
					return
				}
				done <- events[1].brief()
			}()
		}
		for range 1000 {
			if got := <-done; len(got) < 4 || got[:4] != "data" {
				t.Fatal(got)
			}
		}
		if reads := w.log.readCount(); reads != 5 {
			t.Errorf("%d reads of five pages", reads)
		}
	})
}

func TestPagesAreReadSixteenAtATime(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		var topics []string
		for i := range 40 {
			topics = append(topics, fmt.Sprint("room:", i))
		}
		w := newWorld(t, newMemoryLog(topics...), nil)
		release := w.log.block("read")
		answers := make(chan string, len(topics))
		for i, topic := range topics {
			w.log.store(topic)
			go func() {
				answers <- w.user(topic).answer(dataRequest{Have: have(topic, int64(100+i), 0)})
			}()
		}
		synctest.Wait()
		if n := len(w.hub.pages.slots); n != 16 {
			t.Errorf("%d reads at a time", n)
		}
		release()
		for range topics {
			<-answers
		}
	})
}
