package app

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"chatd/comet"
	"chatd/store/storetest"
)

// changes changes a room.
func (p *person) changes(room int64, change map[string]any) (changed Room) {
	p.t.Helper()
	p.must(http.StatusOK, "PATCH", roomPath(room), change, &changed)
	return changed
}

// listed are the names in the directory.
func (p *person) listed() []string {
	p.t.Helper()
	var page struct{ Rooms []DirectoryRoom }
	p.must(http.StatusOK, "GET", "/api/v1/rooms/directory?limit=200", nil, &page)
	var names []string
	for _, r := range page.Rooms {
		names = append(names, r.Name)
	}
	return names
}

func about(room int64) func(News) bool {
	return func(n News) bool {
		shown, _ := n.Room.(map[string]any)
		id, _ := shown["id"].(float64)
		return n.RoomID == room || int64(id) == room
	}
}

func TestEverythingAboutARoomCanBeSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	boats := ana.creates("public", "boats")
	room := ana.changes(boats.ID, map[string]any{
		"topic": "Regatta", "slow_mode": 30, "notices": "condense", "retention_days": 90, "is_default": true, "state": "members",
	})
	if room.Topic != "Regatta" || room.SlowMode != 30 || room.Notices != "condense" || *room.Retention != 90 || !room.Default || room.State != "members" {
		t.Errorf("now %+v", room)
	}
	if room := ana.changes(boats.ID, map[string]any{"retention_days": nil}); room.Retention != nil || room.Topic != "Regatta" {
		t.Errorf("as the workspace says: %+v", room)
	}
	if room := ana.changes(boats.ID, map[string]any{"retention_days": 0, "is_default": false, "archived": true}); room.Retention == nil || *room.Retention != 0 || room.State != "archived" {
		t.Errorf("for ever, and archived: %+v", room)
	}
	checkProblem(t, ana.do("POST", roomPath(boats.ID)+"/messages", map[string]any{"body": "x"}), http.StatusForbidden, "archived")
	if room := ana.changes(boats.ID, map[string]any{"archived": false}); room.State != "members" {
		t.Errorf("taken back: %+v", room)
	}
}

func TestARoomCannotBeSetToJustAnything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	boats, secret := ana.creates("public", "boats"), ana.creates("private", "secret")
	hers := ben.creates("public", "whales")
	for _, c := range []struct {
		who    *person
		room   int64
		change any
		status int
		says   string
	}{
		{ana, boats.ID, map[string]any{"retention_days": -1}, 422, "retention days"},
		{ana, boats.ID, map[string]any{"retention_days": 40000}, 422, "retention days"},
		{ana, boats.ID, map[string]any{"retention_days": "7"}, 422, "retention days"},
		{ana, boats.ID, map[string]any{"retention_days": 1.5}, 422, "retention days"},
		{ana, boats.ID, map[string]any{"slow_mode": 86401}, 422, "slow mode"},
		{ana, boats.ID, map[string]any{"state": "archived"}, 422, "state"},
		{ana, boats.ID, map[string]any{"kind": "direct"}, 422, "kind"},
		{ana, boats.ID, map[string]any{"notices": "x"}, 422, "notices"},
		{ana, boats.ID, map[string]any{"archived": "yes"}, 422, "archived"},
		{ana, boats.ID, map[string]any{"deleted": true}, 422, "not known"},
		{ana, secret.ID, map[string]any{"is_default": true}, 422, "public"},
		{ana, boats.ID, map[string]any{"name": "whales", "topic": "x"}, 409, "already a room"},
		{ana, hers.ID, map[string]any{"kind": "private"}, 403, "Join it first"},
		{ben, hers.ID, map[string]any{"is_default": true, "topic": "x"}, 403, "not allowed"},
		{ben, boats.ID, map[string]any{"topic": "x"}, 403, "not allowed"},
		{ben, secret.ID, map[string]any{"topic": "x"}, 404, "does not exist"},
		{ana, 1 << 40, map[string]any{"topic": "x"}, 404, "does not exist"},
	} {
		checkProblem(t, c.who.do("PATCH", roomPath(c.room), c.change), c.status, c.says)
	}
	var entry RoomEntry
	ana.must(http.StatusOK, "GET", roomPath(boats.ID), nil, &entry)
	if entry.Room != boats.Room {
		t.Errorf("it is %+v, was %+v", entry.Room, boats.Room)
	}
}

// Of a public room everybody hears what the directory shows; of one that is
// private now no more than that it is gone, whatever they knew and wherever they
// are connected.
func TestTheDirectoryOfOthersFollows(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	near, far := ben.streams("ndjson"), ben.at(there).streams("ndjson")
	begin := map[string]comet.Position{workspaceTopic: near.have[workspaceTopic]}
	boats := ana.creates("public", "boats")
	both := func(kind string, ok ...func(News) bool) News {
		t.Helper()
		near.news(workspaceTopic, kind, append(ok, about(boats.ID))[0])
		return far.news(workspaceTopic, kind, append(ok, about(boats.ID))[0])
	}
	both("room-created")
	ana.changes(boats.ID, map[string]any{"name": "ships"})
	if n := both("room-listed"); n.Room.(map[string]any)["name"] != "ships" {
		t.Errorf("renamed: %+v", n)
	}
	ana.changes(boats.ID, map[string]any{"archived": true})
	if n := both("room-listed"); n.Room.(map[string]any)["state"] != "archived" {
		t.Errorf("archived: %+v", n)
	}
	ana.changes(boats.ID, map[string]any{"archived": false})
	both("room-listed")
	ana.changes(boats.ID, map[string]any{"kind": "private", "name": "pirates"})
	if n := both("room-unlisted"); n.Room != nil || n.RoomID != boats.ID {
		t.Errorf("private: %+v", n)
	}
	if names := ben.listed(); slices.Contains(names, "pirates") || slices.Contains(names, "ships") {
		t.Errorf("the directory has %q", names)
	}
	// Whoever comes back with what they knew before learns nothing of it.
	for _, w := range []*world{here, there} {
		late := ben.at(w).listener()
		late.have[workspaceTopic] = begin[workspaceTopic]
		late.open("ndjson")
		late.news(workspaceTopic, "room-unlisted", about(boats.ID))
		for _, h := range late.heard {
			if h.topic == workspaceTopic && h.Room != nil {
				t.Errorf("told: %s %v", h.Kind, h.Room)
			}
		}
	}
	ana.changes(boats.ID, map[string]any{"kind": "public"})
	if n := both("room-listed"); n.Room.(map[string]any)["name"] != "pirates" {
		t.Errorf("public again: %+v", n)
	}
}

func TestAGuestHearsNothingOfTheDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	boats, quay := ana.creates("public", "boats"), ana.creates("private", "quay")
	gus := ana.bringsGuest("gus", quay.ID)
	l := gus.listener()
	delete(l.have, workspaceTopic)
	l.open("ndjson")
	ana.changes(boats.ID, map[string]any{"name": "ships"})
	ana.changes(quay.ID, map[string]any{"kind": "public"})
	if n := l.news(roomTopic(quay.ID), "room-changed"); n.Room.(map[string]any)["kind"] != "public" {
		t.Errorf("his own room: %+v", n)
	}
	for _, h := range l.heard {
		if about(boats.ID)(h.News) {
			t.Errorf("he heard %+v", h)
		}
	}
}

// An address has the number of the room, so it goes on to lead there.
func TestLinksToARenamedRoomGoOnToWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	boats := ana.creates("public", "boats")
	ben.must(http.StatusOK, "PUT", roomPath(boats.ID)+"/membership", nil, nil)
	ben.says(boats.ID, "ahoy")
	for i, change := range []map[string]any{{"name": "ships"}, {"kind": "private"}, {"kind": "public", "name": "vessels"}, {"archived": true}} {
		room := ana.changes(boats.ID, change)
		for _, p := range []*person{ana, ben} {
			if got := p.opens(fmt.Sprintf("/rooms/%d", boats.ID)); got.StatusCode != http.StatusOK {
				t.Errorf("change %d: the page answers %s", i, got.Status)
			}
			var entry RoomEntry
			p.must(http.StatusOK, "GET", roomPath(boats.ID), nil, &entry)
			if entry.Name != room.Name || entry.ID != boats.ID || len(p.history(boats.ID, "").Messages) != 1 {
				t.Errorf("change %d: %+v", i, entry)
			}
		}
	}
}
