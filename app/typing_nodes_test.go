package app

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"chatd/store/storetest"
)

func TestPeopleSeeWhoTypesOnEveryNode(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	boats := ana.creates("public", "boats")
	for _, one := range []*person{ben, cleo} {
		one.must(http.StatusOK, "PUT", roomPath(boats.ID)+"/membership", nil, nil)
	}
	near, far, other := ana.streams("ndjson"), cleo.at(there).streams("iframe"), ben.streams("ndjson")
	near.hears(ben, "signed-in")
	far.learns(ben, "online")
	topic := roomTopic(boats.ID)
	typing := func(want ...int64) func(event) bool {
		return func(e event) bool {
			return e.Key == typingKey(boats.ID) && string(e.Payload) == fmt.Sprintf(`{"room_id":%d,"user_ids":%s}`, boats.ID, encode(append([]int64{}, want...)))
		}
	}
	other.types(boats.ID)
	for _, l := range []*listener{near, far} {
		l.next("hint", typing(ben.me.ID))
	}
	ben.says(boats.ID, "Ahoy")
	for _, l := range []*listener{near, far} {
		l.next("hint", typing())
	}
	// It ends by itself, and is told only to those who follow the room.
	quickly(t, "the end of it", typingLife+2*time.Second, func(int) time.Duration {
		began := time.Now()
		other.types(boats.ID)
		for _, l := range []*listener{near, far} {
			l.next("hint", typing(ben.me.ID))
			l.next("hint", typing())
		}
		took := time.Since(began)
		if took < typingLife {
			t.Errorf("it ended after %v", took)
		}
		return took
	})
	// In a read-only room those who may not write are not typing.
	ana.must(http.StatusOK, "PATCH", roomPath(boats.ID), map[string]any{"state": "read-only"}, nil)
	here.eventually("what he was allowed before is over", func() bool {
		here.app.typing.mu.Lock()
		defer here.app.typing.mu.Unlock()
		right := here.app.typing.rights[membership{boats.ID, ben.me.ID}]
		return time.Now().After(right.until)
	})
	other.does(map[string]any{"op": "activity", "state": "typing", "topic": topic})
	here.eventually("he was asked about", func() bool { return here.app.typing.refuses(membership{boats.ID, ben.me.ID}) })
	near.types(boats.ID)
	far.next("hint", typing(ana.me.ID))
	if e := other.control(map[string]any{"op": "activity", "state": "typing", "topic": roomTopic(999)})[0]; e.Event != "error" {
		t.Errorf("typing elsewhere: %+v", e)
	}
}
