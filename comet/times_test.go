package comet

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// inBubble runs a test with fake time.
func inBubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func between(t *testing.T, what string, got, least, most time.Duration) {
	t.Helper()
	if got < least || got > most {
		t.Errorf("%s after %v, want %v to %v", what, got, least, most)
	}
}

// until lets time pass until the condition holds and returns how long it took.
func until(t *testing.T, limit time.Duration, condition func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	for {
		synctest.Wait()
		if condition() {
			return time.Since(start)
		}
		if time.Since(start) > limit {
			t.Fatalf("nothing happened within %v", limit)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestAStreamGetsAHeartbeatAfterAQuietQuarterMinute(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		s := w.user("ann").stream(dataRequest{Have: map[string]Position{"room:1": {100, 0}}})
		s.want("listen-ack")
		for range 5 {
			took := until(t, time.Minute, func() bool { return briefs(s.next()) == "heartbeat" })
			between(t, "a heartbeat", took, 13500*time.Millisecond, 16700*time.Millisecond)
		}
		time.Sleep(10 * time.Second)
		w.publish("room:1")
		s.want("data room:1 1")
		took := until(t, time.Minute, func() bool { return briefs(s.next()) == "heartbeat" })
		between(t, "a heartbeat after data", took, 13500*time.Millisecond, 16700*time.Millisecond)
	})
}

func TestAPollIsHeldFor25To30Seconds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		u := newWorld(t, newMemoryLog(), nil).user("ann")
		for n := range int64(2) {
			start := time.Now()
			events, next := u.poll(dataRequest{ID: "a", N: n, Mode: modePull})
			between(t, "an empty answer", time.Since(start), 25*time.Second, 30200*time.Millisecond)
			if briefs(events) != "listen-ack, heartbeat" || next != 0 {
				t.Errorf("got %s, next %v", briefs(events), next)
			}
		}
	})
}

func TestAfterThreeCleanRoundsAPollIsHeldForUpTo50Seconds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		u := newWorld(t, newMemoryLog(), nil).user("ann")
		q := dataRequest{ID: "a", Mode: modePull}
		for range 3 {
			q.N++
			events, _ := u.poll(q)
			q.Event = "refresh"
			if told := events[0].number("hold"); q.N == 3 && told != 50000 {
				t.Errorf("before a long hold the client is told %d ms", told)
			}
		}
		q.N++
		start := time.Now()
		u.poll(q)
		between(t, "a long hold's end", time.Since(start), 45*time.Second, 50200*time.Millisecond)

		// Something in between cuts the next one after 40 s: no long holds any more.
		q.N++
		ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
		defer cancel()
		if _, _, err := u.tryPoll(ctx, q); err == nil {
			t.Fatal("the poll was answered")
		}
		q.Event = "listen"
		for range 5 {
			q.N++
			start := time.Now()
			u.poll(q)
			q.Event = "refresh"
			between(t, "a hold's end", time.Since(start), 25*time.Second, 30200*time.Millisecond)
		}
	})
}

func TestASessionOutlivesAnAnswerBy15Seconds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		w.user("ann").poll(dataRequest{ID: "a", Mode: modePoll})
		synctest.Wait()
		if got := w.presence.told(); got != "opened ann" {
			t.Fatal(got)
		}
		took := until(t, time.Minute, func() bool { return w.presence.told() == "opened ann, closed ann lease" })
		between(t, "the end", took, 15*time.Second, 15200*time.Millisecond)
		if n := w.hub.Stats().Sessions; n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
}

func TestASessionThatNeverAsksForDataEndsAfter15Seconds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		w.user("ann").control("", `{"op":"join"}`)
		took := until(t, time.Minute, func() bool { return w.hub.Stats().Sessions == 0 })
		between(t, "the end", took, 15*time.Second, 15200*time.Millisecond)
		if got := w.presence.told(); got != "" {
			t.Error(got)
		}
	})
}

func TestASessionOutlivesALostSocketBy10Seconds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		s := w.user("ann").stream(dataRequest{ID: "a"})
		s.want("listen-ack")
		s.cut()
		took := until(t, time.Minute, func() bool { return w.presence.told() == "opened ann, closed ann lease" })
		between(t, "the end", took, 10*time.Second, 10200*time.Millisecond)
	})
}

func TestASessionOutlivesAGoodbyeBy10Seconds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		s := u.stream(dataRequest{ID: "a"})
		s.want("listen-ack")
		if got := briefs(u.control("a", `{"op":"leave"}`)); got != "leave-ack" {
			t.Fatal(got)
		}
		s.want("refresh end")
		if !s.isOver() {
			t.Error("the stream goes on")
		}
		took := until(t, time.Minute, func() bool { return w.presence.told() == "opened ann, closed ann left" })
		between(t, "the end", took, 10*time.Second, 10200*time.Millisecond)
	})
}

func TestAPageRestoredAfterItsGoodbyeHasNeverBeenAway(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		u.poll(dataRequest{ID: "a", N: 1, Mode: modePoll})
		u.control("a", `{"op":"leave"}`)
		time.Sleep(9 * time.Second)
		s := u.stream(dataRequest{ID: "a", N: 2})
		time.Sleep(time.Minute)
		s.next()
		if got := w.presence.told(); got != "opened ann" {
			t.Error(got)
		}
	})
}

func TestAReloadDoesNotFlicker(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		old := u.stream(dataRequest{ID: "old"})
		old.next()
		old.cut()
		u.control("old", `{"op":"leave"}`)
		time.Sleep(3 * time.Second)
		u.stream(dataRequest{ID: "new"}).next()
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if got := w.presence.told(); got != "opened ann, opened ann, closed ann left" {
			t.Error(got)
		}
	})
}

func TestAClientThatDoesNotReadIsCutAfter10Seconds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		deaf := w.user("ann").deafStream(dataRequest{ID: "a", Have: map[string]Position{"room:1": {100, 0}}})
		defer deaf.Close()
		w.publish("room:1")
		took := until(t, time.Minute, func() bool { return w.hub.Stats().Streams == 0 })
		between(t, "the end", took, 10*time.Second, 10100*time.Millisecond)
		// Nothing is lost: the client comes back with the cursor it has.
		s := w.user("ann").stream(dataRequest{ID: "a", N: 1, Have: map[string]Position{"room:1": {100, 0}}})
		s.want("listen-ack, data room:1 1")
	})
}

// deafStream opens a stream, reads its first bytes and then no more.
func (u user) deafStream(q dataRequest) net.Conn {
	u.t.Helper()
	conn, err := u.network.dial(u.t.Context(), "", "")
	if err != nil {
		u.t.Fatal(err)
	}
	sent := body(q)
	fmt.Fprintf(conn, "POST /comet/data HTTP/1.1\r\nHost: hub\r\nX-User: %s\r\nX-Login: %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", u.name, u.login, len(sent), sent)
	seen := make([]byte, 0, 4096)
	for !strings.Contains(string(seen), "listen-ack") {
		buffer := make([]byte, 512)
		n, err := conn.Read(buffer)
		if err != nil {
			u.t.Fatal(err)
		}
		seen = append(seen, buffer[:n]...)
	}
	// Take the rest of the first write, so that it does not count as blocked.
	for u.hub.Stats().Writes == 0 {
		_ = conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		_, _ = conn.Read(make([]byte, 512))
	}
	_ = conn.SetReadDeadline(time.Time{})
	return conn
}

// publish stores events and tells the hub.
func (w *world) publish(topic string) {
	epoch, e := w.log.store(topic)
	w.hub.Publish(topic, epoch, e)
}

func TestAStreamIsRecycledByItsAge(t *testing.T) {
	for transport, life := range map[string]time.Duration{
		transportFrame: 10 * time.Minute, transportLines: 30 * time.Minute,
	} {
		t.Run(transport, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, newMemoryLog(), nil)
				s := w.user("ann").stream(dataRequest{ID: "a", Transport: transport, Tag: "t"})
				s.want("listen-ack")
				took := until(t, time.Hour, func() bool { return strings.HasSuffix(briefs(s.next()), "refresh recycle") })
				between(t, "recycling", took, life*8/10, life*12/10+200*time.Millisecond)
				took = until(t, time.Minute, s.isOver)
				between(t, "the end", took, 4900*time.Millisecond, 5200*time.Millisecond)
				s.want("")
			})
		})
	}
}

func TestAnIframeStreamIsRecycledAfter2000EventsOrAMebibyte(t *testing.T) {
	for name, size := range map[string]int{"events": 0, "bytes": 20 << 10} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, newMemoryLog("room:1"), nil)
				s := w.user("ann").stream(dataRequest{
					ID: "a", Transport: transportFrame, Tag: "t", Have: map[string]Position{"room:1": {100, 0}},
				})
				s.want("listen-ack")
				sent := 0
				for briefly := ""; !strings.Contains(briefly, "recycle"); briefly = briefs(s.next()) {
					epoch, e := w.log.store("room:1")
					e.Payload = []byte(`"` + strings.Repeat("x", size) + `"`)
					w.hub.Publish("room:1", epoch, e)
					sent++
					time.Sleep(5 * time.Millisecond)
				}
				if want := map[string]int{"events": 2000, "bytes": 51}[name]; sent != want {
					t.Errorf("recycled after %d events, want %d", sent, want)
				}
				time.Sleep(5 * time.Millisecond)
				w.publish("room:1")
				s.want(fmt.Sprintf("data room:1 %d", sent+1)) // make before break
			})
		})
	}
}

func TestARecycledStreamEndsWhenItsSuccessorHasRegistered(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.user("ann")
		old := u.stream(dataRequest{ID: "a", N: 1, Have: map[string]Position{"room:1": {100, 0}}})
		until(t, time.Hour, func() bool { return strings.HasSuffix(briefs(old.next()), "refresh recycle") })
		time.Sleep(5 * time.Millisecond)
		w.publish("room:1")
		old.want("data room:1 1")
		young := u.stream(dataRequest{ID: "a", N: 2, Event: "refresh", Have: map[string]Position{"room:1": {100, 1}}})
		young.want("listen-ack")
		if !old.isOver() {
			t.Error("the old stream goes on")
		}
		time.Sleep(5 * time.Millisecond)
		w.publish("room:1")
		young.want("data room:1 2")
		old.want("")
		if got := w.presence.told(); got != "opened ann" {
			t.Error(got)
		}
	})
}

func TestEventsLingerOnlyUnderLoad(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		s := w.user("ann").stream(dataRequest{Have: map[string]Position{"room:1": {100, 0}}})
		s.want("listen-ack")
		time.Sleep(time.Second)
		before := w.hub.Stats().Writes
		w.publish("room:1")
		s.want("data room:1 1") // at once
		for range 3 {
			time.Sleep(time.Millisecond)
			w.publish("room:1")
		}
		s.want("")
		time.Sleep(2 * time.Millisecond)
		s.want("data room:1 2, data room:1 3, data room:1 4")
		if writes := w.hub.Stats().Writes - before; writes != 2 {
			t.Errorf("%d writes for four events, want 2", writes)
		}
	})
}

func TestADrainSpreadsTheReturn(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		var streams []*stream
		for i := range 100 {
			s := w.user(fmt.Sprint("user", i)).stream(dataRequest{})
			s.want("listen-ack")
			streams = append(streams, s)
		}
		answers := make(chan time.Duration, 100)
		for i := range 100 {
			go func() {
				_, next := w.user(fmt.Sprint("user", i)).poll(dataRequest{Mode: modePull})
				answers <- next
			}()
		}
		synctest.Wait()
		start := time.Now()
		w.hub.Drain(t.Context())
		between(t, "the end of the drain", time.Since(start), 1500*time.Millisecond, 2200*time.Millisecond)
		early := 0
		for _, s := range streams {
			if s.isOver(); s.ended.Sub(start) < time.Second {
				early++
			}
			if got := briefs(s.next()); got != "refresh drain" {
				t.Fatal(got)
			}
		}
		if early < 25 || early > 75 {
			t.Errorf("%d of 100 streams ended in the first half", early)
		}
		sum := time.Duration(0)
		for range 100 {
			sum += <-answers
		}
		between(t, "the mean return of a poll", sum/100, 3200*time.Millisecond, 3800*time.Millisecond)
		events, _ := w.user("late").poll(dataRequest{Mode: modePull})
		if got := briefs(events); got != "listen-ack, refresh drain" {
			t.Error(got)
		}
		if got := briefs(w.user("late").control("", `{"op":"ping"}`)); got != "ping-ack" {
			t.Error(got)
		}
	})
}

func TestRunEndsWithAllOfItsConnections(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		s := w.user("ann").stream(dataRequest{ID: "a"})
		s.want("listen-ack")
		deaf := w.user("ben").deafStream(dataRequest{ID: "b", Have: map[string]Position{"room:1": {100, 0}}})
		defer deaf.Close()
		w.publish("room:1")
		answer := make(chan string)
		go func() {
			events, _ := w.user("cat").poll(dataRequest{ID: "c", Mode: modePull})
			answer <- briefs(events)
		}()
		synctest.Wait()
		go w.stop()
		if got := <-answer; got != "listen-ack, refresh drain" {
			t.Error(got)
		}
		s.want("refresh drain")
		took := until(t, time.Minute, func() bool { return strings.Count(w.presence.told(), "shutdown") == 3 })
		between(t, "the end", took, 0, time.Second)
	})
}

func TestTheWindowOfADrainGrowsWithTheConnections(t *testing.T) {
	for name, c := range map[string]struct {
		rate, streams int
		window        time.Duration
	}{
		"at least 2 s":  {2000, 40, 2 * time.Second},
		"by their rate": {8, 40, 5 * time.Second},
		"at most 30 s":  {1, 40, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, newMemoryLog(), func(config *Config) { config.Limits.DrainRate = c.rate })
				var streams []*stream
				for i := range c.streams {
					s := w.user(fmt.Sprint("user", i)).stream(dataRequest{ID: "a"})
					s.want("listen-ack")
					streams = append(streams, s)
				}
				start := time.Now()
				w.hub.Drain(t.Context())
				between(t, "the end of the drain", time.Since(start), c.window*7/10, c.window+200*time.Millisecond)
				early := 0
				for _, s := range streams {
					got := s.next()
					if got[len(got)-1].brief() != "refresh drain" {
						t.Fatal(got)
					}
					if s.ended.Sub(start) < c.window/2 {
						early++
					}
				}
				if early < c.streams/5 || early > c.streams*4/5 {
					t.Errorf("%d of %d streams ended in the first half", early, c.streams)
				}
			})
		})
	}
}

func TestJitterReachesFromOneEndToTheOther(t *testing.T) {
	h := New(Config{Log: newMemoryLog()})
	for name, c := range map[string]struct {
		draw        func() time.Duration
		least, most time.Duration
	}{
		"heartbeat":   {func() time.Duration { return spread(15*time.Second, 10) }, 13500 * time.Millisecond, 16500 * time.Millisecond},
		"recycle":     {func() time.Duration { return spread(10*time.Minute, 20) }, 8 * time.Minute, 12 * time.Minute},
		"a hold":      {func() time.Duration { return h.hold(false) }, 25 * time.Second, 30 * time.Second},
		"a long hold": {func() time.Duration { return h.hold(true) }, 45 * time.Second, 50 * time.Second},
	} {
		least, most := c.most, c.least
		for range 10_000 {
			d := c.draw()
			least, most = min(least, d), max(most, d)
		}
		margin := (c.most - c.least) / 50
		between(t, "the least "+name, least, c.least, c.least+margin)
		between(t, "the greatest "+name, most, c.most-margin, c.most)
	}
}

func TestAStreamOfLinesOrOfServerSentEventsIsRecycledAfter16Mebibytes(t *testing.T) {
	for _, transport := range []string{transportLines, transportSSE} {
		t.Run(transport, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newWorld(t, newMemoryLog("room:1"), nil)
				q := dataRequest{Transport: transport, Have: map[string]Position{"room:1": {100, 0}}}
				if transport == transportLines {
					q.ID = "a"
				}
				s := w.user("ann").stream(q)
				s.want("listen-ack")
				payload := []byte(`"` + strings.Repeat("x", 256<<10) + `"`)
				sent := 0
				for briefly := ""; !strings.Contains(briefly, "recycle") && sent < 100; briefly = briefs(s.next()) {
					epoch, e := w.log.store("room:1")
					e.Payload = payload
					w.hub.Publish("room:1", epoch, e)
					sent++
					time.Sleep(5 * time.Millisecond)
				}
				if sent != 64 { // the frames of 63 of them lack some bytes
					t.Errorf("recycled after %d events of 256 KiB", sent)
				}
				if s.isOver() != (transport == transportSSE) {
					t.Error("a reader's stream ends with that, and no other")
				}
			})
		})
	}
}

func TestHeartbeatsOfManyStreamsAreSpread(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const streams = 2000
		w := newWorld(t, newMemoryLog("room:1"), nil)
		beats := make(chan time.Time, 2*streams)
		for i := range streams {
			go func() {
				r, err := w.user(fmt.Sprint("user", i)).post(t.Context(), "/comet/data", typeJSON,
					body(dataRequest{ID: "a", Have: map[string]Position{"room:1": {100, 0}}}))
				if err != nil {
					return
				}
				defer r.Body.Close()
				_ = readLines(r.Body, func(e event) {
					if e.kind() == "heartbeat" {
						beats <- time.Now()
					}
				})
			}()
		}
		synctest.Wait()
		w.publish("room:1") // so that all are silent from the same moment on
		synctest.Wait()
		time.Sleep(17 * time.Second)
		synctest.Wait()
		ticks := make(map[int64]int)
		most := 0
		for range streams {
			tick := (<-beats).UnixMilli() / wheelTick.Milliseconds()
			ticks[tick]++
			most = max(most, ticks[tick])
		}
		t.Logf("%d heartbeats in %d ticks, at most %d in one", streams, len(ticks), most)
		if len(beats) != 0 || len(ticks) < 28 || most > streams/15 {
			t.Errorf("%d ticks, at most %d in one", len(ticks), most)
		}
		w.stop()
	})
}

func TestAPollThatIsNotReadIsCutAfter10Seconds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		conn, err := w.network.dial(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		sent := body(dataRequest{ID: "a", Mode: modePull, Have: map[string]Position{"room:1": {100, 0}}})
		fmt.Fprintf(conn, "POST /comet/data HTTP/1.1\r\nHost: hub\r\nX-User: ann\r\n"+
			"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(sent), sent)
		synctest.Wait()
		if n := w.hub.Stats().Polls; n != 1 {
			t.Fatalf("%d polls", n)
		}
		took := until(t, time.Minute, func() bool { return w.hub.Stats().Polls == 0 })
		between(t, "the end", took, 10*time.Second, 10100*time.Millisecond)
	})
}
