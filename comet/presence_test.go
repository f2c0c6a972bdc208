package comet

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// changePresence does it and tells the hub.
func (w *world) changePresence() {
	w.presence.change()
	w.hub.WakePresence()
}

func TestAStreamIsToldOfPresenceFourTimesASecondAtMost(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		known := "r0"
		s := w.user("ann").stream(dataRequest{ID: "a", Presence: &known})
		s.want("listen-ack")
		time.Sleep(time.Second)
		w.changePresence()
		s.want("presence r1") // the first at once
		start := time.Now()
		for range 300 {
			time.Sleep(10 * time.Millisecond)
			w.changePresence()
		}
		took := until(t, time.Second, func() bool { return s.last() == "presence r301" })
		between(t, "the last one", took, 0, 360*time.Millisecond)
		got := s.next()
		if most := int(time.Since(start) / (250 * time.Millisecond)); len(got) < 8 || len(got) > most {
			t.Errorf("%d presence events in %v", len(got), time.Since(start))
		}
		time.Sleep(time.Second)
		w.changePresence()
		s.want("presence r302")
	})
}

// last is the newest event.
func (s *stream) last() string {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.events[len(s.events)-1].brief()
}

func TestEventsDoNotWaitForPresence(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		known := "r0"
		s := w.user("ann").stream(dataRequest{ID: "a", Presence: &known, Have: have("room:1", 100, 0)})
		s.want("listen-ack")
		time.Sleep(time.Second)
		w.changePresence()
		s.want("presence r1")
		time.Sleep(10 * time.Millisecond)
		w.changePresence()
		w.publish("room:1")
		s.want("data room:1 1")
		time.Sleep(360 * time.Millisecond)
		s.want("presence r2")
	})
}

func TestAHeldPollIsAnsweredByTheFirstPresenceAndTheNextOneWaits(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		poll := func(n int64, known string) (string, time.Duration) {
			start := time.Now()
			events, _ := u.poll(dataRequest{ID: "a", N: n, Mode: modePull, Presence: &known})
			return briefs(events), time.Since(start)
		}
		time.AfterFunc(time.Second, w.changePresence)
		if got, took := poll(1, "r0"); got != "listen-ack, presence r1" || took != time.Second {
			t.Error(got, took)
		}
		for i := range 10 { // the changes go on meanwhile
			time.AfterFunc(time.Duration(i)*20*time.Millisecond, w.changePresence)
		}
		got, took := poll(2, "r1")
		if got != "listen-ack, presence r11" {
			t.Error(got)
		}
		between(t, "the second", took, 250*time.Millisecond, 360*time.Millisecond)
		time.Sleep(time.Second)
		w.changePresence()
		if got, took := poll(3, "r11"); got != "listen-ack, presence r12" || took != 0 {
			t.Error(got, took)
		}
	})
}

func TestAPollThatIsNotHeldIsToldOfPresenceAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		u := w.user("ann")
		for i := range 5 {
			known := fmt.Sprint("r", i)
			w.changePresence()
			if got := u.answer(dataRequest{ID: "a", N: int64(i), Presence: &known}); got != fmt.Sprint("listen-ack, presence r", i+1) {
				t.Error(got)
			}
		}
	})
}

func TestAPollThatIsAnsweredAnywayBringsPresenceAlong(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		for _, where := range []string{"the ring", "the log"} {
			w := newWorld(t, newMemoryLog("room:1"), nil)
			u := w.user("ann")
			known := ""
			q := dataRequest{ID: "a", N: 1, Mode: modePoll, Presence: &known, Have: have("room:1", 100, 0)}
			u.poll(q)
			known = "r0"
			w.changePresence()
			if where == "the ring" {
				w.publish("room:1")
			} else {
				w.log.store("room:1")
				w.hub.Announce("room:1", w.log.position("room:1"))
			}
			q.N, q.Mode = 2, modePull
			start := time.Now()
			events, _ := u.poll(q)
			if got := briefs(events); got != "listen-ack, data room:1 1, presence r1" || time.Since(start) != 0 {
				t.Error(where, got, time.Since(start))
			}
		}
	})
}

func TestPresenceOfOnePersonIsAskedAlone(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog(), nil)
		known := "r0"
		ann := w.user("ann").stream(dataRequest{ID: "a", Presence: &known})
		ben := w.user("ben").stream(dataRequest{ID: "a", Presence: &known})
		ann.want("listen-ack")
		ben.want("listen-ack")
		time.Sleep(time.Second)
		w.presence.change()
		w.hub.WakePresenceOf("ann")
		ann.want("presence r1")
		ben.want("")
		w.hub.WakePresence()
		ben.want("presence r1")
	})
}
