package comet

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// unread is what unread events tell, in the order of the topics.
func unread(events []event) string {
	var told []string
	for _, e := range events {
		if e.kind() != "unread" {
			told = append(told, e.brief())
			continue
		}
		topics := e["topics"].(map[string]any)
		for _, topic := range slices.Sorted(maps.Keys(topics)) {
			told = append(told, fmt.Sprint(topic, topics[topic]))
		}
	}
	return strings.Join(told, ", ")
}

func TestAWatchedTopicTellsWhereItStandsAtTheBeginningAndWhenItMoves(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		w.log.store("room:1")
		s := w.user("ann").stream(dataRequest{ID: "a", Watch: []string{"room:2", "room:1"}})
		if got := unread(s.next()); got != "listen-ack, room:1[100 1], room:2[101 0]" {
			t.Error(got)
		}
		time.Sleep(time.Minute + 50*time.Millisecond) // no heartbeat of just now makes the stream linger
		s.next()
		w.publish("room:2")
		if got := unread(s.next()); got != "room:2[101 1]" {
			t.Error(got)
		}
		if w.log.readCount() != 0 {
			t.Error("the log was read for a topic that is only watched")
		}
		if n := len(w.hub.topics.find("room:2").ring.frames); n != 0 {
			t.Errorf("%d events are kept for a topic that is only watched", n)
		}
	})
}

func TestUnreadIsToldOnceASecondAndTheLatestWins(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		s := w.user("ann").stream(dataRequest{ID: "a", Watch: []string{"room:1", "room:2"}})
		s.next()
		time.Sleep(5 * time.Second)
		writes := w.hub.Stats().Writes
		start := time.Now()
		for range 200 { // 4 s
			w.publish("room:1")
			w.publish("room:2")
			time.Sleep(20 * time.Millisecond)
		}
		got := s.next()
		if n := w.hub.Stats().Writes - writes; n != int64(len(got)) || n < 4 || n > 5 {
			t.Errorf("%d unread events in %d writes within %v", len(got), n, time.Since(start))
		}
		time.Sleep(time.Second)
		got = append(got, s.next()...)
		if last := unread(got[len(got)-1:]); last != "room:1[100 200], room:2[101 200]" {
			t.Error(last)
		}
		time.Sleep(5 * time.Second)
		s.want("") // nothing is told twice
	})
}

func TestAPollIsToldUnreadOnceAndHeldAfterThat(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		q := dataRequest{ID: "a", N: 1, Mode: modePull, Watch: []string{"room:1"}}
		events, _ := u.poll(q)
		if got := unread(events); got != "listen-ack, room:1[100 0]" {
			t.Error(got)
		}
		q.Event = "refresh" // the answer has arrived
		q.N++
		w.publish("room:1") // within a second
		start := time.Now()
		events, _ = u.poll(q)
		if got := unread(events); got != "listen-ack, room:1[100 1]" {
			t.Error(got)
		}
		between(t, "the answer", time.Since(start), 900*time.Millisecond, 1200*time.Millisecond)
		q.N++
		start = time.Now()
		if events, _ = u.poll(q); unread(events) != "listen-ack, heartbeat" {
			t.Error(unread(events))
		}
		between(t, "the end of the hold", time.Since(start), 25*time.Second, 30200*time.Millisecond)
		q.Event = "listen" // nobody knows what has arrived
		q.N++
		if events, _ = u.poll(q); unread(events) != "listen-ack, room:1[100 1]" {
			t.Error(unread(events))
		}
	})
}

func TestWhatMovesBetweenTwoPollsIsToldByTheNext(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		u := w.user("ann")
		q := dataRequest{ID: "a", N: 1, Mode: modePoll, Watch: []string{"room:1", "room:2"}}
		u.poll(q)
		q.Event = "refresh"
		q.N++
		time.Sleep(5 * time.Second)
		w.publish("room:2")
		if events, _ := u.poll(q); unread(events) != "listen-ack, room:2[101 1]" {
			t.Error(unread(events))
		}
	})
}

func TestATopicThatIsFollowedIsNotWatchedToo(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		u := w.user("ann")
		s := u.stream(dataRequest{ID: "a", Have: have("room:1", 100, 0), Watch: []string{"room:1", "room:2"}})
		if got := unread(s.next()); got != "listen-ack, room:2[101 0]" {
			t.Error(got)
		}
		u.control("a", `{"op":"subscribe","topics":{"room:2":[101,0]}}`)
		time.Sleep(5 * time.Second)
		w.publish("room:1")
		w.publish("room:2")
		time.Sleep(5 * time.Second)
		if got := unread(s.next()); got != "data room:1 1, data room:2 1" && got != "data room:2 1, data room:1 1" {
			t.Error(got)
		}
	})
}

func TestWhatOneMayNotWatchIsDenied(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		w.log.deny("ann", "room:2", true)
		u := w.user("ann")
		s := u.stream(dataRequest{ID: "a", Watch: []string{"room:1", "room:2", "room:9"}})
		got := s.next()
		if fmt.Sprint(got[0]["denied"]) != "[room:2 room:9]" || unread(got[1:]) != "room:1[100 0]" {
			t.Error(got)
		}
		time.Sleep(5 * time.Second)
		w.publish("room:2")
		time.Sleep(5 * time.Second)
		s.want("")
		answer := u.control("a", `{"op":"watch","topics":["room:2"]}`)
		if fmt.Sprint(answer[0]["denied"], answer[0]["topics"]) != "[room:2] map[]" {
			t.Error(answer)
		}
		if n := w.hub.Stats().Topics; n != 0 {
			t.Errorf("%d topics are left", n)
		}
	})
}

func TestTheControlChannelReplacesTheListOfWatchedTopics(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2", "room:3"), nil)
		w.log.store("room:3")
		u := w.user("ann")
		s := u.stream(dataRequest{ID: "a", N: 1, Watch: []string{"room:1", "room:2"}})
		s.next()
		got := u.control("a", `{"op":"watch","topics":["room:3","room:2","room:3"]}`)
		if fmt.Sprint(got[0]["topics"]) != "map[room:2:[101 0] room:3:[102 1]]" || got[0].word("node") != "test" {
			t.Error(got)
		}
		time.Sleep(5 * time.Second)
		s.next()
		w.publish("room:1") // watched no longer
		w.publish("room:3")
		if got := unread(s.next()); got != "room:3[102 2]" {
			t.Error(got)
		}
		// A request that was made before does not undo it.
		late := u.stream(dataRequest{ID: "a", N: 2, Watch: []string{"room:1", "room:2"}})
		if got := unread(late.next()); got != "listen-ack, room:1[100 1], room:2[101 0], room:3[102 2]" {
			t.Error(got)
		}
		// From the first request on that names it, these decide.
		u.stream(dataRequest{ID: "a", N: 3, Watch: []string{"room:3"}}).next()
		u.stream(dataRequest{ID: "a", N: 4}).next()
		if n := w.hub.Stats().Topics; n != 0 {
			t.Errorf("%d topics are left", n)
		}
		for _, bad := range []string{`{}`, `["<x>"]`, `[1]`} {
			if got := briefs(u.control("a", `{"op":"watch","topics":`+bad+`}`)); got != "error malformed" {
				t.Error(bad, got)
			}
		}
		if got := briefs(u.control("b", `{"op":"watch","topics":[]}`)); got != "error unknown-session" {
			t.Error(got)
		}
	})
}

func TestARevokedWatchEndsAtOnceAndIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		s := w.user("ann").stream(dataRequest{ID: "a", Watch: []string{"room:1", "room:2"}})
		s.next()
		time.Sleep(5 * time.Second)
		w.log.deny("ann", "room:1", true)
		w.hub.Revoke("ann", "room:1", ReasonRemoved)
		w.publish("room:1")
		w.publish("room:2")
		time.Sleep(2 * time.Second)
		if got := unread(s.next()); got != "unsubscribe-ack, room:2[101 1]" {
			t.Error(got)
		}
	})
}

func TestARevocationOvertakesAWatchInFlight(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		release := w.log.block("positions-answer") // which allows, as of now
		s := w.user("ann").stream(dataRequest{ID: "a", Watch: []string{"room:1"}})
		synctest.Wait()
		w.log.deny("ann", "room:1", true)
		w.hub.Revoke("ann", "room:1", ReasonRemoved)
		w.publish("room:1")
		release()
		time.Sleep(5 * time.Second)
		got := s.next()
		if briefs(got) != "listen-ack" || fmt.Sprint(got[0]["denied"]) != "[room:1]" {
			t.Error(got)
		}
	})
}

func TestARestoredEpochIsToldToWhoWatches(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		w.log.store("room:1")
		var streams []*stream
		for i := range 40 {
			s := w.user(fmt.Sprint("user", i)).stream(dataRequest{ID: "a", Watch: []string{"room:1"}})
			s.next()
			streams = append(streams, s)
		}
		time.Sleep(5 * time.Second)
		w.log.edit("room:1", func(t *memoryTopic) { *t = memoryTopic{epoch: 500} })
		w.log.store("room:1")
		asked := w.log.askCount()
		release := w.log.block("positions") // the log is away for a while
		w.hub.Announce("room:1", w.log.position("room:1"))
		time.Sleep(3 * time.Second)
		release()
		time.Sleep(3 * time.Second)
		for _, s := range streams {
			if got := unread(s.next()); got != "room:1[500 1]" {
				t.Error(got)
			}
		}
		if n := w.log.askCount() - asked; n > w.hub.config.Limits.Reads {
			t.Errorf("%d questions for one topic", n)
		}
	})
}

func TestALogThatFailsDelaysUnread(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		s := w.user("ann").stream(dataRequest{ID: "a", Watch: []string{"room:1"}})
		s.next()
		time.Sleep(5 * time.Second)
		w.log.edit("room:1", func(t *memoryTopic) { *t = memoryTopic{epoch: 500} })
		w.log.failPositions(errors.New("away"))
		asked := w.log.askCount()
		w.hub.Announce("room:1", w.log.position("room:1"))
		time.Sleep(20 * time.Second)
		if n := w.log.askCount() - asked; n < 10 || n > 45 {
			t.Errorf("%d questions in 20 s", n)
		}
		s.next() // a heartbeat
		w.log.failPositions(nil)
		took := until(t, time.Minute, func() bool { return unread(s.next()) == "room:1[500 0]" })
		between(t, "recovery", took, 0, 1700*time.Millisecond)
	})
}

func TestAWatchedTopicBecomesFollowedAndBackWithoutLoss(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		u.stream(dataRequest{ID: "a", N: 1, Watch: []string{"room:1"}}).next()
		for range 3 {
			w.publish("room:1")
		}
		time.Sleep(5 * time.Second)
		s := u.stream(dataRequest{ID: "a", N: 2, Have: have("room:1", 100, 0)})
		s.want("listen-ack, data room:1 1, data room:1 2, data room:1 3")
		time.Sleep(5 * time.Second)
		w.publish("room:1")
		s.want("data room:1 4")
		s = u.stream(dataRequest{ID: "a", N: 3, Watch: []string{"room:1"}})
		if got := unread(s.next()); got != "listen-ack, room:1[100 4]" {
			t.Error(got)
		}
	})
}

func TestMoreThanAThousandWatchedTopicsAreRefused(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), func(c *Config) { c.Limits.Watched = 2 })
		u := w.user("ann")
		u.control("a", `{"op":"join"}`)
		if got := briefs(u.control("a", `{"op":"watch","topics":["a","b","c"]}`)); got != "error too-many-topics" {
			t.Error(got)
		}
		// Topics of the control channel never push out those of a request.
		u.control("a", `{"op":"watch","topics":["room:1"]}`)
		u.answer(dataRequest{ID: "a", Watch: []string{"a", "b"}})
		if n := w.hub.registry.everyone()[0].watches.count(); n != 0 {
			t.Errorf("%d are left", n)
		}
	})
}

// TestAThousandWatchedTopicsCostFiftyKilobytes counts what sessions cost that
// watch the same topics; the topics themselves are there once for all.
func TestAThousandWatchedTopicsCostFiftyKilobytes(t *testing.T) {
	const sessions, topics = 200, 1000
	log := newMemoryLog()
	var names []string
	for i := range topics {
		names = append(names, fmt.Sprintf("room:%04d", i))
		log.topics[names[i]] = &memoryTopic{epoch: 1}
	}
	hub := New(Config{Log: log, Identify: identify})
	begin := func(i int) {
		s, _ := hub.adopt(sessionKey{Principal{User: fmt.Sprint("user", i)}, "a"}, "")
		pending, _ := s.watch(names)
		allowed, _ := log.Positions(t.Context(), Principal{}, names)
		if denied := s.settle(pending, allowed); denied != nil {
			t.Fatal(denied)
		}
	}
	begin(-1)
	before := heap()
	for i := range sessions {
		begin(i)
	}
	each := (heap() - before) / sessions
	t.Logf("%d bytes for each session that watches %d topics", each, topics)
	if each > 64<<10 {
		t.Errorf("%d bytes", each)
	}
	runtime.KeepAlive(hub)
}

// heap returns the bytes that are in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
