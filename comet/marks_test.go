package comet

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestAMarkThatIsSetDuringALookIsNotLost publishes to the first topic of a
// client while the client looks at the others, which takes long. A mark that is
// cleared after the look, and not before, would be lost with the event.
func TestAMarkThatIsSetDuringALookIsNotLost(t *testing.T) {
	const topics, events, rounds = 64, 256, 100 // one word of marks
	names := make([]string, topics)
	at := make(cursors)
	for i := range names {
		names[i] = fmt.Sprint("room:", i)
		at[names[i]] = Position{int64(100 + i), 0}
	}
	hub := New(Config{Log: newMemoryLog(names...), Identify: identify})
	c := newConn(hub, nil, request(t), dataRequest{ID: "a", Mode: modeStream, Have: at}, Principal{User: "ann", Login: "one"})
	c.admitted = true
	pending, p := c.register()
	if p != nil {
		t.Fatal(p)
	}
	c.session.settle(pending, at)
	for i, name := range names {
		for seq := range int64(events) {
			hub.Publish(name, int64(100+i), Event{seq + 1, []byte("1")})
		}
	}
	first, head := c.session.slots[0], int64(events) // no slot belongs to a certain topic
	epoch := first.cursor.Epoch
	look := func() {
		b := newBatch(maxInteger, maxInteger)
		defer b.release()
		c.collect(b)
	}
	look()
	for range rounds {
		for _, f := range c.session.slots[1:] {
			f.cursor.Seq = 0
			f.mark()
		}
		first.mark()
		looking, looked := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(looked)
			close(looking)
			look()
		}()
		<-looking
		head++
		hub.Publish(first.topic.name, epoch, Event{head, []byte("1")})
		<-looked
		look()
		if first.cursor.Seq != head {
			t.Fatalf("event %d is lost: the client is at %d, nothing is marked", head, first.cursor.Seq)
		}
	}
}

// TestAPageOfAnEarlierEpochIsNotUsed keeps a page and then brings back an older
// state of the log, whose epoch is another.
func TestAPageOfAnEarlierEpochIsNotUsed(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), func(c *Config) { c.Limits.RingEvents = 1 })
		for range 5 {
			w.log.store("room:1")
		}
		u := w.user("ann")
		all := "listen-ack, data room:1 1, data room:1 2, data room:1 3, data room:1 4, data room:1 5"
		if got := u.answer(dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0)}); got != all {
			t.Error(got)
		}
		if n := w.log.readCount(); n != 1 {
			t.Fatalf("%d pages were read", n)
		}
		w.log.edit("room:1", func(t *memoryTopic) { t.epoch, t.events = 500, t.events[:3] })
		w.hub.Announce("room:1", Position{500, 3})
		topic := w.hub.topics.find("room:1")
		if _, ok := w.hub.pages.find(pageKey{topic, 0}, 0); ok {
			t.Error("the page is still in use")
		}
		if got := u.answer(dataRequest{ID: "a", N: 2, Have: have("room:1", 500, 0)}); got != "listen-ack, data room:1 1, data room:1 2, data room:1 3" {
			t.Error(got)
		}
	})
}

// TestAReadUnderWayDoesNotBringBackAnEarlierEpoch restores a backup while a page
// of the state before is on its way.
func TestAReadUnderWayDoesNotBringBackAnEarlierEpoch(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		for range 3 {
			w.log.store("room:1")
		}
		release := w.log.block("read-answer")
		s := w.user("ann").stream(dataRequest{ID: "a", Have: have("room:1", 100, 0)})
		s.want("listen-ack")
		time.Sleep(time.Second)
		w.log.edit("room:1", func(t *memoryTopic) { t.epoch, t.events = 500, t.events[:1] })
		w.hub.Announce("room:1", Position{500, 1})
		synctest.Wait()
		release()
		s.want("gap room:1 1")
		if at, known := w.hub.topics.find("room:1").position(); !known || at != (Position{500, 1}) {
			t.Errorf("the topic is taken to be at %v", at)
		}
	})
}

// TestASupersededRequestTakesNothingFromItsSuccessor is about the moment in
// which a request has not noticed yet that another one is in charge.
func TestASupersededRequestTakesNothingFromItsSuccessor(t *testing.T) {
	hub := New(Config{Log: newMemoryLog("room:1"), Identify: identify})
	at := have("room:1", 100, 0)
	open := func(n int64) *conn {
		c := newConn(hub, nil, request(t), dataRequest{ID: "a", N: n, Mode: modeStream, Have: at}, Principal{User: "ann", Login: "one"})
		c.admitted = true
		pending, p := c.register()
		if p != nil {
			t.Fatal(p)
		}
		c.session.settle(pending, at)
		return c
	}
	taken := func(c *conn) int {
		b := newBatch(maxInteger, maxInteger)
		defer b.release()
		c.collect(b)
		return b.numbered
	}
	first := open(1)
	second := open(2)
	hub.Publish("room:1", 100, Event{1, []byte("1")})
	if n := taken(first); n != 0 {
		t.Errorf("the first request takes %d events", n)
	}
	if n := taken(second); n != 1 {
		t.Errorf("the second request takes %d events", n)
	}
}
