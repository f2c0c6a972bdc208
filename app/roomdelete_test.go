package app

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"chatd/store"
	"chatd/store/storetest"
)

// deletesRoom deletes a room and returns until when it can be taken back.
func (p *person) deletesRoom(room int64) time.Time {
	p.t.Helper()
	var out struct {
		UndeleteUntil time.Time `json:"undelete_until"`
	}
	p.must(http.StatusOK, "DELETE", roomPath(room), nil, &out)
	return out.UndeleteUntil
}

func TestADeletedRoomEndsForEverybodyOnEveryNode(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	boats := ana.creates("public", "boats")
	ana.adds(boats.ID, ben)
	gus := ana.bringsGuest("gus", boats.ID)
	ana.says(boats.ID, "ahoy")
	streams := map[*listener]*person{}
	for _, w := range []*world{here, there} {
		streams[ben.at(w).streams("ndjson")] = ben
		l := gus.at(w).listener()
		delete(l.have, workspaceTopic)
		l.open("ndjson")
		streams[l] = gus
	}
	if until := time.Until(ana.deletesRoom(boats.ID)); (until - store.RoomGrace).Abs() > time.Minute {
		t.Errorf("it can be taken back for %v", until)
	}
	for l, who := range streams {
		if e := l.next("unsubscribe-ack"); e.Why != "removed" || string(e.Topics) != fmt.Sprintf("[%q]", roomTopic(boats.ID)) {
			t.Errorf("unsubscribed: %+v %s", e, e.Topics)
		}
		if n := l.news(userTopic(who.me.ID), "room-removed"); n.RoomID != boats.ID {
			t.Errorf("told %+v", n)
		}
		if who == ben {
			l.news(workspaceTopic, "room-unlisted", about(boats.ID))
		}
	}
	for _, p := range []*person{ana, ben, gus, ben.at(there)} {
		for _, c := range []struct{ method, path string }{
			{"GET", roomPath(boats.ID)}, {"GET", roomPath(boats.ID) + "/messages"}, {"POST", roomPath(boats.ID) + "/messages"},
			{"GET", roomPath(boats.ID) + "/members"}, {"PUT", roomPath(boats.ID) + "/membership"}, {"PATCH", roomPath(boats.ID)},
		} {
			body := map[string]any{}
			if strings.HasSuffix(c.path, "/messages") {
				body["body"] = "x"
			}
			if got := p.do(c.method, c.path, body); got.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %s %s: %s", p.me.Username, c.method, c.path, got.Status)
			}
		}
		if slices.ContainsFunc(p.overview().Rooms, func(r RoomEntry) bool { return r.ID == boats.ID }) {
			t.Errorf("%s still has it", p.me.Username)
		}
	}
	if names := usernames(gus.overview().Users); !slices.Equal(names, []string{"gus"}) {
		t.Errorf("the guest still sees %q", names)
	}
	if slices.Contains(ben.listed(), "boats") {
		t.Error("the directory still has it")
	}
	if page := ben.opens("/plain/"); strings.Contains(page.body, "boats") {
		t.Error("the plain page still has it")
	}

	var back Room
	ana.must(http.StatusOK, "PUT", roomPath(boats.ID)+"/undelete", nil, &back)
	if back.ID != boats.ID || back.Name != "boats" || back.State != "open" {
		t.Errorf("back is %+v", back)
	}
	for l, who := range streams {
		if n, ok := l.news(userTopic(who.me.ID), "room-added", about(boats.ID)).Room.(map[string]any); !ok || n["name"] != "boats" {
			t.Errorf("told %+v", n)
		}
	}
	if texts := ben.history(boats.ID, "").Messages; len(texts) != 1 || texts[0].Body != "ahoy" {
		t.Errorf("it has %+v", texts)
	}
	if names := usernames(gus.overview().Users); !slices.Equal(names, []string{"ana", "ben", "gus"}) {
		t.Errorf("the guest sees %q", names)
	}
}

func TestADeletedRoomIsTakenBackInTime(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	w := newWorldAt(t, store.Config{URL: url})
	ana := w.owner()
	ben := ana.brings("ben")
	boats := ana.creates("public", "boats")
	undelete := roomPath(boats.ID) + "/undelete"
	checkProblem(t, ben.do("DELETE", roomPath(boats.ID), nil), http.StatusForbidden, "not allowed")
	checkProblem(t, ben.do("PUT", undelete, nil), http.StatusForbidden, "not allowed")
	ana.must(http.StatusOK, "PUT", undelete, nil, nil) // it is there
	if first, again := ana.deletesRoom(boats.ID), ana.deletesRoom(boats.ID); !first.Equal(again) {
		t.Errorf("deleted twice: %v, %v", first, again)
	}
	checkProblem(t, ben.do("DELETE", roomPath(boats.ID), nil), http.StatusNotFound, "does not exist")
	checkProblem(t, ben.do("PUT", undelete, nil), http.StatusNotFound, "does not exist")
	var lost struct {
		Name          string    `json:"name"`
		UndeleteUntil time.Time `json:"undelete_until"`
		MayUndelete   bool      `json:"may_undelete"`
	}
	ana.must(http.StatusOK, "GET", roomPath(boats.ID)+"/deletion", nil, &lost)
	if left := time.Until(lost.UndeleteUntil) - store.RoomGrace; lost.Name != "boats" || !lost.MayUndelete || left.Abs() > time.Minute {
		t.Errorf("told %+v", lost)
	}
	checkProblem(t, ben.do("GET", roomPath(boats.ID)+"/deletion", nil), http.StatusNotFound, "does not exist")
	ben.creates("public", "Boats")
	checkProblem(t, ana.do("PUT", undelete, nil), http.StatusConflict, "already a room")
	checkProblem(t, ana.do("PUT", undelete, map[string]any{"name": ""}), http.StatusUnprocessableEntity, "1 to 80")
	var back Room
	ana.must(http.StatusOK, "PUT", undelete, map[string]any{"name": "ships"}, &back)
	if back.Name != "ships" {
		t.Errorf("back is %+v", back)
	}
	checkProblem(t, ana.do("GET", roomPath(boats.ID)+"/deletion", nil), http.StatusNotFound, "does not exist")
	ana.must(http.StatusOK, "DELETE", roomPath(boats.ID), map[string]any{"reason": "moved"}, nil)
	checkProblem(t, ana.do("DELETE", roomPath(boats.ID), map[string]any{"reason": strings.Repeat("x", 501)}), http.StatusUnprocessableEntity, "500")
	storetest.Age(t, url, boats.ID, store.RoomGrace+time.Minute)
	checkProblem(t, ana.do("PUT", undelete, nil), http.StatusGone, "erased")
	if err := w.app.retain(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkProblem(t, ana.do("PUT", undelete, nil), http.StatusGone, "erased")
	checkProblem(t, ana.do("DELETE", roomPath(boats.ID), nil), http.StatusNotFound, "does not exist")
}

// Who shared only a deleted room with a guest is out of their sight at once, and
// back in it when the room is.
func TestAGuestLosesSightOfThoseInADeletedRoom(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	boats := ana.creates("private", "boats")
	ana.adds(boats.ID, ben)
	gus := ana.bringsGuest("gus", boats.ID)
	ben.streams("ndjson")
	streams := []*listener{gus.watches(ben), gus.at(there).watches(ben)}
	for _, l := range streams {
		l.learns(ben, "online")
		l.notices = nil
	}
	ana.deletesRoom(boats.ID)
	for _, l := range streams {
		l.learns(ben, "offline")
		l.heardNothing(ben) // he has not gone anywhere
	}
	ana.must(http.StatusOK, "PUT", roomPath(boats.ID)+"/undelete", nil, nil)
	for _, l := range streams {
		l.learns(ben, "online")
	}
}
