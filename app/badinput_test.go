package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Every kind of bad input that the API can meet, and its clear answer.
func TestBadInputGetsAClearAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	nobody := w.visitor()
	room := roomPath(ana.room("general").ID)
	const id = `"client_id":"0f8fad5b-d9cb-469f-a165-70867728950e"`
	long := strings.Repeat("x", 81)

	for _, c := range []struct {
		name         string
		who          *person
		status       int
		method, path string
		body         any
		says         string // part of the sentence
	}{
		{"not JSON", ana, 400, "POST", room + "/messages", `{`, "not valid JSON"},
		{"two values", ana, 400, "POST", room + "/messages", `{}{}`, "not valid JSON"},
		{"not UTF-8", ana, 400, "POST", room + "/messages", "{" + id + `,"body":"` + "\xff" + `"}`, "UTF-8"},
		{"half a character", ana, 400, "POST", room + "/messages", "{" + id + `,"body":"\ud83d"}`, "surrogate"},
		{"no body", ana, 400, "POST", room + "/messages", ``, "JSON body"},
		{"NUL", ana, 422, "POST", room + "/messages", "{" + id + `,"body":"a\u0000b"}`, "NUL"},
		{"empty message", ana, 422, "POST", room + "/messages", "{" + id + `,"body":""}`, "nothing to send"},
		{"only white space", ana, 422, "POST", room + "/messages", "{" + id + `,"body":" \n\t "}`, "nothing to send"},
		{"only invisible characters", ana, 422, "POST", room + "/messages", "{" + id + ",\"body\":\"\u200b\u2060\ufeff\u00ad\ufe0f\u3164\u2800\"}", "nothing to send"},
		{"too long", ana, 422, "POST", room + "/messages", "{" + id + `,"body":"` + strings.Repeat("é", 20001) + `"}`, "too long"},
		{"too large", ana, 413, "POST", room + "/messages", "{" + id + `,"body":"` + strings.Repeat("x", 300<<10) + `"}`, "too large"},
		{"a number for a text", ana, 422, "POST", room + "/messages", "{" + id + `,"body":7}`, "must be a text"},
		{"null", ana, 422, "POST", room + "/messages", "{" + id + `,"body":null}`, "must be a text"},
		{"a list", ana, 422, "POST", room + "/messages", `[]`, "must be an object"},
		{"a missing field", ana, 422, "POST", room + "/messages", "{" + id + `}`, "body is missing"},
		{"an unknown field", ana, 422, "POST", room + "/messages", "{" + id + `,"body":"x","colour":"red"}`, "not known here"},
		{"a field in capitals", ana, 422, "POST", room + "/messages", "{" + id + `,"body":"x","BODY":""}`, "not known here"},
		{"no UUID", ana, 422, "POST", room + "/messages", `{"client_id":"1","body":"x"}`, "UUID"},
		{"an URN", ana, 422, "POST", room + "/messages", `{"client_id":"urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e","body":"x"}`, "UUID"},
		{"a room that is not there", ana, 404, "POST", "/api/v1/rooms/999999/messages", "{" + id + `,"body":"x"}`, "does not exist"},
		{"a user's topic as a room", ana, 404, "GET", roomPath(ana.me.ID) + "/messages", nil, "does not exist"},
		{"a room that is no number", ana, 404, "GET", "/api/v1/rooms/x/messages", nil, "This room does not exist"},
		{"a room without an id", ana, 404, "GET", "/api/v1/rooms//messages", nil, "This room does not exist"},
		{"room 0", ana, 404, "GET", "/api/v1/rooms/0/messages", nil, "This room does not exist"},
		{"a room beyond numbers", ana, 404, "GET", "/api/v1/rooms/99999999999999999999/messages", nil, "This room does not exist"},
		{"a room with a sign", ana, 404, "GET", strings.Replace(room, "rooms/", "rooms/+", 1), nil, "This room does not exist"},
		{"a room with a sign in disguise", ana, 404, "GET", strings.Replace(room, "rooms/", "rooms/%2B", 1) + "/messages", nil, "This room does not exist"},
		{"a person with a sign", ana, 404, "GET", "/api/v1/users/+" + userName(ana.me.ID), nil, "no such person"},
		{"an invite with a sign", ana, 404, "DELETE", "/api/v1/invites/+1", nil, "This invite does not exist"},
		{"a query that cannot be read", ana, 400, "GET", "/api/v1/users?after=%zz", nil, "after the question mark"},
		{"a query with a semicolon", ana, 400, "GET", "/api/v1/invites?limit=5;after=x", nil, "after the question mark"},
		{"a query of nobody that cannot be read", nobody, 400, "GET", "/api/v1/workspace?%", nil, "after the question mark"},
		{"a control query that cannot be read", ana, 400, "PUT", room + "/read?%zz=1", `{"number":1}`, "after the question mark"},
		{"a query of the document that cannot be read", nobody, 400, "GET", "/api/v1/openapi.json?%zz", nil, "after the question mark"},
		{"a person that is no number", ana, 404, "DELETE", room + "/members/x", nil, "no such person"},
		{"an invite that is no number", ana, 404, "DELETE", "/api/v1/invites/x", nil, "This invite does not exist"},
		{"an invite longer than any", nobody, 404, "GET", "/api/v1/invites/by-token/" + strings.Repeat("x", 201), nil, "This invite does not exist"},
		{"an unknown query", ana, 422, "GET", room + "/messages?limt=5", nil, "limt"},
		{"a limit too large", ana, 422, "GET", room + "/messages?limit=201", nil, "at most 200"},
		{"a limit that is no number", ana, 422, "GET", room + "/messages?limit=x", nil, "limit"},
		{"before and after", ana, 422, "GET", room + "/messages?before=5&after=2", nil, "one of before, after and around"},
		{"a negative number", ana, 422, "PUT", room + "/read", `{"number":-1}`, "at least 0"},
		{"a fraction", ana, 422, "PUT", room + "/read", `{"number":1.5}`, "whole number"},
		{"a fraction that is whole", ana, 422, "PUT", room + "/read", `{"number":1.0}`, "wrong type"},
		{"a number in words", ana, 422, "PUT", room + "/read", `{"number":"1"}`, "whole number"},
		{"a number beyond numbers", ana, 422, "PUT", room + "/read", `{"number":1e30}`, "at most"},
		{"a control body too large", ana, 413, "PUT", room + "/read", `{"number":1` + strings.Repeat(" ", 20<<10) + `}`, "too large"},
		{"an unknown kind of room", ana, 422, "POST", "/api/v1/rooms", `{"kind":"direct","name":"x"}`, "one of"},
		{"a room without a name", ana, 422, "POST", "/api/v1/rooms", `{"kind":"public","name":" "}`, "1 to 80"},
		{"a room's name too long", ana, 422, "POST", "/api/v1/rooms", `{"kind":"public","name":"` + long + `"}`, "1 to 80"},
		{"a room's name with a line break", ana, 422, "POST", "/api/v1/rooms", `{"kind":"public","name":"a\u0007b"}`, "1 to 80"},
		{"a room's name in use", ana, 409, "POST", "/api/v1/rooms", `{"kind":"public","name":"General"}`, "already a room"},
		{"nobody to write to", ana, 422, "POST", "/api/v1/direct", `{"user_ids":[]}`, "at least 1"},
		{"too many to write to", ana, 422, "POST", "/api/v1/direct", `{"user_ids":[1,2,3,4,5,6,7,8,9]}`, "at most 8"},
		{"somebody unknown", ana, 404, "POST", "/api/v1/direct", `{"user_ids":[999999]}`, "no such person"},
		{"an invite for no time", ana, 422, "POST", "/api/v1/invites", `{"expires_in_days":0}`, "at least 1"},
		{"an invite for ever", ana, 422, "POST", "/api/v1/invites", `{"expires_in_days":1000}`, "at most 365"},
		{"an invite that is not there", ana, 404, "DELETE", "/api/v1/invites/999", nil, "does not exist"},
		{"a sign-in without a password", nobody, 422, "POST", "/api/v1/sign-in", `{"login":"ana"}`, "password is missing"},
		{"a password too long", nobody, 422, "POST", "/api/v1/sign-in", `{"login":"ana","password":"` + strings.Repeat("x", 2000) + `"}`, "at most"},
		{"a set-up that was done", nobody, 409, "POST", "/api/v1/setup", `{"workspace":"x","username":"x","display_name":"x","password":"long enough"}`, "set up already"},
		{"an invite nobody made", nobody, 404, "GET", "/api/v1/invites/by-token/nonsense", nil, "does not exist"},
		{"not signed in", nobody, 401, "GET", "/api/v1/overview", nil, "Sign in"},
		{"not signed in, control", nobody, 401, "PUT", room + "/read", `{"number":1}`, "Sign in"},
		{"not signed in, comet", nobody, 401, "POST", "/comet/data", `{}`, "Sign in"},
		{"an unknown address", nobody, 404, "GET", "/api/v1/nonsense", nil, "nothing at this address"},
		{"a wrong method", ana, 405, "PATCH", "/api/v1/overview", `{}`, "only GET"},
		{"a wrong method for log-out", ana, 405, "GET", "/logout", nil, "only POST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.who.do(c.method, c.path, c.body)
			checkProblem(t, got, c.status, c.says)
		})
	}
	if page := ana.history(ana.room("general").ID, ""); len(page.Messages) != 0 {
		t.Errorf("bad input was stored: %+v", page.Messages)
	}
}

// checkProblem wants a problem document that explains itself and leaks nothing.
func checkProblem(t *testing.T, got answer, status int, says string) {
	t.Helper()
	var p Problem
	if got.StatusCode != status || got.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%s %s, want %d: %s", got.Status, got.Header.Get("Content-Type"), status, got.body)
	}
	if err := json.Unmarshal([]byte(got.body), &p); err != nil {
		t.Fatal(err)
	}
	if p.Type != "about:blank" || p.Status != status || p.Title != http.StatusText(status) {
		t.Errorf("problem %+v", p)
	}
	if !strings.Contains(p.Detail, says) || !strings.HasSuffix(p.Detail, ".") {
		t.Errorf("detail %q, want a sentence with %q", p.Detail, says)
	}
	for _, leak := range []string{"SQL", "pgx", "json:", "Go struct", "goroutine", "/app/", "constraint", "huma"} {
		if strings.Contains(got.body, leak) {
			t.Errorf("%q leaks through: %s", leak, got.body)
		}
	}
}

func TestOtherTypesThanJSONAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	path := roomPath(ana.room("general").ID) + "/messages"
	body := `{"client_id":"` + newUUID() + `","body":"x"}`
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
		"application/json; charset=latin1", "application/merge-patch+json", ""} {
		ana.header.Set("Content-Type", kind)
		checkProblem(t, ana.do("POST", path, body), http.StatusUnsupportedMediaType, "application/json")
	}
	for _, kind := range []string{"application/json", "Application/JSON; charset=utf-8", "application/json; charset=Utf-8"} {
		ana.header.Set("Content-Type", kind)
		if got := ana.do("POST", path, body); got.StatusCode >= 300 {
			t.Errorf("%s: %s", kind, got.body)
		}
	}
}

func TestAccountsFollowTheRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invite := w.owner().invite()
	for _, c := range []struct {
		name, field string
		value       any
		says        string
	}{
		{"no user name", "username", "", "1 to 40"},
		{"a user name with a space", "username", "a b", "1 to 40"},
		{"a user name like an address", "username", "a@b", "1 to 40"},
		{"a user name too long", "username", strings.Repeat("a", 41), "1 to 40"},
		{"a user name with a dot first", "username", ".a", "1 to 40"},
		{"no display name", "display_name", "  ", "1 to 80"},
		{"a display name too long", "display_name", strings.Repeat("é", 81), "1 to 80"},
		{"a display name that turns text around", "display_name", "\u202eana", "1 to 80"},
		{"not an address", "email", "ana", "e-mail"},
		{"a short password", "password", "1234567", "8 characters"},
		{"a long password", "password", strings.Repeat("x", 1001), "too long"},
		{"an old user name", "username", "ANA", "taken"},
	} {
		body := newAccount("ben")
		body["invite"], body[c.field] = invite, c.value
		got := w.visitor().do("POST", "/api/v1/sign-up", body)
		status := http.StatusUnprocessableEntity
		if c.says == "taken" {
			status = http.StatusConflict
		}
		checkProblem(t, got, status, c.says)
		if !strings.Contains(got.body, `"location":"body.`+c.field+`"`) {
			t.Errorf("%s: the field is not named: %s", c.name, got.body)
		}
		if text, ok := c.value.(string); ok && len(text) > 5 && c.field == "password" && strings.Contains(got.body, text) {
			t.Errorf("%s: the password is repeated", c.name)
		}
	}
}
