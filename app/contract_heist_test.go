package app

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"chatd/store/rights"
)

// Whoever names a thing that is no business of theirs learns and changes
// nothing, and cannot even tell that it exists.
func TestIDsOfOthersOpenNothing(t *testing.T) {
	t.Parallel()
	h := newHeist(t)
	before := h.state()
	attacks := 0
	h.eachAttack(func(o *specOperation, at place, thing hidden) {
		for _, eve := range h.attackers {
			if !slices.Contains(thing.sees, rights.Role(eve.me.Role)) {
				attacks++
				h.attack(eve, o, at, thing)
			}
		}
	})
	if after := h.state(); after != before {
		t.Errorf("something has changed: before\n%s\nafter\n%s", before, after)
	}
	if attacks < 100 {
		t.Errorf("only %d attacks", attacks)
	}
	h.checkTopics()
	h.checkRightful()
}

// attack sends every request of an operation twice: with the id of the thing,
// and with one that was never given out.
func (h *heist) attack(eve *person, o *specOperation, at place, thing hidden) {
	h.t.Helper()
	for _, body := range h.spec.bodies(o) {
		if _, named := body[at.name]; at.in == "body" && !named {
			continue
		}
		what := fmt.Sprintf("%s by %s: the %s in %s of the %s", o, eve.me.Username, thing.kind, at.name, at.in)
		got := h.sends(eve, o, body, at, thing.id)
		if got.StatusCode < 400 || got.StatusCode >= 500 {
			h.t.Errorf("%s: %s: %s", what, got.Status, got.body)
		}
		if want := h.sends(eve, o, body, at, thing.never()); fingerprint(got) != fingerprint(want) {
			h.t.Errorf("%s can be told from one that never was:\n%s\n%s", what, fingerprint(got), fingerprint(want))
		}
	}
}

func (h *heist) sends(p *person, o *specOperation, body map[string]any, at place, id any) answer {
	h.t.Helper()
	target, filled := h.request(o, body, at, id)
	if filled == nil {
		return p.do(o.method, target, nil)
	}
	return p.do(o.method, target, filled)
}

// fingerprint is all of an answer but what differs each time.
func fingerprint(got answer) string {
	header := got.Header.Clone()
	header.Del("Date")
	header.Del("X-Request-Id")
	return fmt.Sprintln(got.Status, header, got.body)
}

// passing is what changes by itself.
var passing = regexp.MustCompile(`"last_(used|seen)_at":("[^"]*"|null)`)

// state is everything that the victims see of what is theirs.
func (h *heist) state() string {
	h.t.Helper()
	var all strings.Builder
	look := func(p *person, paths ...string) {
		for _, path := range paths {
			got := p.must(http.StatusOK, "GET", "/api/v1"+path, nil, nil)
			fmt.Fprintln(&all, path, passing.ReplaceAllString(got.body, ""))
		}
	}
	look(h.victim, "/overview", "/me", "/sessions", "/tokens")
	look(h.mate, "/overview", "/me", "/sessions", "/tokens")
	look(h.keeper, "/invites", "/users?deactivated=true", "/rooms/directory", "/workspace")
	for _, thing := range h.treasures {
		if thing.kind == "room" {
			room := strings.TrimPrefix(roomPath(thing.id.(int64)), "/api/v1")
			look(h.victim, room, room+"/members", room+"/messages")
		}
	}
	return all.String()
}

// checkTopics wants the hub to deny the topics of others.
func (h *heist) checkTopics() {
	h.t.Helper()
	topics := map[string][2]int64{roomTopic(7_777_777): {}, userTopic(7_777_777): {}, userTopic(h.victim.me.ID): {}, roomTopic(h.victim.me.ID): {}}
	for _, thing := range h.treasures {
		if thing.kind == "room" {
			topics[roomTopic(thing.id.(int64))] = [2]int64{}
			topics[userTopic(thing.id.(int64))] = [2]int64{}
		}
	}
	for _, eve := range h.attackers {
		if denied := eve.denied(topics); len(denied) != len(topics) {
			h.t.Errorf("%s may follow some of %v: only %v are denied", eve.me.Username, topics, denied)
		}
	}
}

// checkRightful shows that the attacks would have worked for somebody with the
// right: what comes later in the list may need what comes earlier.
func (h *heist) checkRightful() {
	h.t.Helper()
	good := map[string]bool{}
	for turn := range lastTurn + 1 {
		h.eachAttack(func(o *specOperation, at place, thing hidden) {
			if turnOf(o) != turn {
				return
			}
			key := fmt.Sprint(o, " ", at)
			for _, body := range h.spec.bodies(o) {
				if got := h.sends(thing.rightful, o, body, at, thing.id); got.StatusCode < 300 {
					good[key] = true
				}
			}
			good[key] = good[key] || false
		})
	}
	for key, was := range good {
		if !was {
			h.t.Errorf("%s: not even those with the right get a good answer; the attack proves nothing", key)
		}
	}
}

// lastTurn is the last that turnOf gives.
const lastTurn = 11

// turnOf is when somebody with the right does what an operation does: what takes
// something from those who act later comes after what they do. It is -1 for what
// has tests of its own.
func turnOf(o *specOperation) int {
	switch path := strings.TrimPrefix(o.path, "/api/v1"); {
	case strings.Contains(path, "/reactions/"), strings.HasSuffix(path, "/pin"), strings.HasPrefix(path, "/me/saved/"):
		return 0 // before the messages are gone
	case path == "/workspace/hand-over":
		return -1 // it takes the keeper's rights, who closes accounts
	case path == "/users/{user}" && o.method != http.MethodGet, path == "/users/{user}/sessions", path == "/users/{user}/suspension":
		return lastTurn
	case path == "/rooms/{room}/membership" && o.method == http.MethodDelete:
		return 10
	case path == "/rooms/{room}/undelete":
		return 9
	case path == "/rooms/{room}/deletion":
		return 8
	case path == "/rooms/{room}" && o.method == http.MethodDelete:
		return 7
	case o.method == http.MethodDelete:
		return 6
	case strings.HasSuffix(path, "/bans/{user}"):
		return 5
	case strings.HasSuffix(path, "/hand-over"):
		return 4
	}
	return slices.Index([]string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch}, o.method)
}

func TestSomebodyElsesClientIDShowsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	eve := ana.brings("eve")
	room := ana.creates("private", "Layoffs").ID
	said := ana.says(room, "nobody else may know")
	var got Message
	eve.must(http.StatusCreated, "POST", roomPath(eve.room("general").ID)+"/messages",
		map[string]any{"client_id": said.ClientID, "body": "mine"}, &got)
	if got.ID == said.ID || got.Body != "mine" || got.Author.ID != eve.me.ID {
		t.Errorf("Eve got %+v", got)
	}
}
