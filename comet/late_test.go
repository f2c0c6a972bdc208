package comet

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestALateOrRepeatedPublicationDoesNotBringBackAWithdrawnEvent(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		for _, followed := range []bool{true, false} {
			w := newWorld(t, newMemoryLog("room:1"), nil)
			epoch, e := w.log.store("room:1")
			q := dataRequest{ID: "a", Have: have("room:1", epoch, 1)}
			if !followed {
				q.Have, q.Watch = nil, []string{"room:1"}
			}
			w.user("ann").stream(q).next()
			w.withdraw("room:1", 1)
			if !followed {
				w.user("ben").stream(dataRequest{ID: "b", Have: have("room:1", epoch, 1)}).next()
			}
			w.hub.Publish("room:1", epoch, e)
			w.hub.Publish("room:1", epoch, e)
			if got := w.user("carl").answer(dataRequest{Have: have("room:1", epoch, 0)}); got != "listen-ack, skip room:1 1" {
				t.Error(followed, got)
			}
		}
	})
}

func TestALatePublicationToATopicThatNobodyFollowedIsSkipped(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		epoch, e := w.log.store("room:1")
		w.withdraw("room:1", 1) // before its node has published it
		time.Sleep(2 * time.Second)
		s := w.user("ann").stream(dataRequest{ID: "a", Have: have("room:1", epoch, 1)})
		s.want("listen-ack")
		w.hub.Publish("room:1", epoch, e)
		if got := w.user("ben").answer(dataRequest{Have: have("room:1", epoch, 0)}); got != "listen-ack, skip room:1 1" {
			t.Error(got)
		}
		// That is remembered for a while only.
		for range 3 {
			time.Sleep(lateness + time.Second)
			w.hub.Withdraw("room:2", 100, 1)
		}
		if l := &w.hub.lately; l.now["room:1"] != nil || l.early["room:1"] != nil || l.now["room:2"] == nil {
			t.Errorf("remembered are %v and %v", l.now, l.early)
		}
	})
}

func TestWhatIsWithdrawnIsRememberedAsFarBackAsClientsCanBe(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		w.user("ann").stream(dataRequest{ID: "a", Have: have("room:1", 100, 0)}).next()
		for seq := int64(1); seq <= 1500; seq++ {
			w.hub.Withdraw("room:1", 100, seq)
		}
		kept := w.hub.topics.find("room:1").withdrawn
		if _, first := kept[Position{100, 500}]; len(kept) != 1000 || first {
			t.Errorf("%d are remembered, the 500th among them: %t", len(kept), first)
		}
	})
}

func TestAWithdrawalThatMovesNothingIsNoNewsForWhoWatches(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1"), nil)
		s := w.user("ann").stream(dataRequest{ID: "a", Watch: []string{"room:1"}})
		w.publish("room:1")
		time.Sleep(5 * time.Second)
		s.next()
		w.withdraw("room:1", 1)
		time.Sleep(5 * time.Second)
		s.want("")
	})
}

func TestARequestDoesNotKeepWhatOnlyItsOpeningNeeds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, newMemoryLog("room:1", "room:2"), nil)
		w.user("ann").stream(dataRequest{ID: "a", Have: have("room:1", 100, 0), Watch: []string{"room:2"}}).want("listen-ack, unread")
		if q := w.hub.registry.everyone()[0].current.Load().request; q.Watch != nil || q.Have != nil {
			t.Errorf("%v and %v are kept", q.Watch, q.Have)
		}
	})
}

func TestManyTopicsAreWatchedAndLeftInPlaces(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		var names []string
		for i := range 1000 {
			names = append(names, fmt.Sprint("room:", 1000+i))
		}
		w := newWorld(t, newMemoryLog(names...), nil)
		u := w.user("ann")
		w.log.deny("ann", names[7], true)
		u.answer(dataRequest{ID: "b", Watch: names[:3]})
		for n, part := range [][]string{names, names[500:], names[:600], names[10:20]} {
			u.answer(dataRequest{ID: "a", N: int64(n), Watch: slices.Clone(part)})
			for _, name := range names {
				var watchers int
				if topic := w.hub.topics.find(name); topic != nil {
					watchers = len(topic.watchers)
					for i, w := range topic.watchers {
						if int(w.place) != i || w.topic != topic || w.list.slots[w.slot] != w {
							t.Fatalf("%s is out of place", name)
						}
					}
				}
				want := 0
				if slices.Contains(part, name) && name != names[7] {
					want++
				}
				if slices.Contains(names[:3], name) {
					want++
				}
				if watchers != want {
					t.Fatalf("%d watch %s, want %d", watchers, name, want)
				}
			}
		}
	})
}

func TestUnreadIsWrittenWithoutReflection(t *testing.T) {
	b := make([]byte, 1, 1000)
	if n := testing.AllocsPerRun(100, func() { appendUnread(b, "room:1", Position{1, 2}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
