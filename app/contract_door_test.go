package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"chatd/store"
)

// named reports whether an operation lets people say who they are in a way.
func (o *specOperation) named(scheme string) bool {
	for _, way := range o.Security {
		if _, ok := way[scheme]; ok {
			return true
		}
	}
	return false
}

// withSecretOf is a script with a new access token of somebody.
func withSecretOf(p *person, scope string) *person {
	p.t.Helper()
	var made struct{ Token string }
	p.must(http.StatusCreated, "POST", "/api/v1/tokens", map[string]any{"name": "script", "scope": scope}, &made)
	script := p.visitor()
	script.me = p.me
	script.header.Set("Authorization", "Bearer "+made.Token)
	return script
}

func TestEverythingButTheFrontDoorNeedsASession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trustLoopback)
	ana := w.owner()
	gone, revoked := ana.signsInAgain(), withSecretOf(ana, "read-write")
	ana.must(http.StatusNoContent, "DELETE", "/api/v1/users/"+userName(ana.me.ID)+"/sessions", nil, nil)
	forgedToken := w.visitor()
	forgedToken.header.Set("Authorization", "Bearer chatd_"+strings.Repeat("A", 52))
	strangers := map[string]*person{
		"nobody": w.visitor(), "a forged cookie": w.withToken(strings.Repeat("A", 43)), "a forged token": forgedToken,
		"an ended session": gone, "a revoked token": revoked,
	}
	inside := 0
	for _, o := range w.visitor().spec().operations() {
		for who, p := range strangers {
			p.header.Set("X-Forwarded-For", fmt.Sprintf("10.0.%d.%d", inside/250, inside%250)) // guessing has its own tests
			got := p.do(o.method, concrete(o.path), `{}`)
			unknown := got.StatusCode == http.StatusUnauthorized
			if inside++; len(o.Security) > 0 && !unknown {
				t.Errorf("%s by %s: %s %s", o, who, got.Status, got.body)
			}
			if script := p.header.Get("Authorization") != ""; script && (!unknown || !strings.HasPrefix(got.Header.Get("WWW-Authenticate"), "Bearer")) {
				t.Errorf("%s by %s: %s, challenge %q", o, who, got.Status, got.Header.Get("WWW-Authenticate"))
			}
		}
	}
	if inside < 100 {
		t.Errorf("only %d requests", inside)
	}
}

// An access token opens what the document says that it opens, and one of scope
// read changes nothing.
func TestTokensOpenWhatTheDocumentSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	reader, writer := withSecretOf(ana, "read"), withSecretOf(ana, "read-write")
	before := ana.overview()
	for _, o := range ana.spec().operations() {
		path := concrete(o.path)
		reads, holders := o.method == http.MethodGet, o.named(sessionScheme) && !o.named(tokenScheme)
		got := reader.do(o.method, path, `{}`)
		refused := got.StatusCode == http.StatusForbidden &&
			(strings.Contains(got.body, "may only read") || strings.Contains(got.body, "in a browser"))
		if want := holders || !reads; refused != want {
			t.Errorf("%s with a token to read: refused: %v: %s %s", o, refused, got.Status, got.body)
		}
		if !holders {
			continue
		}
		got = writer.do(o.method, path, `{}`)
		if got.StatusCode != http.StatusForbidden || !strings.Contains(got.body, "Sign in in a browser") {
			t.Errorf("%s with a token: %s %s", o, got.Status, got.body)
		}
	}
	if after := ana.overview(); after.Workspace != before.Workspace || len(after.Rooms) != len(before.Rooms) {
		t.Errorf("a token to read has changed something: %+v", after)
	}
}

// Somebody whose account is closed while their request is under way is signed
// out; nothing of theirs "does not exist".
func TestAnAccountThatIsClosedMeanwhileIsSignedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"deactivated": true}, nil)
	late := context.WithValue(t.Context(), viewerKey, viewer{user: ben.me.ID, kind: store.KindBrowser, scope: store.ScopeReadWrite})
	name, email := "Benjamin", "ben@example.org"
	rename, move, password := &changeMeInput{}, &changeMeInput{}, &changePasswordInput{}
	rename.Body.DisplayName.to = &name
	move.Body.Email.to, move.Body.CurrentPassword = &email, "whatever it is"
	password.Body.CurrentPassword = "whatever it is"
	for what, err := range map[string]error{
		"overview": second(w.app.overview(late, nil)), "name": second(w.app.changeMe(late, rename)),
		"e-mail address": second(w.app.changeMe(late, move)), "password": second(w.app.changePassword(late, password)),
	} {
		if p := w.app.problemOf(late, err); p.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", what, p.Status, p.Detail)
		}
	}
}

func second[T any](_ T, err error) error { return err }
