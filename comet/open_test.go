package comet

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestARequestThatIsNotAdmittedHasSupersededNobody(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), func(c *Config) { c.Limits.Opens = 1 })
		u := w.user("ann")
		old := u.stream(dataRequest{ID: "a", N: 1, Have: have("room:1", 100, 0)})
		old.want("listen-ack")
		release := w.log.block("positions")
		u.stream(dataRequest{ID: "b", Have: have("room:1", 100, 0)}) // has the only place
		synctest.Wait()
		young := u.stream(dataRequest{ID: "a", N: 2, Transport: transportFrame, Tag: "t", Have: map[string]Position{
			"room:1": {100, 0}, "room:2": {101, 0}, // of which one must be asked about
		}})
		time.Sleep(2 * time.Second)
		young.want("error busy")
		w.publish("room:1")
		old.want("data room:1 1")
		release()
		time.Sleep(time.Second)
		u.stream(dataRequest{ID: "a", N: 2, Have: have("room:1", 100, 1)}).want("listen-ack")
		old.want("refresh superseded")
	})
}
