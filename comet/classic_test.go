package comet

import (
	"fmt"
	"io"
	"net/http"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Each test here is a row of what the classic Comet literature asks for, in its
// words.

func TestClassicLongPollingHoldsTheRequestUntilDataOrTimeoutAndKeepsWhatHappensInBetween(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		start := time.Now()
		time.AfterFunc(7*time.Second, func() { w.publish("room:1") })
		events, _ := u.poll(dataRequest{ID: "a", N: 1, Mode: modePull, Have: have("room:1", 100, 0)})
		if briefs(events) != "listen-ack, data room:1 1" || time.Since(start) != 7*time.Second {
			t.Error(briefs(events), time.Since(start)) // data
		}
		w.publish("room:1") // in between
		events, _ = u.poll(dataRequest{ID: "a", N: 2, Mode: modePull, Have: have("room:1", 100, 1)})
		if briefs(events) != "listen-ack, data room:1 2" {
			t.Error(briefs(events))
		}
		start = time.Now()
		events, _ = u.poll(dataRequest{ID: "a", N: 3, Mode: modePull, Have: have("room:1", 100, 2)})
		if briefs(events) != "listen-ack, heartbeat" {
			t.Error(briefs(events)) // timeout
		}
		between(t, "the timeout", time.Since(start), 25*time.Second, 30200*time.Millisecond)
	})
}

func TestClassicIframeStreamingIsAResponseThatNeverEndsWhoseScriptsCallThePage(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		s := w.user("ann").stream(dataRequest{ID: "a", Transport: transportFrame, Tag: "t", Have: have("room:1", 100, 0)})
		s.want("listen-ack")
		for n := range 5 {
			time.Sleep(time.Second)
			w.publish("room:1")
			s.want(fmt.Sprint("data room:1 ", n+1))
		}
		time.Sleep(7 * time.Minute)
		if s.isOver() || s.header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Error("the response has ended, or is no document")
		}
	})
}

func TestClassicStreamingOverFetchIsReadableBeforeTheEnd(t *testing.T) {
	for transport, want := range map[string]string{
		transportLines: `{"event":"data","topic":"room:1","epoch":100,"seq":1,"payload":1}` + "\n",
		transportSSE:   `data: {"event":"data","topic":"room:1","epoch":100,"seq":1,"payload":1}` + "\n\nid: room:1@100.1\n\n",
	} {
		inBubble(t, func(t *testing.T) {
			w := newWorld(t, newMemoryLog("room:1"), nil)
			r, err := w.user("ann").post(t.Context(), "/comet/data", typeJSON,
				body(dataRequest{Transport: transport, Have: have("room:1", 100, 0)}))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			next := func() string {
				chunk := make([]byte, 4096)
				n, err := r.Body.Read(chunk)
				if err != nil {
					t.Fatal(err)
				}
				return string(chunk[:n])
			}
			if got := next(); !strings.Contains(got, "listen-ack") {
				t.Error(got)
			}
			time.Sleep(time.Second)
			w.hub.Publish("room:1", 100, Event{1, []byte("1")})
			if got := next(); got != want {
				t.Errorf("%s: %q", transport, got)
			}
		})
	}
}

func TestClassicPollingIsAnsweredAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		start := time.Now()
		if got := w.user("ann").answer(dataRequest{ID: "a", Have: have("room:1", 100, 0)}); got != "listen-ack" {
			t.Error(got)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("it took %v", took)
		}
	})
}

func TestClassicNoMoreThanTwoLongConnectionsPerClient(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.browser("ann")
		var tabs []*stream
		for i := range 10 {
			s := u.stream(dataRequest{ID: fmt.Sprint("tab", i)})
			s.want("listen-ack")
			tabs = append(tabs, s)
		}
		for i, s := range tabs {
			if s.isOver() != (i < 8) {
				t.Errorf("stream %d is over: %v", i, s.isOver())
			}
		}
		if n := w.hub.Stats().Streams; n != 2 {
			t.Errorf("%d streams", n)
		}
	})
}

func TestClassicControlAndDataTravelOnDifferentConnections(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		display := u.stream(dataRequest{ID: "a", Transport: transportFrame, Tag: "display"})
		display.want("listen-ack")
		time.Sleep(time.Second)
		start := time.Now()
		got := briefs(u.control("a", `{"op":"subscribe","topics":{"room:1":[100,0]}}`))
		if got != "subscribe-ack" || time.Since(start) != 0 {
			t.Error(got, time.Since(start))
		}
		w.publish("room:1")
		display.want("data room:1 1")
	})
}

func TestClassicATimedOutWaitIsAHeartbeat(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		u := newWorld(t, newMemoryLog(), nil).user("ann")
		s := u.stream(dataRequest{ID: "a"})
		s.want("listen-ack")
		time.Sleep(16700 * time.Millisecond)
		s.want("heartbeat")
		events, _ := u.poll(dataRequest{ID: "b", Mode: modePull})
		if got := briefs(events); got != "listen-ack, heartbeat" {
			t.Error(got)
		}
	})
}

func TestClassicAFailedWriteFreesTheClient(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		deaf := w.user("ann").deafStream(dataRequest{ID: "a", Have: have("room:1", 100, 0)})
		_ = deaf.Close()
		w.publish("room:1")
		until(t, time.Second, func() bool { return w.hub.Stats().Streams == 0 })
		until(t, 11*time.Second, func() bool { return w.hub.Stats().Sessions == 0 && w.hub.Stats().Topics == 0 })
	})
}

func TestClassicAPullClientThatDoesNotReturnIsFreed(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.user("ann").poll(dataRequest{ID: "a", Mode: modePull, Have: have("room:1", 100, 0)})
		took := until(t, time.Minute, func() bool { return w.hub.Stats().Sessions == 0 && w.hub.Stats().Topics == 0 })
		between(t, "the end", took, 15*time.Second, 15200*time.Millisecond)
	})
}

func TestClassicAnErrorMessageComesBeforeClosing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.failPositions(io.ErrUnexpectedEOF)
		frame := w.user("ann").stream(dataRequest{ID: "a", Transport: transportFrame, Tag: "t", Have: have("room:1", 100, 0)})
		got := frame.next()
		if briefs(got) != "error unavailable" || got[0].word("text") == "" || !frame.isOver() {
			t.Error(got)
		}
		w.log.failPositions(nil)
		s := user{w, "ben", "one"}.stream(dataRequest{ID: "b"})
		s.want("listen-ack")
		w.signOut("one")
		s.want("abort signed-out")
		if !s.isOver() {
			t.Error("the stream goes on")
		}
	})
}

func TestClassicAConnectionIsRebuiltNowAndThenAndTheNewOneIsOpenBeforeTheOldOneEnds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		old := u.stream(dataRequest{ID: "a", N: 1, Transport: transportFrame, Tag: "t", Have: have("room:1", 100, 0)})
		until(t, 13*time.Minute, func() bool { return strings.HasSuffix(briefs(old.next()), "refresh recycle") })
		time.Sleep(time.Second)
		w.publish("room:1")
		old.want("data room:1 1") // it goes on until the other is there
		young := u.stream(dataRequest{ID: "a", N: 2, Event: "refresh", Transport: transportFrame, Tag: "t", Have: have("room:1", 100, 1)})
		young.want("listen-ack")
		if !old.isOver() || w.presence.told() != "opened ann" {
			t.Error(old.isOver(), w.presence.told())
		}
	})
}

func TestClassicPushletsVocabularyIsSpoken(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		u := user{w, "ann", "one"}
		joined := u.control("", `{"op":"join"}`)
		id := joined[0].word("id") // the token
		s := u.stream(dataRequest{ID: id, N: 1, Event: "listen", Have: have("room:1", 100, 0)})
		s.want("listen-ack")
		got := briefs(append(joined, u.control(id, `{"op":"subscribe","topics":{"room:2":[101,0]}}`)...))
		if got != "join-ack, subscribe-ack" {
			t.Error(got)
		}
		time.Sleep(time.Second)
		w.publish("room:1")
		s.want("data room:1 1")
		time.Sleep(time.Second)
		w.publish("room:2")
		s.want("data room:2 1")
		time.Sleep(17 * time.Second)
		s.want("heartbeat")
		if got := briefs(u.control(id, `{"op":"unsubscribe","topics":["room:2"]}`, `{"op":"nonsense"}`)); got != "unsubscribe-ack, error unknown-operation" {
			t.Error(got)
		}
		s = u.stream(dataRequest{ID: id, N: 2, Event: "refresh", Have: have("room:1", 100, 1)})
		s.want("listen-ack")
		if got := briefs(u.control(id, `{"op":"leave"}`)); got != "leave-ack" {
			t.Error(got)
		}
		s.want("refresh end")
		s = u.stream(dataRequest{ID: id, N: 3})
		s.want("listen-ack")
		w.signOut("one")
		s.want("abort signed-out")
	})
}

func TestClassicManyHeldConnectionsNeedNoThreadEach(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		before := pprof.Lookup("threadcreate").Count()
		var held sync.WaitGroup
		for i := range 1000 {
			held.Go(func() {
				q := dataRequest{ID: "a", Mode: modePull, Have: have("room:1", 100, 0)}
				r, err := w.user(fmt.Sprint("user", i)).post(t.Context(), "/comet/data", typeJSON, body(q))
				if err != nil || r.StatusCode != http.StatusOK {
					t.Error(r, err)
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				_ = r.Body.Close()
			})
		}
		synctest.Wait()
		if n := w.hub.Stats().Polls; n != 1000 {
			t.Errorf("%d are held", n)
		}
		if n := pprof.Lookup("threadcreate").Count() - before; n > 50 {
			t.Errorf("%d threads for 1000 connections", n)
		}
		w.publish("room:1")
		held.Wait()
	})
}
