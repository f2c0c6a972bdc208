package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestAnInviteBringsSomebodyIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	var made struct {
		ID        int64
		URL       string
		ExpiresAt string `json:"expires_at"`
	}
	ana.must(http.StatusCreated, "POST", "/api/v1/invites", map[string]any{"expires_in_days": 1}, &made)
	if !strings.HasPrefix(made.URL, w.url+"/join/") || made.ExpiresAt == "" {
		t.Fatalf("made %+v", made)
	}
	token := strings.TrimPrefix(made.URL, w.url+"/join/")
	var shown struct {
		Workspace string
		InvitedBy struct {
			DisplayName string `json:"display_name"`
		} `json:"invited_by"`
	}
	ben := w.visitor()
	ben.must(http.StatusOK, "GET", "/api/v1/invites/by-token/"+token, nil, &shown)
	if shown.Workspace != "Harbour" || shown.InvitedBy.DisplayName != "Ana" {
		t.Fatalf("the invite shows %+v", shown)
	}
	body := newAccount("ben")
	body["invite"] = token
	ben.must(http.StatusCreated, "POST", "/api/v1/sign-up", body, nil)
	o := ben.overview()
	if len(o.Rooms) != 1 || o.Rooms[0].Name != "general" || o.Rooms[0].Role != "member" || len(o.Users) != 2 {
		t.Fatalf("the new member sees %+v", o)
	}
	var list struct{ Invites []Invite }
	ana.must(http.StatusOK, "GET", "/api/v1/invites", nil, &list)
	if len(list.Invites) != 1 || list.Invites[0].Uses != 1 || list.Invites[0].Revoked {
		t.Fatalf("the list is %+v", list.Invites)
	}
	if got := ana.do("GET", "/api/v1/invites", nil); strings.Contains(got.body, token) {
		t.Fatal("the list shows the token")
	}
	if strings.Contains(w.log.String(), token) {
		t.Fatal("the token is in the log")
	}
}

func TestARevokedInviteNoLongerWorks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	token := ana.invite()
	var list struct{ Invites []Invite }
	ana.must(http.StatusOK, "GET", "/api/v1/invites", nil, &list)
	path := fmt.Sprintf("/api/v1/invites/%d", list.Invites[0].ID)
	for range 2 {
		ana.must(http.StatusNoContent, "DELETE", path, nil, nil)
	}
	ben := w.visitor()
	ben.must(http.StatusGone, "GET", "/api/v1/invites/by-token/"+token, nil, nil)
	body := newAccount("ben")
	body["invite"] = token
	ben.must(http.StatusGone, "POST", "/api/v1/sign-up", body, nil)
	if ben.state().SignedIn {
		t.Fatal("signed in with a revoked invite")
	}
	body["invite"] = "nonsense"
	ben.must(http.StatusNotFound, "POST", "/api/v1/sign-up", body, nil)
}

func TestOnlyTheOwnerHandlesInvites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ben := w.owner().brings("ben")
	ben.must(http.StatusForbidden, "GET", "/api/v1/invites", nil, nil)
	ben.must(http.StatusForbidden, "POST", "/api/v1/invites", map[string]any{}, nil)
	ben.must(http.StatusForbidden, "DELETE", "/api/v1/invites/1", nil, nil)
}

func TestANameInUseIsToldByItsField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	body := newAccount("ANA")
	body["invite"] = ana.invite()
	got := w.visitor().must(http.StatusConflict, "POST", "/api/v1/sign-up", body, nil)
	var p Problem
	if err := json.Unmarshal([]byte(got.body), &p); err != nil {
		t.Fatal(err)
	}
	if len(p.Errors) != 1 || p.Errors[0].Location != "body.username" {
		t.Fatalf("the problem is %s", got.body)
	}
}

func TestInviteLinksLeadToThePublicAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, publicURL("http://chat.example.org/"))
	var made struct{ URL string }
	w.owner().must(http.StatusCreated, "POST", "/api/v1/invites", map[string]any{}, &made)
	if !strings.HasPrefix(made.URL, "http://chat.example.org/join/") {
		t.Fatalf("the link is %s", made.URL)
	}
}

func TestAnInviteIsGoodForSoManyAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	var made struct{ URL string }
	ana.must(http.StatusCreated, "POST", "/api/v1/invites", map[string]any{"max_uses": 2}, &made)
	_, token, _ := strings.Cut(made.URL, "/join/")
	var listed struct{ Invites []Invite }
	ana.must(http.StatusOK, "GET", "/api/v1/invites", nil, &listed)
	if len(listed.Invites) != 1 || listed.Invites[0].MaxUses == nil || *listed.Invites[0].MaxUses != 2 {
		t.Errorf("listed: %+v", listed.Invites)
	}
	join := func(name string) answer {
		body := newAccount(name)
		body["invite"] = token
		return w.visitor().do("POST", "/api/v1/sign-up", body)
	}
	for name, want := range map[string]int{"ben": http.StatusCreated, "cleo": http.StatusCreated} {
		if got := join(name); got.StatusCode != want {
			t.Errorf("%s: %s %s", name, got.Status, got.body)
		}
	}
	checkProblem(t, join("dan"), http.StatusGone, "used up")
	checkProblem(t, w.visitor().do("GET", "/api/v1/invites/by-token/"+token, nil), http.StatusGone, "used up")
	for _, wrong := range []any{0, -1, 100_001, 1.5, "x"} {
		if got := ana.do("POST", "/api/v1/invites", map[string]any{"max_uses": wrong}); got.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%v uses: %s", wrong, got.Status)
		}
	}
}
