package app

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"chatd/store/storetest"
)

func TestTheWorkspaceIsChangedAndEverybodyHears(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	near, far := ben.streams("ndjson"), ben.at(there).streams("ndjson")
	var now struct {
		Name   string
		SignUp string `json:"sign_up"`
	}
	ana.must(http.StatusOK, "PATCH", "/api/v1/workspace", map[string]any{"name": " Port ", "sign_up": "open"}, &now)
	if now.Name != "Port" || now.SignUp != "open" {
		t.Errorf("now %+v", now)
	}
	for _, l := range []*listener{near, far} {
		if news := l.news(workspaceTopic, "workspace-changed"); news.Name != "Port" || news.SignUp != "open" {
			t.Errorf("heard of %+v", news)
		}
	}
	for _, days := range []any{30, nil} {
		ana.must(http.StatusOK, "PATCH", "/api/v1/workspace", map[string]any{"retention_days": days}, nil)
		kept, _ := days.(int)
		for _, l := range []*listener{near, far} {
			if news := l.news(workspaceTopic, "workspace-changed"); news.RetentionDays != kept {
				t.Errorf("heard of %+v, want %d days", news, kept)
			}
		}
		var seen struct {
			Workspace struct {
				RetentionDays int `json:"retention_days"`
			}
		}
		ben.must(http.StatusOK, "GET", "/api/v1/overview", nil, &seen)
		if seen.Workspace.RetentionDays != kept {
			t.Errorf("the overview says %d days, want %d", seen.Workspace.RetentionDays, kept)
		}
	}
	for _, p := range []*person{ben, here.visitor()} {
		if got := p.must(http.StatusOK, "GET", "/api/v1/workspace", nil, nil); !strings.Contains(got.body, `"sign_up":"open"`) {
			t.Errorf("it is %s", got.body)
		}
	}
	ben.must(http.StatusForbidden, "PATCH", "/api/v1/workspace", map[string]any{"name": "x"}, nil)
	for body, says := range map[string]string{`{"name":" "}`: "1 to 80", `{"sign_up":"closed"}`: "one of"} {
		checkProblem(t, ana.do("PATCH", "/api/v1/workspace", body), http.StatusUnprocessableEntity, says)
	}
}

func TestEverybodySignsUpWhereSignUpIsOpenButNotManyFromOneAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trustLoopback)
	ana := w.owner()
	signUp := func(name, address string) answer {
		visitor := w.visitor()
		visitor.header.Set("X-Forwarded-For", address)
		return visitor.do("POST", "/api/v1/sign-up", newAccount(name))
	}
	checkProblem(t, signUp("ben", "203.0.113.9"), http.StatusForbidden, "takes an invite")
	ana.must(http.StatusOK, "PATCH", "/api/v1/workspace", map[string]any{"sign_up": "open"}, nil)
	for _, name := range []string{"ben", "cleo", "dan", "eve", "flo"} {
		if got := signUp(name, "203.0.113.9"); got.StatusCode != http.StatusCreated {
			t.Fatalf("%s: %s", name, got.body)
		}
	}
	got := signUp("gus", "203.0.113.9")
	checkProblem(t, got, http.StatusTooManyRequests, "Many accounts")
	if got.Header.Get("Retry-After") == "" {
		t.Error("429 without Retry-After")
	}
	if got := signUp("gus", "203.0.113.10"); got.StatusCode != http.StatusCreated {
		t.Errorf("from another address: %s", got.body)
	}
	ana.header.Set("X-Forwarded-For", "203.0.113.9")
	ana.brings("hal") // those with an invite have an allowance of their own
	ana.must(http.StatusOK, "PATCH", "/api/v1/workspace", map[string]any{"sign_up": "invite"}, nil)
	checkProblem(t, signUp("ian", "203.0.113.11"), http.StatusForbidden, "takes an invite")
}

// Mistakes use up nothing, and are not worth a hash: whoever makes many of them
// holds up no sign-in.
func TestMistakesAtTheSignUpTakeNeitherTheAllowanceNorAHash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	invite := ana.invite()
	ana.must(http.StatusOK, "PATCH", "/api/v1/workspace", map[string]any{"sign_up": "open"}, nil)
	ana.must(http.StatusOK, "PATCH", "/api/v1/me", map[string]any{"email": "ana@example.org", "current_password": password}, nil)
	derive := w.app.hasher.derive
	w.app.hasher.derive = func([]byte, []byte, HashParams, int) []byte { panic("a password is hashed") }
	for range 10 {
		for field, value := range map[string]string{
			"password": "short", "username": "ANA", "email": "Ana@Example.org", "display_name": " ",
		} {
			for _, token := range []string{"", invite} {
				body := newAccount("ben")
				body["invite"], body[field] = token, value
				if got := w.visitor().do("POST", "/api/v1/sign-up", body); !strings.Contains(got.body, "body."+field) {
					t.Fatalf("%s: %s %s", field, got.Status, got.body)
				}
			}
		}
	}
	w.app.hasher.derive = derive
	w.visitor().must(http.StatusCreated, "POST", "/api/v1/sign-up", newAccount("ben"), nil)
	ana.brings("cleo")
	// Not even mistakes may go on for ever: they tell who is here.
	body := newAccount("ana")
	body["invite"] = invite
	for range 200 {
		if w.visitor().do("POST", "/api/v1/sign-up", body).StatusCode == http.StatusTooManyRequests {
			return
		}
	}
	t.Error("names may be tried for ever")
}

func TestNotManyAccountsAreMadeFromOneNetworkWithOneInvite(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trustLoopback)
	invite := w.owner().invite()
	signUp := func(i int, address string) answer {
		visitor := w.visitor()
		visitor.header.Set("X-Forwarded-For", address)
		body := newAccount("person-" + strconv.Itoa(i))
		body["invite"] = invite
		return visitor.do("POST", "/api/v1/sign-up", body)
	}
	for i := range 20 {
		if got := signUp(i, "2001:db8::"+strconv.Itoa(i)); got.StatusCode != http.StatusCreated {
			t.Fatalf("%d: %s", i, got.body)
		}
	}
	checkProblem(t, signUp(20, "2001:db8::20"), http.StatusTooManyRequests, "Many accounts")
	if got := signUp(20, "2001:db8:1::1"); got.StatusCode != http.StatusCreated {
		t.Errorf("from another network: %s", got.body)
	}
}

func TestBeforeTheSetUpNobodySignsUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	checkProblem(t, w.visitor().do("POST", "/api/v1/sign-up", newAccount("ben")), http.StatusForbidden, "takes an invite")
}
