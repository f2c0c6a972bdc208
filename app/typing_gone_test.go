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
	var people []*person // one for each try
	for _, name := range []string{"ben", "cleo", "dan", "eve", "flo"} {
		people = append(people, ana.brings(name))
	}
	general := ana.room("general").ID
	near, far := ana.streams("ndjson"), ana.at(there).streams("iframe")
	typing := func(who ...int64) func(event) bool {
		want := fmt.Sprintf(`{"room_id":%d,"user_ids":%s}`, general, encode(append([]int64{}, who...)))
		return func(e event) bool { return e.Key == typingKey(general) && string(e.Payload) == want }
	}
	quickly(t, "the end of his typing", typingLife/2, func(i int) time.Duration {
		ben := people[i]
		his := ben.streams("ndjson")
		near.hears(ben, "signed-in")
		far.learns(ben, "online")
		his.types(general)
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
		return time.Since(began)
	})
}

// He is still there, on another device and another node.
func TestWhoSignsOutOfTheDeviceTheyTypeOnTypesNoMore(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	general := ana.room("general").ID
	near, far := ana.streams("ndjson"), ana.at(there).streams("iframe")
	ben.streams("ndjson").learns(ana, "online")
	far.learns(ben, "online")
	typing := func(who ...int64) func(event) bool {
		want := fmt.Sprintf(`{"room_id":%d,"user_ids":%s}`, general, encode(append([]int64{}, who...)))
		return func(e event) bool { return e.Key == typingKey(general) && string(e.Payload) == want }
	}
	quickly(t, "the end of his typing", typingLife/2, func(int) time.Duration {
		phone := ben.signsInAgain()
		his := phone.at(there).streams("ndjson")
		his.types(general)
		for _, l := range []*listener{near, far} {
			l.next("hint", typing(ben.me.ID))
		}
		began := time.Now()
		phone.must(http.StatusSeeOther, "POST", "/logout", nil, nil) // at the node that he does not type at
		for _, l := range []*listener{near, far} {
			l.next("hint", typing())
		}
		return time.Since(began)
	})
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
