package app

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"chatd/store/rights"
)

// A try is one request that takes a right.
type try struct {
	method, path string
	body         any
}

// tries are the requests behind an action in a room, each of which must be
// answered alike. One after the other they leave things as they were, but for
// those that only the last actions in their order do.
func (s *stage) tries(at rights.Standing, action rights.RoomAction) []try {
	room := roomPath(s.rooms[at])
	role := func(p *person, role rights.RoomRole) try {
		return try{"PATCH", memberPath(s.rooms[at], p), map[string]any{"role": role}}
	}
	switch action {
	case rights.SeeRoom:
		return nil // what one sees is asked for at once
	case rights.ReadMessages:
		return []try{{"GET", room + "/messages", nil}, {"GET", room + "/messages?after=1", nil}, {"PUT", room + "/read", map[string]any{"number": 0}}}
	case rights.ListMembers:
		return []try{{"GET", room + "/members", nil}}
	case rights.PostMessage:
		return []try{{"POST", room + "/messages", map[string]any{"client_id": newUUID(), "body": "x"}}, {"POST", room + "/messages", map[string]any{"body": "x"}}}
	case rights.AddMember:
		return []try{{"POST", room + "/members", map[string]any{"user_id": s.stranger.me.ID}}}
	case rights.ChangeRoom:
		return []try{
			{"PATCH", room, map[string]any{"name": fmt.Sprintf("New %v", at)}}, {"PATCH", room, map[string]any{"description": "x"}},
			{"PATCH", room, map[string]any{"state": rights.ReadOnly}}, {"PATCH", room, map[string]any{"state": at.State}},
		}
	case rights.ChangeRoomRoles:
		if at.Kind == rights.Direct {
			return []try{role(s.mate, rights.Moderator)}
		}
		return []try{
			role(s.mate, rights.Moderator), role(s.mate, rights.RoomOwner), role(s.mate, rights.RoomMember),
			role(s.warden, rights.RoomOwner), role(s.warden, rights.Moderator), role(s.second, rights.RoomMember), role(s.second, rights.RoomOwner),
		}
	case rights.RemoveMember:
		return []try{{"DELETE", memberPath(s.rooms[at], s.mate), nil}}
	case rights.RemoveModerator:
		return []try{{"DELETE", memberPath(s.rooms[at], s.warden), nil}, {"DELETE", memberPath(s.rooms[at], s.second), nil}}
	case rights.JoinRoom:
		return []try{{"PUT", room + "/membership", nil}}
	case rights.LeaveRoom:
		return []try{{"DELETE", room + "/membership", nil}}
	}
	s.t.Errorf("nobody knows how to try %s", action)
	return nil
}

// inOrder are all actions, first those that leave things as they were.
var inOrder = []rights.RoomAction{
	rights.SeeRoom, rights.ReadMessages, rights.ListMembers, rights.PostMessage, rights.ChangeRoom, rights.ChangeRoomRoles,
	rights.AddMember, rights.RemoveMember, rights.RemoveModerator, rights.JoinRoom, rights.LeaveRoom,
}

// allowed reports whether an answer is a yes. It fails on answers that are
// neither a yes nor the right kind of no: what one may not see does not exist.
func allowed(t *testing.T, what string, got answer, seen bool) bool {
	t.Helper()
	no := http.StatusForbidden
	if !seen {
		no = http.StatusNotFound
	}
	if got.StatusCode >= 300 && got.StatusCode != no {
		t.Errorf("%s: %s, want a good answer or %d: %s", what, got.Status, no, got.body)
	}
	return got.StatusCode < 300
}

// What the running API allows in rooms is what docs/administration.md says,
// and so is what the page is told and whom the hub lets listen.
func TestEverybodyMayDoInRoomsWhatTheDocumentationSays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	tables := administration(t)
	if len(inOrder) != len(rights.RoomActions) {
		t.Fatalf("%d of %d actions are tried", len(inOrder), len(rights.RoomActions))
	}
	for _, role := range rights.Roles {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			actor := s.actors[role].on(t)
			abilities := actor.abilities()
			found := map[rights.RoomAction][]int64{rights.SeeRoom: actor.sees(s.rooms), rights.ReadMessages: actor.follows(s.rooms)}
			eachStanding(func(at rights.Standing) {
				if at.Role != role {
					return
				}
				for _, action := range inOrder {
					cell := roomCell(tables, at.Place, at.RoomRole, action)
					may := slices.Contains(groups[cell], role)
					if told := slices.Contains(abilities.Room[string(action)], placeKey(at)); impossible(at.Kind, at.RoomRole, action) == "" && told != may {
						t.Errorf("%s by %v: the page is told %v, the documentation says %q", action, at, told, cell)
					}
					if rooms, asked := found[action]; asked && slices.Contains(rooms, s.rooms[at]) != may {
						t.Errorf("%s by %v: found or followed: %v, the documentation says %q", action, at, !may, cell)
					}
					if cell == "" || cell == nothingToDo {
						continue
					}
					for _, try := range s.tries(at, action) {
						what := fmt.Sprintf("%s by %v: %s %s %v", action, at, try.method, try.path, try.body)
						if got := allowed(t, what, actor.do(try.method, try.path, try.body), rights.SeeRoom.May(at)); got != may {
							t.Errorf("%s: allowed: %v, the documentation says %q", what, got, cell)
						}
					}
				}
			})
		})
	}
}

// placeKey is a standing as the page looks it up.
func placeKey(at rights.Standing) string {
	return strings.Join([]string{string(at.RoomRole), string(at.Kind), string(at.State)}, "/")
}
