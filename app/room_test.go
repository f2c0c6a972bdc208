package app

import (
	"fmt"
	"net/http"
	"testing"
)

func TestPublicRoomsAreFoundAndJoined(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	boats := ana.creates("public", "boats")
	ana.says(boats.ID, "first")
	ana.must(http.StatusConflict, "POST", "/api/v1/rooms", map[string]any{"kind": "public", "name": "Boats"}, nil)

	ben.must(http.StatusForbidden, "GET", roomPath(boats.ID)+"/messages", nil, nil)
	var found struct{ Rooms []DirectoryRoom }
	ben.must(http.StatusOK, "GET", "/api/v1/rooms/directory", nil, &found)
	if len(found.Rooms) != 2 || found.Rooms[0].Name != "boats" || found.Rooms[0].Joined || found.Rooms[0].MemberCount != 1 {
		t.Fatalf("the directory is %+v", found.Rooms)
	}
	for range 2 {
		var entry RoomEntry
		ben.must(http.StatusOK, "PUT", roomPath(boats.ID)+"/membership", nil, &entry)
		if entry.Role != "member" || entry.LastNumber != 1 || entry.ReadNumber != 1 || entry.LastMessageAt == nil {
			t.Fatalf("joined %+v", entry)
		}
	}
	var in struct{ Members []Member }
	ben.must(http.StatusOK, "GET", roomPath(boats.ID)+"/members", nil, &in)
	if len(in.Members) != 2 || in.Members[0].RoomRole != "owner" || in.Members[1].Username != "ben" {
		t.Fatalf("members %+v", in.Members)
	}
	for range 2 {
		ben.must(http.StatusNoContent, "DELETE", roomPath(boats.ID)+"/membership", nil, nil)
	}
	ben.must(http.StatusForbidden, "GET", roomPath(boats.ID)+"/members", nil, nil)
}

func TestPrivateRoomsCannotBeToldFromNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	secret := ana.creates("private", "secret")
	ana.says(secret.ID, "hush")
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"GET", "/messages", nil},
		{"POST", "/messages", map[string]any{"client_id": newUUID(), "body": "hello?"}},
		{"GET", "/members", nil},
		{"POST", "/members", map[string]any{"user_id": ben.me.ID}},
		{"PUT", "/membership", nil},
		{"DELETE", "/membership", nil},
		{"PUT", "/read", map[string]any{"number": 1}},
		{"DELETE", fmt.Sprintf("/members/%d", ana.me.ID), nil},
	} {
		real := ben.must(http.StatusNotFound, c.method, roomPath(secret.ID)+c.path, c.body, nil)
		none := ben.must(http.StatusNotFound, c.method, roomPath(secret.ID+1000)+c.path, c.body, nil)
		if real.body != none.body {
			t.Errorf("%s %s tells a private room from none:\n%s\n%s", c.method, c.path, real.body, none.body)
		}
	}
	ana.must(http.StatusNoContent, "POST", roomPath(secret.ID)+"/members", map[string]any{"user_id": ben.me.ID}, nil)
	ben.must(http.StatusOK, "GET", roomPath(secret.ID)+"/messages", nil, nil)
	ben.must(http.StatusForbidden, "DELETE", roomPath(secret.ID)+fmt.Sprintf("/members/%d", ana.me.ID), nil, nil)
	ana.must(http.StatusNoContent, "DELETE", roomPath(secret.ID)+fmt.Sprintf("/members/%d", ben.me.ID), nil, nil)
	ben.must(http.StatusNotFound, "GET", roomPath(secret.ID)+"/messages", nil, nil)
	ana.must(http.StatusNotFound, "POST", roomPath(secret.ID)+"/members", map[string]any{"user_id": 999999}, nil)
}

func TestANameDoesNotTellThatAPrivateRoomHasIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	secret := ana.creates("private", "Layoffs")
	open := ben.creates("public", "layoffs")
	hidden := ben.creates("private", "layoffs")
	if secret.ID == open.ID || open.ID == hidden.ID || hidden.Name != open.Name {
		t.Errorf("the rooms are %+v, %+v and %+v", secret, open, hidden)
	}
}

func TestADirectRoomIsTheSameForAllItsPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	cleo := ana.brings("cleo")
	var one, two, notes RoomEntry
	ana.must(http.StatusCreated, "POST", "/api/v1/direct", map[string]any{"user_ids": []int64{ben.me.ID}}, &one)
	ben.must(http.StatusOK, "POST", "/api/v1/direct", map[string]any{"user_ids": []int64{ana.me.ID}}, &two)
	if one.ID != two.ID || one.Kind != "direct" || one.Name != "" || len(one.Members) != 2 {
		t.Fatalf("two rooms: %+v %+v", one, two)
	}
	ana.must(http.StatusCreated, "POST", "/api/v1/direct", map[string]any{"user_ids": []int64{ana.me.ID}}, &notes)
	if len(notes.Members) != 1 {
		t.Fatalf("the room for notes is %+v", notes)
	}
	cleo.must(http.StatusNotFound, "GET", roomPath(one.ID)+"/messages", nil, nil)
	cleo.must(http.StatusNotFound, "PUT", roomPath(one.ID)+"/membership", nil, nil)
	ben.must(http.StatusForbidden, "DELETE", roomPath(one.ID)+"/membership", nil, nil)
	ben.must(http.StatusForbidden, "POST", roomPath(one.ID)+"/members", map[string]any{"user_id": cleo.me.ID}, nil)
	ana.must(http.StatusNotFound, "POST", "/api/v1/direct", map[string]any{"user_ids": []int64{999999}}, nil)
}
