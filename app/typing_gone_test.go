package app

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"chatd/store/storetest"
)

func TestWhoSignsOutWhileTypingTypesNoMoreOnEveryNode(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	general := ana.room("general").ID
	near, far, his := ana.streams("ndjson"), ana.at(there).streams("iframe"), ben.streams("ndjson")
	near.hears(ben, "signed-in")
	far.learns(ben, "online")
	typing := func(who ...int64) func(event) bool {
		want := fmt.Sprintf(`{"room_id":%d,"user_ids":%s}`, general, encode(append([]int64{}, who...)))
		return func(e event) bool { return e.Key == typingKey(general) && string(e.Payload) == want }
	}
	his.does(map[string]any{"op": "activity", "state": "typing", "topic": roomTopic(general)})
	for _, l := range []*listener{near, far} {
		l.next("hint", typing(ben.me.ID))
	}
	// By now nothing else makes the nodes look who types.
	here.eventually("the hints are out for a while", func() bool {
		return here.toldLongAgo(general) && there.toldLongAgo(general)
	})
	began := time.Now()
	ben.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	for _, l := range []*listener{near, far} {
		l.next("hint", typing())
	}
	if took := time.Since(began); took > typingLife/2 {
		t.Errorf("they see him typing for another %v", took)
	}
}

// He is still there, on another device and another node.
func TestWhoSignsOutOfTheDeviceTheyTypeOnTypesNoMore(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	general := ana.room("general").ID
	phone := ben.signsInAgain()
	near, far := ana.streams("ndjson"), ana.at(there).streams("iframe")
	ben.streams("ndjson").learns(ana, "online")
	his := phone.at(there).streams("ndjson")
	far.learns(ben, "online")
	typing := func(who ...int64) func(event) bool {
		want := fmt.Sprintf(`{"room_id":%d,"user_ids":%s}`, general, encode(append([]int64{}, who...)))
		return func(e event) bool { return e.Key == typingKey(general) && string(e.Payload) == want }
	}
	his.does(map[string]any{"op": "activity", "state": "typing", "topic": roomTopic(general)})
	for _, l := range []*listener{near, far} {
		l.next("hint", typing(ben.me.ID))
	}
	began := time.Now()
	phone.must(http.StatusSeeOther, "POST", "/logout", nil, nil) // at the node that he does not type at
	for _, l := range []*listener{near, far} {
		l.next("hint", typing())
	}
	if took := time.Since(began); took > typingLife/2 {
		t.Errorf("they see him typing for another %v", took)
	}
	if near.sees(ben) != "online" {
		t.Errorf("he is %s", near.sees(ben))
	}
}

// toldLongAgo reports whether nothing is due of the last hint about a room but
// the end of its typing.
func (w *world) toldLongAgo(room int64) bool {
	t := w.app.typing
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.rooms[room]
	return r != nil && !r.renewed && time.Since(r.toldAt) > 2*typingGap
}
