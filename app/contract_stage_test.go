package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

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
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := newWorld(t)
	s := &stage{world: w, keeper: w.owner(), actors: map[rights.Role]*person{}, rooms: map[rights.Standing]int64{}}
	for i, p := range []**person{&s.mate, &s.warden, &s.second, &s.stranger} {
		*p = s.keeper.brings(fmt.Sprintf("other%d", i))
	}
	// A guest becomes one last: nobody makes a guest a room's owner, but
	// somebody may have been one before.
	for _, role := range rights.Roles {
		s.actors[role] = s.keeper.brings("the-" + string(role))
	}
	eachStanding(func(at rights.Standing) { s.rooms[at] = s.prepare(at) })
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
		if got := by.do("POST", "/api/v1/direct", map[string]any{"user_ids": []int64{s.mate.me.ID}}); json.Unmarshal([]byte(got.body), &room) != nil || room.ID == 0 {
			s.t.Fatalf("open a direct room: %s %s", got.Status, got.body)
		}
		return room.ID
	}
	room := s.keeper.creates(string(at.Kind), fmt.Sprintf("%s %s %v", at.Role, at.RoomRole, at.Place)).ID
	s.enters(s.mate, room, rights.RoomMember)
	s.enters(s.warden, room, rights.Moderator)
	s.enters(s.second, room, rights.RoomOwner)
	if at.RoomRole != rights.Outside {
		s.enters(actor, room, at.RoomRole)
	}
	if at.State != rights.Open {
		s.keeper.must(http.StatusOK, "PATCH", roomPath(room), map[string]any{"state": at.State}, nil)
	}
	return room
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
