package app

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// An owner who is not in a private room learns who did what in it, not to whom
// and why: neither on the page, nor by looking for it, nor in a file.
func TestTheAuditLogWithholdsFromOwnersWhatHappensInPrivateRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.owner()
	ben, cleo := ana.brings("ben"), ana.brings("cleo")
	vault := ben.creates("private", "Vault").ID
	ben.adds(vault, cleo)
	ben.must(http.StatusOK, "PUT", mutePath(vault, cleo), inAnHour("leaked the plan"), nil)

	const muted = "action=member-muted"
	e := ana.audit(muted)[0]
	if !e.Withheld || e.Actor.Username != "ben" || e.Room.ID != vault || e.Room.Name != nil || e.At == "" ||
		e.User != nil || e.Object != "" || e.Reason != "" || e.Before != nil || e.After != nil {
		t.Errorf("the owner reads %+v", e)
	}
	for _, query := range []string{"user=" + userName(cleo.me.ID), "search=cleo", "search=leaked", "search=vault"} {
		if found := ana.audit(muted + "&" + query); len(found) != 0 {
			t.Errorf("%s finds %+v", query, found)
		}
		var file []AuditEntry
		if ana.must(http.StatusOK, "GET", exportPath+"?format=json&"+muted+"&"+query, nil, &file); len(file) != 0 {
			t.Errorf("%s exports %+v", query, file)
		}
	}
	lines := parseCSV(t, ana.do("GET", exportPath+"?"+muted, nil).body)
	want := []string{"member-muted", "", "", "", userName(vault), "", "", "", "", "", "true"}
	if len(lines) != 2 || !slices.Equal(lines[1][6:], want) {
		t.Errorf("the file has %q, want %q", lines, want)
	}
	json := ana.do("GET", exportPath+"?format=json&"+muted, nil).body
	for _, secret := range []string{"cleo", "Cleo", "leaked", "Vault"} {
		if strings.Contains(json, secret) {
			t.Errorf("the file tells %s: %s", secret, json)
		}
	}

	ben.adds(vault, ana)
	e = ana.audit(muted)[0]
	if e.Withheld || *e.Room.Name != "Vault" || e.User.Username != "cleo" || e.Reason != "leaked the plan" || e.After["until"] == nil {
		t.Errorf("when she is in it, the owner reads %+v", e)
	}
}
