package comet

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// withdraw takes the payload of an event from the log and tells the hub.
func (w *world) withdraw(topic string, seq int64) {
	w.log.edit(topic, func(t *memoryTopic) { t.events[seq-1].Payload = nil })
	w.hub.Withdraw(topic, w.log.position(topic).Epoch, seq)
}

func TestAWithdrawnEventIsSkippedByWhoeverComesLater(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		s := w.user("ann").stream(dataRequest{ID: "a", Have: have("room:1", 100, 0)})
		s.want("listen-ack")
		for range 3 {
			w.publish("room:1")
		}
		time.Sleep(time.Second)
		s.want("data room:1 1, data room:1 2, data room:1 3")
		w.withdraw("room:1", 2)
		s.want("")
		for _, mode := range []string{modePoll, modePull} {
			events, _ := w.user("ben").poll(dataRequest{ID: mode, Mode: mode, Have: have("room:1", 100, 0)})
			if got := briefs(events); got != "listen-ack, data room:1 1, skip room:1 2, data room:1 3" {
				t.Error(mode, got)
			}
		}
		if w.log.readCount() != 0 {
			t.Error("the ring was given up")
		}
	})
}

func TestAWithdrawnEventIsDroppedFromPagesThatAreKept(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), func(c *Config) { c.Limits.RingEvents = 1 })
		for range 500 {
			w.log.store("room:1")
		}
		u := w.user("ann")
		if got := u.answer(dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 198)})[:23]; got != "listen-ack, data room:1" {
			t.Error(got)
		}
		w.withdraw("room:1", 199)
		if n := len(w.hub.pages.kept); n != 0 {
			t.Errorf("%d pages are kept", n)
		}
		if got := u.answer(dataRequest{ID: "a", N: 2, Have: have("room:1", 100, 198)})[:27]; got != "listen-ack, skip room:1 199" {
			t.Error(got)
		}
	})
}

func TestAReadUnderWayDoesNotBringBackAWithdrawnEvent(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		for _, q := range []dataRequest{{Mode: modeStream}, {Mode: modePull}, {Mode: modePoll}} {
			w := newWorld(t, newMemoryLog("room:1"), nil)
			w.log.store("room:1")
			release := w.log.block("read-answer") // which still holds it
			q.ID, q.Have = "a", have("room:1", 100, 0)
			answer := make(chan string, 1)
			go func() {
				if q.Mode != modeStream {
					events, _ := w.user("ann").poll(q)
					answer <- briefs(events)
					return
				}
				s := w.user("ann").stream(q)
				time.Sleep(time.Second)
				answer <- briefs(s.next())
			}()
			synctest.Wait()
			w.withdraw("room:1", 1)
			release()
			if got := <-answer; got != "listen-ack, skip room:1 1" {
				t.Error(q.Mode, got)
			}
		}
	})
}

// TestAPageThatWasReadBeforeAWithdrawalIsVoid looks at the moment between the
// read of a page and its delivery.
func TestAPageThatWasReadBeforeAWithdrawalIsVoid(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.log.store("room:1")
		w.user("ann").stream(dataRequest{ID: "a", Have: have("room:1", 100, 1)}).want("listen-ack")
		topic := w.hub.topics.find("room:1")
		from, err := w.hub.pages.read(t.Context(), topic, 0)
		if err != nil || len(from.frames) != 1 {
			t.Fatal(from, err)
		}
		w.withdraw("room:1", 1)
		b := newBatch(10, 1000)
		defer b.release()
		cursor := Position{100, 0}
		if got := topic.accept(&cursor, b, from, w.hub.config.Limits); got != void || !b.empty() {
			t.Errorf("%v, %d events", got, len(b.events))
		}
	})
}

func TestAnEventThatIsPublishedAfterItsWithdrawalIsSkipped(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		s := w.user("ann").stream(dataRequest{ID: "a", Have: have("room:1", 100, 0)})
		s.want("listen-ack")
		time.Sleep(time.Second)
		epoch, e := w.log.store("room:1")
		w.withdraw("room:1", 1)
		w.hub.Publish("room:1", epoch, e)
		s.want("skip room:1 1")
		w.hub.Withdraw("room:1", 99, 1)     // of an epoch that is over
		w.hub.Withdraw("room:9", 100, 1, 2) // nobody follows it
		time.Sleep(time.Second)
		w.publish("room:1")
		s.want("data room:1 2")
	})
}

// withdrawElsewhere does what another hub's node has done: an event is gone, and a
// later one tells that.
func (w *world) withdrawElsewhere(topic string, seq int64) {
	_, e := w.log.store(topic)
	w.log.edit(topic, func(t *memoryTopic) {
		t.events[seq-1].Payload = nil
		t.withdrawn = map[int64][]int64{e.Seq: {seq}}
	})
}

// Nobody has told the hub of the withdrawal when it reads the log, since somebody
// comes: from then on it knows as much as those whom it tells.
func TestWhatTheLogSaysIsWithdrawnIsNotToldFromTheRing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		for _, between := range []int{0, pageEvents} { // in the same page, and in another one
			w := newWorld(t, newMemoryLog("room:1"), nil)
			s := w.user("ann").stream(dataRequest{ID: "a", Have: have("room:1", 100, 0)})
			s.want("listen-ack")
			for range 2 + between {
				w.publish("room:1")
			}
			time.Sleep(time.Second)
			s.next()
			w.withdrawElsewhere("room:1", 1)
			last := int64(3 + between)
			w.user("ben").answer(dataRequest{Have: have("room:1", 100, last-1)})
			s.want(fmt.Sprintf("data room:1 %d", last))
			events, _ := w.user("cleo").poll(dataRequest{ID: "c", Mode: modePoll, Have: have("room:1", 100, 0)})
			if got := events[1].brief(); got != "skip room:1 1" {
				t.Errorf("%d between: the first of %d is %s", between, len(events), got)
			}
		}
	})
}

// Each page tells of a withdrawal of its own; whoever reads one makes what others
// read void, once.
func TestTwoWhoReadOfWithdrawalsDoNotKeepEachOtherFromAnAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), func(c *Config) { c.Limits.RingEvents = 1 })
		for range 2 * pageEvents {
			w.log.store("room:1")
		}
		w.log.edit("room:1", func(t *memoryTopic) {
			t.withdrawn = map[int64][]int64{2: {1}, pageEvents + 2: {pageEvents + 1}}
		})
		answers := make(chan string, 2)
		for _, at := range []int64{0, pageEvents} {
			go func() {
				events, _ := w.user(fmt.Sprint("user", at)).poll(dataRequest{ID: fmt.Sprint(at), Mode: modePoll, Have: have("room:1", 100, at)})
				answers <- events[1].brief()
			}()
		}
		got := []string{<-answers, <-answers}
		slices.Sort(got)
		if !slices.Equal(got, []string{"skip room:1 1", fmt.Sprint("skip room:1 ", pageEvents+1)}) {
			t.Errorf("%q", got)
		}
		if reads := w.log.readCount(); reads > 6 {
			t.Errorf("the log was read %d times", reads)
		}
	})
}
