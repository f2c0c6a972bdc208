package app

import (
	"fmt"
	"net/http"
	"testing"

	"chatd/store/rights"
)

// A turn is a request that needs something of somebody else's just before: it
// takes back what others did, or gives away what the actor has.
type turn struct {
	what string
	may  bool
	// begin does what is needed and returns the request.
	begin func() try
	// after puts things right, whether the request was granted or not.
	after func(granted bool)
}

// take does a turn as somebody; judge says what the answer means.
func (n turn) take(t *testing.T, as *person, judge func(what string, got answer) bool) {
	t.Helper()
	try := n.begin()
	what := fmt.Sprintf("%s: %s %s %v", n.what, try.method, try.path, try.body)
	granted := judge(what, as.do(try.method, try.path, try.body))
	if granted != n.may {
		t.Errorf("%s: allowed: %v, the documentation says %v", what, granted, n.may)
	}
	n.after(granted)
}

// unlessGranted does what the actor could not do.
func unlessGranted(p *person, what func() try) func(bool) {
	return func(granted bool) {
		p.t.Helper()
		if undo := what(); !granted {
			p.must(http.StatusNoContent, undo.method, undo.path, undo.body, nil)
		}
	}
}

// turns are those behind an action in a room. In a direct one nobody but its
// members does anything, whose own messages are all that there is to turn on.
func (s *scene) turns(at rights.Standing, action rights.RoomAction, may bool) []turn {
	if at.Kind == rights.Direct && action != rights.DeleteOwnMessage {
		return nil
	}
	room := roomPath(s.rooms[at])
	ends := func(what string, path string) turn {
		return turn{what, may,
			func() try {
				s.keeper.must(http.StatusOK, "PUT", path, noEnd, nil)
				return try{"DELETE", path, nil}
			},
			unlessGranted(s.keeper, func() try { return try{"DELETE", path, nil} })}
	}
	switch action {
	case rights.DeleteOwnMessage:
		return s.undoesOwn(at, may)
	case rights.DeleteMessage:
		return []turn{s.undoes("undo what another deleted", s.keeper, room+"/messages/3", may)}
	case rights.RestrainMember:
		return []turn{
			ends("end another's mute", memberPath(s.rooms[at], s.mate)+"/mute"),
			ends("end another's ban", room+"/bans/"+userName(s.stranger.me.ID)),
		}
	case rights.RemoveModerator:
		return []turn{
			ends("end a moderator's mute", memberPath(s.rooms[at], s.warden)+"/mute"),
			ends("end an owner's mute", memberPath(s.rooms[at], s.second)+"/mute"),
		}
	case rights.DeleteRoom:
		return []turn{{"undelete what another deleted", may,
			func() try {
				s.keeper.must(http.StatusOK, "DELETE", room, nil, nil)
				return try{"PUT", room + "/undelete", nil}
			},
			func(granted bool) {
				if !granted {
					s.keeper.must(http.StatusOK, "PUT", room+"/undelete", nil, nil)
				}
			}}}
	case rights.ChangeRoomRoles:
		return []turn{s.handsOver(at, may)}
	default:
		return nil
	}
}

// undoes takes back a deletion that somebody has just made.
func (s *scene) undoes(what string, by *person, message string, may bool) turn {
	var deletion Deletion
	undo := func() try { return try{"DELETE", "/api/v1/deletions/" + userName(deletion.Deletion), nil} }
	return turn{what, may,
		func() try {
			by.must(http.StatusOK, "DELETE", message, nil, &deletion)
			return undo()
		},
		unlessGranted(by, undo)}
}

// undoesOwn takes back what the actor has deleted of their own, and what another
// has, which nobody else does.
func (s *scene) undoesOwn(at rights.Standing, may bool) []turn {
	if at.State == rights.Archived {
		return nil // there is nobody who could delete it
	}
	mate := s.mate.on(s.t)
	others := s.undoes("undo what others deleted of their own", mate, roomPath(s.rooms[at])+"/messages/3", false)
	if at.State == rights.ReadOnly { // where the mate takes nothing back either
		others.after = func(bool) {}
	}
	turns := []turn{others}
	if may { // and to show it again is to write it
		writes := rights.PostMessage.May(at)
		own := s.undoes("undo what they deleted of their own", s.actor, fmt.Sprintf("%s/messages/%d", roomPath(s.rooms[at]), ownMessage), writes)
		if !writes {
			own.after = func(bool) {}
		}
		turns = append(turns, own)
	}
	return turns
}

// handsOver gives the room away, which only its owners do.
func (s *scene) handsOver(at rights.Standing, may bool) turn {
	return turn{"hand the room over", may && at.RoomRole == rights.RoomOwner,
		func() try {
			return try{"POST", roomPath(s.rooms[at]) + "/hand-over", map[string]any{"user_id": s.mate.me.ID}}
		},
		func(granted bool) {
			if granted {
				s.keeper.must(http.StatusOK, "PATCH", memberPath(s.rooms[at], s.actor), map[string]any{"role": rights.RoomOwner}, nil)
				s.keeper.must(http.StatusOK, "PATCH", memberPath(s.rooms[at], s.mate), map[string]any{"role": rights.RoomMember}, nil)
			}
		}}
}

// turns are those behind an action in the workspace.
func (c *crowd) turns(action rights.WorkspaceAction, may bool) []turn {
	var all []turn
	for _, role := range manageable[action] {
		path := userPath(c.others[string(role)].me.ID) + "/suspension"
		all = append(all, turn{fmt.Sprintf("end the suspension of the %s", role), may,
			func() try {
				c.keeper.must(http.StatusOK, "PUT", path, endless, nil)
				return try{"DELETE", path, nil}
			},
			unlessGranted(c.keeper, func() try { return try{"DELETE", path, nil} })})
	}
	return all
}

// handsOver gives the workspace away, which only its owners do.
func (c *crowd) handsOver(may bool) turn {
	return turn{"hand the workspace over", may,
		func() try {
			return try{"POST", "/api/v1/workspace/hand-over", map[string]any{"user_id": c.others["to-admin"].me.ID, "password": password}}
		},
		func(granted bool) {
			if granted {
				c.keeper.must(http.StatusOK, "PATCH", userPath(c.actor.me.ID), map[string]any{"role": rights.Owner}, nil)
			}
		}}
}
