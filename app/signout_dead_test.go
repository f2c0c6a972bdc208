package app

import (
	"net/http"
	"testing"
	"time"

	"chatd/store"
	"chatd/store/storetest"
)

// haunts has a node that died hold a connection of the browser.
func (p *person) haunts() {
	p.t.Helper()
	session := ""
	for _, s := range p.sessionList() {
		if s.Current {
			session = s.ID
		}
	}
	_, _, err := p.store.SettlePresence(p.t.Context(), newUUID(), 1, true, time.Minute,
		[]store.CometSession{{Row: 1, User: p.me.ID, Login: session, Device: deviceBrowser}})
	if err != nil {
		p.t.Fatal(err)
	}
	p.app.tracker.Refresh()
}

// A node dies, and before the page is back its person signs out.
func TestALogOutIsHeardOfAtOnceAlsoAfterTheNodeHasDied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben := ana.brings("ben")
	hers := ana.streams("ndjson")
	desk := ben.signsInAgain() // with no connection
	for what, ends := range map[string]func(phone *person){
		"the log-out": func(phone *person) { phone.must(http.StatusSeeOther, "POST", "/logout", nil, nil) },
		"all others":  func(*person) { desk.must(http.StatusNoContent, "DELETE", "/api/v1/sessions", nil, nil) },
		"the password": func(*person) {
			desk.must(http.StatusOK, "PUT", "/api/v1/me/password", map[string]any{"current_password": password, "new_password": password}, nil)
		},
	} {
		phone := ben.signsInAgain()
		phone.haunts()
		hers.hears(ben, "signed-in")
		began := time.Now()
		ends(phone)
		hers.hears(ben, "signed-out")
		t.Logf("%s was heard of after %v", what, time.Since(began).Round(time.Millisecond))
		hers.heardNothing(ben)
	}
	ben.signsInAgain().haunts()
	hers.hears(ben, "signed-in")
	ana.must(http.StatusOK, "PATCH", userPath(ben.me.ID), map[string]any{"deactivated": true}, nil)
	hers.hears(ben, "signed-out")
}

// The browser signs in again while a page of its old login is open, and the new
// page is at a node that dies.
func TestALogOutDoesNotWaitForAReplacedLoginOfAnyNode(t *testing.T) {
	t.Parallel()
	shared := storetest.Open(t)
	here, there := newWorldOn(t, shared), newWorldOn(t, shared)
	ana := here.owner()
	ben := ana.brings("ben")
	hers := ana.streams("ndjson")
	for name, at := range map[string]*world{"this one": here, "another one": there} {
		browser := ben.signsInAgain()
		old := browser.streams("ndjson")
		hers.hears(ben, "signed-in")
		browser.must(http.StatusOK, "POST", "/api/v1/sign-in", map[string]any{"login": ben.me.Username, "password": password}, nil)
		old.ends("replaced")
		browser.haunts()
		began := time.Now()
		browser.at(at).must(http.StatusSeeOther, "POST", "/logout", nil, nil)
		hers.hears(ben, "signed-out")
		t.Logf("a log-out at %s was heard of after %v", name, time.Since(began).Round(time.Millisecond))
		hers.heardNothing(ben)
	}
}
