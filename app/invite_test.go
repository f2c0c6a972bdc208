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
