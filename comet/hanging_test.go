package comet

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// behind stores an event in each of n topics and returns cursors before them.
func (w *world) behind(n int) cursors {
	at := make(cursors)
	for i := range n {
		topic := fmt.Sprint("room:", i)
		w.log.store(topic)
		at[topic] = Position{w.log.position(topic).Epoch, 0}
	}
	return at
}

// rooms are the names of n topics.
func rooms(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprint("room:", i))
	}
	return names
}

func TestALogThatHangsDoesNotKeepAStreamFromItsHeartbeat(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(rooms(20)...), nil)
		release := w.log.block("read")
		s := w.user("ann").stream(dataRequest{Have: w.behind(20)})
		s.want("listen-ack")
		for heard := time.Now(); w.hub.Stats().Writes < 6; time.Sleep(100 * time.Millisecond) {
			switch got := briefs(s.next()); {
			case got != "" && got != "heartbeat":
				t.Fatal(got)
			case got != "":
				heard = time.Now()
			case time.Since(heard) > 17*time.Second:
				t.Fatalf("nothing for %v", time.Since(heard))
			}
		}
		release()
		time.Sleep(2 * time.Second)
		if got := briefs(s.next()); strings.Count(got, "data") != 20 {
			t.Error(got)
		}
	})
}

func TestALogThatHangsKeepsAPollForTenSecondsInAll(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(append(rooms(20), "ready")...), nil)
		w.user("ben").stream(dataRequest{Have: have("ready", 120, 0)}).want("listen-ack")
		w.publish("ready")
		defer w.log.block("read")()
		q := dataRequest{Mode: modePoll, Have: w.behind(20)}
		q.Have["ready"] = Position{120, 0}
		start := time.Now()
		if events, _ := w.user("ann").poll(q); briefs(events) != "listen-ack, data ready 1" {
			t.Error(briefs(events))
		}
		between(t, "the answer to a poll", time.Since(start), 0, 10100*time.Millisecond)
		q.Mode = modePull
		delete(q.Have, "ready")
		start = time.Now()
		if events, _ := w.user("ann").poll(q); briefs(events) != "listen-ack, heartbeat" {
			t.Error(briefs(events))
		}
		between(t, "the answer to a long poll", time.Since(start), 25*time.Second, 30100*time.Millisecond)
	})
}

// TestNothingWaitsForWhereAWatchedTopicStands lets the question hang where
// watched topics stand that a restored backup has made void.
func TestNothingWaitsForWhereAWatchedTopicStands(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("followed", "watched"), func(c *Config) { c.Limits.Reads = 1 })
		var streams []*stream
		for i := range 20 {
			s := w.user(fmt.Sprint("user", i)).stream(dataRequest{ID: "a",
				Have: have("followed", 100, 0), Watch: []string{"watched"}})
			s.next()
			streams = append(streams, s)
		}
		time.Sleep(5 * time.Second)
		w.log.edit("watched", func(t *memoryTopic) { *t = memoryTopic{epoch: 500} })
		asked := w.log.askCount()
		release := w.log.block("positions")
		w.hub.Announce("watched", Position{500, 0})
		for seq := int64(1); seq <= 20; seq++ {
			time.Sleep(900 * time.Millisecond)
			w.log.store("followed") // it must be read
			w.hub.Announce("followed", Position{100, seq})
			for _, s := range streams {
				if got := s.next(); !strings.HasSuffix(briefs(got), fmt.Sprint("data followed ", seq)) {
					t.Fatalf("%d: %s", seq, briefs(got))
				}
			}
		}
		release()
		time.Sleep(1600 * time.Millisecond)
		for _, s := range streams {
			if got := unread(s.next()); got != "watched[500 0]" {
				t.Error(got)
			}
		}
		if n := w.log.askCount() - asked; n > 2 {
			t.Errorf("%d questions were answered for one topic", n)
		}
	})
}

// TestAnAnswerThatHasToEndTellsWhatWasTaken ends long polls while they read,
// after they have taken what belongs to the session.
func TestAnAnswerThatHasToEndTellsWhatWasTaken(t *testing.T) {
	for how, want := range map[string]string{
		"crowded": "listen-ack, unsubscribe-ack, hint k, room:2[102 1], refresh crowded",
		"drain":   "listen-ack, unsubscribe-ack, hint k, room:2[102 1], refresh drain",
		"end":     "listen-ack, unsubscribe-ack, hint k, room:2[102 1], refresh end",
		"newer":   "listen-ack, refresh superseded",
		"abort":   "listen-ack, abort removed",
	} {
		inBubble(t, func(t *testing.T) {
			w := newWorld(t, newMemoryLog(rooms(3)...), nil)
			u := w.browser("ann")
			q := dataRequest{ID: "a", N: 1, Mode: modePoll, Watch: []string{"room:1", "room:2"}}
			u.poll(q)
			q.Mode, q.N, q.Event, q.Have = modePull, 2, "refresh", have("room:0", 100, 0)
			q.Watch = []string{"room:2"}
			time.Sleep(5 * time.Second)
			w.log.store("room:0")
			w.publish("room:2")
			w.hub.Revoke("ann", "room:1", ReasonRemoved)
			w.hub.Hint("ann", "k", []byte(`1`))
			defer w.log.block("read")()
			poll := func(q dataRequest) string {
				events, _ := u.poll(q)
				return unread(events)
			}
			answer, newer := make(chan string, 1), ""
			go func() { answer <- poll(q) }()
			synctest.Wait()
			switch how {
			case "crowded":
				u.stream(dataRequest{ID: "b"}).next()
				u.stream(dataRequest{ID: "c"}).next()
			case "drain":
				go w.hub.Drain(t.Context())
			case "end":
				u.control("a", `{"op":"leave"}`)
			case "abort":
				w.hub.EndUser("ann", ReasonRemoved)
			case "newer":
				next := q
				next.N, next.Have = 3, have("room:0", 100, 1)
				newer = poll(next)
			}
			synctest.Wait()
			if got := <-answer; got != want {
				t.Errorf("%s: %s, want %s", how, got, want)
			}
			if how == "newer" { // what is not heeded comes again
				time.Sleep(time.Second)
				next := q
				next.N, next.Mode, next.Have = 4, modePoll, nil
				got := newer + "; " + poll(next)
				for _, what := range []string{"unsubscribe-ack", "hint k", "room:2[102 1]"} {
					if strings.Count(got, what) != 1 {
						t.Error(got)
					}
				}
			}
		})
	}
}

func TestUnreadThatIsNotHeededIsToldByTheNextAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(rooms(2)...), nil)
		u := w.user("ann")
		q := dataRequest{ID: "a", N: 1, Mode: modePoll, Watch: []string{"room:1"}}
		u.poll(q)
		time.Sleep(5 * time.Second)
		w.log.store("room:0")
		w.publish("room:1")
		defer w.log.block("read")()
		q.Mode, q.N, q.Event, q.Have = modePull, 2, "refresh", have("room:0", 100, 0)
		var held sync.WaitGroup
		held.Go(func() {
			if _, _, err := u.tryPoll(t.Context(), q); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		newer := q
		newer.N, newer.Have = 3, nil
		if events, _ := u.poll(newer); unread(events) != "listen-ack, room:1[101 1]" {
			t.Error(unread(events))
		}
		held.Wait()
	})
}

// TestALogThatHangsDoesNotHoldUpOtherTopicsOfAStream lets the page of one topic
// hang while another one goes on, fast enough that the question about the page
// is left for it all the time.
func TestALogThatHangsDoesNotHoldUpOtherTopicsOfAStream(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("behind", "live"), nil)
		w.log.store("behind")
		release := w.log.block("read")
		s := w.user("ann").stream(dataRequest{ID: "a", Have: cursors{"behind": {100, 0}, "live": {101, 0}}})
		s.want("listen-ack")
		writes := w.hub.Stats().Writes
		for n := range 100 {
			time.Sleep(60 * time.Millisecond)
			w.publish("live")
			s.want(fmt.Sprint("data live ", n+1))
		}
		if got := w.hub.Stats().Writes - writes; got > 101 {
			t.Errorf("%d writes", got)
		}
		release()
		s.want("data behind 1")
		if n := w.log.readCount(); n != 1 {
			t.Errorf("%d pages were read", n)
		}
	})
}

// TestAQuestionThatIsLeftIsAnsweredAllTheSame asks for a page that brings
// nothing, which only one that is read later than the question proves.
func TestAQuestionThatIsLeftIsAnsweredAllTheSame(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("ahead", "live"), nil)
		w.log.askDelay = func() time.Duration { return 500 * time.Millisecond }
		s := w.user("ann").stream(dataRequest{ID: "a", Have: cursors{"ahead": {100, 7}, "live": {101, 0}}})
		var got []event
		for range 100 { // more often than a page is read
			time.Sleep(100 * time.Millisecond)
			w.publish("live")
			got = append(got, s.next()...)
		}
		if n := strings.Count(briefs(got), "gap ahead 0"); n != 1 {
			t.Errorf("%d gaps were told: %s", n, briefs(got))
		}
	})
}

func TestThatALogFailsDoesNotHoldUpOtherTopicsOfAStream(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("behind", "live"), nil)
		w.log.store("behind")
		w.log.fail(io.ErrUnexpectedEOF)
		s := w.user("ann").stream(dataRequest{ID: "a", Have: cursors{"behind": {100, 0}, "live": {101, 0}}})
		s.want("listen-ack")
		for n := range 10 {
			time.Sleep(300 * time.Millisecond)
			w.publish("live")
			s.want(fmt.Sprint("data live ", n+1))
		}
		w.log.fail(nil)
		time.Sleep(2 * time.Second)
		s.want("data behind 1")
	})
}
