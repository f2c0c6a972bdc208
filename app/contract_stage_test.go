package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"chatd/store/rights"
)

// A stage is a workspace in which there is a room for every standing that
// somebody can have, and in each room the same others.
type stage struct {
	*world
	keeper *person // an owner of the workspace and of all rooms
	// In all rooms: a member, a moderator and another owner. In none: a stranger.
	mate, warden, second, stranger *person
	actors                         map[rights.Role]*person
	rooms                          map[rights.Standing]int64
	reports                        map[rights.Standing]int64
}

// The first messages of a room on a stage are the mate's, and then there is one
// of the actor's, who was in all rooms but the direct ones of others.
const (
	matesMessages = 3
	ownMessage    = matesMessages + 1
)

func newStage(t *testing.T) *stage {
	t.Helper()
	w := newWorld(t)
	w.app.reports = newRateLimit[int64](time.Microsecond, 1_000_000) // has its own tests
	s := &stage{
		world: w, keeper: w.owner(), actors: map[rights.Role]*person{},
		rooms: map[rights.Standing]int64{}, reports: map[rights.Standing]int64{},
	}
	s.keeper.must(http.StatusOK, "PATCH", "/api/v1/workspace", map[string]any{"flood_messages": 1000, "flood_seconds": 1}, nil)
	for i, p := range []**person{&s.mate, &s.warden, &s.second, &s.stranger} {
		*p = s.keeper.brings(fmt.Sprintf("other%d", i))
	}
	// A guest becomes one last: nobody makes a guest a room's owner, but
	// somebody may have been one before.
	for _, role := range rights.Roles {
		s.actors[role] = s.keeper.brings("the-" + string(role))
	}
	eachStanding(func(at rights.Standing) {
		s.rooms[at] = s.prepare(at)
		s.reports[at] = s.reported(s.rooms[at])
	})
	for role, p := range s.actors {
		s.keeper.must(http.StatusOK, "PATCH", userPath(p.me.ID), map[string]any{"role": role}, &p.me)
	}
	return s
}

// prepare makes the room in which an actor has a standing.
func (s *stage) prepare(at rights.Standing) int64 {
	s.t.Helper()
	actor := s.actors[at.Role]
	if at.Kind == rights.Direct {
		by := actor
		if at.RoomRole == rights.Outside {
			by = s.keeper
		}
		var room RoomEntry
		got := by.do("POST", "/api/v1/direct", map[string]any{"user_ids": []int64{s.mate.me.ID}})
		if json.Unmarshal([]byte(got.body), &room) != nil || room.ID == 0 {
			s.t.Fatalf("open a direct room: %s %s", got.Status, got.body)
		}
		if got.StatusCode == http.StatusCreated { // all who are outside are so in the keeper's
			s.talk(room.ID, by)
		}
		return room.ID
	}
	room := s.keeper.creates(string(at.Kind), fmt.Sprintf("%s %s %v", at.Role, at.RoomRole, at.Place)).ID
	s.enters(s.mate, room, rights.RoomMember)
	s.enters(s.warden, room, rights.Moderator)
	s.enters(s.second, room, rights.RoomOwner)
	as := at.RoomRole
	if as == rights.Outside {
		as = rights.RoomMember // for a moment
	}
	s.enters(actor, room, as)
	s.talk(room, actor)
	if at.RoomRole == rights.Outside {
		actor.must(http.StatusNoContent, "DELETE", roomPath(room)+"/membership", nil, nil)
	}
	switch at.State {
	case rights.Open:
	case rights.Archived:
		s.keeper.must(http.StatusOK, "PATCH", roomPath(room), map[string]any{"archived": true}, nil)
	default:
		s.keeper.must(http.StatusOK, "PATCH", roomPath(room), map[string]any{"state": at.State}, nil)
	}
	return room
}

// talk leaves the messages that all rooms have, the last of which is by p, and
// a report about the first.
func (s *stage) talk(room int64, p *person) {
	s.t.Helper()
	for range matesMessages {
		s.mate.says(room, "of the mate's")
	}
	if said := p.says(room, "of one's own"); said.Number != ownMessage {
		s.t.Fatalf("one's own message is number %d", said.Number)
	}
	p.must(http.StatusNoContent, "POST", roomPath(room)+"/messages/1/report", map[string]any{"reason": "spam"}, nil)
}

// reported is the id of the report about a room.
func (s *stage) reported(room int64) int64 {
	s.t.Helper()
	found := s.keeper.reports(room)
	if len(found) != 1 {
		s.t.Fatalf("%d reports about the room %d", len(found), room)
	}
	return found[0]
}

// reports are those about a room that somebody is shown; none to those who keep
// order nowhere.
func (p *person) reports(room int64) (ids []int64) {
	p.t.Helper()
	var out struct{ Reports []Report }
	got := p.do("GET", "/api/v1/reports?limit=200&room="+userName(room), nil)
	if err := json.Unmarshal([]byte(got.body), &out); err != nil || got.StatusCode != http.StatusOK && got.StatusCode != http.StatusForbidden {
		p.t.Errorf("reports about the room %d: %s %s", room, got.Status, got.body)
	}
	for _, r := range out.Reports {
		if r.Room.ID == room {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// enters puts somebody into a room with a role.
func (s *stage) enters(p *person, room int64, as rights.RoomRole) {
	s.t.Helper()
	s.keeper.must(http.StatusNoContent, "POST", roomPath(room)+"/members", map[string]any{"user_id": p.me.ID}, nil)
	if as != rights.RoomMember {
		s.keeper.must(http.StatusOK, "PATCH", memberPath(room, p), map[string]any{"role": as}, nil)
	}
}

func memberPath(room int64, p *person) string {
	return roomPath(room) + "/members/" + userName(p.me.ID)
}
