package app

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
)

// mark is part of everything that must not be found in the log.
const mark = "zx9mark"

// secretFields are all the fields that any request has, each with something
// that nobody but the people concerned should read.
func secretFields() map[string]any {
	fields := map[string]any{"email": mark + "@example.org", "client_id": newUUID(), "kind": mark, "role": mark, "scope": mark}
	for _, name := range []string{
		"workspace", "code", "username", "display_name", "password", "current_password", "new_password",
		"login", "invite", "name", "description", "body", "sign_up", "token", "id", "transport",
	} {
		fields[name] = mark + " " + name
	}
	return fields
}

func TestNothingSecretReachesTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trustLoopback)
	ana := w.owner()
	secrets := ana.leavesSecrets()

	parameter := regexp.MustCompile(`\{[^}]*\}`)
	routes, ok := w.app.Handler().(chi.Routes)
	if !ok {
		t.Fatal("the handler does not tell its routes")
	}
	err := chi.Walk(routes, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		for _, value := range []string{"1", mark, mark + "%00"} { // the last is what the database does not take
			ana.asksBadly(method, strings.Replace(parameter.ReplaceAllString(route, value), "*", value, 1))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	text := strings.ToLower(w.log.String())
	if !strings.Contains(text, "route=/api/v1/overview") {
		t.Error("the log holds no requests")
	}
	for _, secret := range append(secrets, mark) {
		if i := strings.Index(text, strings.ToLower(secret)); i >= 0 {
			t.Errorf("%q is in the log: %s", secret, lineAt(text, i))
		}
	}
}

// asksBadly sends requests with something secret wherever something can stand:
// as the person, with an access token, and as nobody.
func (p *person) asksBadly(method, path string) {
	p.t.Helper()
	raw, err := json.Marshal(secretFields())
	if err != nil {
		p.t.Fatal(err)
	}
	signedIn := p.signsInAgain()
	for _, visit := range []struct {
		who  *person
		body string
		auth string
	}{
		{signedIn, string(raw), ""},
		{signedIn, `{"body":"` + mark, ""},
		{p.withToken(mark), string(raw), ""},
		{p.visitor(), `"` + mark + `"`, "Bearer chatd_" + mark},
		{p.visitor(), mark, "Basic " + mark},
	} {
		r := visit.who.request(method, path+"?after="+mark+"&"+mark+"="+mark, visit.body)
		if visit.auth != "" {
			r.Header.Set("Authorization", visit.auth)
		}
		for _, name := range []string{"User-Agent", "Referer", "X-Forwarded-For", "X-Request-Id", "Accept", "If-None-Match"} {
			r.Header.Set(name, mark)
		}
		response, err := visit.who.client.Do(r)
		if err != nil {
			p.t.Fatal(err)
		}
		_ = response.Body.Close()
	}
}

// leavesSecrets does well what people do, and returns what is secret of it.
func (p *person) leavesSecrets() []string {
	p.t.Helper()
	room := p.creates("private", mark+" room")
	said := p.says(room.ID, mark+" is a secret")
	p.must(http.StatusOK, "PUT", roomPath(room.ID)+"/read", map[string]any{"number": said.Number}, nil)
	invite := p.invite()
	visitor := p.visitor()
	visitor.must(http.StatusOK, "GET", "/join/"+invite, nil, nil)
	visitor.must(http.StatusOK, "GET", "/api/v1/invites/by-token/"+invite, nil, nil)
	account := newAccount("ben")
	account["invite"], account["email"], account["password"] = invite, mark+"@example.org", mark+" password"
	visitor.must(http.StatusCreated, "POST", "/api/v1/sign-up", account, nil)
	ben := p.visitor()
	ben.must(http.StatusUnauthorized, "POST", "/api/v1/sign-in", map[string]any{"login": mark + "@example.org", "password": mark}, nil)
	ben.must(http.StatusOK, "POST", "/api/v1/sign-in", map[string]any{"login": mark + "@example.org", "password": mark + " password"}, nil)
	l := p.streams("ndjson")
	p.says(room.ID, mark+" is another one")
	l.news(roomTopic(room.ID), "message")
	l.hangUp()
	return []string{invite, p.sessionCookie().Value, ben.sessionCookie().Value, visitor.sessionCookie().Value, password, setupCode}
}

// lineAt is the line of a text that holds a place.
func lineAt(text string, place int) string {
	begin := strings.LastIndex(text[:place], "\n") + 1
	line, _, _ := strings.Cut(text[begin:], "\n")
	return line
}
