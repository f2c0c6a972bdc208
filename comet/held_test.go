package comet

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// browser is a user whose login is a browser's.
func (w *world) browser(name string) user { return user{w, name, "cookie of " + name} }

func TestABrowserHoldsTwoLongRequestsAndOneMoreEndsTheOldest(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.browser("ann")
		one := u.stream(dataRequest{ID: "a"})
		one.want("listen-ack")
		answer := make(chan string)
		go func() {
			events, _ := u.poll(dataRequest{ID: "b", Mode: modePull})
			answer <- briefs(events)
		}()
		synctest.Wait()
		three := u.stream(dataRequest{ID: "c"})
		three.want("listen-ack")
		got := one.next()
		if briefs(got) != "refresh crowded" || got[0].number("in") != 0 || !one.isOver() {
			t.Error(got)
		}
		reader := u.stream(dataRequest{Transport: transportSSE})
		reader.want("listen-ack")
		if got := <-answer; got != "listen-ack, refresh crowded" {
			t.Error(got)
		}
		// Short polls, another browser and a program are not counted.
		if got := u.answer(dataRequest{ID: "a"}); got != "listen-ack" {
			t.Error(got)
		}
		user{w, "ann", "cookie two"}.stream(dataRequest{ID: "d"}).want("listen-ack")
		for i := range 5 {
			user{w, "ann", "token"}.stream(dataRequest{ID: fmt.Sprint("t", i)}).want("listen-ack")
		}
		three.want("")
		reader.want("")
		if s := w.hub.Stats(); s.Held != 3 || s.Crowded != 2 {
			t.Errorf("%d are held, %d were ended", s.Held, s.Crowded)
		}
	})
}

func TestARequestThatSupersedesAnotherTakesItsPlace(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.browser("ann")
		first := u.stream(dataRequest{ID: "a", N: 1})
		first.want("listen-ack")
		other := u.stream(dataRequest{ID: "b", N: 1})
		for n := range int64(5) {
			first = u.stream(dataRequest{ID: "a", N: 2 + n})
			first.want("listen-ack")
		}
		other.want("listen-ack")
		u.stream(dataRequest{ID: "c", N: 1}).want("listen-ack")
		first.want("refresh crowded") // it has the oldest place
		other.want("")
	})
}

func TestARecycledStreamAndItsSuccessorCountOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.browser("ann")
		old := u.stream(dataRequest{ID: "a", N: 1})
		until(t, time.Hour, func() bool { return strings.HasSuffix(briefs(old.next()), "refresh recycle") })
		other := u.stream(dataRequest{ID: "b", N: 1})
		other.want("listen-ack")
		u.stream(dataRequest{ID: "a", N: 2, Event: "refresh"}).want("listen-ack")
		if !old.isOver() {
			t.Error("the old stream goes on")
		}
		old.want("")
		other.want("")
		if s := w.hub.Stats(); s.Held != 2 || s.Crowded != 0 {
			t.Errorf("%d are held, %d were ended", s.Held, s.Crowded)
		}
	})
}

func TestAClientThatIsCrowdedOutKeepsItsSessionByPolling(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		u := w.browser("ann")
		one := u.stream(dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0)})
		one.want("listen-ack")
		u.stream(dataRequest{ID: "b"})
		u.stream(dataRequest{ID: "c"})
		one.want("refresh crowded")
		w.publish("room:1")
		for n := range int64(6) {
			time.Sleep(5 * time.Second)
			if got := u.answer(dataRequest{ID: "a", N: 2 + n, Have: have("room:1", 100, 0)}); got != "listen-ack, data room:1 1" {
				t.Error(got)
			}
		}
		if got := w.presence.told(); got != "opened ann, opened ann, opened ann" {
			t.Error(got)
		}
	})
}

// TestNeverMoreThanTwoAreHeld lets many tabs open, supersede and give up at
// random, and counts all the time.
func TestNeverMoreThanTwoAreHeld(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.browser("ann")
		var tabs sync.WaitGroup
		for tab := range 10 {
			rng := rand.New(rand.NewPCG(uint64(tab), 7))
			tabs.Go(func() {
				for n := range int64(40) {
					q := dataRequest{ID: fmt.Sprint("tab", tab), N: n, Mode: []string{modeStream, modePull}[rng.IntN(2)]}
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rng.IntN(300))*time.Millisecond)
					tabs.Go(func() {
						defer cancel()
						if r, err := u.post(ctx, "/comet/data", typeJSON, body(q)); err == nil {
							_ = readEvents(r.Header.Get("Content-Type"), r.Body, func(event) {}, nil)
							_ = r.Body.Close()
						}
					})
					time.Sleep(time.Duration(rng.IntN(100)) * time.Millisecond)
				}
			})
		}
		for range 400 {
			time.Sleep(10 * time.Millisecond)
			if n := w.hub.Stats().Held; n > 2 {
				t.Fatalf("%d are held", n)
			}
			synctest.Wait()
			if s := w.hub.Stats(); s.Streams+s.Polls > 2 {
				t.Fatalf("%d streams and %d polls are open", s.Streams, s.Polls)
			}
		}
		tabs.Wait()
		synctest.Wait()
		if n := w.hub.Stats().Held; n != 0 || len(w.hub.held.logins) != 0 {
			t.Errorf("%d places are not given back: %v", n, w.hub.held.logins)
		}
	})
}
