package app

import (
	"encoding/json"
	"net/http"

	"chatd/store"
)

// What is done with messages, and about people who write them.
var messageDeeds = []deed{
	{"POST /api/v1/rooms/{room}/messages", "", "What people say stands in the room.", func(c *company) func() answer {
		_, path, mate := c.place()
		return mate.does("POST", path+"/messages", map[string]any{"client_id": newUUID(), "body": "x"})
	}},
	{"PUT /api/v1/rooms/{room}/read", "", "What somebody has read is nobody else's business.", func(c *company) func() answer {
		_, path, mate := c.place()
		return mate.does("PUT", path+"/read", map[string]any{"number": 1})
	}},
	{"PUT /api/v1/rooms/{room}/unread", "", "What somebody has read is nobody else's business.", func(c *company) func() answer {
		_, path, mate := c.place()
		mate.do("PUT", path+"/read", map[string]any{"number": 1})
		return mate.does("PUT", path+"/unread", map[string]any{"number": 1})
	}},
	{"PATCH /api/v1/rooms/{room}/settings", "", "What somebody wants to be told of is nobody else's business.", func(c *company) func() answer {
		_, path, mate := c.place()
		return mate.does("PATCH", path+"/settings", map[string]any{"level": "mentions"})
	}},
	{"PUT /api/v1/me/sections", "", "How somebody orders their own list is nobody else's business.", func(c *company) func() answer {
		return c.somebody().does("PUT", "/api/v1/me/sections", map[string]any{"sections": []map[string]any{{"name": "Weekend"}}})
	}},
	{"PUT /api/v1/me/drafts", "", "What somebody has not sent is nobody else's business.", func(c *company) func() answer {
		room, _, mate := c.place()
		return mate.does("PUT", "/api/v1/me/drafts", map[string]any{"room_id": room, "text": "not yet"})
	}},
	{"PUT /api/v1/me/saved/{room}/{number}", "", "What somebody keeps for themselves is nobody else's business.", func(c *company) func() answer {
		room, _, mate := c.place()
		return mate.does("PUT", savedPath(room, 1), nil)
	}},
	{"DELETE /api/v1/me/saved/{room}/{number}", "", "What somebody keeps for themselves is nobody else's business.", func(c *company) func() answer {
		room, _, mate := c.place()
		mate.do("PUT", savedPath(room, 1), nil)
		return mate.does("DELETE", savedPath(room, 1), nil)
	}},
	{"PUT /api/v1/rooms/{room}/messages/{number}/reactions/{emoji}", "", "Everybody in the room sees who reacts.", func(c *company) func() answer {
		_, path, mate := c.place()
		return mate.does("PUT", path+"/messages/1/reactions/"+party, nil)
	}},
	{"DELETE /api/v1/rooms/{room}/messages/{number}/reactions/{emoji}", "", "Everybody in the room sees who reacts.", func(c *company) func() answer {
		_, path, mate := c.place()
		mate.do("PUT", path+"/messages/1/reactions/"+party, nil)
		return mate.does("DELETE", path+"/messages/1/reactions/"+party, nil)
	}},
	{"PUT /api/v1/rooms/{room}/messages/{number}/pin", "", "Everybody in the room sees what is pinned, and who did it; it takes nothing from anybody.", func(c *company) func() answer {
		_, path, _ := c.place()
		return c.ana.does("PUT", path+"/messages/1/pin", nil)
	}},
	{"DELETE /api/v1/rooms/{room}/messages/{number}/pin", "", "Everybody in the room is told who unpins; it takes nothing from anybody.", func(c *company) func() answer {
		_, path, _ := c.place()
		c.ana.do("PUT", path+"/messages/1/pin", nil)
		return c.ana.does("DELETE", path+"/messages/1/pin", nil)
	}},
	{"PATCH /api/v1/rooms/{room}/messages/{number}", "", "What people say stands in the room, and so does what they said before.", func(c *company) func() answer {
		_, path, mate := c.place()
		return mate.does("PATCH", path+"/messages/1", map[string]any{"body": "y"})
	}},
	{"PUT /api/v1/rooms/{room}/threads/{number}/read", "", "What somebody has read is nobody else's business.", func(c *company) func() answer {
		_, path, mate := c.place()
		return mate.does("PUT", path+"/threads/1/read", map[string]any{"number": 1})
	}},
	{"PUT /api/v1/rooms/{room}/threads/{number}/follow", "", "What somebody wants to be told of is nobody else's business.", func(c *company) func() answer {
		_, path, mate := c.place()
		return mate.does("PUT", path+"/threads/1/follow", nil)
	}},
	{"DELETE /api/v1/rooms/{room}/threads/{number}/follow", "", "What somebody wants to be told of is nobody else's business.", func(c *company) func() answer {
		_, path, mate := c.place()
		return mate.does("DELETE", path+"/threads/1/follow", nil)
	}},
	{"DELETE /api/v1/rooms/{room}/messages/{number}", store.AuditMessagesDeleted, "", func(c *company) func() answer {
		_, path, _ := c.place()
		return c.ana.does("DELETE", path+"/messages/1", map[string]any{"reason": "spam"})
	}},
	{"POST /api/v1/rooms/{room}/deletions", store.AuditMessagesDeleted, "", func(c *company) func() answer {
		_, path, mate := c.place()
		return c.ana.does("POST", path+"/deletions", map[string]any{"user_id": mate.me.ID, "since_seconds": 600, "reason": "spam"})
	}},
	{"POST /api/v1/deletions", store.AuditMessagesDeleted, "", func(c *company) func() answer {
		_, _, mate := c.place()
		return c.ana.does("POST", "/api/v1/deletions", map[string]any{"user_id": mate.me.ID, "since_seconds": 600, "reason": "spam"})
	}},
	{"DELETE /api/v1/deletions/{deletion}", store.AuditMessagesUndeleted, "", func(c *company) func() answer {
		_, path, _ := c.place()
		var deletion Deletion
		c.ana.must(http.StatusOK, "DELETE", path+"/messages/1", nil, &deletion)
		return c.ana.does("DELETE", "/api/v1/deletions/"+userName(deletion.Deletion), nil)
	}},
	{"POST /api/v1/rooms/{room}/messages/{number}/report", "", "The report itself is kept, with who made it; what comes of it is in the audit log.", func(c *company) func() answer {
		_, path, _ := c.place()
		return c.ana.does("POST", path+"/messages/1/report", map[string]any{"reason": "spam"})
	}},
	{"PUT /api/v1/reports/{report}", store.AuditReportSettled, "", func(c *company) func() answer {
		room, path, _ := c.place()
		c.ana.must(http.StatusNoContent, "POST", path+"/messages/1/report", map[string]any{"reason": "spam"}, nil)
		return c.ana.does("PUT", "/api/v1/reports/"+userName(c.ana.reports(room)[0]), map[string]any{"settlement": "dismissed"})
	}},
	{"PUT /api/v1/me/blocks/{user}", "", "Whom somebody no longer wants to see is nobody else's business.", func(c *company) func() answer {
		return c.somebody().does("PUT", "/api/v1/me/blocks/"+userName(c.somebody().me.ID), nil)
	}},
	{"DELETE /api/v1/me/blocks/{user}", "", "Whom somebody no longer wants to see is nobody else's business.", func(c *company) func() answer {
		p, path := c.somebody(), "/api/v1/me/blocks/"+userName(c.somebody().me.ID)
		p.do("PUT", path, nil)
		return p.does("DELETE", path, nil)
	}},
}

// What is done without the API.
var outsideDeeds = []deed{
	{"POST /logout", "", "Whoever signs out is seen to go, and it waits for nothing.", func(c *company) func() answer {
		return c.somebody().does("POST", "/logout", nil)
	}},
	{"POST /plain/sign-in", "", "Everybody sees in the list of their sessions where they are signed in.", func(c *company) func() answer {
		p := c.visitor()
		return func() answer { return p.submits("/plain/sign-in", "login", "ana", "password", password) }
	}},
	{"POST /plain/sign-out", "", "Whoever signs out is seen to go, and it waits for nothing.", func(c *company) func() answer {
		p := c.somebody()
		return func() answer { return p.submits("/plain/sign-out") }
	}},
	{"POST /plain/rooms/{room:[0-9]+}/page", "", "What people say stands in the room.", plainly("/page", "body", "x")},
	{"POST /plain/rooms/{room:[0-9]+}/control", "", "What people say stands in the room.", plainly("/control", "body", "x")},
	{"POST /plain/rooms/{room:[0-9]+}/leave", "", "A line in the room tells who leaves of their own accord, and leaving waits for nothing.", plainly("/leave")},
	{"POST /plain/rooms/{room:[0-9]+}/join", "", "A line in the room tells who joins of their own accord.", func(c *company) func() answer {
		room, _, _ := c.place()
		p := c.somebody()
		return func() answer { return p.submits(plainRoomPath(room) + "/join") }
	}},
	{"ANY /pushlet.srv", "", "Pushlet reads and writes messages, which stand in the room.", func(c *company) func() answer {
		_, _, mate := c.place()
		session := mate.joinsPushlet("xml")
		return func() answer {
			return mate.postsPushlet(`<event p_event="publish" p_id="` + session.id + `" p_subject="/chat/general" msg="x"/>`)
		}
	}},
	{"ANY /comet/data", "", "Listening changes nothing but who is here.", func(c *company) func() answer {
		return c.somebody().does("POST", "/comet/data", map[string]any{"event": "listen", "mode": "poll", "have": map[string]any{roomTopic(c.room): []int64{0, 0}}})
	}},
	{"ANY /comet/control", "", "A client says what it follows and whether somebody is there, as long as it is connected.", func(c *company) func() answer {
		operations := []map[string]any{{"op": "join"}, {"op": "subscribe", "topics": map[string]any{roomTopic(c.room): []int64{0, 0}}}, {"op": "activity", "state": "idle"}}
		p := c.somebody()
		return func() answer {
			got := p.do("POST", "/comet/control", map[string]any{"operations": operations})
			var acks struct{ Events []event }
			if json.Unmarshal([]byte(got.body), &acks) != nil || len(acks.Events) != len(operations) {
				c.t.Errorf("control: %s", got.body)
			}
			return got
		}
	}},
}

// plainly sends a form on the page of a room without scripts.
func plainly(path string, fields ...string) func(*company) func() answer {
	return func(c *company) func() answer {
		room, _, mate := c.place()
		return func() answer {
			return mate.submits(plainRoomPath(room)+path, append(fields, "client_id", newUUID())...)
		}
	}
}

func savedPath(room, number int64) string {
	return "/api/v1/me/saved/" + userName(room) + "/" + userName(number)
}
