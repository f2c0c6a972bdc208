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

// A scene is a stage on which somebody acts.
type scene struct {
	*stage
	t             *testing.T
	actor, keeper *person
}

// tries are the requests behind an action in a room, each of which must be
// answered alike. One after the other they leave things as they were, but for
// those that only the last actions in their order do.
func (s *scene) tries(at rights.Standing, action rights.RoomAction) []try {
	room := roomPath(s.rooms[at])
	change := func(field string, value any) try { return try{"PATCH", room, map[string]any{field: value}} }
	switch action {
	case rights.SeeRoom:
		return nil // what one sees is asked for at once
	case rights.ReadMessages:
		return []try{{"GET", room + "/messages", nil}, {"GET", room + "/messages?after=1", nil}, {"PUT", room + "/read", map[string]any{"number": 0}},
			{"GET", room + "/messages/1", nil}, {"GET", room + "/messages/1/revisions", nil}, {"GET", room + "/messages?around=1", nil},
			{"GET", room + "/threads/1", nil}, {"PUT", room + "/threads/1/read", map[string]any{"number": 1}}, {"PUT", room + "/threads/1/follow", nil},
			{"DELETE", room + "/threads/1/follow", nil},
			{"PUT", room + "/unread", map[string]any{"number": 1}}, {"GET", room + "/pins", nil}, {"PATCH", room + "/settings", map[string]any{"favourite": true}},
			{"PUT", fmt.Sprintf("/api/v1/me/saved/%d/1", s.rooms[at]), nil}, {"PUT", "/api/v1/me/drafts", map[string]any{"room_id": s.rooms[at], "text": "x"}}}
	case rights.ListMembers:
		return []try{{"GET", room + "/members", nil}}
	case rights.PostMessage:
		return []try{{"POST", room + "/messages", map[string]any{"client_id": newUUID(), "body": "x"}}, {"POST", room + "/messages", map[string]any{"body": "x"}}}
	case rights.React:
		return []try{{"PUT", room + "/messages/1/reactions/" + party, nil}, {"DELETE", room + "/messages/1/reactions/" + party, nil}}
	case rights.PinMessage:
		return []try{{"PUT", room + "/messages/1/pin", nil}, {"DELETE", room + "/messages/1/pin", nil}}
	case rights.EditMessage:
		if at.Kind == rights.Direct && at.RoomRole == rights.Outside {
			return nil // they have written nothing there
		}
		return []try{{"PATCH", fmt.Sprintf("%s/messages/%d", room, ownMessage), map[string]any{"body": "x"}}}
	case rights.MentionRoom:
		return nil // the page alone is told
	case rights.SkipSlowMode:
		return s.hurries(at)
	case rights.DeleteOwnMessage:
		if at.Kind == rights.Direct && at.RoomRole == rights.Outside {
			return nil // they have written nothing there
		}
		return []try{{"DELETE", fmt.Sprintf("%s/messages/%d", room, ownMessage), nil}}
	case rights.DeleteMessage:
		return []try{
			{"DELETE", room + "/messages/2", nil}, {"GET", room + "/deletions", nil},
			{"POST", room + "/deletions", map[string]any{"user_id": s.mate.me.ID, "since_seconds": 604800, "reason": "spam"}},
		}
	case rights.SeeReports:
		return []try{{"PUT", "/api/v1/reports/" + userName(s.reports[at]), map[string]any{"settlement": "dismissed"}}}
	case rights.SteerRoom:
		return []try{change("topic", "x"), change("slow_mode", 30), change("slow_mode", 0)}
	case rights.ChangeRoom:
		return s.changes(at, change)
	case rights.ArchiveRoom:
		return []try{change("archived", at.State != rights.Archived), change("archived", at.State == rights.Archived)}
	case rights.DeleteRoom:
		return []try{{"DELETE", room, map[string]any{"reason": "tidy up"}}, {"PUT", room + "/undelete", nil}}
	case rights.RestrainMember:
		return append(s.restrains(at, s.mate),
			try{"GET", room + "/mutes", nil}, try{"PUT", room + "/bans/" + userName(s.stranger.me.ID), noEnd}, try{"GET", room + "/bans", nil},
			try{"DELETE", room + "/bans/" + userName(s.stranger.me.ID), nil})
	case rights.AddMember:
		return []try{{"POST", room + "/members", map[string]any{"user_id": s.stranger.me.ID}}}
	case rights.ChangeRoomRoles:
		return s.promotes(at)
	case rights.RemoveMember:
		return []try{{"DELETE", memberPath(s.rooms[at], s.mate), nil}}
	case rights.RemoveModerator:
		return append(s.restrains(at, s.warden), append(s.restrains(at, s.second),
			try{"DELETE", memberPath(s.rooms[at], s.warden), nil}, try{"DELETE", memberPath(s.rooms[at], s.second), nil})...)
	case rights.JoinRoom:
		return []try{{"PUT", room + "/membership", nil}}
	case rights.LeaveRoom:
		return []try{{"DELETE", room + "/membership", nil}}
	}
	s.t.Errorf("nobody knows how to try %s", action)
	return nil
}

// party is an emoji as it stands in an address.
const party = "%F0%9F%8E%89"

// noEnd are the terms of a mute or ban without an end.
var noEnd = map[string]any{"until": nil, "reason": "spam"}

// restrains are what is done to a member of a room, and taken back.
func (s *scene) restrains(at rights.Standing, p *person) []try {
	mute := memberPath(s.rooms[at], p) + "/mute"
	return []try{{"PUT", mute, noEnd}, {"DELETE", mute, nil}}
}

// changes are those that shape a room.
func (s *scene) changes(at rights.Standing, change func(string, any) try) []try {
	state := at.State
	if state == rights.Archived {
		state = rights.Open
	}
	all := []try{
		change("name", fmt.Sprintf("New %v", at)), change("description", "x"), change("notices", "condense"),
		change("retention_days", 30), change("retention_days", nil), change("state", rights.ReadOnly), change("state", state),
	}
	if at.Kind != rights.Direct && at.RoomRole != rights.Outside { // others would lose the room
		other := map[rights.Kind]rights.Kind{rights.Public: rights.Private, rights.Private: rights.Public}[at.Kind]
		all = append(all, change("kind", other), change("kind", at.Kind))
	}
	return all
}

// promotes are changes of everybody's role, and back.
func (s *scene) promotes(at rights.Standing) []try {
	role := func(p *person, role rights.RoomRole) try {
		return try{"PATCH", memberPath(s.rooms[at], p), map[string]any{"role": role}}
	}
	if at.Kind == rights.Direct {
		return []try{role(s.mate, rights.Moderator)}
	}
	return []try{
		role(s.mate, rights.Moderator), role(s.mate, rights.RoomOwner), role(s.mate, rights.RoomMember),
		role(s.warden, rights.RoomOwner), role(s.warden, rights.Moderator), role(s.second, rights.RoomMember), role(s.second, rights.RoomOwner),
	}
}

// hurries is a message right after another one in slow mode.
func (s *scene) hurries(at rights.Standing) []try {
	room := roomPath(s.rooms[at])
	message := func() try {
		return try{"POST", room + "/messages", map[string]any{"client_id": newUUID(), "body": "x"}}
	}
	if at.State != rights.Archived {
		s.keeper.must(http.StatusOK, "PATCH", room, map[string]any{"slow_mode": 3600}, nil)
	}
	first := message()
	s.actor.do(first.method, first.path, first.body)
	return []try{message()}
}

// inOrder are all actions, first those that leave things as they were.
var inOrder = []rights.RoomAction{
	rights.SeeRoom, rights.ReadMessages, rights.ListMembers, rights.PostMessage, rights.MentionRoom, rights.EditMessage, rights.React, rights.PinMessage, rights.DeleteOwnMessage, rights.DeleteMessage, rights.SeeReports,
	rights.SkipSlowMode, rights.SteerRoom, rights.ChangeRoom, rights.ChangeRoomRoles, rights.ArchiveRoom, rights.DeleteRoom, rights.RestrainMember,
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
			scene := &scene{stage: s, t: t, actor: s.actors[role].on(t), keeper: s.keeper.on(t)}
			abilities := scene.actor.abilities()
			found := map[rights.RoomAction][]int64{rights.SeeRoom: scene.actor.sees(s.rooms), rights.ReadMessages: scene.actor.follows(s.rooms)}
			t.Parallel() // all have looked before anybody deletes a room for a moment
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
					if cell != "" && cell != nothingToDo {
						scene.act(at, action, may, cell)
					}
				}
			})
		})
	}
}

// act tries an action in every way that there is.
func (s *scene) act(at rights.Standing, action rights.RoomAction, may bool, cell string) {
	s.t.Helper()
	if action == rights.SeeReports {
		may = may || rights.HandleReports.May(at.Role) // in whatever room
		if shown := len(s.actor.reports(s.rooms[at])) > 0; shown != may {
			s.t.Errorf("%s by %v: shown: %v, the documentation says %q", action, at, shown, cell)
		}
	}
	for _, turn := range s.turns(at, action, may) {
		turn.what = fmt.Sprintf("%s by %v, %s", action, at, turn.what)
		turn.take(s.t, s.actor, func(what string, got answer) bool {
			if action == rights.DeleteRoom { // to others it does not exist
				return allowed(s.t, what, got, false)
			}
			return s.allowed(what, action, at, got)
		})
	}
	for _, try := range s.tries(at, action) {
		what := fmt.Sprintf("%s by %v: %s %s %v", action, at, try.method, try.path, try.body)
		if got := s.allowed(what, action, at, s.actor.do(try.method, try.path, try.body)); got != may {
			s.t.Errorf("%s: allowed: %v, the documentation says %q", what, got, cell)
		}
	}
	for way, done := range s.otherwise(at, action, may) {
		if done != may {
			s.t.Errorf("%s by %v, %s: allowed: %v, the documentation says %q", action, at, way, done, cell)
		}
	}
}

// allowed knows also the noes that only some actions have: in slow mode one has
// to wait, and what was reported to others does not exist.
func (s *scene) allowed(what string, action rights.RoomAction, at rights.Standing, got answer) bool {
	s.t.Helper()
	switch {
	case action == rights.SkipSlowMode && got.StatusCode == http.StatusTooManyRequests:
		return false
	case action == rights.SeeReports:
		return allowed(s.t, what, got, false)
	}
	return allowed(s.t, what, got, rights.SeeRoom.May(at))
}

// placeKey is a standing as the page looks it up.
func placeKey(at rights.Standing) string {
	return strings.Join([]string{string(at.RoomRole), string(at.Kind), string(at.State)}, "/")
}
