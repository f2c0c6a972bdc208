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
	// Who came last and before that, and the last place.
	last, before *person
	at           int64
}

// somebody is a new member.
func (c *company) somebody() *person {
	c.t.Helper()
	c.n++
	c.before, c.last = c.last, c.ana.brings("p"+userName(int64(c.n)))
	return c.last
}

// place is a new public room of Ana's with somebody in it who has said something.
func (c *company) place() (room int64, path string, mate *person) {
	c.t.Helper()
	mate = c.somebody()
	room = c.ana.creates("public", "room of "+mate.me.Username).ID
	mate.must(http.StatusOK, "PUT", roomPath(room)+"/membership", nil, nil)
	mate.says(room, "hello")
	c.at = room
	return room, roomPath(room), mate
}

// does makes a request of the API.
func (p *person) does(method, path string, body any) func() answer {
	return func() answer { return p.do(method, path, body) }
}

// since are the entries of the audit log after one of them, the newest first, and
// the id of the newest.
func (c *company) since(id int64) (entries []AuditEntry, newest int64) {
	c.t.Helper()
	if c.ana == nil {
		return nil, 0
	}
	var page struct{ Entries []AuditEntry }
	c.ana.must(http.StatusOK, "GET", "/api/v1/audit?limit=5", nil, &page)
	newest = page.Entries[0].ID
	return slices.DeleteFunc(page.Entries, func(e AuditEntry) bool { return e.ID <= id }), newest
}

// told spells who did what to whom and where, with dashes for nobody and no room.
func (c *company) told(e AuditEntry) string {
	who := func(p *AuditPerson) string {
		switch {
		case p == nil:
			return "-"
		case c.last != nil && p.ID == c.last.me.ID:
			return "last"
		case c.before != nil && p.ID == c.before.me.ID:
			return "before"
		}
		return p.Username
	}
	where := "-"
	switch {
	case e.Room != nil && e.Room.ID == c.at:
		where = "there"
	case e.Room != nil && e.Room.Name != nil:
		where = *e.Room.Name
	case e.Room != nil:
		where = userName(e.Room.ID)
	}
	return strings.Join([]string{e.Action, who(e.Actor), who(e.User), where}, " ")
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
	_, before := c.since(0)
	if got := send(); got.StatusCode >= 400 || strings.Contains(got.body, "nack") {
		c.t.Errorf("%s: %s %s", d.operation, got.Status, got.body)
		return
	}
	entries, _ := c.since(before)
	var told []string
	for _, e := range entries {
		told = append(told, c.told(e))
	}
	switch {
	case (d.writes == "") == (d.unwritten == ""):
		c.t.Errorf("%s: it either writes an entry or there is a sentence why not", d.operation)
	case d.unwritten != "" && (len(told) > 0 || len(d.unwritten) < 20 || !strings.HasSuffix(d.unwritten, ".")):
		c.t.Errorf("%s: %q, but the audit log says %q", d.operation, d.unwritten, told)
	case d.writes != "" && !slices.Equal(told, []string{string(d.writes) + " " + tells[d.writes]}):
		c.t.Errorf("%s: the audit log says %q, want %s %s and nothing else", d.operation, told, d.writes, tells[d.writes])
	}
}

// tells are who acts, whom it concerns and where, in the entry of a deed: Ana, a
// newcomer, the last or the one before of those who came, there in the last place.
var tells = map[store.AuditAction]string{
	store.AuditWorkspaceMade: "ana ana -", store.AuditWorkspaceChanged: "ana - -", store.AuditWorkspaceHandedOver: "before last -",
	store.AuditExported: "ana - -", store.AuditInviteMade: "ana - -", store.AuditInviteRevoked: "ana - -",
	store.AuditUserAdded: "newcomer newcomer -", store.AuditUserRoleChanged: "ana last -", store.AuditUserDeactivated: "ana last -",
	store.AuditUserReactivated: "ana last -", store.AuditUserSuspended: "ana last -", store.AuditSuspensionEnded: "ana last -",
	store.AuditUserSignedOut: "ana last -", store.AuditSessionEnded: "ana last -", store.AuditResetLinkMade: "ana last -",
	store.AuditOwnSessionsEnded: "last last -", store.AuditPasswordChanged: "last last -", store.AuditPasswordReset: "last last -",
	store.AuditTokenMade: "last last -", store.AuditTokenRevoked: "last last -",
	store.AuditRoomMade: "ana - Quay", store.AuditRoomChanged: "ana - there", store.AuditRoomArchived: "ana - there",
	store.AuditRoomUnarchived: "ana - there", store.AuditRoomDeleted: "ana - there", store.AuditRoomUndeleted: "ana - there",
	store.AuditRoomHandedOver: "ana last there", store.AuditMemberAdded: "ana last there", store.AuditMemberRemoved: "ana last there",
	store.AuditMemberRoleChanged: "ana last there", store.AuditMemberMuted: "ana last there", store.AuditMuteEnded: "ana last there",
	store.AuditMemberBanned: "ana last there", store.AuditBanEnded: "ana last there",
	store.AuditMessagesDeleted: "ana last there", store.AuditMessagesUndeleted: "ana last there", store.AuditReportSettled: "ana last there",
}

// byItself are the entries that no request writes, and who does.
var byItself = map[store.AuditAction]string{
	store.AuditRoomErased:     "Housekeeping, when the time in which a deletion can be taken back is over.",
	store.AuditMessagesErased: "Housekeeping, when the time in which a deletion can be taken back or for which messages are kept is over.",
}
