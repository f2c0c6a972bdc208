package app

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"chatd/store/rights"
)

// A crowd is somebody who acts, and others of each role to act upon, all of
// whom share a room.
type crowd struct {
	*world
	keeper, actor, stranger *person
	others                  map[string]*person
}

// manageable are the roles that somebody needs each right for.
var manageable = map[rights.WorkspaceAction][]rights.Role{
	rights.ManageMembers: {rights.Member, rights.Guest},
	rights.ManageAdmins:  {rights.Owner, rights.Admin},
}

func newCrowd(t *testing.T, as rights.Role) *crowd {
	t.Helper()
	w := newWorld(t)
	c := &crowd{world: w, keeper: w.owner(), others: map[string]*person{}}
	c.stranger = c.keeper.brings("stranger")
	c.stranger.must(http.StatusNoContent, "DELETE", roomPath(c.keeper.room("general").ID)+"/membership", nil, nil)
	for _, role := range rights.Roles {
		c.others[string(role)] = c.joins("old-"+string(role), role)
	}
	for _, name := range []string{"to-admin", "to-owner"} {
		c.others[name] = c.joins(name, rights.Member)
	}
	c.actor = c.joins("actor", as)
	return c
}

func (c *crowd) joins(name string, as rights.Role) *person {
	c.t.Helper()
	p := c.keeper.brings(name)
	c.keeper.must(http.StatusOK, "PATCH", userPath(p.me.ID), map[string]any{"role": as}, &p.me)
	return p
}

// tries are the requests behind an action in the workspace, each of which must
// be answered alike.
func (c *crowd) tries(action rights.WorkspaceAction) []try {
	switch action {
	case rights.SeeDirectory:
		return []try{{"GET", "/api/v1/rooms/directory", nil}}
	case rights.CreatePublicRoom, rights.CreatePrivateRoom:
		kind := map[rights.WorkspaceAction]string{rights.CreatePublicRoom: "public", rights.CreatePrivateRoom: "private"}[action]
		return []try{{"POST", "/api/v1/rooms", map[string]any{"kind": kind, "name": "a " + kind + " room"}}}
	case rights.OpenDirect:
		return []try{
			{"POST", "/api/v1/direct", map[string]any{"user_ids": []int64{c.keeper.me.ID}}},
			{"POST", "/api/v1/direct", map[string]any{"user_ids": []int64{c.keeper.me.ID, c.others["guest"].me.ID}}},
			{"POST", "/api/v1/direct", map[string]any{"user_ids": []int64{c.actor.me.ID}}},
		}
	case rights.Invite:
		general := c.keeper.room("general").ID
		var made struct{ ID int64 }
		c.keeper.must(http.StatusCreated, "POST", "/api/v1/invites", map[string]any{}, &made)
		return []try{
			{"POST", "/api/v1/invites", map[string]any{}},
			{"POST", "/api/v1/invites", map[string]any{"role": "guest", "room_ids": []int64{general}}},
			{"GET", "/api/v1/invites", nil},
			{"DELETE", fmt.Sprintf("/api/v1/invites/%d", made.ID), nil},
		}
	case rights.ChangeWorkspace:
		return []try{
			{"PATCH", "/api/v1/workspace", map[string]any{"name": "Quay"}},
			{"PATCH", "/api/v1/workspace", map[string]any{"sign_up": "open"}},
			{"PATCH", "/api/v1/workspace", map[string]any{"sign_up": "invite"}},
			{"PATCH", "/api/v1/workspace", map[string]any{"retention_days": 30, "flood_messages": 100, "flood_seconds": 1}},
			{"GET", "/api/v1/admin/settings", nil},
		}
	case rights.ManageMembers, rights.ManageAdmins:
		return c.manages(action)
	case rights.SeeAdministration:
		return []try{
			{"GET", "/api/v1/admin/people", nil}, {"GET", "/api/v1/admin/rooms", nil}, {"GET", "/api/v1/admin/figures", nil},
			{"GET", "/api/v1/admin/connections", nil},
		}
	case rights.SeeAudit:
		return []try{{"GET", "/api/v1/audit", nil}, {"GET", exportPath, nil}, {"GET", exportPath + "?format=json", nil}}
	case rights.HandleReports:
		return []try{{"PUT", "/api/v1/reports/" + userName(c.reported()), map[string]any{"settlement": "acted"}}}
	}
	c.t.Errorf("nobody knows how to try %s", action)
	return nil
}

// reported is a report from a private room that the actor is not in.
func (c *crowd) reported() int64 {
	c.t.Helper()
	room, reporter := c.keeper.creates("private", "Budget").ID, c.others["member"]
	c.keeper.must(http.StatusNoContent, "POST", roomPath(room)+"/members", map[string]any{"user_id": reporter.me.ID}, nil)
	said := c.keeper.says(room, "spam")
	reporter = reporter.signsInAgain() // may have been signed out
	reporter.must(http.StatusNoContent, "POST", fmt.Sprintf("%s/messages/%d/report", roomPath(room), said.Number), map[string]any{"reason": "spam"}, nil)
	found := c.others["owner"].signsInAgain().reports(room)
	if len(found) != 1 {
		c.t.Fatalf("%d reports", len(found))
	}
	return found[0]
}

// manages are all changes of people of the roles that the action is about.
func (c *crowd) manages(action rights.WorkspaceAction) []try {
	var all []try
	if action == rights.ManageMembers {
		all = append(all, try{"GET", "/api/v1/users?deactivated=true", nil})
	}
	roles := manageable[action]
	for i, role := range roles {
		path := userPath(c.others[string(role)].me.ID)
		all = append(all,
			try{"DELETE", path + "/sessions", nil},
			try{"PATCH", path, map[string]any{"deactivated": true}},
			try{"PATCH", path, map[string]any{"deactivated": false}},
			try{"GET", path + "/suspension/addresses", nil},
			try{"PUT", path + "/suspension", endless},
			try{"DELETE", path + "/suspension", nil},
			try{"POST", path + "/reset-link", nil},
			try{"PATCH", path, map[string]any{"role": role}},
			try{"PATCH", path, map[string]any{"role": roles[1-i]}})
	}
	if action == rights.ManageAdmins {
		for _, role := range roles {
			path := userPath(c.others["to-"+string(role)].me.ID)
			all = append(all, try{"PATCH", path, map[string]any{"role": role}})
		}
	}
	return all
}

// What the running API allows in the workspace is what docs/administration.md
// says, and so is what the page is told.
func TestEverybodyMayDoInTheWorkspaceWhatTheDocumentationSays(t *testing.T) {
	t.Parallel()
	tables := administration(t)
	for _, role := range rights.Roles {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, role)
			abilities := c.actor.abilities()
			judge := func(what string, got answer) bool { return allowed(t, what, got, true) }
			for _, action := range rights.WorkspaceActions {
				cell := workspaceCell(tables, action, role)
				may := cell == "yes"
				if told := slices.Contains(abilities.Workspace, string(action)); told != may {
					t.Errorf("%s by %s: the page is told %v, the documentation says %q", action, role, told, cell)
				}
				for _, try := range c.tries(action) {
					what := fmt.Sprintf("%s by %s: %s %s %v", action, role, try.method, try.path, try.body)
					// What was reported to others does not exist.
					if got := allowed(t, what, c.actor.do(try.method, try.path, try.body), action != rights.HandleReports); got != may {
						t.Errorf("%s: allowed: %v, the documentation says %q", what, got, cell)
					}
				}
				for _, turn := range c.turns(action, may) {
					turn.take(t, c.actor, judge)
				}
			}
			c.handsOver(role == rights.Owner).take(t, c.actor, judge)
			c.checkSight(workspaceCell(tables, rights.SeeDirectory, role) == "yes")
		})
	}
}

// checkSight wants the actor to see a stranger, or not, wherever people are
// shown.
func (c *crowd) checkSight(may bool) {
	c.t.Helper()
	stranger := func(u User) bool { return u.ID == c.stranger.me.ID }
	var people struct{ Users []User }
	c.actor.must(http.StatusOK, "GET", "/api/v1/users?limit=200", nil, &people)
	denied := c.actor.denied(map[string][2]int64{workspaceTopic: {}})
	for what, sees := range map[string]bool{
		"in the list of people":    slices.ContainsFunc(people.Users, stranger),
		"in the overview":          slices.ContainsFunc(c.actor.overview().Users, stranger),
		"by their id":              c.actor.do("GET", userPath(c.stranger.me.ID), nil).StatusCode == http.StatusOK,
		"in a direct room":         c.actor.do("POST", "/api/v1/direct", map[string]any{"user_ids": []int64{c.stranger.me.ID}}).StatusCode < 300,
		"on the workspace's topic": !slices.Contains(denied, workspaceTopic),
	} {
		if sees != may {
			c.t.Errorf("%s sees a stranger %s: %v, the documentation says %v", c.actor.me.Role, what, sees, may)
		}
	}
}
