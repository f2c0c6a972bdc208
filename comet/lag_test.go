package comet

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestASessionIsBehindByWhatItWasNotGiven(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		ann := w.user("ann")
		follows := w.user("ben").stream(dataRequest{ID: "b", Have: have("room:1", 100, 0)})
		follows.want("listen-ack")
		// A client that polls is behind until it comes again.
		w.publish("room:1")
		at := have("room:1", 100, 0)
		at["room:2"] = have("room:2", 100, 0)["room:2"]
		events, _ := ann.poll(dataRequest{ID: "a", N: 1, Mode: modePull, Have: at})
		if len(events) == 0 {
			t.Fatal("the poll has brought nothing")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if lags := w.hub.Lags(); len(lags) != 0 {
			t.Errorf("at first %v are behind", lags)
		}
		for range 3 {
			w.publish("room:1")
		}
		w.publish("room:2")
		synctest.Wait()
		lags := w.hub.Lags()
		if len(lags) != 1 {
			t.Fatalf("%v are behind, want the one who polls", lags)
		}
		for id, lag := range lags {
			if s := w.hub.registry.find(sessionKey{Principal{User: "ann", Login: "ann's login"}, "a"}); s == nil || s.info.ID != id || lag != 4 {
				t.Errorf("%s is behind by %d, want that of ann by 4", id, lag)
			}
		}
	})
}
