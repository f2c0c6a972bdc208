package app

import (
	"net/http"
	"slices"

	"chatd/store"
)

// What people do about accounts.
var accountDeeds = []deed{
	{"POST /api/v1/setup", store.AuditWorkspaceMade, "", func(c *company) func() answer {
		return func() answer {
			p := c.visitor()
			body := newAccount("ana")
			body["workspace"] = "Harbour"
			var out struct{ User User }
			got := p.must(http.StatusCreated, "POST", "/api/v1/setup", body, &out)
			p.me = out.User
			c.ana, c.room = p, p.room("general").ID
			return got
		}
	}},
	{"POST /api/v1/sign-in", "", "Everybody sees in the list of their sessions where they are signed in.", func(c *company) func() answer {
		return c.visitor().does("POST", "/api/v1/sign-in", map[string]any{"login": "ana", "password": password})
	}},
	{"POST /api/v1/sign-up", store.AuditUserAdded, "", func(c *company) func() answer {
		body := newAccount("newcomer")
		body["invite"] = c.ana.invite()
		return c.visitor().does("POST", "/api/v1/sign-up", body)
	}},
	{"PATCH /api/v1/me", "", "What people say of themselves is theirs to change, and everybody sees it.", func(c *company) func() answer {
		return c.somebody().does("PATCH", "/api/v1/me", map[string]any{"display_name": "Anna"})
	}},
	{"PUT /api/v1/me/password", store.AuditPasswordChanged, "", func(c *company) func() answer {
		return c.somebody().does("PUT", "/api/v1/me/password", map[string]any{"current_password": password, "new_password": "another good one"})
	}},
	{"PUT /api/v1/me/decisions", "", "That somebody has read what was decided about them is nobody else's business.", func(c *company) func() answer {
		return c.somebody().does("PUT", "/api/v1/me/decisions", map[string]any{"up_to": 1})
	}},
	{"DELETE /api/v1/sessions", store.AuditOwnSessionsEnded, "", func(c *company) func() answer {
		p := c.somebody()
		p.signsInAgain()
		return p.does("DELETE", "/api/v1/sessions", nil)
	}},
	{"DELETE /api/v1/sessions/{session}", store.AuditOwnSessionsEnded, "", func(c *company) func() answer {
		p := c.somebody()
		p.signsInAgain()
		list := p.sessionList()
		other := slices.IndexFunc(list, func(s Session) bool { return !s.Current })
		return p.does("DELETE", "/api/v1/sessions/"+list[other].ID, nil)
	}},
	{"POST /api/v1/tokens", store.AuditTokenMade, "", func(c *company) func() answer {
		return c.somebody().does("POST", "/api/v1/tokens", map[string]any{"name": "script", "scope": "read"})
	}},
	{"DELETE /api/v1/tokens/{token}", store.AuditTokenRevoked, "", func(c *company) func() answer {
		p := c.somebody()
		var token struct{ ID string }
		p.must(http.StatusCreated, "POST", "/api/v1/tokens", map[string]any{"name": "script", "scope": "read"}, &token)
		return p.does("DELETE", "/api/v1/tokens/"+token.ID, nil)
	}},
	{"POST /api/v1/password-resets", store.AuditPasswordReset, "", func(c *company) func() answer {
		var link struct{ URL string }
		c.ana.must(http.StatusCreated, "POST", userPath(c.somebody().me.ID)+"/reset-link", nil, &link)
		return c.visitor().does("POST", "/api/v1/password-resets", map[string]any{"token": inviteToken(link.URL), "password": "another good one"})
	}},
}

// endless are the terms of what lasts until somebody ends it.
var endless = map[string]any{"until": nil, "reason": "spam"}

// What owners and admins do in the workspace.
var workspaceDeeds = []deed{
	{"PATCH /api/v1/workspace", store.AuditWorkspaceChanged, "", func(c *company) func() answer {
		return c.ana.does("PATCH", "/api/v1/workspace", map[string]any{"flood_messages": 1000, "flood_seconds": 1})
	}},
	{"POST /api/v1/workspace/hand-over", store.AuditWorkspaceHandedOver, "", func(c *company) func() answer {
		old, heir := c.somebody(), c.somebody()
		c.ana.must(http.StatusOK, "PATCH", userPath(old.me.ID), map[string]any{"role": "owner"}, nil)
		return old.does("POST", "/api/v1/workspace/hand-over", map[string]any{"user_id": heir.me.ID, "password": password})
	}},
	{"PATCH /api/v1/users/{user}", store.AuditUserRoleChanged, "", func(c *company) func() answer {
		return c.ana.does("PATCH", userPath(c.somebody().me.ID), map[string]any{"role": "admin"})
	}},
	{"PATCH /api/v1/users/{user}", store.AuditUserDeactivated, "", func(c *company) func() answer {
		return c.ana.does("PATCH", userPath(c.somebody().me.ID), map[string]any{"deactivated": true})
	}},
	{"PATCH /api/v1/users/{user}", store.AuditUserReactivated, "", func(c *company) func() answer {
		path := userPath(c.somebody().me.ID)
		c.ana.must(http.StatusOK, "PATCH", path, map[string]any{"deactivated": true}, nil)
		return c.ana.does("PATCH", path, map[string]any{"deactivated": false})
	}},
	{"DELETE /api/v1/users/{user}/sessions", store.AuditUserSignedOut, "", func(c *company) func() answer {
		return c.ana.does("DELETE", userPath(c.somebody().me.ID)+"/sessions", nil)
	}},
	{"POST /api/v1/users/{user}/reset-link", store.AuditResetLinkMade, "", func(c *company) func() answer {
		return c.ana.does("POST", userPath(c.somebody().me.ID)+"/reset-link", nil)
	}},
	{"PUT /api/v1/users/{user}/suspension", store.AuditUserSuspended, "", func(c *company) func() answer {
		return c.ana.does("PUT", userPath(c.somebody().me.ID)+"/suspension", endless)
	}},
	{"DELETE /api/v1/users/{user}/suspension", store.AuditSuspensionEnded, "", func(c *company) func() answer {
		path := userPath(c.somebody().me.ID) + "/suspension"
		c.ana.must(http.StatusOK, "PUT", path, endless, nil)
		return c.ana.does("DELETE", path, nil)
	}},
	{"DELETE /api/v1/admin/connections/{node}/{id}", store.AuditSessionEnded, "", func(c *company) func() answer {
		p := c.somebody()
		p.streams("iframe")
		var found AdminConnection
		c.eventually("the connection is told", func() bool {
			var list struct{ Connections []AdminConnection }
			c.ana.must(http.StatusOK, "GET", "/api/v1/admin/connections", nil, &list)
			i := slices.IndexFunc(list.Connections, func(a AdminConnection) bool { return a.User.ID == p.me.ID })
			if i >= 0 {
				found = list.Connections[i]
			}
			return i >= 0
		})
		return c.ana.does("DELETE", "/api/v1/admin/connections/"+found.Node+"/"+userName(found.ID), nil)
	}},
	{"POST /api/v1/invites", store.AuditInviteMade, "", func(c *company) func() answer {
		return c.ana.does("POST", "/api/v1/invites", map[string]any{})
	}},
	{"DELETE /api/v1/invites/{invite}", store.AuditInviteRevoked, "", func(c *company) func() answer {
		var invite struct{ ID int64 }
		c.ana.must(http.StatusCreated, "POST", "/api/v1/invites", map[string]any{}, &invite)
		return c.ana.does("DELETE", "/api/v1/invites/"+userName(invite.ID), nil)
	}},
	{"GET " + exportPath, store.AuditExported, "", func(c *company) func() answer { return c.ana.does("GET", exportPath, nil) }},
}

// What is done with rooms.
var roomDeeds = []deed{
	{"POST /api/v1/rooms", store.AuditRoomMade, "", func(c *company) func() answer {
		return c.ana.does("POST", "/api/v1/rooms", map[string]any{"kind": "private", "name": "Quay"})
	}},
	{"POST /api/v1/direct", "", "To whom somebody writes directly is nobody else's business.", func(c *company) func() answer {
		return c.ana.does("POST", "/api/v1/direct", map[string]any{"user_ids": []int64{c.somebody().me.ID}})
	}},
	{"PATCH /api/v1/rooms/{room}", store.AuditRoomChanged, "", func(c *company) func() answer {
		_, path, _ := c.place()
		return c.ana.does("PATCH", path, map[string]any{"topic": "boats"})
	}},
	{"PATCH /api/v1/rooms/{room}", store.AuditRoomArchived, "", func(c *company) func() answer {
		_, path, _ := c.place()
		return c.ana.does("PATCH", path, map[string]any{"archived": true})
	}},
	{"PATCH /api/v1/rooms/{room}", store.AuditRoomUnarchived, "", func(c *company) func() answer {
		_, path, _ := c.place()
		c.ana.must(http.StatusOK, "PATCH", path, map[string]any{"archived": true}, nil)
		return c.ana.does("PATCH", path, map[string]any{"archived": false})
	}},
	{"DELETE /api/v1/rooms/{room}", store.AuditRoomDeleted, "", func(c *company) func() answer {
		_, path, _ := c.place()
		return c.ana.does("DELETE", path, map[string]any{"reason": "tidy up"})
	}},
	{"PUT /api/v1/rooms/{room}/undelete", store.AuditRoomUndeleted, "", func(c *company) func() answer {
		_, path, _ := c.place()
		c.ana.must(http.StatusOK, "DELETE", path, nil, nil)
		return c.ana.does("PUT", path+"/undelete", nil)
	}},
	{"POST /api/v1/rooms/{room}/hand-over", store.AuditRoomHandedOver, "", func(c *company) func() answer {
		_, path, mate := c.place()
		return c.ana.does("POST", path+"/hand-over", map[string]any{"user_id": mate.me.ID})
	}},
}

// What is done with those in a room.
var memberDeeds = []deed{
	{"PUT /api/v1/rooms/{room}/membership", "", "A line in the room tells who joins of their own accord.", func(c *company) func() answer {
		_, path, _ := c.place()
		return c.somebody().does("PUT", path+"/membership", nil)
	}},
	{"DELETE /api/v1/rooms/{room}/membership", "", "A line in the room tells who leaves of their own accord, and leaving waits for nothing.", func(c *company) func() answer {
		_, path, mate := c.place()
		return mate.does("DELETE", path+"/membership", nil)
	}},
	{"POST /api/v1/rooms/{room}/members", store.AuditMemberAdded, "", func(c *company) func() answer {
		_, path, _ := c.place()
		return c.ana.does("POST", path+"/members", map[string]any{"user_id": c.somebody().me.ID})
	}},
	{"PATCH /api/v1/rooms/{room}/members/{user}", store.AuditMemberRoleChanged, "", func(c *company) func() answer {
		room, _, mate := c.place()
		return c.ana.does("PATCH", memberPath(room, mate), map[string]any{"role": "moderator"})
	}},
	{"DELETE /api/v1/rooms/{room}/members/{user}", store.AuditMemberRemoved, "", func(c *company) func() answer {
		room, _, mate := c.place()
		return c.ana.does("DELETE", memberPath(room, mate), nil)
	}},
	{"PUT /api/v1/rooms/{room}/members/{user}/mute", store.AuditMemberMuted, "", func(c *company) func() answer {
		room, _, mate := c.place()
		return c.ana.does("PUT", memberPath(room, mate)+"/mute", endless)
	}},
	{"DELETE /api/v1/rooms/{room}/members/{user}/mute", store.AuditMuteEnded, "", func(c *company) func() answer {
		room, _, mate := c.place()
		c.ana.must(http.StatusOK, "PUT", memberPath(room, mate)+"/mute", endless, nil)
		return c.ana.does("DELETE", memberPath(room, mate)+"/mute", nil)
	}},
	{"PUT /api/v1/rooms/{room}/bans/{user}", store.AuditMemberBanned, "", func(c *company) func() answer {
		_, path, mate := c.place()
		return c.ana.does("PUT", path+"/bans/"+userName(mate.me.ID), endless)
	}},
	{"DELETE /api/v1/rooms/{room}/bans/{user}", store.AuditBanEnded, "", func(c *company) func() answer {
		_, path, mate := c.place()
		c.ana.must(http.StatusOK, "PUT", path+"/bans/"+userName(mate.me.ID), endless, nil)
		return c.ana.does("DELETE", path+"/bans/"+userName(mate.me.ID), nil)
	}},
}
