package app

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A person is a browser: cookies and connections of its own.
type person struct {
	*world
	client *http.Client
	me     User
	header http.Header
}

// visitor is somebody who is not signed in.
func (w *world) visitor() *person {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	transport := &http.Transport{}
	w.t.Cleanup(transport.CloseIdleConnections)
	return &person{world: w, header: http.Header{}, client: &http.Client{
		Jar: jar, Transport: transport, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// An answer is a response with its body read.
type answer struct {
	*http.Response
	body string
}

// do sends a request. A body that is not a string is sent as JSON.
func (p *person) do(method, path string, body any) answer {
	p.t.Helper()
	req := p.request(method, path, body)
	resp, err := p.client.Do(req)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{resp, string(raw)}
}

func (p *person) request(method, path string, body any) *http.Request {
	p.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		raw, err := json.Marshal(body)
		if err != nil {
			p.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, reader)
	if err != nil {
		p.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range p.header {
		req.Header[name] = values
		if name == "Host" {
			req.Host = values[0]
		}
	}
	return req
}

// must sends a request that has to be answered with status, and decodes the
// answer into into, unless that is nil.
func (p *person) must(status int, method, path string, body, into any) answer {
	p.t.Helper()
	got := p.do(method, path, body)
	if got.StatusCode != status {
		p.t.Fatalf("%s %s: %s, want %d: %s", method, path, got.Status, status, got.body)
	}
	if into != nil {
		if err := json.Unmarshal([]byte(got.body), into); err != nil {
			p.t.Fatalf("%s %s: %v: %s", method, path, err, got.body)
		}
	}
	return got
}

const password = "a good password"

func newAccount(username string) map[string]any {
	return map[string]any{"username": username, "display_name": strings.ToUpper(username[:1]) + username[1:], "password": password}
}

// owner sets the workspace up.
func (w *world) owner() *person {
	w.t.Helper()
	p := w.visitor()
	body := newAccount("ana")
	body["workspace"] = "Harbour"
	var out struct{ User User }
	p.must(http.StatusCreated, "POST", "/api/v1/setup", body, &out)
	p.me = out.User
	return p
}

// invite makes an invite and returns its token.
func (p *person) invite() string {
	p.t.Helper()
	var out struct{ URL string }
	p.must(http.StatusCreated, "POST", "/api/v1/invites", map[string]any{}, &out)
	u, err := url.Parse(out.URL)
	if err != nil {
		p.t.Fatal(err)
	}
	return strings.TrimPrefix(u.Path, "/join/")
}

// invites lets somebody else join.
func (p *person) brings(username string) *person {
	p.t.Helper()
	guest := p.visitor()
	body := newAccount(username)
	body["invite"] = p.invite()
	var out struct{ User User }
	guest.must(http.StatusCreated, "POST", "/api/v1/sign-up", body, &out)
	guest.me = out.User
	return guest
}

// signsInAgain is the same person in another browser.
func (p *person) signsInAgain() *person {
	p.t.Helper()
	other := p.visitor()
	other.me = p.me
	other.must(http.StatusOK, "POST", "/api/v1/sign-in", map[string]any{"login": p.me.Username, "password": password}, nil)
	return other
}

// room returns the person's room of this name.
func (p *person) room(name string) RoomEntry {
	p.t.Helper()
	for _, r := range p.overview().Rooms {
		if r.Name == name {
			return r
		}
	}
	p.t.Fatalf("%s has no room %q", p.me.Username, name)
	return RoomEntry{}
}

type overview struct {
	Me        User
	Abilities Abilities
	Workspace struct {
		Name     string
		Position Position
	}
	UserPosition Position `json:"user_position"`
	Rooms        []RoomEntry
	Users        []User
}

func (p *person) overview() overview {
	p.t.Helper()
	var o overview
	p.must(http.StatusOK, "GET", "/api/v1/overview", nil, &o)
	return o
}

// creates makes a room.
func (p *person) creates(kind, name string) RoomEntry {
	p.t.Helper()
	var entry RoomEntry
	p.must(http.StatusCreated, "POST", "/api/v1/rooms", map[string]any{"kind": kind, "name": name}, &entry)
	return entry
}

// says sends a message.
func (p *person) says(room int64, body string) Message {
	p.t.Helper()
	var m Message
	p.must(http.StatusCreated, "POST", roomPath(room)+"/messages", map[string]any{"client_id": newUUID(), "body": body}, &m)
	return m
}

// sessionCookie is the session's cookie, nil when there is none.
func (p *person) sessionCookie() *http.Cookie {
	p.t.Helper()
	u, err := url.Parse(p.url)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, c := range p.client.Jar.Cookies(u) {
		if c.Name == "chatd_session" {
			return c
		}
	}
	return nil
}

func roomPath(room int64) string { return "/api/v1/rooms/" + strconv.FormatInt(room, 10) }

// withToken is a browser with this session token.
func (w *world) withToken(token string) *person {
	p := w.visitor()
	p.header.Set("Cookie", "chatd_session="+token)
	return p
}
