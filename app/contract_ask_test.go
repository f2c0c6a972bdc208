package app

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"chatd/store/rights"
)

// on is the same person in a test of its own.
func (p *person) on(t *testing.T) *person {
	w, same := *p.world, *p
	w.t = t
	same.world = &w
	return &same
}

// sees asks for all lists of rooms, and for each room by its id, and returns
// the rooms that exist as far as this person can tell.
func (p *person) sees(rooms map[rights.Standing]int64) []int64 {
	p.t.Helper()
	var listed, found []int64
	for _, r := range p.overview().Rooms {
		listed = append(listed, r.ID)
	}
	var directory struct{ Rooms []DirectoryRoom }
	if got := p.do("GET", "/api/v1/rooms/directory?limit=200", nil); got.StatusCode == http.StatusOK {
		_ = json.Unmarshal([]byte(got.body), &directory) // else it is empty
	}
	for _, r := range directory.Rooms {
		listed = append(listed, r.ID)
	}
	for at, room := range rooms {
		got := p.do("GET", roomPath(room), nil)
		if got.StatusCode != http.StatusNotFound {
			found = append(found, room)
		}
		if member := at.Role == rights.Role(p.me.Role) && at.RoomRole != rights.Outside; member && got.StatusCode != http.StatusOK {
			p.t.Errorf("%v: %s", at, got.body)
		}
		if slices.Contains(listed, room) != slices.Contains(found, room) {
			p.t.Errorf("%v: listed: %v, but asked for: %s", at, slices.Contains(listed, room), got.Status)
		}
	}
	return found
}

// abilities are what the page is told.
func (p *person) abilities() Abilities {
	p.t.Helper()
	var out struct{ Abilities Abilities }
	p.must(http.StatusOK, "GET", "/api/v1/overview", nil, &out)
	return out.Abilities
}

// follows asks the hub for the topics of rooms, and returns those that it
// allows.
func (p *person) follows(rooms map[rights.Standing]int64) []int64 {
	p.t.Helper()
	topics := map[string][2]int64{}
	for _, room := range rooms {
		topics[roomTopic(room)] = [2]int64{}
	}
	denied := p.denied(topics)
	var followed []int64
	for _, room := range rooms {
		if !slices.Contains(denied, roomTopic(room)) {
			followed = append(followed, room)
		}
	}
	return followed
}

// denied asks the hub for topics, and returns those that it refuses, on both
// channels alike.
func (p *person) denied(topics map[string][2]int64) []string {
	p.t.Helper()
	var control, data struct{ Events []event }
	p.must(http.StatusOK, "POST", "/comet/control", map[string]any{
		"operations": []any{map[string]any{"op": "join"}, map[string]any{"op": "subscribe", "topics": topics}},
	}, &control)
	p.must(http.StatusOK, "POST", "/comet/data", map[string]any{"event": "listen", "mode": "poll", "have": topics}, &data)
	if control.Events[1].Event != "subscribe-ack" || data.Events[0].Event != "listen-ack" {
		p.t.Fatalf("%+v %+v", control.Events, data.Events)
	}
	a, b := control.Events[1].Denied, data.Events[0].Denied
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(a, b) {
		p.t.Errorf("the control channel denies %v, the data channel %v", a, b)
	}
	return a
}
