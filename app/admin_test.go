package app

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"chatd/store/storetest"
)

func TestTheAdministrationIsForOwnersAndAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	ana.must(http.StatusOK, "PATCH", userPath(cleo.me.ID), map[string]any{"role": "admin"}, nil)
	for _, path := range []string{"people", "rooms", "figures", "connections", "settings"} {
		path = "/api/v1/admin/" + path
		checkProblem(t, ben.do("GET", path, nil), http.StatusForbidden, "not allowed")
		checkProblem(t, w.visitor().do("GET", path, nil), http.StatusUnauthorized, "signed out")
		ana.must(http.StatusOK, "GET", path, nil, nil)
		cleo.must(http.StatusOK, "GET", path, nil, nil)
	}
}

func TestAdministratorsFindPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	ana.brings("cleo")
	ben.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"email": "ben@example.org", "current_password": password}, nil)
	ben.signsInAgain()
	ben.creates("private", "secret")
	var found struct {
		People []AdminPerson
		Next   *string
	}
	got := ana.must(http.StatusOK, "GET", "/api/v1/admin/people?search=EXAMPLE.org&role=member&state=active&order=last-seen", nil, &found)
	if len(found.People) != 1 || found.Next != nil {
		t.Fatalf("found %s", got.body)
	}
	if p := found.People[0]; p.ID != ben.me.ID || p.Email != "ben@example.org" || p.Sessions != 2 || p.Rooms != 2 || p.Tokens != 0 || p.State != "active" || p.SuspendedUntil != nil {
		t.Errorf("ben is %s", got.body)
	}
	if strings.Contains(got.body, "password") || strings.Contains(got.body, "argon") {
		t.Errorf("it tells too much: %s", got.body)
	}
	var names []string
	for after := ""; ; {
		ana.must(http.StatusOK, "GET", "/api/v1/admin/people?order=newest&limit=1&after="+after, nil, &found)
		names = append(names, found.People[0].Username)
		if found.Next == nil {
			break
		}
		after = *found.Next
	}
	if !slices.Equal(names, []string{"cleo", "ben", "ana"}) {
		t.Errorf("the newest are %q", names)
	}
	for _, query := range []string{"order=size", "role=king", "state=odd", "limit=0", "after=x", "what=x", "search=" + strings.Repeat("x", 81)} {
		if got := ana.do("GET", "/api/v1/admin/people?"+query, nil); got.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %s %s", query, got.Status, got.body)
		}
	}
}

func TestAdministratorsSeeOfPrivateRoomsOnlyCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	secret, boats := ben.creates("private", "Secret garden"), ben.creates("public", "Boats")
	ben.must(http.StatusOK, "PATCH", roomPath(secret.ID), map[string]any{"topic": "roses", "description": "thorns"}, nil)
	ben.says(secret.ID, "lilies")
	ben.must(http.StatusCreated, "POST", "/api/v1/direct", map[string]any{"user_ids": []int64{ana.me.ID}}, nil)
	var found struct{ Rooms []AdminRoom }
	got := ana.must(http.StatusOK, "GET", "/api/v1/admin/rooms?order=newest", nil, &found)
	if len(found.Rooms) != 3 || found.Rooms[0].ID != boats.ID || found.Rooms[1].ID != secret.ID {
		t.Fatalf("found %s", got.body)
	}
	if r := found.Rooms[0]; r.Name == nil || *r.Name != "Boats" || r.OwnerCount != 1 || len(r.Owners) != 1 || r.Owners[0].ID != ben.me.ID || r.UndeleteUntil != nil {
		t.Errorf("the public one: %+v", r)
	}
	if r := found.Rooms[1]; r.Name != nil || r.Members != 1 || r.Messages != 1 || r.LastMessageAt == nil || len(r.Owners) != 0 || r.Kind != "private" {
		t.Errorf("the private one: %+v", r)
	}
	for _, secret := range []string{"garden", "roses", "thorns", "lilies"} {
		if strings.Contains(got.body, secret) {
			t.Errorf("it tells %q: %s", secret, got.body)
		}
	}
	ben.must(http.StatusOK, "DELETE", roomPath(boats.ID), nil, nil)
	ana.must(http.StatusOK, "GET", "/api/v1/admin/rooms?state=deleted", nil, &found)
	if len(found.Rooms) != 1 || found.Rooms[0].ID != boats.ID || found.Rooms[0].State != "deleted" || found.Rooms[0].UndeleteUntil == nil {
		t.Errorf("deleted: %+v", found.Rooms)
	}
}

func TestFiguresAreShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	ben.says(ben.room("general").ID, "hello")
	var f Figures
	got := ana.must(http.StatusOK, "GET", "/api/v1/admin/figures", nil, &f)
	if f.People.Active != 2 || f.Rooms.Public != 1 || f.Messages != 1 || f.Bytes == 0 || f.Days == nil {
		t.Errorf("%s", got.body)
	}
}

func TestAConnectionIsSeenAndEndedOnEveryNode(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	browser := ben.signsInAgain()
	his, theirs := browser.streams("ndjson"), ben.streams("ndjson")
	remote := there.withToken(browser.sessionCookie().Value)
	remote.me = ben.me
	far := remote.streams("iframe")

	var found struct{ Connections []AdminConnection }
	connections := func() []AdminConnection {
		ana.must(http.StatusOK, "GET", "/api/v1/admin/connections?search=BEN", nil, &found)
		return found.Connections
	}
	here.eventually("three connections are listed", func() bool { return len(connections()) == 3 })
	i := slices.IndexFunc(connections(), func(c AdminConnection) bool { return c.Node == there.app.tracker.Node() })
	if i < 0 {
		t.Fatalf("none is at the other node: %+v", found.Connections)
	}
	c := found.Connections[i]
	if c.User.ID != ben.me.ID || c.Device != "browser" || c.Since == "" || c.Lag != 0 {
		t.Errorf("it is %+v", c)
	}
	path := fmt.Sprintf("/api/v1/admin/connections/%s/%d", c.Node, c.ID)
	checkProblem(t, ben.do("DELETE", path, nil), http.StatusForbidden, "not allowed")
	ana.must(http.StatusNoContent, "DELETE", path+"?reason=lost+phone", nil, nil)
	his.ends("removed")
	far.ends("removed")
	here.eventually("one connection is left", func() bool { return len(connections()) == 1 })
	checkProblem(t, ana.do("DELETE", path, nil), http.StatusNotFound, "connection is gone")
	for _, wrong := range []string{"x/1", c.Node + "/x", c.Node + "/+1", c.Node + "/0", c.Node + "/99999"} {
		checkProblem(t, ana.do("DELETE", "/api/v1/admin/connections/"+wrong, nil), http.StatusNotFound, "connection is gone")
	}
	ben.says(ben.room("general").ID, "still here")
	theirs.news(roomTopic(ben.room("general").ID), "message")
}

func TestConnectionsOfInvisiblePeopleAreNotShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	ben.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"presence": map[string]any{"choice": "invisible"}}, nil)
	ben.streams("ndjson")
	ana.streams("ndjson")
	var found struct{ Connections []AdminConnection }
	w.eventually("her own connection is listed", func() bool {
		ana.must(http.StatusOK, "GET", "/api/v1/admin/connections", nil, &found)
		return len(found.Connections) > 0
	})
	var f Figures
	ana.must(http.StatusOK, "GET", "/api/v1/admin/figures", nil, &f)
	if len(found.Connections) != 1 || found.Connections[0].User.ID != ana.me.ID || f.Connections != 1 || f.People.Here != 1 {
		t.Errorf("%+v, and in the figures %+v", found.Connections, f)
	}
}
