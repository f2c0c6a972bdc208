package app

import (
	"net/http"
	"strings"
	"testing"
)

func TestARoomIsHandedToSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	boats := ben.creates("private", "boats")
	ben.adds(boats.ID, cleo)
	path := roomPath(boats.ID) + "/hand-over"
	checkProblem(t, ben.do("POST", path, map[string]any{"user_id": ben.me.ID}), http.StatusUnprocessableEntity, "This is you")
	checkProblem(t, ben.do("POST", path, map[string]any{"user_id": ana.me.ID}), http.StatusNotFound, "no such person")
	checkProblem(t, cleo.do("POST", path, map[string]any{"user_id": cleo.me.ID + 1000}), http.StatusForbidden, "not allowed")
	checkProblem(t, ana.do("POST", path, map[string]any{"user_id": cleo.me.ID}), http.StatusNotFound, "does not exist")
	hers := cleo.streams("ndjson")
	ben.must(http.StatusNoContent, "POST", path, map[string]any{"user_id": cleo.me.ID}, nil)
	if n, ok := hers.news(userTopic(cleo.me.ID), "room-role-changed").Room.(map[string]any); !ok || n["role"] != "owner" {
		t.Errorf("she hears %v", n)
	}
	if his, now := ben.room("boats").Role, cleo.room("boats").Role; his != "member" || now != "owner" {
		t.Errorf("he is %s, she is %s", his, now)
	}
	checkProblem(t, ben.do("POST", path, map[string]any{"user_id": cleo.me.ID}), http.StatusForbidden, "not allowed")
}

func TestTheWorkspaceIsHandedOverWithThePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	const path = "/api/v1/workspace/hand-over"
	to := func(user int64, password string) map[string]any {
		return map[string]any{"user_id": user, "password": password}
	}
	checkProblem(t, ben.do("POST", path, to(ana.me.ID, password)), http.StatusForbidden, "not allowed")
	checkProblem(t, ana.do("POST", path, to(ben.me.ID, "")), http.StatusUnprocessableEntity, "password")
	wrong := ana.do("POST", path, to(ben.me.ID, "not the password"))
	checkProblem(t, wrong, http.StatusUnprocessableEntity, "not your current password")
	if !strings.Contains(wrong.body, `"body.password"`) {
		t.Errorf("the field is not named: %s", wrong.body)
	}
	checkProblem(t, ana.do("POST", path, to(ana.me.ID, password)), http.StatusUnprocessableEntity, "This is you")
	checkProblem(t, ana.do("POST", path, to(1<<40, password)), http.StatusNotFound, "no such person")
	_, secret := ana.newToken("read-write")
	ana.script(secret).must(http.StatusForbidden, "POST", path, to(ben.me.ID, password), nil)
	his := ben.streams("ndjson")
	var owner User
	ana.must(http.StatusOK, "POST", path, to(ben.me.ID, password), &owner)
	if owner.ID != ben.me.ID || owner.Role != "owner" {
		t.Errorf("the owner is %+v", owner)
	}
	if n := his.news(userTopic(ben.me.ID), "me-changed"); n.User.Role != "owner" {
		t.Errorf("he hears %+v", n.User)
	}
	if me := ana.overview().Me; me.Role != "admin" {
		t.Errorf("she is %s", me.Role)
	}
	checkProblem(t, ana.do("POST", path, to(ben.me.ID, password)), http.StatusForbidden, "not allowed")
}
