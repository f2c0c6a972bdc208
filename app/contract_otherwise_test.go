package app

import (
	"net/http"

	"chatd/store/rights"
)

// otherwise does an action on the page without scripts and over Pushlet, as far
// as it can be done there, and tells for each way whether it was done. What it
// ends it begins again.
func (s *scene) otherwise(at rights.Standing, action rights.RoomAction, may bool) map[string]bool {
	room := plainRoomPath(s.rooms[at])
	plain := func(got answer) bool {
		s.t.Helper()
		if got.StatusCode >= 400 && got.StatusCode != http.StatusForbidden && got.StatusCode != http.StatusNotFound {
			s.t.Errorf("%s by %v on the page without scripts: %s", action, at, got.Status)
		}
		return got.StatusCode < 400
	}
	subject := "/chat/" + userName(s.rooms[at])
	switch action {
	case rights.ReadMessages:
		return map[string]bool{
			"the page without scripts": plain(s.actor.do("GET", room+"/page", nil)),
			"its display":              plain(s.actor.begins("GET", room+"/display")),
			"Pushlet":                  s.pushlet("join-listen", "p_mode", "poll", "p_subject", subject),
		}
	case rights.PostMessage:
		return map[string]bool{
			"the page without scripts": plain(s.actor.submits(room+"/control", "client_id", newUUID(), "body", "plainly")),
			"its page for text":        plain(s.actor.submits(room+"/page", "client_id", newUUID(), "body", "as text")),
			"Pushlet":                  s.publishes(subject),
		}
	case rights.JoinRoom:
		if may { // the API has done it
			s.actor.must(http.StatusNoContent, "DELETE", roomPath(s.rooms[at])+"/membership", nil, nil)
		}
		return map[string]bool{"the page without scripts": plain(s.actor.submits(room + "/join"))}
	case rights.LeaveRoom:
		if may && !s.returns(at) {
			return nil
		}
		return map[string]bool{"the page without scripts": plain(s.actor.submits(room + "/leave"))}
	default:
		return nil // they cannot do it
	}
}

// returns brings the actor back into a room that they have left, if somebody
// may do that.
func (s *scene) returns(at rights.Standing) bool {
	s.t.Helper()
	if at.State == rights.Archived {
		return false
	}
	s.keeper.must(http.StatusNoContent, "POST", roomPath(s.rooms[at])+"/members", map[string]any{"user_id": s.actor.me.ID}, nil)
	return true
}

// pushlet makes a request of its own and tells whether it was acknowledged.
func (s *scene) pushlet(event string, pairs ...string) bool {
	s.t.Helper()
	got := s.actor.asksPushlet("xml", append([]string{"p_event", event, "p_format", "xml"}, pairs...)...)
	return got[0]["p_event"] == event+"-ack"
}

// publishes sends a message in a session of Pushlet.
func (s *scene) publishes(subject string) bool {
	s.t.Helper()
	c := s.actor.joinsPushlet("xml")
	got := c.asks("publish", "p_subject", subject, "msg", "pushed")
	c.must("leave-ack", "leave")
	return got[0]["p_event"] == "publish-ack"
}
