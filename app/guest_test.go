package app

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"chatd/store/storetest"
)

// bringsGuest lets a guest join rooms.
func (p *person) bringsGuest(username string, rooms ...int64) *person {
	p.t.Helper()
	var made struct{ URL string }
	p.must(http.StatusCreated, "POST", "/api/v1/invites", map[string]any{"role": "guest", "room_ids": rooms}, &made)
	guest := p.visitor()
	body := newAccount(username)
	_, body["invite"], _ = strings.Cut(made.URL, "/join/")
	var out struct{ User User }
	guest.must(http.StatusCreated, "POST", "/api/v1/sign-up", body, &out)
	guest.me = out.User
	return guest
}

// adds brings somebody into a room.
func (p *person) adds(room int64, who *person) {
	p.t.Helper()
	p.must(http.StatusNoContent, "POST", roomPath(room)+"/members", map[string]any{"user_id": who.me.ID}, nil)
}

func usernames(users []User) []string {
	names := make([]string, len(users))
	for i, u := range users {
		names[i] = u.Username
	}
	return names
}

func TestAGuestSeesTheirRoomsAndThePeopleInThemAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	boats := ana.creates("private", "boats")
	gus := ana.bringsGuest("gus", boats.ID)
	if gus.me.Role != "guest" {
		t.Fatalf("he is %+v", gus.me)
	}
	o := gus.overview()
	if names := usernames(o.Users); !slices.Equal(names, []string{"ana", "gus"}) || len(o.Rooms) != 1 || o.Rooms[0].ID != boats.ID {
		t.Errorf("he sees %q and %+v", names, o.Rooms)
	}
	if slices.Contains(o.Abilities.Workspace, "see-directory") {
		t.Errorf("he may %+v", o.Abilities)
	}
	var page peoplePage
	gus.must(http.StatusOK, "GET", "/api/v1/users", nil, &page)
	if len(page.Users) != 2 {
		t.Errorf("his list is %+v", page.Users)
	}
	general := ana.room("general").ID
	for _, c := range []struct {
		status       int
		method, path string
		body         any
	}{
		{http.StatusForbidden, "GET", "/api/v1/rooms/directory", nil},
		{http.StatusForbidden, "POST", "/api/v1/rooms", map[string]any{"kind": "public", "name": "x"}},
		{http.StatusForbidden, "POST", "/api/v1/invites", map[string]any{}},
		{http.StatusForbidden, "POST", roomPath(boats.ID) + "/members", map[string]any{"user_id": ana.me.ID}},
		{http.StatusNotFound, "GET", userPath(ben.me.ID), nil},
		{http.StatusNotFound, "PATCH", userPath(ben.me.ID), map[string]any{"role": "guest"}},
		{http.StatusNotFound, "DELETE", userPath(ben.me.ID) + "/sessions", nil},
		{http.StatusNotFound, "POST", "/api/v1/direct", map[string]any{"user_ids": []int64{ben.me.ID}}},
		{http.StatusNotFound, "GET", roomPath(general), nil},
		{http.StatusNotFound, "GET", roomPath(general) + "/messages", nil},
		{http.StatusNotFound, "PUT", roomPath(general) + "/membership", nil},
	} {
		gus.must(c.status, c.method, c.path, c.body, nil)
	}
	gus.must(http.StatusCreated, "POST", "/api/v1/direct", map[string]any{"user_ids": []int64{ana.me.ID}}, nil)
	gus.says(boats.ID, "ahoy")
	checkProblem(t, ana.do("POST", "/api/v1/invites", map[string]any{"role": "guest"}), http.StatusUnprocessableEntity, "at least one")
}

func TestAGuestLearnsOnlyOfThePeopleInTheirRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	boats := ana.creates("private", "boats")
	gus := ana.bringsGuest("gus", boats.ID)
	ben.streams("ndjson")

	l := gus.listener()
	l.people = []string{userName(ben.me.ID), userName(cleo.me.ID)} // as if he knew of them
	l.open("ndjson")
	if got := l.next("listen-ack"); !slices.Equal(got.Denied, []string{workspaceTopic}) {
		t.Fatalf("denied: %q", got.Denied)
	}
	for _, e := range l.control(map[string]any{"op": "subscribe", "topics": map[string]any{workspaceTopic: []int{0, 0}, roomTopic(ana.room("general").ID): []int{0, 0}}}) {
		if len(e.Denied) != 2 {
			t.Errorf("subscribed: %+v", e)
		}
	}
	hidden := func(e event) bool {
		for _, who := range []*person{ben, cleo} {
			if _, told := e.States[userName(who.me.ID)]; told || notice(who.me.ID, "signed-in")(e) {
				t.Errorf("he is told of %s: %+v", who.me.Username, e)
			}
		}
		return notice(ana.me.ID, "signed-in")(e)
	}
	cleo.streams("ndjson")
	ana.streams("ndjson")
	l.next("presence", hidden)

	// Ben joins the room. From then on he is seen.
	ana.must(http.StatusNoContent, "POST", roomPath(boats.ID)+"/members", map[string]any{"user_id": ben.me.ID}, nil)
	l.hangUp()
	for l.sees(ben) != "online" {
		l.polls()
	}
	if l.sees(cleo) != "offline" {
		t.Errorf("he is told of more: %v", l.states)
	}
}

func TestWhoBecomesAGuestLosesSightOfTheOthersAtOnceOnEveryNode(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	cleo := ana.brings("cleo")
	boats := ana.creates("public", "boats")
	general := ana.room("general").ID
	ben.must(http.StatusOK, "PUT", roomPath(boats.ID)+"/membership", nil, nil)
	ben.must(http.StatusNoContent, "DELETE", roomPath(general)+"/membership", nil, nil)
	ana.streams("ndjson")
	cleo.streams("ndjson")
	streams := []*listener{ben.watches(cleo), ben.at(there).watches(cleo)} // with whom he shares no room
	online := func(who *person) func(event) bool {
		return func(e event) bool { return e.States[userName(who.me.ID)] == "online" }
	}
	for _, l := range streams {
		l.next("presence", online(cleo))
	}

	ana.gives(ben.me.ID, "guest")
	for _, l := range streams {
		if e := l.next("unsubscribe-ack"); e.Why != "removed" || string(e.Topics) != `["workspace"]` {
			t.Errorf("unsubscribed: %+v %s", e, e.Topics)
		}
		e := l.next("presence", func(e event) bool { return e.Snapshot })
		if !online(ana)(e) || online(cleo)(e) {
			t.Errorf("he sees %v", e.States)
		}
	}
	ana.creates("public", "whales")
	ana.says(boats.ID, "over")
	for _, l := range streams {
		l.news(roomTopic(boats.ID), "message")
		for _, h := range l.heard {
			if h.topic != workspaceTopic || h.Kind != "room-created" {
				continue
			}
			// Of the boats he may have heard while he was a member.
			if room, ok := h.Room.(map[string]any); !ok || room["name"] != "boats" {
				t.Errorf("he heard of a new room: %v", h.Room)
			}
		}
	}

	ana.gives(ben.me.ID, "member")
	again := ben.watches(cleo)
	again.next("presence", online(cleo))
}

// Membership ends in both ways, on the node where the guest listens and on
// another one.
func TestAGuestLosesSightOfThoseWithWhomTheyNoLongerShareARoom(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	boats := ana.creates("private", "boats")
	quay, dock := ana.creates("private", "quay"), ana.creates("private", "dock")
	ana.adds(quay.ID, ben)
	ana.adds(dock.ID, cleo)
	gus := ana.bringsGuest("gus", boats.ID, quay.ID, dock.ID)
	for _, p := range []*person{ben, cleo} {
		p.streams("ndjson")
	}
	streams := []*listener{}
	for _, w := range []*world{here, there} {
		l := gus.at(w).listener()
		l.open("ndjson")
		seen := map[string]string{}
		l.next("presence", func(e event) bool {
			maps.Copy(seen, e.States)
			return seen[userName(ben.me.ID)] == "online" && seen[userName(cleo.me.ID)] == "online"
		})
		streams = append(streams, l)
	}
	gone := func(l *listener, who *person) {
		t.Helper()
		l.next("presence", func(e event) bool {
			_, told := e.States[userName(who.me.ID)]
			return e.Snapshot && !told
		})
	}
	ana.must(http.StatusNoContent, "DELETE", roomPath(quay.ID)+"/members/"+userName(gus.me.ID), nil, nil)
	for _, l := range streams {
		gone(l, ben)
	}
	cleo.must(http.StatusNoContent, "DELETE", roomPath(dock.ID)+"/membership", nil, nil)
	for _, l := range streams {
		gone(l, cleo)
	}
	for _, p := range []*person{ben, cleo} {
		p.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
		p.must(http.StatusOK, "POST", "/api/v1/sign-in", signInBody(p.me.Username, password), nil)
		p.streams("ndjson")
	}
	ana.streams("ndjson")
	for _, l := range streams {
		l.next("presence", func(e event) bool {
			for _, who := range []*person{ben, cleo} {
				if _, told := e.States[userName(who.me.ID)]; told || notice(who.me.ID, "signed-in")(e) {
					t.Errorf("he is told of %s: %+v", who.me.Username, e)
				}
			}
			return notice(ana.me.ID, "signed-in")(e)
		})
	}
}

// Nothing that a guest was told names what others did before they met.
func TestAGuestHearsNothingFromBeforeSomebodyCameIntoTheRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	boats := ana.creates("private", "boats").ID
	gus := ana.bringsGuest("gus", boats)
	hers, his := ana.streams("ndjson"), gus.watches()
	his.learns(ana, "online")
	for range 3 {
		browser := ben.signsInAgain()
		browser.streams("ndjson")
		hers.hears(ben, "signed-in")
		browser.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
		hers.hears(ben, "signed-out")
	}
	ben.streams("ndjson")
	hers.hears(ben, "signed-in")
	ana.adds(boats, ben)
	his.learns(ben, "online")
	his.heardNothing(ben)
	ben.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	his.hears(ben, "signed-out")
	his.heardNothing(ben)
}
