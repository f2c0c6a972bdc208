package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"chatd/store/rights"
)

// A hidden thing exists, but not for those who may not know of it.
type hidden struct {
	kind     string
	id       any // an int64, or a UUID
	rightful *person
	// sees are the roles for which it is not hidden.
	sees []rights.Role
}

// never is an id like the thing's that was never given out.
func (h hidden) never() any {
	if _, ok := h.id.(string); ok {
		return "5ca1ab1e-0000-4000-8000-000000000000"
	}
	return int64(7_777_777)
}

// A place is where a request names a thing: a parameter, or a field of the body.
type place struct{ in, name string }

// placeKind says what kind of thing the id in a place is, "" for what is no id.
// A name like that of an id that it does not know fails the test.
func placeKind(t *testing.T, o *specOperation, at place) string {
	t.Helper()
	switch {
	case strings.Contains(o.path, "/by-token/"), o.path == "/api/v1/sign-up" && at.name == "invite", o.path == "/api/v1/password-resets":
		return "" // a secret: whoever knows it, has it rightly
	case at.name == "client_id":
		return "" // chosen by the sender; has a test of its own
	case strings.HasPrefix(o.path, "/api/v1/admin/connections/") && at.in == "path":
		return map[string]string{"node": "node", "id": "connection"}[at.name]
	case at.in == "query":
		return "" // leaves out of a list what one sees without it
	}
	switch at.name {
	case "room", "room_id", "room_ids":
		return "room"
	case "user", "user_id", "user_ids":
		return "user"
	case "invite", "session", "token", "deletion", "report":
		return at.name
	case "number", "emoji":
		return "" // counts what is in the room before it, or is put to that
	}
	if at.in == "path" || regexp.MustCompile(`(^|_)ids?$`).MatchString(at.name) {
		t.Errorf("%s: this test does not know how to attack %s in the %s; teach it", o, at.name, at.in)
	}
	return ""
}

// places are where an operation names things.
func (s *spec) places(o *specOperation) []place {
	var all []place
	for _, p := range o.Parameters {
		all = append(all, place{p.In, p.Name})
	}
	if sc := s.body(o); sc != nil {
		for _, name := range sortedKeys(sc.Properties) {
			all = append(all, place{"body", name})
		}
	}
	return all
}

// bodies are good bodies for an operation: one for each optional field. Nil
// stands for none.
func (s *spec) bodies(o *specOperation) []map[string]any {
	sc := s.body(o)
	if sc == nil {
		return []map[string]any{nil}
	}
	m := &mill{Rand: rand.New(rand.NewPCG(1, 1)), spec: s, pool: &pool{texts: map[string][]string{}}}
	required := map[string]any{}
	for _, name := range sc.Required {
		required[name] = json.RawMessage(m.value(sc.Properties[name], name))
	}
	all := []map[string]any{required}
	for _, name := range sortedKeys(sc.Properties) {
		if !slices.Contains(sc.Required, name) {
			body := maps.Clone(required)
			body[name] = json.RawMessage(m.value(sc.Properties[name], name))
			all = append(all, body)
		}
	}
	if len(required) == 0 && len(all) > 1 {
		return all[1:] // an empty body asks for nothing
	}
	return all
}

// A heist is a workspace with things that are somebody's, and with people whom
// they are no business of.
type heist struct {
	*world
	spec      *spec
	keeper    *person
	victim    *person
	attackers []*person
	treasures []hidden
	// shared is a room in which everybody but the victims is.
	shared int64
	mate   *person // in the victim's rooms
	// listening is a connection that owners and admins see.
	listening AdminConnection
}

func newHeist(t *testing.T) *heist {
	t.Helper()
	return newHeistIn(newWorld(t))
}

func newHeistIn(w *world) *heist {
	w.t.Helper()
	h := &heist{world: w, keeper: w.owner()}
	h.spec, h.shared = h.keeper.spec(), h.keeper.room("general").ID
	h.victim, h.mate = h.keeper.brings("victim"), h.keeper.brings("mate")
	for _, role := range rights.Roles {
		p := h.keeper.brings("attacking-" + string(role))
		h.keeper.must(http.StatusOK, "PATCH", userPath(p.me.ID), map[string]any{"role": role}, &p.me)
		h.attackers = append(h.attackers, p)
	}
	// The victim may invite, so that the invites, too, can name the rooms.
	h.keeper.must(http.StatusOK, "PATCH", userPath(h.victim.me.ID), map[string]any{"role": "admin"}, nil)
	for _, p := range []*person{h.victim, h.mate} {
		p.must(http.StatusNoContent, "DELETE", roomPath(h.shared)+"/membership", nil, nil)
	}
	for range 2 {
		h.keeper.says(h.shared, "hello")
	}
	h.treasures = h.hide()
	return h
}

// hide makes one thing of each kind.
func (h *heist) hide() []hidden {
	h.t.Helper()
	v := h.victim
	private := v.creates("private", "Layoffs").ID
	v.must(http.StatusNoContent, "POST", roomPath(private)+"/members", map[string]any{"user_id": h.mate.me.ID}, nil)
	v.says(private, "nobody else may know")
	var direct RoomEntry
	v.must(http.StatusCreated, "POST", "/api/v1/direct", map[string]any{"user_ids": []int64{h.mate.me.ID}}, &direct)
	v.says(direct.ID, "nor this")
	h.mate.says(direct.ID, "she said")
	h.mate.says(private, "she said")
	h.mate.says(private, "and more")
	var deletion struct{ Deletion any }
	v.must(http.StatusOK, "DELETE", messagePath(private, 3), nil, &deletion)
	v.must(http.StatusNoContent, "POST", messagePath(private, 2)+"/report", map[string]any{"reason": "x"}, nil)
	report := v.queue("").Reports[0]
	var token, invite struct{ ID any }
	v.must(http.StatusCreated, "POST", "/api/v1/tokens", map[string]any{"name": "script", "scope": "read"}, &token)
	h.keeper.must(http.StatusCreated, "POST", "/api/v1/invites", map[string]any{}, &invite)
	v.signsInAgain()
	var sessions struct {
		Sessions []struct {
			ID      string
			Current bool
		}
	}
	v.must(http.StatusOK, "GET", "/api/v1/sessions", nil, &sessions)
	other := slices.IndexFunc(sessions.Sessions, func(s struct {
		ID      string
		Current bool
	}) bool {
		return !s.Current
	})
	roamer := h.keeper.brings("roamer")
	seen := h.connects(roamer, h.keeper)
	h.listening = h.connects(roamer.signsInAgain(), h.keeper)
	ghost := h.keeper.brings("ghost")
	h.keeper.must(http.StatusOK, "PATCH", userPath(ghost.me.ID), map[string]any{"role": "admin"}, nil)
	ghost.chooses("invisible", nil)
	unseen := h.connects(ghost, ghost)
	return []hidden{
		{"connection", seen.ID, h.keeper, groups["owners and admins"]},
		{"connection", unseen.ID, ghost, nil},
		{"node", h.listening.Node, h.keeper, groups["owners and admins"]},
		{"room", private, v, nil},
		{"room", direct.ID, v, nil},
		{"session", sessions.Sessions[other].ID, v, nil},
		{"token", token.ID, v, nil},
		{"invite", int64(invite.ID.(float64)), h.keeper, groups["owners and admins"]},
		{"user", v.me.ID, h.keeper, groups["not guests"]},
		{"deletion", int64(deletion.Deletion.(float64)), v, nil},
		{"report", report.ID, v, groups["owners and admins"]},
	}
}

// connects has somebody listen, and returns their newest connection as another
// sees it.
func (h *heist) connects(p, seenBy *person) (found AdminConnection) {
	h.t.Helper()
	newest := func() (id int64) {
		var list struct{ Connections []AdminConnection }
		seenBy.must(http.StatusOK, "GET", "/api/v1/admin/connections?limit=200&search="+p.me.Username, nil, &list)
		for _, c := range list.Connections {
			if c.User.ID == p.me.ID && c.ID > id {
				id, found = c.ID, c
			}
		}
		return id
	}
	before := newest()
	p.streams("iframe")
	h.eventually("the connection is told", func() bool { return newest() > before })
	return found
}

// request is a request of an operation that names things by their ids, the
// others as they fit.
func (h *heist) request(o *specOperation, body map[string]any, at place, id any) (target string, filled map[string]any) {
	ids := map[string]any{"room": h.shared, "user": h.mate.me.ID, "invite": 1, "session": newUUID(), "token": newUUID(), "number": 2, "emoji": "%F0%9F%8E%89", "node": h.listening.Node, "id": h.listening.ID}
	if o.method == http.MethodDelete || strings.HasSuffix(o.path, "/messages/{number}") && o.method == http.MethodPatch {
		ids["number"] = 1 // in all rooms the victim's own, which they delete and edit; the second is the mate's
	}
	if at.in == "path" {
		ids[at.name] = id
	}
	target = pathParameter.ReplaceAllStringFunc(o.path, func(braces string) string { return fmt.Sprint(ids[strings.Trim(braces, "{}")]) })
	filled = maps.Clone(body)
	for name := range filled {
		value := ids[placeKind(h.t, o, place{"body", name})]
		if at == (place{"body", name}) {
			value = id
		}
		switch {
		case value == nil:
		case strings.HasSuffix(name, "s"):
			filled[name] = []any{value}
		default:
			filled[name] = value
		}
	}
	return target, filled
}

// eachAttack calls f for every place in which the document takes an id, and
// every thing that could be named there.
func (h *heist) eachAttack(f func(o *specOperation, at place, thing hidden)) {
	h.t.Helper()
	attacked := map[string]bool{}
	for _, o := range h.spec.operations() {
		for _, at := range h.spec.places(o) {
			kind := placeKind(h.t, o, at)
			for _, thing := range h.treasures {
				if thing.kind == kind {
					attacked[kind] = true
					f(o, at, thing)
				}
			}
			if kind != "" && !attacked[kind] {
				h.t.Errorf("%s: there is no %s to attack", o, kind)
			}
		}
	}
}
