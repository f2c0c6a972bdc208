package app

import (
	"net/http"
	"testing"

	"chatd/store/storetest"
)

func TestARoomIsChangedByThoseWhoLookAfterIt(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	boats := ben.creates("public", "boats")
	ana.must(http.StatusOK, "PUT", roomPath(boats.ID)+"/membership", nil, nil)
	far := ana.at(there).streams("ndjson")

	var room Room
	ben.must(http.StatusOK, "PATCH", roomPath(boats.ID),
		map[string]any{"name": "ships", "description": "Big ones", "state": "read-only"}, &room)
	if room.Name != "ships" || room.Description != "Big ones" || room.State != "read-only" {
		t.Errorf("now %+v", room)
	}
	changed, ok := far.news(roomTopic(boats.ID), "room-changed").Room.(map[string]any)
	if !ok || changed["name"] != "ships" || changed["state"] != "read-only" {
		t.Errorf("heard of %v", changed)
	}
	var entry RoomEntry
	ana.must(http.StatusOK, "GET", roomPath(boats.ID), nil, &entry)
	if entry.Name != "ships" || entry.State != "read-only" || entry.Role != "member" {
		t.Errorf("the entry is %+v", entry)
	}
	cleo := ana.brings("cleo")
	checkProblem(t, cleo.do("PATCH", roomPath(boats.ID), map[string]any{"name": "x"}), http.StatusForbidden, "not allowed")
	cleo.must(http.StatusForbidden, "GET", roomPath(boats.ID), nil, nil)
	checkProblem(t, ben.do("PATCH", roomPath(boats.ID), map[string]any{"name": "General"}), http.StatusConflict, "already a room")
	checkProblem(t, ben.do("PATCH", roomPath(boats.ID), map[string]any{"name": " "}), http.StatusUnprocessableEntity, "1 to 80")
	ben.must(http.StatusOK, "PATCH", roomPath(boats.ID), map[string]any{}, nil)
	secret := ben.creates("private", "secret")
	for _, method := range []string{"GET", "PATCH"} {
		hidden := ana.must(http.StatusNotFound, method, roomPath(secret.ID), map[string]any{}, nil)
		none := ana.must(http.StatusNotFound, method, roomPath(secret.ID+1000), map[string]any{}, nil)
		if hidden.body != none.body {
			t.Errorf("%s tells a private room from none:\n%s\n%s", method, hidden.body, none.body)
		}
	}
}

func TestOnlyThoseWhoLookAfterAReadOnlyRoomWriteInIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	general := ana.room("general")
	ana.must(http.StatusOK, "PATCH", roomPath(general.ID), map[string]any{"state": "read-only"}, nil)
	checkProblem(t, ben.do("POST", roomPath(general.ID)+"/messages", map[string]any{"body": "may I?"}), http.StatusForbidden, "read-only")
	ana.says(general.ID, "no")

	stream := ben.streams("ndjson")
	hers := ana.streams("ndjson")
	var member Member
	ana.must(http.StatusOK, "PATCH", roomPath(general.ID)+"/members/"+userName(ben.me.ID), map[string]any{"role": "moderator"}, &member)
	if member.ID != ben.me.ID || member.RoomRole != "moderator" || member.State == "" {
		t.Errorf("now %+v", member)
	}
	told := hers.news(roomTopic(general.ID), "member-changed")
	if told.User.ID != ben.me.ID || told.Actor.ID != ana.me.ID || told.At == 0 {
		t.Errorf("all hear %+v", told)
	}
	mine, ok := stream.news(userTopic(ben.me.ID), "room-role-changed").Room.(map[string]any)
	if !ok || mine["role"] != "moderator" || mine["state"] != "read-only" || mine["position"] == nil {
		t.Errorf("Ben hears %v", mine)
	}
	ben.says(general.ID, "thank you")
	checkProblem(t, ben.do("PATCH", roomPath(general.ID)+"/members/"+userName(ana.me.ID), map[string]any{"role": "member"}),
		http.StatusForbidden, "not allowed")
	checkProblem(t, ana.do("PATCH", roomPath(general.ID)+"/members/999999", map[string]any{"role": "member"}), http.StatusNotFound, "no such person")
	ana.must(http.StatusOK, "PATCH", roomPath(general.ID), map[string]any{"state": "open"}, nil)
	cleo := ana.brings("cleo")
	cleo.says(general.ID, "hello")
}

func TestMembersAndRoomsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ana.brings("ben")
	ana.brings("cleo")
	ana.creates("public", "boats")
	var members struct {
		Members []Member
		Next    *string
	}
	path := roomPath(ana.room("general").ID) + "/members?limit=2"
	ana.must(http.StatusOK, "GET", path, nil, &members)
	if len(members.Members) != 2 || members.Next == nil {
		t.Fatalf("the first page is %+v", members)
	}
	ana.must(http.StatusOK, "GET", path+"&after="+*members.Next, nil, &members)
	if len(members.Members) != 1 || members.Members[0].Username != "cleo" || members.Next != nil {
		t.Errorf("the last page is %+v", members)
	}
	var rooms struct {
		Rooms []DirectoryRoom
		Next  *string
	}
	ana.must(http.StatusOK, "GET", "/api/v1/rooms/directory?limit=1", nil, &rooms)
	if len(rooms.Rooms) != 1 || rooms.Next == nil {
		t.Fatalf("the first page is %+v", rooms)
	}
	ana.must(http.StatusOK, "GET", "/api/v1/rooms/directory?limit=1&after="+*rooms.Next, nil, &rooms)
	if len(rooms.Rooms) != 1 || rooms.Rooms[0].Name != "general" {
		t.Errorf("the next page is %+v", rooms)
	}
}
