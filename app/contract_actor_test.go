package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
)

// An actor makes the requests of a fuzz run as somebody. What it does may end
// its own session, or somebody else's does; then it becomes somebody new.
type actor struct {
	name string
	// become makes somebody new and shows who it is in the header. Nil: nobody.
	become func(*town) (http.Header, error)
	header http.Header
	dead   bool
}

// A town is a workspace full of people that a fuzz run happens in. Its keeper
// is an owner whom the run does not know.
type town struct {
	*world
	keeper *person
	room   int64
	n      int
}

func newTown(w *world) *town {
	w.t.Helper()
	keeper := w.owner()
	return &town{world: w, keeper: keeper, room: keeper.room("general").ID}
}

// newcomer signs somebody up with a role.
func (n *town) newcomer(role string) (*person, error) {
	n.n++
	invited := "member"
	if role == "guest" {
		invited = role
	}
	link, err := n.invites(invited)
	if err != nil {
		return nil, err
	}
	p := n.visitor()
	// Many come during a run, more than one address may send.
	p.header.Set("X-Forwarded-For", fmt.Sprintf("10.1.%d.%d", n.n/250%250, n.n%250))
	body := newAccount("p" + strconv.Itoa(n.n))
	body["invite"] = inviteToken(link)
	var out struct{ User User }
	if err := p.try("POST", "/api/v1/sign-up", body, &out); err != nil {
		return nil, err
	}
	if p.me = out.User; role != invited {
		return p, n.keeper.try("PATCH", userPath(p.me.ID), map[string]any{"role": role}, nil)
	}
	return p, nil
}

// invites makes an invite to the room that everybody comes into, and another room
// in its place when the run has made an end of that.
func (n *town) invites(role string) (link string, err error) {
	var made struct{ URL string }
	invite := func() error {
		return n.keeper.try("POST", "/api/v1/invites", map[string]any{"role": role, "room_ids": []int64{n.room}}, &made)
	}
	if invite() == nil {
		return made.URL, nil
	}
	var room RoomEntry
	if err := n.keeper.try("POST", "/api/v1/rooms", map[string]any{"kind": "public", "name": "room " + strconv.Itoa(n.n)}, &room); err != nil {
		return "", err
	}
	n.room = room.ID
	err = invite()
	return made.URL, err
}

// try is do and must for a goroutine of its own, which may not end the test.
func (p *person) try(method, path string, body, into any) error {
	resp, err := p.client.Do(p.request(method, path, body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return &statusError{resp.StatusCode, fmt.Sprintf("%s %s: %s %s", method, path, resp.Status, raw)}
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// A statusError is an answer that is not the one hoped for.
type statusError struct {
	code int
	text string
}

func (e *statusError) Error() string { return e.text }

func userPath(user int64) string { return "/api/v1/users/" + userName(user) }

// inviteToken is the token at the end of an invite's link.
func inviteToken(link string) string { return path.Base(link) }

// withCookie is an actor in a browser.
func withCookie(role string) *actor {
	return &actor{name: role, become: func(n *town) (http.Header, error) {
		p, err := n.newcomer(role)
		if err != nil {
			return nil, err
		}
		return http.Header{"Cookie": {"chatd_session=" + p.sessionCookie().Value}}, nil
	}}
}

// withSecret is an actor with an access token.
func withSecret(role, scope string) *actor {
	return &actor{name: role + "'s " + scope + " token", become: func(n *town) (http.Header, error) {
		p, err := n.newcomer(role)
		if err != nil {
			return nil, err
		}
		var token struct{ Token string }
		err = p.try("POST", "/api/v1/tokens", map[string]any{"name": "script", "scope": scope}, &token)
		return http.Header{"Authorization": {"Bearer " + token.Token}}, err
	}}
}

func newActors() []*actor {
	return []*actor{
		withCookie("owner"), withCookie("owner"), withCookie("admin"), withCookie("member"), withCookie("member"), withCookie("guest"),
		withSecret("member", "read"), withSecret("owner", "read-write"),
		{name: "nobody", header: http.Header{}},
		{name: "a forged cookie", header: http.Header{"Cookie": {"chatd_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}},
		{name: "a forged token", header: http.Header{"Authorization": {"Bearer chatd_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}},
		{name: "a garbage token", header: http.Header{"Authorization": {"Bearer \u00e9 x"}}},
	}
}

// ready makes the actor somebody, when it is nobody yet or no longer.
func (a *actor) ready(n *town) error {
	if a.become == nil || a.header != nil && !a.dead {
		return nil
	}
	header, err := a.become(n)
	// Beside this the others of the run take invites back, end sessions and
	// suspend people, those of a newcomer too.
	for range 4 {
		if !isRefusal(err) {
			break
		}
		header, err = a.become(n)
	}
	if err != nil {
		return fmt.Errorf("make %s: %w", a.name, err)
	}
	a.header, a.dead = header, false
	return nil
}

// isRefusal reports whether the server refused a request, with a status below 500.
func isRefusal(err error) bool {
	var answered *statusError
	return errors.As(err, &answered) && answered.code < 500
}

// as makes r the actor's.
func (a *actor) as(r *madeRequest) {
	for name, values := range a.header {
		r.header[name] = values
	}
}
