package app

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"chatd/store"
)

// A deed is one successful use of an operation that changes something.
type deed struct {
	// operation is method and path, as in the OpenAPI document or in the router;
	// ANY for what takes every method.
	operation string
	// writes is the entry in the audit log, or unwritten why there is none.
	writes    store.AuditAction
	unwritten string
	// prepare returns the request, which comes after all that it needs.
	prepare func(c *company) (send func() answer)
}

// A company is a workspace full of people on whom deeds are done.
type company struct {
	*world
	ana  *person // an owner
	room int64   // general
	n    int
}

// somebody is a new member.
func (c *company) somebody() *person {
	c.t.Helper()
	c.n++
	return c.ana.brings("p" + userName(int64(c.n)))
}

// place is a new public room of Ana's with somebody in it who has said something.
func (c *company) place() (room int64, path string, mate *person) {
	c.t.Helper()
	mate = c.somebody()
	room = c.ana.creates("public", "room of "+mate.me.Username).ID
	mate.must(http.StatusOK, "PUT", roomPath(room)+"/membership", nil, nil)
	mate.says(room, "hello")
	return room, roomPath(room), mate
}

// does makes a request of the API.
func (p *person) does(method, path string, body any) func() answer {
	return func() answer { return p.do(method, path, body) }
}

// newest is the id of the last entry of the audit log and what it is about.
func (c *company) newest() (int64, string) {
	c.t.Helper()
	if c.ana == nil {
		return 0, ""
	}
	var page struct{ Entries []AuditEntry }
	c.ana.must(http.StatusOK, "GET", "/api/v1/audit?limit=1", nil, &page)
	return page.Entries[0].ID, page.Entries[0].Action
}

// changing lists all operations that may change something: those of the
// document, and what the router knows beside them.
func (w *world) changing() []string {
	w.t.Helper()
	methods := map[string][]string{}
	w.eachRoute(func(method, pattern string) { methods[pattern] = append(methods[pattern], method) })
	var all []string
	for pattern, of := range methods {
		if slices.Contains(of, http.MethodConnect) { // the router takes any
			all = append(all, "ANY "+pattern)
			continue
		}
		for _, method := range of {
			if method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions {
				all = append(all, method+" "+pattern)
			}
		}
	}
	slices.Sort(all)
	return all
}

// Whatever changes something is in the audit log, or there is a reason why not.
func TestWhateverChangesSomethingIsInTheAuditLog(t *testing.T) {
	t.Parallel()
	c := &company{world: newWorld(t)}
	c.app.newPasswords = newRateLimit[int64](time.Microsecond, 1_000_000)
	c.app.invitedSignUps = newRateLimit[string](time.Microsecond, 1_000_000)
	deeds := slices.Concat(accountDeeds, workspaceDeeds, roomDeeds, memberDeeds, messageDeeds, outsideDeeds)
	for _, operation := range c.changing() {
		if !slices.ContainsFunc(deeds, func(d deed) bool { return d.operation == operation }) {
			t.Errorf("%s may change something, and nobody knows whether that is in the audit log: add a deed for it to contract_deeds_test.go, "+
				"with the entry that it writes or a sentence why it writes none", operation)
		}
	}
	written := map[store.AuditAction]bool{}
	for _, d := range deeds {
		if known := slices.Contains(c.changing(), d.operation); !known && d.operation != "GET "+exportPath {
			t.Errorf("%s: there is no such operation", d.operation)
		}
		written[d.writes] = true
		c.check(d)
	}
	for _, action := range store.AuditActions {
		if !written[action] && byItself[action] == "" {
			t.Errorf("no deed writes %s, and there is no reason why", action)
		}
	}
}

// check does a deed and looks at the audit log.
func (c *company) check(d deed) {
	c.t.Helper()
	send := d.prepare(c)
	before, _ := c.newest()
	if got := send(); got.StatusCode >= 400 || strings.Contains(got.body, "nack") {
		c.t.Errorf("%s: %s %s", d.operation, got.Status, got.body)
		return
	}
	after, action := c.newest()
	switch {
	case (d.writes == "") == (d.unwritten == ""):
		c.t.Errorf("%s: it either writes an entry or there is a sentence why not", d.operation)
	case d.unwritten != "" && (after != before || len(d.unwritten) < 20 || !strings.HasSuffix(d.unwritten, ".")):
		c.t.Errorf("%s: %q, but the audit log says %q", d.operation, d.unwritten, action)
	case d.writes != "" && (after == before || action != string(d.writes)):
		c.t.Errorf("%s: the last entry in the audit log is %q (new: %v), want %q", d.operation, action, after != before, d.writes)
	}
}

// byItself are the entries that no request writes, and who does.
var byItself = map[store.AuditAction]string{
	store.AuditRoomErased:     "Housekeeping, when the time in which a deletion can be taken back is over.",
	store.AuditMessagesErased: "Housekeeping, when the time in which a deletion can be taken back or for which messages are kept is over.",
}
