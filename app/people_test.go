package app

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"chatd/store/storetest"
)

// gives changes somebody's role in the workspace.
func (p *person) gives(user int64, role string) {
	p.t.Helper()
	p.must(http.StatusOK, "PATCH", userPath(user), map[string]any{"role": role}, nil)
}

// at is the same browser at another node.
func (p *person) at(w *world) *person {
	p.t.Helper()
	other := w.withToken(p.sessionCookie().Value)
	other.me = p.me
	return other
}

type peoplePage struct {
	Users []struct {
		User
		Email      *string
		LastSeenAt *string `json:"last_seen_at"`
	}
	Next *string
}

func TestPeopleAreListedPageByPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	for i := range 5 {
		ana.brings(fmt.Sprintf("cleo%d", i))
	}
	var names []string
	path := "/api/v1/users?limit=3"
	for pages := 1; ; pages++ {
		var page peoplePage
		got := ben.must(http.StatusOK, "GET", path, nil, &page)
		for _, u := range page.Users {
			names = append(names, u.Username)
			if u.Email != nil || u.LastSeenAt != nil {
				t.Errorf("a member sees %s", got.body)
			}
		}
		if page.Next == nil {
			if pages != 3 {
				t.Errorf("%d pages", pages)
			}
			break
		}
		path = "/api/v1/users?limit=3&after=" + *page.Next
	}
	if want := []string{"ana", "ben", "cleo0", "cleo1", "cleo2", "cleo3", "cleo4"}; !slices.Equal(names, want) {
		t.Errorf("listed %q", names)
	}
	var page peoplePage
	ana.must(http.StatusOK, "GET", "/api/v1/users", nil, &page)
	if u := page.Users[0]; u.Email == nil {
		t.Errorf("an owner sees %+v", u)
	}
	for _, list := range []string{"/api/v1/users", "/api/v1/rooms/directory", roomPath(ana.room("general").ID) + "/members", "/api/v1/invites"} {
		for _, after := range []string{"x", "e30", "bnVsbA", "%00"} {
			got := ana.do("GET", list+"?after="+after, nil)
			if got.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("%s after %s: %s %s", list, after, got.Status, got.body)
			}
		}
	}
}

func TestARoleDecidesFromTheNextRequestOn(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben").at(there)
	stream := ben.streams("ndjson")
	if slices.Contains(ben.overview().Abilities.Workspace, "invite") {
		t.Fatal("a member may invite")
	}
	ben.must(http.StatusForbidden, "POST", "/api/v1/invites", map[string]any{}, nil)
	ana.gives(ben.me.ID, "admin")
	if news := stream.news(userTopic(ben.me.ID), "me-changed"); news.User.Role != "admin" {
		t.Errorf("Ben hears of %+v", news.User)
	}
	if news := stream.news(workspaceTopic, "user-changed"); news.User.Role != "admin" {
		t.Errorf("all hear of %+v", news.User)
	}
	if !slices.Contains(ben.overview().Abilities.Workspace, "invite") {
		t.Error("an admin may not invite")
	}
	cleo := ben.brings("cleo")
	ben.gives(cleo.me.ID, "guest")
	checkProblem(t, ben.do("PATCH", userPath(cleo.me.ID), map[string]any{"role": "admin"}), http.StatusForbidden, "not allowed")
	checkProblem(t, ben.do("PATCH", userPath(ana.me.ID), map[string]any{"role": "member"}), http.StatusForbidden, "not allowed")
	checkProblem(t, ben.do("PATCH", userPath(ana.me.ID), map[string]any{"deactivated": true}), http.StatusForbidden, "not allowed")
	ben.must(http.StatusForbidden, "DELETE", userPath(ana.me.ID)+"/sessions", nil, nil)
	checkProblem(t, ana.do("PATCH", userPath(999999), map[string]any{"role": "member"}), http.StatusNotFound, "no such person")
	checkProblem(t, ana.do("PATCH", userPath(ben.me.ID), map[string]any{"role": "god"}), http.StatusUnprocessableEntity, "one of")
	checkProblem(t, ana.do("PATCH", userPath(ben.me.ID), map[string]any{"role": "member", "deactivated": true}),
		http.StatusUnprocessableEntity, "one after the other")
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{}, nil)
}

func TestThereIsAlwaysAnOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for _, body := range []map[string]any{{"role": "admin"}, {"deactivated": true}} {
		checkProblem(t, ana.do("PATCH", userPath(ana.me.ID), body), http.StatusConflict, "must be an owner")
	}
	ben := ana.brings("ben")
	ana.gives(ben.me.ID, "owner")
	ana.gives(ana.me.ID, "member")
	checkProblem(t, ben.do("PATCH", userPath(ben.me.ID), map[string]any{"deactivated": true}), http.StatusConflict, "Make somebody else owner")
	ana.must(http.StatusForbidden, "GET", "/api/v1/invites", nil, nil)
}

func TestADeactivatedPersonIsOutAtOnceOnEveryNode(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	watcher := ana.streams("ndjson")
	ben := ana.brings("ben")
	_, secret := ben.newToken("read-write")
	near, far := ben.streams("ndjson"), ben.at(there).streams("iframe")
	script := ben.script(secret)
	scripted := script.streams("ndjson")
	room := ana.room("general")

	var gone User
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"deactivated": true}, &gone)
	if !gone.Deactivated {
		t.Errorf("Ben is %+v", gone)
	}
	near.ends("deactivated")
	far.ends("deactivated")
	scripted.ends("deactivated")
	ben.must(http.StatusUnauthorized, "POST", roomPath(room.ID)+"/messages", map[string]any{"body": "x"}, nil)
	checkProblem(t, script.do("GET", "/api/v1/me", nil), http.StatusUnauthorized, "revoked")
	wrong := here.visitor().must(http.StatusUnauthorized, "POST", "/api/v1/sign-in", signInBody("ben", "not this one"), nil)
	right := here.visitor().must(http.StatusUnauthorized, "POST", "/api/v1/sign-in", signInBody("ben", password), nil)
	if wrong.body != right.body {
		t.Errorf("the answers tell that the password is right:\n%s\n%s", wrong.body, right.body)
	}
	if news := watcher.news(workspaceTopic, "user-changed"); !news.User.Deactivated {
		t.Errorf("all hear of %+v", news.User)
	}
	for _, u := range ana.overview().Users {
		if u.ID == ben.me.ID {
			t.Error("he is still in the overview")
		}
	}
	var page peoplePage
	ana.must(http.StatusOK, "GET", "/api/v1/users?deactivated=true", nil, &page)
	if len(page.Users) != 2 || !page.Users[1].Deactivated {
		t.Errorf("the list is %+v", page.Users)
	}
	ana.brings("cleo").must(http.StatusForbidden, "GET", "/api/v1/users?deactivated=true", nil, nil)

	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"deactivated": false}, nil)
	ben.must(http.StatusUnauthorized, "GET", "/api/v1/me", nil, nil)
	script.must(http.StatusUnauthorized, "GET", "/api/v1/me", nil, nil)
	again := ben.signsInAgain()
	again.room("general")
}

func TestAnAdministratorSignsSomebodyOutEverywhere(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	_, secret := ben.newToken("read")
	near, far := ben.script(secret).streams("ndjson"), ben.at(there).streams("ndjson")
	ana.must(http.StatusNoContent, "DELETE", userPath(ben.me.ID)+"/sessions", nil, nil)
	near.ends("removed")
	far.ends("removed")
	ben.must(http.StatusUnauthorized, "GET", "/api/v1/me", nil, nil)
	ben.signsInAgain().must(http.StatusForbidden, "DELETE", userPath(ana.me.ID)+"/sessions", nil, nil)
}
