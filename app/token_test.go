package app

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"chatd/store"
	"chatd/store/storetest"
)

// newToken makes an access token and returns its id and secret.
func (p *person) newToken(scope string) (id, secret string) {
	p.t.Helper()
	var made struct{ ID, Token string }
	p.must(http.StatusCreated, "POST", "/api/v1/tokens", map[string]any{"name": "script", "scope": scope}, &made)
	return made.ID, made.Token
}

// brief makes an access token that lives for less than a day.
func (w *world) brief(p *person, ttl time.Duration) store.Token {
	w.t.Helper()
	sessions, err := w.store.Sessions(w.t.Context(), p.me.ID)
	if err != nil || len(sessions) == 0 {
		w.t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	token, err := w.store.CreateToken(w.t.Context(), p.me.ID, sessions[0].ID, store.NewToken{Name: "x", Scope: store.ScopeRead, TTL: ttl})
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// script is a program of the person with this secret, and no cookie.
func (p *person) script(secret string) *person {
	p.t.Helper()
	s := p.visitor()
	s.me = p.me
	s.header.Set("Authorization", "Bearer "+secret)
	return s
}

func TestATokenIsShownOnceAndThenListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	var made struct {
		Token
		Secret string `json:"token"`
	}
	ana.must(http.StatusCreated, "POST", "/api/v1/tokens",
		map[string]any{"name": "  backup  ", "scope": "read", "expires_in_days": 1}, &made)
	if !strings.HasPrefix(made.Secret, "chatd_") || made.Name != "backup" || made.Scope != "read" || made.LastUsedAt != nil {
		t.Fatalf("made %+v", made)
	}
	ana.script(made.Secret).must(http.StatusOK, "GET", "/api/v1/me", nil, nil)
	var list struct{ Tokens []Token }
	got := ana.must(http.StatusOK, "GET", "/api/v1/tokens", nil, &list)
	if len(list.Tokens) != 1 || list.Tokens[0].ID != made.ID || list.Tokens[0].LastUsedAt == nil {
		t.Errorf("the list is %s", got.body)
	}
	expires, err := time.Parse(time.RFC3339, list.Tokens[0].ExpiresAt)
	if err != nil || time.Until(expires) < 23*time.Hour || time.Until(expires) > 25*time.Hour {
		t.Errorf("it expires at %s", list.Tokens[0].ExpiresAt)
	}
	if strings.Contains(got.body, made.Secret) || strings.Contains(w.log.String(), made.Secret) {
		t.Error("the secret is shown again, or logged")
	}
	var none struct{ Tokens []Token }
	ana.brings("ben").must(http.StatusOK, "GET", "/api/v1/tokens", nil, &none)
	if len(none.Tokens) != 0 {
		t.Errorf("Ben has %+v", none.Tokens)
	}
}

func TestTokensFollowTheRules(t *testing.T) {
	t.Parallel()
	ana := newWorld(t).owner()
	for _, c := range []struct {
		body map[string]any
		says string
	}{
		{map[string]any{"name": " ", "scope": "read"}, "1 to 80"},
		{map[string]any{"name": strings.Repeat("x", 81), "scope": "read"}, "1 to 80"},
		{map[string]any{"scope": "read"}, "name is missing"},
		{map[string]any{"name": "x"}, "scope is missing"},
		{map[string]any{"name": "x", "scope": "all"}, "one of"},
		{map[string]any{"name": "x", "scope": "read", "expires_in_days": 0}, "at least 1"},
		{map[string]any{"name": "x", "scope": "read", "expires_in_days": 3651}, "at most 3650"},
	} {
		checkProblem(t, ana.do("POST", "/api/v1/tokens", c.body), http.StatusUnprocessableEntity, c.says)
	}
}

func TestAScriptPostsAndFollowsARoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	room := ana.room("general")
	_, secret := ana.newToken("read-write")
	script := ana.script(secret)
	stream := script.streams("ndjson")
	var sent Message
	script.must(http.StatusCreated, "POST", roomPath(room.ID)+"/messages", map[string]any{"body": "from a script"}, &sent)
	if sent.ClientID == "" || sent.Author.ID != ana.me.ID {
		t.Errorf("sent %+v", sent)
	}
	ben.says(room.ID, "hello, script")
	for len(stream.texts[roomTopic(room.ID)]) < 2 {
		stream.next("data")
	}
	if want := []string{"from a script", "hello, script"}; !slices.Equal(stream.texts[roomTopic(room.ID)], want) {
		t.Errorf("it followed %q", stream.texts)
	}
	stream.control(map[string]any{"op": "ping"})
}

func TestWithoutAClientIDEverySendIsANewMessage(t *testing.T) {
	t.Parallel()
	ana := newWorld(t).owner()
	room := ana.room("general")
	for range 2 {
		ana.must(http.StatusCreated, "POST", roomPath(room.ID)+"/messages", map[string]any{"body": "again"}, nil)
	}
	if page := ana.history(room.ID, ""); len(page.Messages) != 2 {
		t.Errorf("%d messages, want 2", len(page.Messages))
	}
}

func TestARevokedTokenIsCutOffAtOnceOnEveryNode(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	id, secret := ana.newToken("read")
	_, other := ana.newToken("read")
	near := ana.script(secret).streams("ndjson")
	elsewhere := *ana
	elsewhere.world = there
	far := elsewhere.script(secret).streams("iframe")
	goesOn := ana.script(other).streams("ndjson")
	browser := ana.streams("ndjson")

	ana.must(http.StatusNoContent, "DELETE", "/api/v1/tokens/"+id, nil, nil)
	near.ends("revoked")
	far.ends("revoked")
	room := ana.room("general")
	ana.says(room.ID, "still here")
	goesOn.news(roomTopic(room.ID), "message")
	browser.news(roomTopic(room.ID), "message")
	ana.script(secret).must(http.StatusUnauthorized, "POST", "/comet/data", string(near.request("refresh", "poll", "poll")), nil)
}

func TestAStreamEndsWhenItsTokenExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ana.script(w.brief(ana, 2*time.Second).Secret).streams("ndjson").ends("expired")
}

func TestNobodyTouchesSomebodyElsesTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	id, secret := ben.newToken("read")
	for _, what := range []string{id, newUUID(), "nonsense", strings.ToUpper(id), strings.ReplaceAll(id, "-", "")} {
		checkProblem(t, ana.do("DELETE", "/api/v1/tokens/"+what, nil), http.StatusNotFound, "no such access token")
	}
	checkProblem(t, ben.do("DELETE", "/api/v1/sessions/"+id, nil), http.StatusNotFound, "not signed in there")
	ben.script(secret).must(http.StatusOK, "GET", "/api/v1/me", nil, nil)
}

func TestAScriptIsNobodyBeingHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	_, secret := ben.newToken("read")
	watcher := ana.streams("ndjson")
	script := ben.script(secret).streams("ndjson")
	room := ana.room("general")
	ana.says(room.ID, "is anybody here?")
	script.news(roomTopic(room.ID), "message")
	ana.brings("cleo").streams("ndjson")
	watcher.next("presence", func(e event) bool {
		if notice(ben.me.ID, "signed-in")(e) {
			t.Error("Ben's script was taken for Ben")
		}
		return len(e.Notices) > 0 && e.Notices[len(e.Notices)-1].User != userName(ana.me.ID)
	})
	browser := ben.streams("ndjson")
	watcher.next("presence", notice(ben.me.ID, "signed-in"))
	ben.must(http.StatusSeeOther, "POST", "/logout", nil, nil)
	browser.ends("signed-out")
	watcher.next("presence", notice(ben.me.ID, "signed-out")) // though the script goes on
	ana.says(room.ID, "bye")
	script.news(roomTopic(room.ID), "message")
}
