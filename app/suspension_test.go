package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"chatd/store/storetest"
)

type ownSuspension struct {
	Ended     string
	Suspended bool
	Reason    string
	Until     *string
}

// suspension is what the browser is told of why it was signed out.
func (p *person) suspension() (told ownSuspension) {
	p.t.Helper()
	p.must(http.StatusOK, "GET", "/api/v1/suspension", nil, &told)
	return told
}

func TestASuspendedPersonIsOutAtOnceOnEveryNodeAndIsToldWhy(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	general := ana.room("general").ID
	token := ben.makesToken("read-write")
	other := ben.signsInAgain()
	bystander := cleo.watches(ben)
	display := ben.displays(general)
	display.has("<ul")
	pushlet := ben.joinsPushlet("xml").streams("/chat")
	streams := []*listener{other.streams("ndjson"), other.at(there).streams("iframe")}
	bystander.learns(ben, "online")

	var done struct {
		Sanction
		Banned []string `json:"banned_addresses"`
		Spared []string `json:"spared_addresses"`
	}
	ana.must(http.StatusOK, "PUT", suspensionPath(ben), inAnHour("spam"), &done)
	if done.User.ID != ben.me.ID || done.By.ID != ana.me.ID || done.Reason != "spam" || done.Until == nil || done.Banned == nil || len(done.Banned)+len(done.Spared) != 0 {
		t.Errorf("done: %+v", done)
	}
	for _, l := range streams {
		l.ends("suspended")
	}
	if e := pushlet.next("abort"); !strings.Contains(e["p_reason"], "suspended") {
		t.Errorf("Pushlet: %q", e)
	}
	pushlet.ends()
	display.ends("This account is suspended.", "Sign in</a>")
	bystander.next("presence", notice(ben.me.ID, "signed-out"))
	if bystander.sees(ben) != "offline" {
		t.Error("he is still shown as being here")
	}
	for _, p := range []*person{ben, other, other.at(there)} {
		checkProblem(t, p.do("GET", "/api/v1/me", nil), http.StatusUnauthorized, "signed out")
		if told := p.suspension(); told.Ended != "suspended" || !told.Suspended || told.Reason != "spam" || *told.Until != *done.Until {
			t.Errorf("he is told %+v", told)
		}
	}
	checkProblem(t, token.do("GET", "/api/v1/me", nil), http.StatusUnauthorized, "revoked")
	for _, p := range []*person{here.visitor(), cleo} {
		if told := p.suspension(); told != (ownSuspension{}) {
			t.Errorf("others are told %+v", told)
		}
	}
	visitor := there.visitor()
	checkProblem(t, visitor.do("POST", "/api/v1/sign-in", signInBody("ben", "a wrong password")), http.StatusUnauthorized, "wrong")
	checkProblem(t, visitor.do("POST", "/api/v1/sign-in", signInBody("ben", password)), http.StatusForbidden, "Your account is suspended until ")
	checkProblem(t, visitor.do("POST", "/api/v1/sign-in", signInBody("ben", password)), http.StatusForbidden, "The reason: spam.")
	wantParts(t, visitor.submits("/plain/sign-in", "login", "ben", "password", password), "Your account is suspended until", "spam")
	if visitor.sessionCookie() != nil {
		t.Error("he has a session")
	}
	// Others see him where he was, and those who may end it see that he is suspended.
	var page struct{ Members []Member }
	cleo.must(http.StatusOK, "GET", roomPath(general)+"/members", nil, &page)
	if !slices.ContainsFunc(page.Members, func(m Member) bool { return m.ID == ben.me.ID && m.State == "offline" }) {
		t.Errorf("the members are %+v", page.Members)
	}
	for viewer, want := range map[*person]bool{ana: true, cleo: false} {
		var profile Profile
		viewer.must(http.StatusOK, "GET", userPath(ben.me.ID), nil, &profile)
		if (profile.Suspension != nil) != want {
			t.Errorf("%s sees %+v", viewer.me.Username, profile)
		}
	}

	for range 2 {
		ana.must(http.StatusNoContent, "DELETE", suspensionPath(ben), nil, nil)
	}
	if told := ben.suspension(); told.Suspended || told.Ended != "suspended" {
		t.Errorf("after the end he is told %+v", told)
	}
	back := ben.signsInAgain()
	told := back.decisions()
	if len(told) != 2 || told[0].Action != "user-suspended" || told[0].Reason != "spam" || told[0].Count == 0 || told[1].Action != "suspension-ended" {
		t.Errorf("he is told %+v", told)
	}
	back.says(general, "back")
}

func TestABrowserIsToldWhyItsSessionIsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	for reason, end := range map[string]func(lost, phone *person){
		"password-changed": func(_, phone *person) {
			phone.must(http.StatusOK, "PUT", "/api/v1/me/password", map[string]any{"current_password": password, "new_password": "another good one"}, nil)
		},
		"revoked": func(_, phone *person) { phone.must(http.StatusNoContent, "DELETE", "/api/v1/sessions", nil, nil) },
		"removed": func(lost, _ *person) {
			ana.must(http.StatusNoContent, "DELETE", userPath(lost.me.ID)+"/sessions", nil, nil)
		},
		"deactivated": func(lost, _ *person) {
			ana.must(http.StatusOK, "PATCH", userPath(lost.me.ID), map[string]any{"deactivated": true}, nil)
		},
		"signed-out": func(lost, _ *person) {
			w.withToken(lost.sessionCookie().Value).must(http.StatusSeeOther, "POST", "/logout", nil, nil)
		},
	} {
		lost := ana.brings("ben-" + newUUID()[:8])
		phone := lost.signsInAgain()
		end(lost, phone)
		if told := lost.suspension(); told != (ownSuspension{Ended: reason}) {
			t.Errorf("after %q the browser is told %+v", reason, told)
		}
	}
	bare := w.visitor()
	bare.header.Set("Cookie", "chatd_session=nonsense")
	if told := bare.suspension(); told != (ownSuspension{}) {
		t.Errorf("with the cookie of nobody: %+v", told)
	}
}

func TestTheEndOfASuspensionLetsSomebodyInByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	ana.must(http.StatusOK, "PUT", suspensionPath(ben),
		map[string]any{"until": time.Now().Add(1500 * time.Millisecond).UTC().Format(time.RFC3339Nano)}, nil)
	visitor := w.visitor()
	w.eventually("he is let in", func() bool {
		got := visitor.do("POST", "/api/v1/sign-in", signInBody("ben", password))
		return got.StatusCode == http.StatusOK
	})
}

func TestTheAddressesOfSomebodySuspendedAreClosedToOthersWhoComeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, trustLoopback)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	from := func(name, address string) answer {
		visitor := w.visitor()
		visitor.header.Set("X-Forwarded-For", address)
		return visitor.do("POST", "/api/v1/sign-in", signInBody(name, password))
	}
	for _, address := range []string{"203.0.113.9", "2001:db8::9", "198.51.100.7", "10.1.2.3", "127.0.0.1"} {
		if got := from("ben", address); got.StatusCode != http.StatusOK {
			t.Fatalf("from %s: %s", address, got.body)
		}
	}
	neighbour := cleo.signsInAgain()
	neighbour.header.Set("X-Forwarded-For", "203.0.113.9")
	invite := ana.invite()
	ana.header.Set("X-Forwarded-For", "198.51.100.7") // her own
	var before SuspensionAddresses
	ana.must(http.StatusOK, "GET", suspensionPath(ben)+"/addresses", nil, &before)
	body := inAnHour("spam")
	body["addresses"] = true
	got := ana.must(http.StatusOK, "PUT", suspensionPath(ben), body, nil)
	var done struct {
		Banned []string `json:"banned_addresses"`
		Spared []string `json:"spared_addresses"`
	}
	if err := json.Unmarshal([]byte(got.body), &done); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(done.Banned, []string{"2001:db8::/64", "203.0.113.9"}) || !slices.Equal(done.Spared, []string{"10.1.2.3", "127.0.0.1", "198.51.100.7"}) {
		t.Errorf("banned %q, spared %q", done.Banned, done.Spared)
	}
	if !slices.Equal(before.Banned, done.Banned) || !slices.Equal(before.Spared, done.Spared) {
		t.Errorf("before it was said that these would be: %+v", before)
	}
	for _, address := range []string{"203.0.113.9", "2001:db8::10"} {
		checkProblem(t, from("cleo", address), http.StatusForbidden, "From your address nobody signs in or makes an account until ")
		visitor := w.visitor()
		visitor.header.Set("X-Forwarded-For", address)
		account := newAccount("dan")
		account["invite"] = invite
		checkProblem(t, visitor.do("POST", "/api/v1/sign-up", account), http.StatusForbidden, "From your address nobody")
		wantParts(t, visitor.submits("/plain/sign-in", "login", "cleo", "password", password), "From your address nobody")
	}
	for _, address := range []string{"198.51.100.7", "10.1.2.3", "127.0.0.1", "203.0.113.10"} {
		if got := from("cleo", address); got.StatusCode != http.StatusOK {
			t.Errorf("from %s: %s", address, got.body)
		}
	}
	neighbour.says(ana.room("general").ID, "I was here before")
	// Whoever decides anew and says nothing of addresses leaves them as they are.
	for _, c := range []struct {
		addresses any
		status    int
	}{{nil, http.StatusForbidden}, {false, http.StatusOK}, {true, http.StatusForbidden}} {
		anew := inAnHour(fmt.Sprint("spam, ", c.addresses))
		if c.addresses != nil {
			anew["addresses"] = c.addresses
		}
		ana.must(http.StatusOK, "PUT", suspensionPath(ben), anew, nil)
		if got := from("cleo", "203.0.113.9"); got.StatusCode != c.status {
			t.Errorf("addresses: %v: %s", c.addresses, got.body)
		}
	}
	ana.must(http.StatusNoContent, "DELETE", suspensionPath(ben), nil, nil)
	if got := from("cleo", "203.0.113.9"); got.StatusCode != http.StatusOK {
		t.Errorf("after the end: %s", got.body)
	}
}

func TestTheAddressesOfSomebodyAreShownToThoseWhoMaySuspendThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo, guest := ana.brings("ben"), ana.brings("cleo"), ana.brings("guest")
	ana.gives(cleo.me.ID, "admin")
	ana.gives(guest.me.ID, "guest")
	var none SuspensionAddresses
	got := cleo.must(http.StatusOK, "GET", suspensionPath(ben)+"/addresses", nil, &none)
	if !strings.Contains(got.body, `"banned_addresses":[]`) || none.Spared == nil {
		t.Errorf("somebody who never signed in from outside: %s", got.body)
	}
	checkProblem(t, cleo.do("GET", suspensionPath(ana)+"/addresses", nil), http.StatusForbidden, "")
	checkProblem(t, ben.do("GET", suspensionPath(cleo)+"/addresses", nil), http.StatusForbidden, "")
	checkProblem(t, cleo.do("GET", suspensionPath(cleo)+"/addresses", nil), http.StatusUnprocessableEntity, "Nobody does this to themselves")
	checkProblem(t, cleo.do("GET", "/api/v1/users/999999999/suspension/addresses", nil), http.StatusNotFound, "")
	ana.must(http.StatusNoContent, "DELETE", roomPath(ana.room("general").ID)+"/members/"+userName(guest.me.ID), nil, nil)
	checkProblem(t, guest.do("GET", suspensionPath(ben)+"/addresses", nil), http.StatusNotFound, "")
}

func TestTheLastOwnerIsNotSuspended(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	ana.gives(ben.me.ID, "owner")
	ana.must(http.StatusOK, "PUT", suspensionPath(ben), map[string]any{"until": nil}, nil)
	// The one who is left does not go either.
	checkProblem(t, ana.do("PATCH", userPath(ana.me.ID), map[string]any{"role": "member"}), http.StatusConflict, "must be an owner")
	checkProblem(t, ana.do("PATCH", userPath(ana.me.ID), map[string]any{"deactivated": true}), http.StatusConflict, "must be an owner")
}
