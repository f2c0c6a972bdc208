package app

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
)

type workspaceState struct {
	Name         *string
	State        string
	CodeRequired bool `json:"code_required"`
	SignedIn     bool `json:"signed_in"`
}

func (p *person) state() workspaceState {
	p.t.Helper()
	var s workspaceState
	p.must(http.StatusOK, "GET", "/api/v1/workspace", nil, &s)
	return s
}

func TestTheFirstVisitorBecomesTheOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.visitor()
	if s := ana.state(); s.State != "setup" || s.Name != nil || s.CodeRequired || s.SignedIn {
		t.Fatalf("before the set-up: %+v", s)
	}
	ana = w.owner()
	if ana.me.Role != "owner" || ana.me.Username != "ana" {
		t.Fatalf("the owner is %+v", ana.me)
	}
	if s := ana.state(); s.State != "ready" || s.Name == nil || *s.Name != "Harbour" || !s.SignedIn {
		t.Fatalf("after the set-up: %+v", s)
	}
	if s := w.visitor().state(); s.State != "ready" || s.SignedIn {
		t.Fatalf("for another visitor: %+v", s)
	}
	o := ana.overview()
	if len(o.Rooms) != 1 || o.Rooms[0].Name != "general" || o.Rooms[0].Role != "owner" || o.Workspace.Name != "Harbour" {
		t.Fatalf("the owner's overview is %+v", o)
	}
}

func TestFromAnotherMachineTheSetUpNeedsTheCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.visitor()
	// As nginx on the same machine sends it.
	ana.header.Set("X-Forwarded-For", "203.0.113.9")
	if !ana.state().CodeRequired {
		t.Fatal("no code is asked for")
	}
	body := newAccount("ana")
	body["workspace"] = "Harbour"
	for _, code := range []any{nil, "", "wrong", setupCode + "x", setupCode[1:]} {
		if body["code"] = code; code == nil {
			delete(body, "code")
		}
		ana.must(http.StatusForbidden, "POST", "/api/v1/setup", body, nil)
	}
	body["code"] = " " + strings.ToUpper(strings.ReplaceAll(setupCode, "-", ""))
	ana.must(http.StatusCreated, "POST", "/api/v1/setup", body, nil)
}

func TestGuessingTheSetUpCodeIsSlowedDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	eve := w.visitor()
	eve.header.Set("Via", "1.1 proxy")
	body := newAccount("eve")
	body["workspace"] = "Mine"
	for i := range 20 {
		body["code"] = strconv.Itoa(i)
		if got := eve.do("POST", "/api/v1/setup", body); got.StatusCode == http.StatusTooManyRequests {
			if got.Header.Get("Retry-After") == "" {
				t.Fatal("429 without Retry-After")
			}
			return
		}
	}
	t.Fatal("20 wrong codes, and no wait")
}

func TestOfSeveralSetUpsAtOnceOneWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const rivals = 8
	status := make([]int, rivals)
	var all sync.WaitGroup
	for i := range rivals {
		p := w.visitor()
		body := newAccount("rival" + strconv.Itoa(i))
		body["workspace"] = "Workspace " + strconv.Itoa(i)
		all.Go(func() { status[i] = p.do("POST", "/api/v1/setup", body).StatusCode })
	}
	all.Wait()
	count := map[int]int{}
	for _, s := range status {
		count[s]++
	}
	if count[http.StatusCreated] != 1 || count[http.StatusConflict] != rivals-1 {
		t.Fatalf("answers %v, want one 201 and else 409", count)
	}
	again := w.visitor()
	body := newAccount("late")
	body["workspace"] = "Too late"
	again.must(http.StatusConflict, "POST", "/api/v1/setup", body, nil)
}
