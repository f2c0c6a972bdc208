package app

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

func TestABlockIsToldToOnesOwnDevicesAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	phone, his := ana.signsInAgain().streams("ndjson"), ben.streams("ndjson")
	blocked := func() []int64 {
		t.Helper()
		var o struct{ Blocked []int64 }
		ana.must(http.StatusOK, "GET", "/api/v1/overview", nil, &o)
		return o.Blocked
	}
	if got := blocked(); got == nil || len(got) != 0 {
		t.Errorf("at first %v", got)
	}
	path := fmt.Sprint("/api/v1/me/blocks/", ben.me.ID)
	for range 2 {
		ana.must(http.StatusNoContent, "PUT", path, nil, nil)
	}
	if n := phone.news(userTopic(ana.me.ID), "me-changed"); !slices.Equal(*n.Blocked, []int64{ben.me.ID}) || n.User.ID != ana.me.ID {
		t.Errorf("the phone is told %+v", n)
	}
	if got := blocked(); !slices.Equal(got, []int64{ben.me.ID}) {
		t.Errorf("blocked %v", got)
	}
	var list struct{ Users []User }
	ana.must(http.StatusOK, "GET", "/api/v1/me/blocks", nil, &list)
	if len(list.Users) != 1 || list.Users[0].ID != ben.me.ID {
		t.Errorf("the list has %+v", list)
	}
	for range 2 {
		ana.must(http.StatusNoContent, "DELETE", path, nil, nil)
	}
	if n := phone.news(userTopic(ana.me.ID), "me-changed"); n.Blocked == nil || len(*n.Blocked) != 0 {
		t.Errorf("then the phone is told %+v", n)
	}
	for path, status := range map[string]int{
		fmt.Sprint("/api/v1/me/blocks/", ana.me.ID): 422, "/api/v1/me/blocks/1": 404, "/api/v1/me/blocks/99999": 404, "/api/v1/me/blocks/x": 404,
	} {
		if got := ana.do("PUT", path, nil); got.StatusCode != status {
			t.Errorf("PUT %s: %s, want %d: %s", path, got.Status, status, got.body)
		}
	}
	// He has heard nothing of it.
	ana.says(ana.room("general").ID, "hello")
	his.news(roomTopic(ana.room("general").ID), "message")
	for _, h := range his.heard {
		if h.topic == userTopic(ben.me.ID) {
			t.Errorf("he is told %+v", h)
		}
	}
}
